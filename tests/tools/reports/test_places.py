"""The Tool ``reports`` where its location, a link or a pattern is not what it should be, and what it says of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.testing import TestRun
from dojo_tui.tools.reports.connector import TOOL
from dojo_tui.tools.reports.globs import matcher
from dojo_tui.wiring import open_workspace
from tests.reports.helpers import result, run, sarif, write
from tests.tools.reports.test_connector import config, files, put, veps


def test_empty_location_asks_whether_it_is_mounted(tmp_path: Path) -> None:
    quiet = TestRun()
    assert list(TOOL.list_veps(config(tmp_path), quiet)) == []
    (line,) = quiet.lines
    assert str(tmp_path) in line
    assert "holds no folders with reports: is it mounted?" in line
    put(tmp_path / "a" / "x.sarif")
    quiet.lines.clear()
    assert len(list(TOOL.list_veps(config(tmp_path), quiet))) == 1
    assert quiet.lines == []


def test_check_of_an_empty_location_asks_whether_it_is_mounted(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "mount").mkdir()
    workspace = open_workspace(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=clock)
    connector_id = workspace.connectors.add("reports", "mine", str(tmp_path / "mount"))
    checked = workspace.connectors.check(connector_id)
    workspace.close()
    assert checked.veps == 0
    assert "is it mounted?" in checked.notes[0]


def test_p3_location_that_is_gone_is_named(tmp_path: Path) -> None:
    place = tmp_path / "mount"
    put(place / "a" / "x.sarif", result())
    shutil.rmtree(place)
    for act in (lambda: veps(place), lambda: files(place, "a"), lambda: files(place)):
        with pytest.raises(ConnectorError) as caught:
            act()
        assert f"The location {place} cannot be read (No such file or directory): is it mounted?" in str(caught.value)
        assert "exclude" not in str(caught.value)
        assert caught.value.safe
    with pytest.raises(UsageError, match="is it mounted"):
        TOOL.validate(config(place))


def test_p3_link_in_a_circle_fails_only_its_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        put(tmp_path / name / "x.sarif", result())
    (tmp_path / "a" / "loop.sarif").symlink_to("loop.sarif")
    assert sorted(veps(tmp_path)) == ["a", "b"]
    assert files(tmp_path, "b") == ["src/a.py"]
    with pytest.raises(ConnectorError, match=r"loop\.sarif: cannot be read \(.+\)\. "):
        files(tmp_path, "a")


def test_home_of_an_unknown_user_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no home directory '~nobody-of-this-name'"):
        TOOL.validate(Config("l", "~nobody-of-this-name/x"))
    with pytest.raises(ValueError, match="no home directory"):
        TOOL.location.parse("~nobody-of-this-name/x")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a directory that is somebody's current one")
def test_relative_location_in_a_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    (tmp_path / "cwd").rmdir()
    with pytest.raises(UsageError, match="the current directory is gone"):
        TOOL.validate(Config("l", "x"))


@pytest.mark.parametrize("name", ["a&&.sarif", "a||.sarif", "a~~.sarif", "a[.sarif", "a\\\\.sarif"])
@pytest.mark.filterwarnings("error")
def test_what_a_set_of_characters_holds_is_meant(name: str) -> None:
    assert matcher("a[&|~[\\][&|~[\\].sarif, a[[].sarif")("", name)
    assert not matcher("a[&&b]?.sarif")("", "acc.sarif")


def test_results_that_are_no_problem_are_counted_in_a_note(tmp_path: Path) -> None:
    kinds = ["pass", "informational", "review", "fail", "pass"]
    put(tmp_path / "a.sarif", *(result(kind=kind) for kind in kinds))
    fetched = TOOL.fetch(config(tmp_path), ".", TestRun())
    assert len(fetched.findings) == 2
    note = "Scan: a.sarif: 3 results are no problems and are left out (by its kind: 1 informational, 2 pass)."
    assert fetched.notes == (note,)
    write(tmp_path / "b.sarif", sarif(run(result(kind="pass"), tool={"driver": {"name": "Other"}})))
    notes = TOOL.fetch(config(tmp_path), ".", TestRun()).notes
    assert notes == (note, "Other: b.sarif: 1 result is no problem and is left out (by its kind: 1 pass).")
