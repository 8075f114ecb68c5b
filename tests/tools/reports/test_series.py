"""Several reports of one scanner in a folder: successive scans, or parts side by side (issue 10, point 3)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model.fetch import Fetch
from dojo_tui.testing import TestRun
from dojo_tui.tools.reports.connector import TOOL
from tests.reports.helpers import location, result
from tests.tools.reports.test_connector import config, ended, put


def found(path: Path, **options: str) -> Fetch:
    return TOOL.fetch(config(path, **options), ".", TestRun())


def write(folder: Path, names: list[str], **fields: Any) -> None:
    """A report for each name, in order of time, each with a Finding in a file of its own."""
    for number, name in enumerate(names, start=1):
        said = {key: value[number - 1] if isinstance(value, list) else value for key, value in fields.items()}
        place = location(name)
        put(folder / name, result(locations=[place]), **ended(f"2026-01-{number:02}T10:00:00Z", **said))


PARALLEL = [
    ["parse.nativecodeanalysis.sarif", "store.nativecodeanalysis.sarif", "main.nativecodeanalysis.sarif"],
    ["module-a.sarif", "module-b.sarif"],
    ["module-1.sarif", "module-2.sarif"],
    ["trivy-config.sarif", "trivy-image.sarif"],
    ["report-api.sarif", "report-web.sarif"],
    ["report.sarif", "report-web.sarif"],
    ["api-2026-01-01.sarif", "web-2026-01-02.sarif"],
    ["api-1234.sarif", "web-1235.sarif"],
    ["report-shard-1-of-2.sarif", "report-shard-2-of-2.sarif"],
    ["report-part1.sarif", "report-part2.sarif"],
    ["1of2.sarif", "2of2.sarif"],
]
SUCCESSIVE = [
    ["report-2026-11-28.sarif", "report-2026-11-29.sarif"],
    ["report_20261128T101112Z.sarif", "report_20261129T101112Z.sarif"],
    ["28.11.2026.sarif", "29.11.2026.sarif"],
    ["report-1764300000.sarif", "report-1764400000.sarif"],
    ["report-1234.sarif", "report-1235.sarif"],
    ["report-build-7.sarif", "report-build-8.sarif"],
    ["run_7.sarif", "run_8.sarif"],
    ["report-4ea3e4b.sarif", "report-5f064fa.sarif"],
    ["report-d3b07384-d113-4ec6-a1f5-0123456789ab.sarif", "report-d3b07384-d113-4ec6-a1f5-0123456789ac.sarif"],
    ["report-2026-11-28.sarif", "report-2026-11-29.sarif", "latest.sarif"],
    ["2026-11-28.sarif", "2026-11-29.sarif", "latest.sarif"],
    ["shop-2026-11-28.sarif", "shop-2026-11-29.sarif", "latest.sarif"],
    ["report-old.sarif", "report.sarif"],
    ["report.sarif.gz", "report.sarif"],
    ["report-monday.sarif", "report-tuesday.sarif"],
]
UNCLEAR = [
    ["report-1.sarif", "report-2.sarif"],
    ["report-01.sarif", "report-02.sarif", "report-03.sarif"],
    ["report.sarif", "report (1).sarif"],
    ["scan.sarif", "result.sarif"],
    ["nginx-1.25.sarif", "nginx-1.26.sarif"],
    ["api-2026-11-28.sarif", "web-2026-11-28.sarif", "latest.sarif"],
]


@pytest.mark.parametrize("names", PARALLEL, ids=" ".join)
def test_fault_3_parts_side_by_side_all_count(tmp_path: Path, names: list[str]) -> None:
    write(tmp_path, names)
    fetch = found(tmp_path)
    assert (fetch.held, fetch.left_out, fetch.partial) == ("", (), {})
    assert {one.file_path for one in fetch.findings} == set(names)


@pytest.mark.parametrize("names", SUCCESSIVE, ids=" ".join)
def test_fault_3_of_successive_scans_the_newest_counts(tmp_path: Path, names: list[str]) -> None:
    plain = [name for name in names if not name.endswith(".gz")]
    write(tmp_path, plain)
    if plain != names:
        put(tmp_path / "report.sarif.json", result(locations=[location("old.py")]), **ended("2025-01-01T10:00:00Z"))
    fetch = found(tmp_path)
    assert fetch.held == ""
    assert [one.file_path for one in fetch.findings] == [plain[-1]]
    assert len(fetch.left_out) == len(names) - 1


@pytest.mark.parametrize("names", UNCLEAR, ids=" ".join)
def test_fault_3_what_cannot_be_told_is_held_with_both_readings(tmp_path: Path, names: list[str]) -> None:
    write(tmp_path, names)
    fetch = found(tmp_path)
    assert fetch.findings == []
    assert f"1 Finding if only the newest counts ({names[-1]})" in fetch.held
    assert f"{len(names)} Findings if all count" in fetch.held
    assert "'several'" in fetch.held
    newest = found(tmp_path, several="newest")
    assert (newest.held, len(newest.findings), len(newest.left_out)) == ("", 1, len(names) - 1)
    every = found(tmp_path, several="all")
    assert (every.held, len(every.findings), every.left_out) == ("", len(names), ())


@pytest.mark.parametrize("several", ["newest", "all"])
def test_fault_3_the_option_settles_only_what_cannot_be_told(tmp_path: Path, several: str) -> None:
    write(tmp_path, ["module-a.sarif", "module-b.sarif", "day-2026-01-01.sarif", "day-2026-01-02.sarif"])
    assert {one.file_path for one in found(tmp_path, several=several).findings} == {
        "module-a.sarif", "module-b.sarif", "day-2026-01-02.sarif",
    }  # fmt: skip


def test_fault_3_a_copy_is_the_same_report(tmp_path: Path) -> None:
    write(tmp_path, ["api-2026-11-28.sarif", "web-2026-11-28.sarif"])
    shutil.copy(tmp_path / "web-2026-11-28.sarif", tmp_path / "latest.sarif")
    shutil.copy(tmp_path / "web-2026-11-28.sarif", tmp_path / "web-2026-11-28 (1).sarif")
    fetch = found(tmp_path)
    assert (fetch.held, len(fetch.findings)) == ("", 2)


@pytest.mark.parametrize(
    ("id_", "scanners"),
    [
        (["image:api:sha-4ea3e4b", "image:web:sha-4ea3e4b"], {"Scan (image:api)", "Scan (image:web)"}),
        (["api/sha-4ea3e4b", "web/sha-4ea3e4b"], {"Scan (api)", "Scan (web)"}),
        (["images/api:sha-4ea3e4b", "images/web:1.2"], {"Scan (images/api)", "Scan (images/web)"}),
        (["app/build-17", "app/build-18"], {"Scan (app)"}),
        (["build-17", "build-18"], {"Scan"}),
    ],
)
def test_fault_3_the_category_keeps_what_names_the_target(tmp_path: Path, id_: list[str], scanners: set[str]) -> None:
    write(tmp_path, ["report-1001.sarif", "report-1002.sarif"], automationDetails=[{"id": one} for one in id_])
    fetch = found(tmp_path)
    assert {one.scanner for one in fetch.findings} == scanners
    assert len(fetch.findings) == len(scanners)


@pytest.mark.parametrize(
    "fields",
    [
        {"properties": [{"imageName": "shop/api:1.2"}, {"imageName": "shop/web:1.2"}]},
        {
            "versionControlProvenance": [
                [{"repositoryUri": "https://git.example/api.git"}],
                [{"repositoryUri": "https://git.example/web"}],
            ]
        },
        {
            "tool": [
                {"driver": {"name": "Scan", "rules": [{"id": "CVE-2026-1000"}]}},
                {"driver": {"name": "Scan", "rules": [{"id": "DS002"}]}},
            ]
        },
    ],
)
def test_fault_3_what_was_scanned_tells_whatever_the_name(tmp_path: Path, fields: dict[str, Any]) -> None:
    write(tmp_path, ["report-2026-01-01.sarif", "report-2026-01-02.sarif"], **fields)
    assert len(found(tmp_path).findings) == 2


def test_fault_3_the_same_target_in_two_versions_is_a_series(tmp_path: Path) -> None:
    write(tmp_path, ["report-1.sarif", "report-2.sarif"], properties=[{"imageName": f"shop/api:{n}"} for n in (1, 2)])
    assert [one.file_path for one in found(tmp_path).findings] == ["report-2.sarif"]


def test_fault_3_the_same_problem_in_two_targets_is_two(tmp_path: Path) -> None:
    for name in ("api", "web"):
        put(tmp_path / f"{name}.sarif", result(locations=[location("usr/lib/openssl")]))
    assert sorted(one.logical_location for one in found(tmp_path).findings) == ["api", "web"]
    for name in ("api", "web"):
        put(tmp_path / f"{name}.sarif", result(locations=[location("file:///C:/src/common.h")]))
    assert {one.logical_location for one in found(tmp_path).findings} == {""}


def test_fault_3_a_missing_shard_closes_nothing(tmp_path: Path) -> None:
    write(tmp_path, ["report-shard-1-of-3.sarif", "report-shard-3-of-3.sarif"])
    fetch = found(tmp_path)
    assert (len(fetch.findings), fetch.partial) == (2, {"Scan": "of 3 parts these are not there: 2"})


def test_fault_3_shards_of_an_older_split_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, [f"report-{n}-of-3.sarif" for n in (1, 2, 3)] + [f"report-{n}-of-2.sarif" for n in (1, 2)])
    fetch = found(tmp_path)
    assert sorted(one.file_path for one in fetch.findings) == ["report-1-of-2.sarif", "report-2-of-2.sarif"]
    assert (len(fetch.left_out), fetch.partial) == (3, {})


def listing(path: Path, **options: str) -> dict[str, Any]:
    return {vep.vendor_id: vep for vep in TOOL.list_veps(config(path, **options), TestRun())}


@pytest.mark.parametrize(
    "runs",
    [
        ["2026-11-28", "2026-11-29"],
        ["20261128T100000Z", "20261128T110000Z"],
        ["28.11.2026", "01.12.2026"],
        ["build-9", "build-10"],
        ["run_99", "run_100"],
        ["2026-11-28", "latest"],
    ],
    ids=" ".join,
)
def test_fault_3_a_folder_for_each_run_is_one_record_with_its_newest_reports(tmp_path: Path, runs: list[str]) -> None:
    for number, run in enumerate(runs):
        put(tmp_path / "shop" / run / "semgrep.sarif", result(locations=[location(f"{run}.py")]))
        put(tmp_path / "shop" / run / f"trivy-{number + 1}000.sarif", result(locations=[location("t.py")]))
    put(tmp_path / "shop" / runs[0] / "only.sarif", result(locations=[location("only.py")]))
    put(tmp_path / "blog" / "x.sarif")
    veps = listing(tmp_path)
    assert sorted(veps) == ["blog", "shop"]
    assert veps["shop"].details["newest folder"] == f"shop/{runs[1]}"
    fetch = TOOL.fetch(config(tmp_path), "shop", TestRun())
    assert sorted(one.file_path for one in fetch.findings) == sorted([f"{runs[1]}.py", "only.py", "t.py"])
    assert fetch.left_out == (f"{runs[0]}/semgrep.sarif", f"{runs[0]}/trivy-1000.sarif")
    assert fetch.evidence == veps["shop"].evidence


def test_fault_3_folders_below_runs_are_records(tmp_path: Path) -> None:
    for run in ("2026-11-28", "2026-11-29"):
        for name in ("api", "web"):
            put(tmp_path / run / name / "x.sarif", result(locations=[location(f"{run}-{name}.py")]))
    put(tmp_path / "web" / "other.sarif", result(locations=[location("other.py")]))
    assert sorted(listing(tmp_path)) == ["api", "web"]
    fetch = TOOL.fetch(config(tmp_path), "api", TestRun())
    assert [one.file_path for one in fetch.findings] == ["2026-11-29-api.py"]
    fetch = TOOL.fetch(config(tmp_path), "web", TestRun())
    assert sorted(one.file_path for one in fetch.findings) == ["2026-11-29-web.py", "other.py"]


@pytest.mark.parametrize("names", [["1041", "1042"], ["1", "2"], ["4ea3e4b", "5f064fa"], ["v1", "v2"], ["old", "new"]])
def test_fault_3_folders_that_may_be_things_stay_records(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        put(tmp_path / "shop" / name / "x.sarif")
    assert sorted(listing(tmp_path)) == [f"shop/{name}" for name in sorted(names)]


def test_fault_3_numbers_below_builds_are_of_runs(tmp_path: Path) -> None:
    for number in (9, 10, 11):
        put(tmp_path / "shop" / "builds" / str(number) / "x.sarif", result(locations=[location(f"{number}.py")]))
    assert sorted(listing(tmp_path)) == ["shop/builds"]
    fetch = TOOL.fetch(config(tmp_path), "shop/builds", TestRun())
    assert [one.file_path for one in fetch.findings] == ["11.py"]


def test_fault_3_depth_and_exclude_hold_for_folders_of_runs(tmp_path: Path) -> None:
    for run in ("2026-11-28", "2026-11-29"):
        put(tmp_path / "shop" / run / "x.sarif", result(locations=[location(f"{run}.py")]))
    put(tmp_path / "shop" / "x.sarif", result(locations=[location("top.py")]))
    assert sorted(listing(tmp_path, depth="1")) == ["shop"]
    fetch = TOOL.fetch(config(tmp_path, depth="1"), "shop", TestRun())
    assert [one.file_path for one in fetch.findings] == ["top.py"]
    fetch = TOOL.fetch(config(tmp_path, exclude="*-29"), "shop", TestRun())
    assert fetch.held == ""
    assert len(fetch.findings) == 1
