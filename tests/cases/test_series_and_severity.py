"""Cases of several reports in a folder (point 3) and of severities (point 6), as their ``expected.md`` says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from tests.cases.conftest import Case
from tests.cases.test_cases import counts

Play = Callable[[str], Case]


def test_fault_3_case_03_rebuilding_one_unit_closes_nothing_of_the_others(play: Play) -> None:
    case = play("03-report-per-unit")
    assert counts(case.phase("before")) == {"created": 4}
    later = max(path.stat().st_mtime for path in case.cli.reports.rglob("*.sarif")) + 60
    for name in ("parse", "store"):
        os.utime(case.cli.reports / "native" / f"{name}.nativecodeanalysis.sarif", (later, later))
        case.cli("discover")
        assert counts(case.cli.json("sync")["operations"][0]["counts"]) == {"untouched": 4}
    (case.cli.reports / "native" / "net.nativecodeanalysis.sarif").unlink()
    case.cli("discover")
    assert counts(case.cli.json("sync")["operations"][0]["counts"]) == {"closed": 1, "untouched": 3}


def test_fault_3_case_19_folders_by_date_are_one_project_with_its_newest_report(play: Play) -> None:
    case = play("19-dated-folders")
    assert counts(case.phase("before")) == {"created": 1}
    assert [(row["name"], row["product"]) for row in case.cli.json("records", "list")] == [("shop", "shop")]


def test_fault_3_case_41_images_with_tags_in_their_ids(play: Play) -> None:
    case = play("41-image-tags")
    assert counts(case.phase("before")) == {"created": 2}
    assert len({row["scanner"] for row in case.active}) == 2


def test_fault_3_case_42_images_with_tags_stay_through_a_new_tag(play: Play) -> None:
    case = play("42-image-tags-slash")
    assert counts(case.phase("before")) == {"created": 2}
    assert counts(case.phase("after")) == {"untouched": 2}


def test_fault_6_case_05_the_level_none_is_info(play: Play) -> None:
    case = play("05-level-none")
    case.phase()
    assert Counter(row["severity"] for row in case.findings) == {"Info": 2}


def test_fault_6_case_14_levels_in_other_words(play: Play) -> None:
    case = play("14-levels")
    case.phase()
    severities = {row["title"].removeprefix("Level ").strip("'"): row["severity"] for row in case.findings}
    said = {word: severities[word] for word in ("high", "critical", "low", "info", "medium", "none", "error", "ERROR")}
    assert said == {
        "high": "High", "critical": "Critical", "low": "Low", "info": "Info", "medium": "Medium", "none": "Info",
        "error": "High", "ERROR": "High",
    }  # fmt: skip


def test_fault_6_case_46_severities_in_properties(play: Play) -> None:
    case = play("46-severity-in-properties")
    case.phase()
    assert [row["severity"] for row in case.findings[:2]] == ["High", "Critical"]
