"""P13 on real releases: what merely moved is the same Finding."""

from __future__ import annotations

import pytest

from dojo_tui.model.clock import Clock
from dojo_tui.model.plan import Action
from tests.alignment import Bench, Followed, pairs
from tests.shared import shared

# Renamed files count as absent and new in the ground truth; here they are
# followed. These are the results in files that the projects did rename.
RENAMED = {"bandit requests 2.31.0 2.32.0": 9, "ruff requests 2.31.0 2.32.0": 9, "semgrep requests 2.31.0 2.32.0": 9}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> list[Followed]:
    """All pairs of releases, synced: older, older, newer, older."""
    reports = shared("reports")
    bench = Bench(tmp_path_factory.mktemp("releases"), Clock())
    return [bench.follow(pair) for pair in pairs(reports)]


def test_p13_nothing_changes_when_the_same_report_is_synced_again(followed: list[Followed]) -> None:
    for one in followed:
        assert one.again[Action.UNTOUCHED] == one.first[Action.CREATED], one.pair.name
        assert sum(one.again.counts.values()) == one.again[Action.UNTOUCHED], one.pair.name


def test_p13_created_and_closed_are_what_the_source_code_says(followed: list[Followed]) -> None:
    persisting = sum(len(one.pair.persisting) for one in followed)
    assert persisting > 37_000
    assert sum(one.error for one in followed) <= 0.002 * persisting
    moved = {one.pair.name: one for one in followed if one.pair.name in RENAMED}
    for name, renamed in RENAMED.items():
        assert moved[name].forward[Action.CLOSED] == moved[name].pair.absent - renamed


def test_p13_findings_keep_their_identity(followed: list[Followed]) -> None:
    exact = sum(len(one.pair.exact) for one in followed)
    assert sum(one.right for one in followed) >= 0.99 * exact
    assert sum(one.across_rules for one in followed) == 0


def test_p13_going_back_reactivates_exactly_what_the_newer_report_closed(followed: list[Followed]) -> None:
    for one in followed:
        assert one.back[Action.CREATED] == 0, one.pair.name
        # njsscan says that its scans were not successful (a rule timed out): they add, but close nothing (P3).
        partial = one.pair.name.startswith("njsscan")
        assert one.back[Action.CLOSED] == (0 if partial else one.forward[Action.CREATED]), one.pair.name
        assert one.back[Action.REACTIVATED] == one.forward[Action.CLOSED], one.pair.name
        assert one.reactivated == one.closed, one.pair.name
