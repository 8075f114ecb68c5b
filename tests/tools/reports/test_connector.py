"""The Tool ``reports``: which folders are VEPs, and what their reports say now."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.connectors.base import Config, Vep
from dojo_tui.model.cause import Cause
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import CancelledError, ConnectorError, UsageError
from dojo_tui.store.connectors import connector_by_label
from dojo_tui.testing import TestRun
from dojo_tui.tools.reports.connector import TOOL
from dojo_tui.tools.reports.walk import from_id, to_id
from dojo_tui.wiring import open_workspace
from tests.reports.helpers import location, result, run, sarif, write


def config(path: Path, **options: str) -> Config:
    """A Connector at ``path``; ``_`` in an option's name stands for ``-``."""
    return Config("label", str(path), {name.replace("_", "-"): value for name, value in options.items()})


def veps(path: Path, **options: str) -> dict[str, Vep]:
    """A complete listing by vendor id."""
    return {vep.vendor_id: vep for vep in TOOL.list_veps(config(path, **options), TestRun())}


def put(path: Path, *results: Any, **fields: Any) -> Path:
    """Write a report of one run, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, sarif(run(*results, **fields)))


def ended(time: str, **fields: Any) -> dict[str, Any]:
    """The members of a run that ended then."""
    return {"invocations": [{"executionSuccessful": True, "endTimeUtc": time}]} | fields


def files(path: Path, vendor_id: str = ".", **options: str) -> list[str]:
    """The file paths of the Findings that a fetch returns."""
    return [finding.file_path for finding in TOOL.fetch(config(path, **options), vendor_id, TestRun()).findings]


class TestListing:
    """Which folders are VEPs."""

    def test_each_folder_that_directly_holds_reports(self, tmp_path: Path) -> None:
        for name in ("root.sarif", "a/x.sarif", "a/b/c/x.json.gz", "d/X.SARIF", "e/x.sarif.json", "f/readme.md"):
            put(tmp_path / name)
        (tmp_path / "empty").mkdir()
        assert sorted(veps(tmp_path)) == [".", "a", "a/b/c", "d", "e"]
        assert veps(tmp_path)["."].name == tmp_path.name
        assert veps(tmp_path)["a"].details["reports"] == "1"

    def test_empty_directory_is_a_complete_listing(self, tmp_path: Path) -> None:
        assert veps(tmp_path) == {}

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"depth": "0"}, ["."]),
            ({"depth": "1"}, [".", "a", "z"]),
            ({"depth": ""}, [".", "a", "a/b", "z"]),
            ({"exclude": "b"}, [".", "a", "z"]),
            ({"exclude": "a"}, [".", "z"]),
            ({"exclude": "a/b/*"}, [".", "a", "z"]),
            ({"exclude": "**/x.*"}, []),
            ({"exclude": "x.[rs]arif"}, []),
            ({"include": "a/**"}, ["a", "a/b"]),
            ({"include": "*.sarif, *.md", "exclude": "z, a/*/*"}, [".", "a"]),
            ({"include": "*.json"}, []),
        ],
    )
    def test_options(self, tmp_path: Path, options: dict[str, str], expected: list[str]) -> None:
        for name in ("x.sarif", "a/x.sarif", "a/b/x.sarif", "z/x.sarif"):
            put(tmp_path / name)
        assert sorted(veps(tmp_path, **options)) == expected

    def test_moved_folder_has_the_evidence_of_the_old_one(self, tmp_path: Path) -> None:
        put(tmp_path / "old" / "x.sarif", result())
        put(tmp_path / "other" / "x.sarif", result(), result())
        before = veps(tmp_path)
        (tmp_path / "old").rename(tmp_path / "new")
        after = veps(tmp_path)
        assert after["new"].evidence == before["old"].evidence
        assert not after["new"].evidence & after["other"].evidence

    def test_evidence_sees_both_ends_of_a_large_report(self, tmp_path: Path) -> None:
        for folder, text in (("a", "x"), ("b", "y")):
            put(tmp_path / folder / "x.sarif", result(message={"text": "z" * 300_000}), result(message={"text": text}))
        assert not veps(tmp_path)["a"].evidence & veps(tmp_path)["b"].evidence

    def test_p1_a_fetch_has_the_evidence_of_the_listing_after_it(self, tmp_path: Path) -> None:
        put(tmp_path / "a" / "x.sarif", result())
        before = veps(tmp_path)["a"].evidence
        put(tmp_path / "a" / "x.sarif", result(), result())
        put(tmp_path / "a" / "old.sarif", **ended("2020-01-01T10:00:00Z"))
        fetched = TOOL.fetch(config(tmp_path), "a", TestRun())
        assert fetched.evidence == veps(tmp_path)["a"].evidence
        assert len(fetched.evidence) == 2
        assert not fetched.evidence & before

    def test_symlink_loops_end(self, tmp_path: Path) -> None:
        put(tmp_path / "a" / "x.sarif")
        (tmp_path / "a" / "loop").symlink_to(tmp_path)
        (tmp_path / "self").symlink_to("self")
        assert sorted(veps(tmp_path)) == ["a"]

    def test_p3_broken_link_is_a_report_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "latest.sarif").symlink_to("gone.sarif")
        assert sorted(veps(tmp_path)) == ["a"]
        with pytest.raises(ConnectorError, match=r"latest\.sarif"):
            files(tmp_path, "a")

    def test_p3_vanished_directory_makes_the_listing_incomplete(self, tmp_path: Path) -> None:
        for name in ("a", "b", "c"):
            put(tmp_path / name / "x.sarif")
        listing = TOOL.list_veps(config(tmp_path), TestRun())
        seen = [next(listing).vendor_id]
        shutil.rmtree(tmp_path / "b")
        with pytest.raises(ConnectorError, match="incomplete: cannot read b"):
            seen.extend(vep.vendor_id for vep in listing)
        assert seen == ["a", "c"]

    def test_p3_unreadable_directory_makes_the_listing_incomplete(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a", "b", "c"):
            put(tmp_path / name / "x.sarif")
        scandir = os.scandir

        def refusing(path: str) -> Any:
            if str(path).rstrip("/").endswith("b"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refusing)
        seen: list[str] = []
        with pytest.raises(ConnectorError, match=r"b \(Permission denied\)"):
            seen.extend(vep.vendor_id for vep in TOOL.list_veps(config(tmp_path), TestRun()))
        assert seen == ["a", "c"]

    def test_p3_missing_location_is_no_empty_listing(self, tmp_path: Path) -> None:
        with pytest.raises(ConnectorError):
            veps(tmp_path / "gone")

    def test_cancel(self, tmp_path: Path) -> None:
        class Cancelled(TestRun):
            def check(self) -> None:
                raise CancelledError

        put(tmp_path / "x.sarif")
        with pytest.raises(CancelledError):
            list(TOOL.list_veps(config(tmp_path), Cancelled()))

    def test_deep_tree(self, tmp_path: Path) -> None:
        folder = tmp_path
        for _ in range(300):
            folder /= "d"
        put(folder / "x.sarif")
        assert len(veps(tmp_path)) == 1


class TestIds:
    """Vendor ids are relative paths that any database can hold."""

    def test_names_that_are_not_utf8(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"caf\xe9")
        try:
            (tmp_path / name).mkdir()
        except OSError:
            pytest.skip("this file system takes only UTF-8 names")
        put(tmp_path / name / "x.sarif", result())
        ((vendor_id, vep),) = veps(tmp_path).items()
        vendor_id.encode()
        vep.name.encode()
        assert files(tmp_path, vendor_id) == ["src/a.py"]

    @pytest.mark.parametrize("folder", ["a/b", "bytes:x", "ä b", "a%20b", os.fsdecode(b"\xff/x")])
    def test_there_and_back(self, folder: str) -> None:
        assert from_id(to_id(folder)) == folder

    @pytest.mark.parametrize("vendor_id", ["..", "a/../../b", "/etc", "", "a//b", "./a", "bytes:%2e%2e", "a\0b"])
    def test_p11_no_way_out_of_the_location(self, tmp_path: Path, vendor_id: str) -> None:
        with pytest.raises(ConnectorError, match="is no folder below the location"):
            files(tmp_path, vendor_id)


class TestNewest:
    """For each scanner the newest run counts."""

    old = location("old.py")
    new = location("new.py")

    def test_by_the_time_the_run_ended(self, tmp_path: Path) -> None:
        put(tmp_path / "scan-b1c2d3e.sarif", result(locations=[self.old]), **ended("2026-01-01T10:00:00Z"))
        put(tmp_path / "scan-a1b2c3d.sarif", result(locations=[self.new]), **ended("2026-01-01T12:00:00+01:00"))
        os.utime(tmp_path / "scan-a1b2c3d.sarif", (1, 1))
        fetched = TOOL.fetch(config(tmp_path), ".", TestRun())
        assert [finding.file_path for finding in fetched.findings] == ["new.py"]
        (note,) = fetched.notes
        assert note.startswith("Scan: scan-a1b2c3d.sarif (2026-01-01T11:00:00Z) is newer than scan-b1c2d3e.sarif")

    def test_what_is_left_out_is_named(self, tmp_path: Path) -> None:
        for day in (9, 10, 11):
            put(tmp_path / f"scan-2026-01-{day:02}.sarif", result(), **ended(f"2026-01-{day:02}T10:00:00Z"))
        put(tmp_path / "other.sarif", result(), tool={"driver": {"name": "Other"}})
        assert TOOL.fetch(config(tmp_path), ".", TestRun()).left_out == (
            "scan-2026-01-09.sarif",
            "scan-2026-01-10.sarif",
        )
        assert TOOL.fetch(config(tmp_path, exclude="scan-*-09.sarif,scan-*-10.sarif"), ".", TestRun()).left_out == ()

    def test_by_the_file_if_any_run_does_not_tell(self, tmp_path: Path) -> None:
        put(tmp_path / "scan-b1c2d3e.sarif", result(locations=[self.old]), **ended("2030-01-01T10:00:00Z"))
        put(tmp_path / "scan-a1b2c3d.sarif", result(locations=[self.new]))
        os.utime(tmp_path / "scan-b1c2d3e.sarif", (1000, 1000))
        assert files(tmp_path) == ["new.py"]

    def test_by_the_name_at_last(self, tmp_path: Path) -> None:
        for name, place in (("scan-build-10.sarif", self.new), ("scan-build-9.sarif", self.old)):
            os.utime(put(tmp_path / name, result(locations=[place])), (1000, 1000))
        assert files(tmp_path) == ["new.py"]

    def test_other_scanners_and_categories_count_beside(self, tmp_path: Path) -> None:
        put(tmp_path / "a.sarif", result(), **ended("2026-01-01T10:00:00Z"))
        put(tmp_path / "b.sarif", result(), **ended("2026-01-02T10:00:00Z", tool={"driver": {"name": "Other"}}))
        put(tmp_path / "c.sarif", result(), **ended("2026-01-03T10:00:00Z", automationDetails={"id": "web/"}))
        write(tmp_path / "d.json", {"findings": [{"title": "T", "severity": "Low", "description": "D"}]})
        found = TOOL.fetch(config(tmp_path), ".", TestRun()).findings
        assert [finding.scanner for finding in found] == ["Scan", "Other", "Scan (web)", "Generic Findings Import"]

    def test_runs_of_one_scanner_in_one_report_count_together(self, tmp_path: Path) -> None:
        parts = [run(result(locations=[location(f"{name}.py")])) for name in "ab"]
        write(tmp_path / "r.sarif", sarif(*parts))
        fetched = TOOL.fetch(config(tmp_path), ".", TestRun())
        assert [finding.file_path for finding in fetched.findings] == ["a.py", "b.py"]
        assert "count together" in fetched.notes[0]

    def test_p3_an_old_failed_run_does_not_matter(self, tmp_path: Path) -> None:
        failed = [{"executionSuccessful": False, "endTimeUtc": "2026-01-01T10:00:00Z"}]
        put(tmp_path / "scan-1000.sarif", invocations=failed)
        put(tmp_path / "scan-1001.sarif", result(), **ended("2026-01-02T10:00:00Z"))
        assert files(tmp_path) == ["src/a.py"]


class TestFailures:
    """P3: one bad report fails its folder, by name and reason."""

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("package.json", '{"name": "express"}'),
            ("cut.sarif", json.dumps(sarif(run(result())))[:-20]),
            ("empty.sarif", ""),
            ("page.json", "<html>login</html>"),
        ],
    )
    def test_p3_any_bad_file_fails_the_folder(self, tmp_path: Path, name: str, content: str) -> None:
        put(tmp_path / "good.sarif", result())
        write(tmp_path / name, content)
        with pytest.raises(ConnectorError, match=name) as caught:
            files(tmp_path)
        assert caught.value.safe
        assert caught.value.do
        assert files(tmp_path, exclude=name) == ["src/a.py"]

    def test_p3_failed_run_adds_what_it_found_and_closes_nothing(self, tmp_path: Path) -> None:
        other = {"driver": {"name": "Other"}}
        put(tmp_path / "a.sarif", result(), tool=other)
        put(tmp_path / "b.sarif", result(locations=[location("b.py")]), invocations=[{"executionSuccessful": False}])
        kept = TOOL.fetch(config(tmp_path), ".", TestRun())
        assert [finding.scanner for finding in kept.findings] == ["Other", "Scan"]
        assert list(kept.partial) == ["Scan"]
        assert any("(executionSuccessful: false). What it found" in note for note in kept.notes)
        assert any("nothing is closed" in note for note in kept.notes)
        with pytest.raises(ConnectorError, match=r"b\.sarif.*not successful"):
            TOOL.fetch(config(tmp_path, failed_runs="fail"), ".", TestRun())
        accepted = TOOL.fetch(config(tmp_path, failed_runs="accept"), ".", TestRun())
        assert len(accepted.findings) == 2
        assert not accepted.partial

    def test_p3_results_in_another_file_are_not_no_findings(self, tmp_path: Path) -> None:
        elsewhere = {"externalPropertyFileReferences": {"results": [{"location": {"uri": "more.sarif"}}]}}
        put(tmp_path / "a.sarif", **elsewhere)
        with pytest.raises(ConnectorError, match=r"a\.sarif.*its results are in another file\. Nothing"):
            files(tmp_path)
        put(tmp_path / "a.sarif", result(), **elsewhere)
        fetched = TOOL.fetch(config(tmp_path), ".", TestRun())
        assert (len(fetched.findings), dict(fetched.partial)) == (
            1,
            {"Scan": "more of its results are in another file"},
        )

    def test_p3_failed_run_without_results_is_not_no_findings(self, tmp_path: Path) -> None:
        put(tmp_path / "a.sarif", invocations=[{"executionSuccessful": False}])
        with pytest.raises(ConnectorError, match=r"a\.sarif.*not successful"):
            files(tmp_path)
        assert TOOL.fetch(config(tmp_path, failed_runs="accept"), ".", TestRun()).findings == []

    def test_p3_folder_without_reports_is_not_without_findings(self, tmp_path: Path) -> None:
        put(tmp_path / "a" / "x.sarif", result()).unlink()
        with pytest.raises(ConnectorError, match="holds no reports any more"):
            files(tmp_path, "a")
        with pytest.raises(ConnectorError, match="see whether it moved") as caught:
            files(tmp_path, "gone")
        assert caught.value.cause is Cause.MISSING, "a Discover helps"

    def test_report_replaced_while_it_is_read_is_read_again(self, tmp_path: Path) -> None:
        put(tmp_path / "a.sarif", result(), result())
        put(tmp_path / "b.sarif", result(), tool={"driver": {"name": "Other"}})

        def once() -> Iterator[None]:
            # The first check comes before any report is read, the third before the second one.
            yield None
            yield None
            put(tmp_path / "a.sarif", result(), result(), result())
            while True:
                yield None

        steps = once()

        class Meddling(TestRun):
            def check(self) -> None:
                next(steps)

        meddling = Meddling()
        assert len(TOOL.fetch(config(tmp_path), ".", meddling).findings) == 4
        assert any("was written to while it was read. Reading the folder again" in line for line in meddling.lines)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"depth": "-1"}, "depth"),
        ({"depth": "deep"}, "depth"),
        ({"include": "../*"}, "relative to the location"),
        ({"exclude": "/etc/*"}, "relative to the location"),
        ({"include": "[z-a].sarif"}, r"\[z-a\]\.sarif.*bad character range"),
        ({"exclude": "ok, [!]"}, "is wrong"),
        ({"failed-runs": "maybe"}, "keep, fail, accept"),
        ({"colour": "red"}, "no option 'colour'"),
    ],
)
def test_bad_options_are_refused_before_they_are_saved(tmp_path: Path, options: dict[str, str], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        TOOL.validate(Config("l", str(tmp_path), options))


def test_bad_locations_are_refused(tmp_path: Path) -> None:
    TOOL.validate(config(tmp_path))
    for location_ in (str(tmp_path / "gone"), "", str(write(tmp_path / "file", "x"))):
        with pytest.raises(UsageError):
            TOOL.validate(Config("l", location_))


def test_location_is_kept_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """A scheduled operation may run in another working directory than the one it was typed in."""
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(tmp_path)
    workspace = open_workspace(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=clock)
    workspace.connectors.add("reports", "mine", "reports")
    with workspace.store.database.read() as connection:
        kept = connector_by_label(connection, "mine")
    workspace.close()
    assert kept is not None
    assert kept.location == str(tmp_path / "reports")
