"""P13 at a server: what merely moved is the same Finding there too, with its id, its age and its triage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.world import World, counts, finding


def by_title(world: World) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in world.there()}


def test_p13_a_moved_finding_keeps_its_id_and_shows_the_new_line(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    before = by_title(world)
    assert counts(world.sync(finding(line=14), finding("R2", 24))) == {"updated": 2}
    after = by_title(world)
    assert {title: row["id"] for title, row in after.items()} == {title: row["id"] for title, row in before.items()}
    assert {title: row["line"] for title, row in after.items()} == {"Rule R1": 14, "Rule R2": 24}
    assert all(row["active"] and row["created"] == before[title]["created"] for title, row in after.items())
    assert counts(world.sync(finding(line=14), finding("R2", 24))) == {"untouched": 2}
    world.agree()


def test_p13_it_may_move_again_and_again_and_back(world: World) -> None:
    world.sync(finding())
    key = world.one("Rule R1")["id"]
    for line in (14, 3, 99, 10, 11):
        world.sync(finding(line=line))
        (row,) = world.there()
        assert (row["id"], row["line"], row["active"]) == (key, line, True)


def test_p13_a_new_one_at_the_old_place_is_another_one(world: World) -> None:
    """The server's own matching would take the new one for the old one, and the old one for new."""
    world.sync(finding(snippet="old code"))
    key = world.one("Rule R1")["id"]
    new = finding(snippet="new code")
    assert counts(world.sync(new, finding(line=30, snippet="old code"))) == {"created": 1, "updated": 1}
    lines = {row["line"]: row["id"] for row in world.there()}
    assert lines[30] == key
    assert lines[10] != key
    assert counts(world.sync(new, finding(line=30, snippet="old code"))) == {"untouched": 2}
    assert counts(world.sync(new)) == {"untouched": 1, "closed": 1}
    closed = next(row for row in world.there() if row["id"] == key)
    assert (closed["active"], closed["line"]) == (False, 30)
    world.agree()


def test_p13_two_that_change_places_are_still_themselves(world: World) -> None:
    world.sync(finding(snippet="alpha", line=10), finding(snippet="beta", line=20))
    ids = {row["line"]: row["id"] for row in world.there()}
    world.sync(finding(snippet="beta", line=10), finding(snippet="alpha", line=20))
    now = {row["id"]: row for row in world.there()}
    assert now[ids[10]]["line"] == 20
    assert "alpha" in now[ids[10]]["description"]
    assert now[ids[20]]["line"] == 10
    assert len(now) == 2
    world.agree()


def test_p13_a_renamed_file_takes_its_findings_along(world: World) -> None:
    old = [finding(f"R{n}", 10 * n) for n in range(1, 5)]
    world.sync(*old)
    ids = {row["id"] for row in world.there()}
    assert counts(world.sync(*(replace(one, file_path="src/new/app.py") for one in old))) == {"updated": 4}
    assert {row["id"] for row in world.there()} == ids
    assert {row["file_path"] for row in world.there()} == {"src/new/app.py"}
    world.agree()


def test_p13_new_words_for_the_same_finding(world: World) -> None:
    one = finding(unique_id="tool-7", line=None, file_path="", endpoints=("https://x.example/",))
    world.sync(one)
    key = world.one("Rule R1")["id"]
    again = replace(one, title="Another Title", description="Other words.", severity=Severity.LOW)
    assert counts(world.sync(again)) == {"updated": 1}
    (row,) = world.there()
    assert (row["id"], row["title"], row["severity"]) == (key, "Another Title", "Low")


def test_p13_triage_moves_along(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    key = world.one("Rule R1")["id"]
    world.remote.triage(key, false_p=True, active=False, verified=False)
    world.sync(finding(line=15), finding("R2", 25))
    row = world.one("Rule R1")
    assert (row["id"], row["line"], row["false_p"], row["active"]) == (key, 15, True, False)


def test_p13_there_and_back_again(world: World) -> None:
    """v1, v2, v1: what v2 closed is reactivated as itself, what it created is closed, what moved is where it was."""
    first = [finding(f"R{n}", 10 * n) for n in range(1, 7)]
    moved = [replace(one, line=(one.line or 0) + 3) for one in first[:4]]
    second = [*moved, finding("N1", 100), finding("N2", 110)]
    world.sync(*first)
    before = by_title(world)
    assert counts(world.sync(*second)) == {"created": 2, "updated": 4, "closed": 2}
    assert counts(world.sync(*first)) == {"updated": 4, "reactivated": 2, "closed": 2}
    after = by_title(world)
    for title, row in before.items():
        assert {name: after[title][name] for name in ("id", "line", "active", "severity", "created")} == {
            name: row[name] for name in ("id", "line", "active", "severity", "created")
        }
    assert len(after) == 8
    world.agree()
