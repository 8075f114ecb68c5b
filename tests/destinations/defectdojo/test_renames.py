"""A server and the embedded destination hold, keep and follow the same renames (issue 10, point 4)."""

from __future__ import annotations

from dataclasses import replace

from dojo_tui.model.plan import Action
from tests.destinations.defectdojo.test_same_as_embedded import Both
from tests.destinations.defectdojo.world import World, counts, many


def test_fault_4_what_seems_renamed_is_held_and_kept_at_a_server_too(world: World) -> None:
    both = Both(world)
    before = many(6)
    both.sync("app", before)
    after = [replace(one, scanner="Another", rule_id=f"new-{one.rule_id}") for one in before]
    held = world.sync(*after)
    assert held.held == "Another seems to take Scanner's place: 6 of 6 Findings are at the same places."
    assert held.doubtful
    both.sync("app", after)
    both.compare()
    assert {row.scanner for row in world.rows()} == {"Scanner"}

    both.sync("app", after, trust_renames=True)
    both.compare()
    rows = world.rows()
    assert {(row.scanner, row.active) for row in rows} == {("Another", True)}
    assert len(rows) == len(before)
    assert counts(world.sync(*after)) == {"untouched": 6}

    # Back again: nobody is asked, and nothing is made.
    back = world.sync(*before)
    assert not back.held
    assert back[Action.CREATED] == back[Action.CLOSED] == 0
    assert len(world.there()) == len(before)


def test_fault_4_what_is_not_the_same_is_closed_and_made_anew(world: World) -> None:
    both = Both(world)
    before = many(6)
    both.sync("app", before)
    after = [replace(one, scanner="Another", rule_id=f"new-{one.rule_id}") for one in before]
    both.sync("app", after, accept_large_change=True)
    both.compare()
    assert (
        sorted((row.scanner, row.active) for row in world.rows()) == [("Another", True)] * 6 + [("Scanner", False)] * 6
    )
