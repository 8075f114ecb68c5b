"""What people decide about Findings: kept by every Sync, and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.triage import REASON_LIMIT, Decision
from dojo_tui.services.triage import Triage
from dojo_tui.store.findings import FindingRow
from dojo_tui.store.tables import findings, products, tests
from dojo_tui.wiring import Workspace
from tests.services.fakes import World, finding

FLAGS = {
    Decision.FALSE_POSITIVE: "false_p",
    Decision.RISK_ACCEPTED: "risk_accepted",
    Decision.OUT_OF_SCOPE: "out_of_scope",
}


@pytest.fixture
def held(world: World) -> World:
    """Three Findings of one Record."""
    world.list("a")
    world.discover()
    world.map("P")
    world.tool.findings = {"a": [finding("1"), finding("2"), finding("3")]}
    world.sync()
    return world


def row(world: World, name: str) -> FindingRow:
    return next(one for one in world.findings() if one.title == f"Finding {name}")


def ids(world: World, *names: str) -> list[int]:
    return [row(world, name).id for name in names]


def state(world: World, name: str) -> tuple[bool, bool, bool, bool, bool]:
    one = row(world, name)
    return one.active, one.false_p, one.risk_accepted, one.out_of_scope, one.is_mitigated


OPEN = (True, False, False, False, False)
ACCEPTED = (False, False, True, False, False)
FALSE = (False, True, False, False, False)
CLOSED = (False, False, False, False, True)


@pytest.mark.parametrize("decision", FLAGS)
def test_a_decision_is_kept_by_every_later_sync(held: World, decision: Decision) -> None:
    done = held.workspace.triage.decide(ids(held, "1"), decision, "seen in review 7")
    assert done.count == 1
    assert f"1 Finding is {decision} now" in done.sentence
    wanted = state(held, "1")
    assert wanted[0] is False
    assert getattr(row(held, "1"), FLAGS[decision])
    held.sync()
    anew = replace(finding("1"), description="told anew")
    held.tool.findings["a"] = [anew, finding("2")]
    held.sync()
    assert state(held, "1") == wanted
    assert row(held, "1").description == "told anew"
    held.tool.findings["a"] = [finding("2")]
    held.sync()
    held.tool.findings["a"] = [anew, finding("2")]
    held.sync()
    assert state(held, "1") == wanted


def test_clearing_opens_what_is_still_reported_and_closes_what_is_not(held: World) -> None:
    triage = held.workspace.triage
    triage.decide(ids(held, "1", "2"), Decision.RISK_ACCEPTED)
    held.tool.findings["a"] = [finding("1"), finding("3")]
    held.sync()
    found = triage.preview(ids(held, "1", "2", "3"))
    assert (found.total, found.active, found.vanished) == (3, 1, 1)
    assert found.decided == {Decision.RISK_ACCEPTED: 2, Decision.CLEAR: 1}
    done = triage.decide(ids(held, "1", "2", "3"), Decision.CLEAR)
    assert (
        done.sentence
        == "Cleared 2 Findings: 1 active again. 1 is no longer reported, and closed. 1 had nothing to clear."
    )
    assert (state(held, "1"), state(held, "2"), state(held, "3")) == (OPEN, CLOSED, OPEN)
    held.tool.findings["a"] = [finding("1"), finding("2"), finding("3")]
    held.sync()
    assert state(held, "2") == OPEN


def test_what_the_tool_dismissed_is_opened_by_a_person_and_stays_so(held: World) -> None:
    held.tool.findings["a"] = [replace(finding("1"), false_p=True, active=False)]
    held.sync(accept=True)
    assert state(held, "1") == FALSE
    triage = held.workspace.triage
    triage.decide(ids(held, "1"), Decision.RISK_ACCEPTED)
    triage.decide(ids(held, "1"), Decision.CLEAR)
    assert state(held, "1") == OPEN
    held.tool.findings["a"] = [replace(finding("1"), false_p=True, active=False, description="again")]
    held.sync()
    assert state(held, "1") == OPEN


def test_undo_takes_back_one_act_at_a_time_however_many_findings(held: World) -> None:
    triage = held.workspace.triage
    triage.decide(ids(held, "1", "2", "3"), Decision.FALSE_POSITIVE)
    triage.decide(ids(held, "1"), Decision.OUT_OF_SCOPE)
    undone = triage.undo()
    assert undone is not None
    assert undone.sentence == "Took back: out of scope 1 Finding."
    assert state(held, "1") == FALSE
    undone = triage.undo()
    assert undone is not None
    assert undone.count == 3
    assert {state(held, name) for name in "123"} == {OPEN}
    assert triage.undo() is None
    held.sync()
    assert {state(held, name) for name in "123"} == {OPEN}


def test_redo_decides_again_what_was_taken_back_in_the_order_it_was_decided(held: World, other: Workspace) -> None:
    triage = held.workspace.triage
    triage.decide(ids(held, "1", "2"), Decision.FALSE_POSITIVE, "seen")
    triage.decide(ids(held, "1"), Decision.OUT_OF_SCOPE)
    triage.undo()
    triage.undo()
    held.tool.findings["a"] = [finding("1"), finding("3")]
    held.sync()
    again = triage.redo()
    assert again is not None
    assert again.sentence == "Done again: false positive 2 Findings."
    assert (state(held, "1"), row(held, "2").false_p) == (FALSE, True)
    assert [(one.reason, one.undone) for one in triage.history(ids(held, "2")[0])] == [("seen", False)]
    assert triage.redo() is not None
    assert row(held, "1").out_of_scope
    assert triage.redo() is None
    triage.undo()
    triage.undo()
    assert (state(held, "1"), state(held, "2")) == (OPEN, CLOSED), "what it was when it was done again"
    triage.decide(ids(held, "3"), Decision.RISK_ACCEPTED)
    assert triage.redo() is None, "a new decision is where redo ends"
    triage.undo()
    replace_who(other, "bob").decide(ids(held, "3"), Decision.OUT_OF_SCOPE)
    with pytest.raises(UsageError, match=r"Cannot redo 'risk accepted 1 Finding': somebody decided about 1"):
        triage.redo()


def test_undo_after_a_sync_says_what_is_so_now(held: World) -> None:
    held.workspace.triage.decide(ids(held, "1"), Decision.FALSE_POSITIVE)
    held.tool.findings["a"] = [finding("2"), finding("3")]
    held.sync()
    held.workspace.triage.undo()
    assert state(held, "1") == CLOSED


def test_undo_is_refused_when_somebody_decided_since(held: World, other: Workspace) -> None:
    held.workspace.triage.decide(ids(held, "1"), Decision.FALSE_POSITIVE)
    theirs = replace_who(other, "bob")
    theirs.decide(ids(held, "1"), Decision.OUT_OF_SCOPE)
    with pytest.raises(UsageError, match="somebody decided about 1 of them since"):
        held.workspace.triage.undo()
    assert theirs.undo() is not None
    assert held.workspace.triage.undo() is not None
    assert state(held, "1") == OPEN


def replace_who(workspace: Workspace, who: str) -> Triage:
    return Triage(workspace.store, workspace.clock, who)


def test_the_history_tells_who_why_and_what_was_undone(held: World) -> None:
    triage = held.workspace.triage
    triage.decide(ids(held, "1"), Decision.RISK_ACCEPTED, "  until the \x00 migration ")
    triage.decide(ids(held, "1"), Decision.RISK_ACCEPTED)
    triage.decide(ids(held, "1"), Decision.CLEAR)
    triage.undo()
    told = [(one.by, one.decision, one.reason, one.undone) for one in triage.history(ids(held, "1")[0])]
    assert told == [
        ("ada", Decision.CLEAR, "", True),
        ("ada", Decision.RISK_ACCEPTED, "until the � migration", False),
    ]


def test_all_or_nothing(held: World) -> None:
    triage = held.workspace.triage
    with pytest.raises(NotFoundError, match="1 of 2 Findings does not exist"):
        triage.decide([*ids(held, "1"), 10**6], Decision.FALSE_POSITIVE)
    with pytest.raises(UsageError, match="at most"):
        triage.decide(ids(held, "1"), Decision.FALSE_POSITIVE, "x" * (REASON_LIMIT + 1))
    with pytest.raises(UsageError, match="No Finding"):
        triage.decide([], Decision.FALSE_POSITIVE)
    assert state(held, "1") == OPEN


def test_findings_of_a_server_are_decided_about_there(held: World) -> None:
    triage = held.workspace.triage
    triage.decide(ids(held, "2"), Decision.FALSE_POSITIVE)
    url = "https://dojo.example.org"
    server = held.workspace.destinations.add(url, secret="env:TOKEN")
    with held.workspace.store.database.write() as connection:
        connection.execute(update(products).values(destination_id=server.id))
    with pytest.raises(UsageError, match="cannot be triaged here"):
        triage.decide(ids(held, "1"), Decision.FALSE_POSITIVE)
    with pytest.raises(UsageError, match="moved to a server"):
        triage.undo()


def test_a_sync_that_was_planned_before_plans_anew(held: World) -> None:
    with held.workspace.store.database.read() as connection:
        before = connection.execute(select(tests.c.revision)).scalar_one()
    held.workspace.triage.decide(ids(held, "1"), Decision.FALSE_POSITIVE)
    with held.workspace.store.database.read() as connection:
        assert connection.execute(select(tests.c.revision)).scalar_one() > before
        assert connection.execute(select(findings.c.triaged).where(findings.c.false_p)).scalar_one()
