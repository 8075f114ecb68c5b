"""A remap that closes what was imported into the Product that Records leave: told before, done for sure, never more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dojo_tui.http.exchange import Caller
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import CancelledError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import OperationType, OutcomeStatus, Status
from dojo_tui.model.plan import Reimport, Summary
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import Target
from dojo_tui.services.mapping import Change
from dojo_tui.services.retry import undone
from dojo_tui.store.findings import FindingQuery, finding_ids, finding_rows
from dojo_tui.store.operations import OperationRow
from dojo_tui.wiring import open_workspace
from tests.defectdojo_server.answers import Answer
from tests.defectdojo_server.remote import Remote
from tests.defectdojo_server.server import DojoServer
from tests.services.fakes import FakeTool, World, finding

Look = Callable[[str], list[str]]


def fill(world: World) -> World:
    """Records a and b of the Product Shop, both synced; a3 is dismissed by its tool."""
    world.list("a", "b")
    world.discover()
    world.map("Shop", "a", "b")
    world.tool.findings = {
        "a": [
            finding("a1"),
            finding("a2", Severity.LOW),
            replace(finding("a3"), active=False, false_p=True),
        ],
        "b": [finding("b1")],
    }
    assert world.sync().status is Status.COMPLETED
    return world


@pytest.fixture
def filled(world: World) -> World:
    return fill(world)


@pytest.fixture
def at_server(
    filled: World,
    dojo_server: DojoServer,
    store_url: str,
    clock: Clock,
    tool: FakeTool,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    """The same at a DefectDojo server, in a Product of the same name."""
    monkeypatch.setenv("CLOSE_TOKEN", dojo_server.token)
    filled.workspace.destinations.add(dojo_server.url, secret="env:CLOSE_TOKEN")
    workspace = open_workspace(store_url, clock=clock, who="ada", tools={"fake": tool}, destination=dojo_server.url)
    yield fill(World(workspace, tool, filled.connector_id))
    workspace.close()


def run(world: World, change: Change) -> OperationRow:
    (closing,) = change.closing
    return world.operation(
        world.workspace.operations.run(closing.connector_id, OperationType.CLOSE, record_ids=closing.record_ids)
    )


def active(world: World, product: str) -> list[str]:
    """Titles of the active Findings that the store holds of a Product of the destination in use."""
    refs = {one.name: one.ref for one in world.workspace.destination.products()}
    with world.workspace.store.database.read() as connection:
        query = FindingQuery(product_ref=refs.get(product, "0"), active=True)
        rows = finding_rows(connection, finding_ids(connection, query))
    return sorted(row.title.removeprefix("Finding ") for row in rows)


def remap_and_close(world: World, there: Look) -> None:
    """The whole way: told, closed, and nothing else; taken back, and reactivated by the next Sync."""
    mapper = world.workspace.mapper
    leaving = mapper.leaving(world.ids("a"), "New")
    assert [(one.name, one.product_name, one.open, one.dismissed) for one in leaving.records] == [
        ("a", "Shop", {Severity.HIGH: 1, Severity.LOW: 1}, 1)
    ]
    assert (leaving.to_close, mapper.leaving(world.ids("a"), "Shop").records) == (2, [])
    change = mapper.map(world.ids("a"), "New", close=True)
    assert change.sentence == "Mapped 1 Record to New."
    row = run(world, change)
    assert (row.status, row.counts) == (Status.COMPLETED, {"records": 1, "closed": 2, "failed": 0, "skipped": 0})
    assert world.outcomes(row)["a"].reason == "Closed 2 Findings in Shop."
    # Its sibling, which is in the same Test, is untouched, and so is what was dismissed.
    assert active(world, "Shop") == there("Shop") == ["b1"]
    assert [one.dismissed for one in mapper.leaving(world.ids("a", "b"), "New").records] == [1, 0]
    assert there("New") == []
    planned = mapper.next_undo()
    assert planned is not None
    assert planned.asks
    said = "2 Findings that it closed in Shop stay closed until the next Sync reactivates what is still reported."
    assert planned.consequences[-1] == said
    done = mapper.undo(expected=planned.act.id)
    assert done is not None
    assert done.sentence == f"Took back: map 1 Record. {said}"
    assert world.sync().counts["reactivated"] == 2
    assert active(world, "Shop") == there("Shop") == ["a1", "a2", "b1"]
    again = mapper.redo()
    assert again is not None
    assert "Nothing is closed by that" in again.sentence


def test_p4_p5_only_what_the_record_imported_is_closed(filled: World) -> None:
    remap_and_close(filled, lambda product: active(filled, product))


def test_p4_p5_only_what_the_record_imported_is_closed_at_a_server(at_server: World, dojo: Remote) -> None:
    def there(product: str) -> list[str]:
        (row,) = [one for one in dojo.products() if one["name"] == product]
        rows = dojo.findings(product=row["id"], active=True)
        if not rows:
            assert product == "Shop" or dojo.engagements(product=row["id"]) == []
        return sorted(one["title"].removeprefix("Finding ").lower() for one in rows)

    before = {one["title"]: one["false_p"] for one in dojo.findings()}
    remap_and_close(at_server, there)
    assert {one["title"]: one["false_p"] for one in dojo.findings()} == before
    assert before["Finding A3"]


def test_a_server_that_fails_says_so_and_the_next_sync_closes_it(at_server: World, dojo_server: DojoServer) -> None:
    world = at_server
    change = world.workspace.mapper.map(world.ids("a"), "New", close=True)
    fault = dojo_server.fails(path="reimport-scan/", answer=Answer(403, {"detail": "Not today."}), times=None)
    row = run(world, change)
    assert row.status is Status.FAILED
    assert row.error == "1 of 1 could not be closed: the next Sync tries it again."
    outcome = world.outcomes(row)["a"]
    assert outcome.status is OutcomeStatus.FAILED
    assert "Not closed in Shop: " in outcome.reason
    assert active(world, "Shop") == ["a1", "a2", "b1"]
    assert undone(world.workspace.store.database, row.id).record_ids == tuple(world.ids("a"))
    fault.times = 0
    row = world.sync()
    assert (row.status, row.counts["closed"], row.counts["created"]) == (Status.COMPLETED, 2, 3)
    assert active(world, "Shop") == ["b1"]
    assert active(world, "New") == ["a1", "a2"]


class Killed(BaseException):
    """The process dies here."""


def test_p7_killed_at_any_instant_it_is_closed_in_the_end(filled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the mapping and the Operation; before the Findings are closed; before that is written down."""
    world, destination = filled, filled.workspace.destination
    reimport = destination.reimport
    change = world.workspace.mapper.map(world.ids("a"), "New", close=True)

    def dies(before: bool) -> Callable[[Target, Fetch, Reimport, Caller], Summary]:
        def once(target: Target, fetch: Fetch, settings: Reimport, caller: Caller) -> Summary:
            if not before:
                reimport(target, fetch, settings, caller)
            raise Killed

        return once

    for before in (True, False):
        monkeypatch.setattr(destination, "reimport", dies(before))
        with pytest.raises(Killed):
            run(world, change)
        assert active(world, "Shop") == (["a1", "a2", "b1"] if before else ["b1"])

    def cancelled(*_: object) -> Summary:
        raise CancelledError

    monkeypatch.setattr(destination, "reimport", cancelled)
    row = run(world, change)
    assert (row.status, row.counts["closed"]) == (Status.CANCELLED, 0)
    assert world.outcomes(row)["a"].reason == "Not closed in Shop: the next Sync does it."
    monkeypatch.undo()
    row = world.sync()
    assert row.status is Status.COMPLETED
    assert (active(world, "Shop"), active(world, "New")) == (["b1"], ["a1", "a2"])
    assert run(world, change).counts["records"] == 0


def test_what_is_mapped_there_again_is_not_closed(filled: World) -> None:
    world, mapper = filled, filled.workspace.mapper
    change = mapper.map(world.ids("a"), "New", close=True)
    plan = mapper.next_undo()
    assert plan is not None
    assert plan.consequences[-1] == "What was still to be closed of 1 Record stays as it is."
    mapper.undo()
    assert run(world, change).counts["records"] == 0
    assert mapper.redo() is not None
    change = mapper.map(world.ids("a"), "Newer", close=True)
    assert [one.record_ids for one in change.closing] == [tuple(world.ids("a"))]  # what Shop still holds
    change = mapper.map(world.ids("a"), "Shop")
    change = mapper.map(world.ids("a"), "New", close=True)
    mapper.map(world.ids("a"), "Shop")
    row = run(world, change)
    assert world.outcomes(row)["a"].reason == "It is mapped to Shop again: nothing is closed."
    assert active(world, "Shop") == ["a1", "a2", "b1"]


def test_what_earlier_remaps_left_behind_is_closed_as_well(filled: World) -> None:
    world, mapper = filled, filled.workspace.mapper
    mapper.map(world.ids("a"), "B")
    leaving = mapper.leaving(world.ids("a"), "C")
    assert [(one.product_name, one.open.total(), one.now) for one in leaving.records] == [("Shop", 2, False)]
    mapper.ignore(world.ids("a"))
    change = mapper.map(world.ids("a"), "C", close=True, shown=leaving)
    run(world, change)
    assert active(world, "Shop") == ["b1"]
    row = world.sync()
    assert row.counts["created"] == 3
    assert (active(world, "B"), len(active(world, "C"))) == ([], 2)


def test_what_was_shown_is_what_is_closed(filled: World) -> None:
    world, mapper = filled, filled.workspace.mapper
    shown = mapper.leaving(world.ids("a"), "New")
    mapper.map(world.ids("a"), "Elsewhere", close=True)  # somebody else, meanwhile
    world.sync()
    with pytest.raises(UsageError, match="was changed meanwhile"):
        mapper.map(world.ids("a"), "New", close=True, shown=shown)
    assert {one.name for one in world.workspace.destination.products()} == {"Shop", "Elsewhere"}


def test_undo_tells_what_is_closed_still_and_a_sync_counts_each_record_once(filled: World) -> None:
    world, mapper = filled, filled.workspace.mapper
    mapper.map(world.ids("a"), "New", close=True)  # its Close never ran
    row = world.sync()
    assert (row.counts["records"], row.counts["closed"]) == (2, 2)
    plan = mapper.next_undo()
    assert plan is not None
    assert plan.consequences[-1].startswith("2 Findings that it closed in Shop stay closed")
    mapper.undo()
    assert world.sync().counts["reactivated"] == 2
    mapper.redo()
    plan = mapper.next_undo()
    assert plan is not None
    assert not any("closed" in sentence for sentence in plan.consequences)


def test_what_is_in_another_destination_stays_and_that_is_said(at_server: World, filled: World) -> None:
    mapper = filled.workspace.mapper  # of the embedded destination; the Records are at the server
    leaving = mapper.leaving(filled.ids("a"), "Shop")
    assert (len(leaving.records), leaving.closable, leaving.to_close) == (1, [], 0)
    change = mapper.map(filled.ids("a"), "Shop", close=True)
    assert change.closing == ()
    assert change.sentence == "Mapped 1 Record to Shop. What was imported before stays in Shop."


def test_fault_13_of_a_product_that_was_deleted_there_nothing_stays_behind(at_server: World, dojo: Remote) -> None:
    """Nobody has listed the Products since."""
    mapper = at_server.workspace.mapper
    assert mapper.leaving(at_server.ids("a"), "New").open.total() == 2
    (shop,) = [one for one in dojo.products() if one["name"] == "Shop"]
    dojo.delete("products", shop["id"])
    assert mapper.leaving(at_server.ids("a"), "New").records == []
    change = mapper.map(at_server.ids("a"), "New", close=True)
    assert change.sentence == "Mapped 1 Record to New."
    assert change.closing == ()


def test_fault_13_what_stays_behind_is_told_from_the_store_while_the_server_is_away(
    at_server: World, dojo_server: DojoServer
) -> None:
    at_server.workspace.destination.products()
    dojo_server.stop()
    assert at_server.workspace.mapper.leaving(at_server.ids("a"), "New").open.total() == 2
