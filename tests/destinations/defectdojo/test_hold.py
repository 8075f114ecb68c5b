"""P9 at a server: what is held or only planned sends nothing that changes anything."""

from __future__ import annotations

from dojo_tui.model.plan import Action, Hold
from dojo_tui.model.severity import Severity
from tests.defectdojo_server import Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import World, counts, finding, many
from tests.destinations.scanner_hold import of


def test_p9_a_large_closure_is_held_until_a_person_confirms(world: World) -> None:
    world.sync(*many(40))
    before = world.there()
    held = world.sync(*many(20))
    assert "20 of 40" in held.held
    assert held[Action.CLOSED] == 20
    assert world.last.changing == []
    assert world.there() == before
    assert counts(world.sync(*many(20), accept_large_change=True)) == {"untouched": 20, "closed": 20}
    assert len(world.there(active=True)) == 20
    world.agree()


def test_p9_thresholds(world: World) -> None:
    world.sync(*many(40))
    assert not world.sync(*many(21)).held
    world.sync(*many(40))
    assert not world.sync(*many(1), hold=Hold(share=1.0, least=1)).held
    world.sync(*many(19))
    assert not world.sync().held, "fewer than twenty are no large change"


def test_p9_what_people_dismissed_there_is_not_counted_as_closed(world: World) -> None:
    world.sync(*many(40))
    for row in world.there()[:5]:
        world.remote.triage(row["id"], false_p=True, active=False, verified=False)
    kept = {row["title"] for row in world.there(active=True)}
    left = [one for one in many(40) if one.title in kept][:16]
    summary = world.sync(*left)
    # 24 of 40 would vanish, but five of them a person has dismissed: 19 are no large change.
    assert not summary.held
    assert summary[Action.CLOSED] == 19
    assert len(world.there(active=True)) == 16


def test_a_dry_run_tells_and_changes_nothing(world: World) -> None:
    world.sync(finding())
    before, here = world.there(), world.rows()
    plan = world.sync(finding("R2", 20), dry_run=True)
    assert counts(plan) == {"created": 1, "closed": 1}
    assert plan.by_severity[Action.CREATED] == {Severity.HIGH: 1}
    assert world.last.changing == []
    assert (world.there(), world.rows()) == (before, here)


def test_a_dry_run_of_a_record_that_was_never_synced_makes_no_place_for_it(world: World) -> None:
    product = world.product_there
    assert counts(world.sync(finding(), dry_run=True)) == {"created": 1}
    assert world.last.changing == []
    assert world.remote.engagements(product=product) == []
    assert world.rows() == []


def test_p9_findings_that_another_store_has_sent_are_closed_only_when_a_person_confirms(
    world: World, dojo: Remote, make_world: MakeWorld
) -> None:
    """Two stores, whose Connectors have the same label: what the other one sent is all foreign here."""
    world.sync(*many(30))
    before = world.there()
    other = make_world(dojo)
    other.name = world.name
    for _ in range(2):
        held = other.sync(finding("Z1", 5))
        assert "30 active Findings" in held.held
        assert "POST reimport-scan/" not in other.last.changing
        assert world.there() == before
        assert other.rows() == []
    summary = other.sync(finding("Z1", 5), accept_large_change=True)
    assert (summary.held, counts(summary)) == ("", {"created": 1})
    assert world.titles() == ["Rule Z1"]
    assert other.titles(active=False) == sorted(row["title"] for row in before)
    # From now on it is this store's Record as any other.
    assert not other.sync(finding("Z1", 5)).held


def test_p9_few_findings_of_another_store_are_no_large_change(
    world: World, dojo: Remote, make_world: MakeWorld
) -> None:
    world.sync(*many(19))
    other = make_world(dojo)
    other.name = world.name
    assert not other.sync(finding("Z1", 5)).held
    assert world.titles() == ["Rule Z1"]


def test_p9_nor_are_another_records_findings(world: World, dojo: Remote, make_world: MakeWorld) -> None:
    world.sync(*many(30))
    other = make_world(dojo)
    other.name = world.name
    assert not other.sync(finding("Z1", 5), scope="lib").held
    assert len(world.there(active=True)) == 31


def test_fault_16_a_scanner_of_which_most_would_close_is_held_at_a_server(world: World) -> None:
    world.sync(*of("One", 30), *of("Two", 25))
    held = world.sync(*of("One", 30))
    assert held.held == "It would close 25 of 55 active Findings: 25 of 25 of Two."
    assert world.last.changing == []
    assert counts(world.sync(*of("One", 30), accept_large_change=True)) == {"untouched": 30, "closed": 25}
    assert len(world.there(active=True)) == 30
