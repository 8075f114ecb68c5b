"""Moving what is in the embedded destination to a DefectDojo server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from dojo_tui.destinations.base import Destination
from dojo_tui.model.errors import CancelledError, DestinationError
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.model.triage import Decision
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.migrate import Migration, Moved, MoveStatus
from dojo_tui.store import leases
from dojo_tui.store.leases import Lease
from dojo_tui.store.tables import findings
from dojo_tui.wiring import Workspace
from tests.defectdojo_server.remote import Remote
from tests.defectdojo_server.server import DojoServer
from tests.services.fakes import World, finding


class Move:
    """A world with something in it, and a server to move it to."""

    def __init__(self, world: World, server: DojoServer, remote: Remote) -> None:
        self.world = world
        self.server = server
        self.remote = remote
        self.workspace: Workspace = world.workspace
        self.row = self.workspace.destinations.add(server.url, secret="env:MIGRATE_TOKEN")
        self.destination: Destination = self.workspace.destinations.connect(self.row)

    def migration(self, token: CancelToken | None = None) -> Migration:
        workspace = self.workspace
        return Migration(workspace.store.database, self.destination, workspace.clock, "ada", token)

    def run(self) -> dict[str, Moved]:
        migration = self.migration()
        return {moved.move.record.name: moved for moved in migration.run(migration.plan())}

    def decide(self, name: str, flag: str) -> None:
        """A person decides about a Finding."""
        with self.workspace.store.database.write() as connection:
            values = {"active": False, "triaged": True, flag: True}
            connection.execute(update(findings).where(findings.c.rule_id == f"rule-{name}").values(**values))

    def there(self, product: str = "Shop") -> dict[str, dict[str, Any]]:
        """What the server holds of a Product, by title; a title that is there twice fails."""
        (row,) = [one for one in self.remote.products() if one["name"] == product]
        rows = self.remote.findings(row["id"])
        assert max(Counter(one["title"] for one in rows).values(), default=0) <= 1
        return {one["title"]: one for one in rows}

    def at_the_server(self) -> World:
        """The same world, with the server as its destination."""
        self.workspace.operations._destination = self.destination
        return self.world


@pytest.fixture
def move(world: World, dojo_server: DojoServer, dojo: Remote, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Records a and b of the Product Shop, c of Api; b's second Finding is closed."""
    monkeypatch.setenv("MIGRATE_TOKEN", dojo_server.token)
    world.list("a", "b", "c")
    world.discover()
    world.map("Shop", "a", "b")
    world.workspace.mapper.map(world.ids("c"), "Api", "Web services")
    world.tool.findings = {
        "a": [finding("a1"), finding("a2", Severity.LOW), finding("a3")],
        "b": [finding("b1"), finding("b2")],
        "c": [finding("c1", Severity.CRITICAL)],
    }
    world.sync()
    world.tool.findings["b"] = [finding("b1")]
    world.sync()
    made = Move(world, dojo_server, dojo)
    yield made
    made.destination.close()


def test_the_plan_tells_each_record_and_changes_nothing(move: Move) -> None:
    move.decide("a2", "false_p")
    move.remote.product("Shop")
    before = move.world.records()
    move.server.forget()
    plan = {one.record.name: one for one in move.migration().plan()}
    assert plan["a"].product_exists
    assert not plan["c"].product_exists
    assert dict(plan["a"].open) == {Severity.HIGH: 2}
    assert (plan["a"].dismissed, plan["a"].triaged, plan["a"].sent) == (1, 1, 3)
    assert (plan["b"].sent, plan["b"].closed) == (1, 1)
    assert move.world.records() == before
    assert {seen.method for seen in move.server.requests} == {"GET"}


def test_open_and_dismissed_findings_go_and_closed_ones_stay(move: Move) -> None:
    move.decide("a2", "false_p")
    move.decide("a3", "risk_accepted")
    done = move.run()
    assert {name: moved.status for name, moved in done.items()} == dict.fromkeys("abc", MoveStatus.MOVED)
    there = move.there()
    assert sorted(there) == ["Finding A1", "Finding A2", "Finding A3", "Finding B1"]
    assert there["Finding A1"]["active"]
    assert (there["Finding A2"]["false_p"], there["Finding A2"]["active"]) == (True, False)
    assert (there["Finding A3"]["risk_accepted"], there["Finding A3"]["active"]) == (True, False)
    assert sorted(move.there("Api")) == ["Finding C1"]
    kinds = {one["id"]: one["name"] for one in move.remote.product_types()}
    api = next(one for one in move.remote.products() if one["name"] == "Api")
    assert kinds[api["prod_type"]] == "Web services"
    assert len(move.world.findings(record="b", active=False)) == 1


def test_the_next_sync_finds_nothing_to_do_and_triage_stands(move: Move) -> None:
    move.decide("a2", "false_p")
    move.run()
    world = move.at_the_server()
    ended = world.sync()
    assert {name: number for name, number in ended.counts.items() if number} == {"records": 3, "untouched": 5}
    assert move.there()["Finding A2"]["false_p"]
    world.tool.findings["a"] = [finding("a2", Severity.LOW)]
    world.sync()
    assert {title: row["active"] for title, row in move.there().items()} == {
        "Finding A1": False,
        "Finding A2": False,
        "Finding A3": False,
        "Finding B1": True,
    }
    assert move.there()["Finding A2"]["false_p"]


def test_the_history_tells_it_and_one_undo_takes_all_of_it_back(move: Move) -> None:
    before = move.world.records()
    move.run()
    mapper = move.workspace.mapper
    newest = mapper.history(before["a"].id)[0]
    assert (newest.act, newest.by, newest.from_product, newest.to_product) == ("migrate", "ada", "Shop", "Shop")
    assert move.world.records()["a"].last_synced_at == before["a"].last_synced_at
    undone = mapper.undo()
    assert undone is not None
    assert undone.count == 3
    assert {name: row.product_ref for name, row in move.world.records().items()} == {
        name: row.product_ref for name, row in before.items()
    }
    assert len(move.there()) == 4, "what is there stays"


def test_a_second_run_has_nothing_to_do(move: Move) -> None:
    move.run()
    assert move.migration().plan() == []


def test_what_was_decided_at_the_server_meanwhile_stands(move: Move) -> None:
    move.run()
    move.workspace.mapper.undo()
    move.remote.triage(move.there()["Finding A1"]["id"], false_p=True, active=False, verified=False)
    move.decide("a2", "out_of_scope")
    move.run()
    world = move.at_the_server()
    world.sync()
    assert move.there()["Finding A1"]["false_p"]
    assert not move.there()["Finding A1"]["active"]


def test_what_fails_leaves_its_record_and_no_other(move: Move) -> None:
    from tests.defectdojo_server.answers import Answer

    # The second Record's report is refused.
    move.server.fails(path="reimport-scan/", nth=2, answer=Answer(400, {"message": "No.", "pro": []}))
    done = move.run()
    assert {name: moved.status for name, moved in done.items()} == {
        "a": MoveStatus.MOVED,
        "b": MoveStatus.FAILED,
        "c": MoveStatus.MOVED,
    }
    assert "No." in done["b"].reason
    again = move.run()
    assert {name: moved.status for name, moved in again.items()} == {"b": MoveStatus.MOVED}
    assert sorted(move.there()) == ["Finding A1", "Finding A2", "Finding A3", "Finding B1"]


class KilledError(BaseException):
    """kill -9, as far as one process can play it."""


@pytest.mark.parametrize("last", ["_hand_over", "_map"])
def test_p7_a_run_that_died_between_two_steps_is_completed_by_the_next(
    move: Move, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    move.decide("a2", "false_p")

    def die(*_arguments: object, **_more: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Migration, last, die)
        with pytest.raises(KilledError):
            move.run()
    done = move.run()
    assert {name: moved.status for name, moved in done.items()} == dict.fromkeys("abc", MoveStatus.MOVED)
    assert sorted(move.there()) == ["Finding A1", "Finding A2", "Finding A3", "Finding B1"]
    assert move.at_the_server().sync().counts["untouched"] == 5
    assert move.there()["Finding A2"]["false_p"]


def test_p7_a_report_that_broke_off_is_completed_by_the_next_run(move: Move) -> None:
    move.server.fails(path="reimport-scan/", die_after=2)
    assert move.run()["a"].status is MoveStatus.FAILED
    assert move.run()["a"].status is MoveStatus.MOVED
    assert sorted(move.there()) == ["Finding A1", "Finding A2", "Finding A3", "Finding B1"]


def test_stale_and_unmapped_records_stay(move: Move) -> None:
    world = move.world
    world.workspace.mapper.ignore(world.ids("b"))
    with world.workspace.store.database.write() as connection:
        from dojo_tui.store.tables import records

        connection.execute(update(records).where(records.c.name == "c").values(state=State.STALE))
    done = move.run()
    assert {name: moved.status for name, moved in done.items()} == {"a": MoveStatus.MOVED, "c": MoveStatus.SKIPPED}
    assert "Stale" in done["c"].reason


def test_a_missing_record_moves_and_stays_missing(move: Move) -> None:
    move.world.list("a", "b")
    move.world.discover()
    assert move.run()["c"].status is MoveStatus.MOVED
    assert move.world.states()["c"] is State.MISSING
    assert sorted(move.there("Api")) == ["Finding C1"]


def test_a_record_without_findings_is_only_mapped(move: Move) -> None:
    move.world.list("a", "b", "c", "d")
    move.world.discover()
    move.world.map("Empty", "d")
    assert move.run()["d"].status is MoveStatus.MOVED
    (product,) = [one for one in move.remote.products() if one["name"] == "Empty"]
    assert move.remote.engagements(product=product["id"]) == []
    assert move.world.records()["d"].last_synced_at is None


def test_p8_a_connector_that_is_busy_is_left_alone(move: Move) -> None:
    database = move.workspace.store.database
    lease = Lease(move.world.connector_id, 7, move.workspace.operations.owner)
    with database.write() as connection:
        leases.acquire(connection, lease, move.workspace.clock.now(), lambda _holder: False)
    done = move.run()
    assert {moved.status for moved in done.values()} == {MoveStatus.FAILED}
    assert "running" in done["a"].reason
    with database.write() as connection:
        leases.release(connection, lease)
    assert {moved.status for moved in move.run().values()} == {MoveStatus.MOVED}
    with database.read() as connection:
        holder = leases.holder(connection, move.world.connector_id, move.workspace.clock.now(), lambda _holder: False)
    assert holder is None


def test_who_stops_it_keeps_what_is_done(move: Move) -> None:
    token = CancelToken()
    migration = move.migration(token)
    told: list[str] = []

    def stop(moved: Moved) -> None:
        told.append(moved.move.record.name)
        token.cancel()

    with pytest.raises(CancelledError):
        migration.run(migration.plan(), stop)
    assert told == ["a"]
    assert sorted(move.run()) == ["b", "c"]


def test_a_record_that_was_remapped_after_the_plan_is_left_alone(move: Move) -> None:
    migration = move.migration()
    plan = migration.plan()
    move.world.map("Elsewhere", "a")
    done = {moved.move.record.name: moved for moved in migration.run(plan)}
    assert done["a"].status is MoveStatus.SKIPPED
    assert move.world.records()["a"].product_name == "Elsewhere"


def test_a_server_that_cannot_be_asked_fails_the_plan(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATE_TOKEN", "c0ffee" * 6)
    with pytest.raises(DestinationError, match="token"):
        move.migration().plan()


def test_fault_13_the_reasons_of_decisions_go_along_as_notes(move: Move) -> None:
    database = move.workspace.store.database
    with database.read() as connection:
        ids = list(connection.execute(select(findings.c.id).order_by(findings.c.id)).scalars())
    acting = move.workspace.triage
    acting.decide([ids[0]], Decision.RISK_ACCEPTED, "until the migration in spring")
    acting.decide([ids[1]], Decision.FALSE_POSITIVE, "")
    (moved,) = {one.status for one in move.run().values()}
    assert moved is MoveStatus.MOVED
    noted = {title: [note["entry"] for note in row["notes"]] for title, row in move.there().items() if row["notes"]}
    (entries,) = noted.values()
    assert entries == ["risk accepted by ada on 2026-03-02 in dojo-tui: until the migration in spring"]
