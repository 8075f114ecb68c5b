"""What people did at the server between two Syncs is told, and counted (issue 10, point 13)."""

from __future__ import annotations

from tests.destinations.defectdojo.test_triage import decide
from tests.destinations.defectdojo.world import World, counts, finding, many, moved


def test_fault_13_what_was_closed_and_deleted_there_is_told_and_counted(world: World) -> None:
    six = many(6)
    world.sync(*six)
    for title in ("Rule R1", "Rule R2"):
        world.remote.triage(world.one(title)["id"], active=False, is_mitigated=True)
    world.remote.delete("findings", world.one("Rule R3")["id"])
    summary = world.sync(*six)
    assert counts(summary) == {"reactivated": 2, "created": 1, "untouched": 3}
    assert summary.notes == (
        "2 closed at the server are still reported, and active again",
        "1 that was deleted at the server is still reported, and made anew",
    )
    assert world.titles() == [f"Rule R{n}" for n in range(1, 7)]
    assert counts(world.sync(*six)) == {"untouched": 6}


def test_fault_13_what_was_decided_there_is_told(world: World) -> None:
    six = many(6)
    world.sync(*six)
    first = decide(world, "Rule R1", "false_p")
    decide(world, "Rule R2", "risk_accepted")
    decide(world, "Rule R3", "risk_accepted")
    summary = world.sync(*six[:5])
    assert "people did at the server since the last Sync: 1 marked false positive, 2 risk accepted" in summary.notes
    # What was told once is not told again.
    assert not any("people" in note for note in world.sync(*six[:4]).notes)
    world.remote.triage(first, false_p=False, active=True, is_mitigated=False)
    summary = world.sync(*six[:4])
    assert "people did at the server since the last Sync: the decision about 1 taken back" in summary.notes


def test_fault_13_a_finding_whose_service_was_edited_is_still_that_finding(world: World) -> None:
    six = many(6)
    world.sync(*six)
    key = world.one("Rule R1")["id"]
    world.remote.change("findings", key, service="Payments team")

    assert counts(world.sync(*six)) == {"untouched": 6}
    world.sync(*six, finding("R7", 70))
    assert len(world.there()) == 7

    # What changes of it is told there, and what the person wrote stays.
    world.sync(moved(six[0], 44), *six[1:], finding("R7", 70))
    row = world.one("Rule R1")
    assert (row["id"], row["line"], row["service"], row["active"]) == (key, 44, "Payments team", True)

    # Gone, and back again.
    assert counts(world.sync(*six[1:], finding("R7", 70))) == {"closed": 1, "untouched": 6}
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row["is_mitigated"]) == (key, False, True)
    world.sync(moved(six[0], 44), *six[1:], finding("R7", 70))
    row = world.one("Rule R1")
    assert (row["id"], row["active"], row["service"]) == (key, True, "Payments team")
    assert len(world.there()) == 7
