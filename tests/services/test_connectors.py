"""Connectors: what a person configures is checked before it is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dojo_tui.connectors.base import Field, Vep
from dojo_tui.model.check import About
from dojo_tui.model.errors import BusyError, NotFoundError, UsageError
from dojo_tui.model.operation import OperationType, Trigger
from dojo_tui.model.severity import Severity
from dojo_tui.services.connectors import Connectors
from dojo_tui.store.connectors import ConnectorRow, all_connectors, connector, connector_by_label
from dojo_tui.store.operation_writes import Request, queue
from tests.conftest import Moment
from tests.services.fakes import World


def row_of(world: World, connector_id: int) -> ConnectorRow:
    with world.workspace.store.database.read() as connection:
        return connector(connection, connector_id)


def test_what_is_added_is_kept(world: World) -> None:
    added = world.workspace.connectors.add(
        "fake",
        " Second ",
        " place ",
        secret="env:TOKEN",
        options={"depth": "5"},
        auto_map=True,
        min_severity=Severity.HIGH,
        sync_schedule="Daily 2:30",
    )
    row = row_of(world, added)
    assert (row.label, row.location, row.secret, row.options) == ("Second", "place", "env:TOKEN", {"depth": "5"})
    assert (row.auto_map, row.min_severity, row.sync_schedule) == (True, Severity.HIGH, "daily 02:30")
    assert row.discover_due_at is None
    assert row.sync_due_at is not None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tool": "burp"}, "no Tool 'burp'.*Installed are: fake"),
        ({"label": " "}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"label": "a\x1b[31m"}, "control"),
        ({"label": "Fake"}, "already"),
        ({"location": ""}, "location is needed"),
        ({"location": "a\0b"}, "cannot be stored"),
        ({"location": "nowhere"}, "nothing there"),
        ({"options": {"colour": "red"}}, "no option 'colour'.*depth"),
        ({"options": {"depth": "deep"}}, "depth: "),
        ({"sync_schedule": "sometimes"}, "sync schedule"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_kept(world: World, given: dict[str, Any], words: str) -> None:
    values: dict[str, Any] = {"tool": "fake", "label": "New", "location": "place", **given}
    with pytest.raises(UsageError, match=words):
        world.workspace.connectors.add(**values)
    with world.workspace.store.database.read() as connection:
        assert [row.label for row in all_connectors(connection)] == ["Fake"]


def test_editing_changes_what_is_given_only(world: World) -> None:
    edit = world.workspace.connectors.edit
    edit(world.connector_id, options={"depth": "5"}, auto_map=True, secret="env:A")
    edit(world.connector_id, label="Renamed")
    row = row_of(world, world.connector_id)
    assert (row.label, row.options, row.auto_map, row.secret) == ("Renamed", {"depth": "5"}, True, "env:A")
    edit(world.connector_id, label="Renamed", options={"depth": ""}, auto_map=False, secret="")
    row = row_of(world, world.connector_id)
    assert (row.options, row.auto_map, row.secret) == ({}, False, None)
    with pytest.raises(UsageError, match="nothing there"):
        edit(world.connector_id, location="nowhere")
    other = world.workspace.connectors.add("fake", "Other", "place")
    with pytest.raises(UsageError, match="already"):
        edit(other, label="Renamed")


def test_p14_a_time_of_day_that_is_saved_in_another_zone_is_due_there(world: World, moment: Moment) -> None:
    connectors = world.workspace.connectors
    connectors.edit(world.connector_id, sync_schedule="daily 12:00", discover_schedule="every 6h")
    before = row_of(world, world.connector_id)
    moment.move(minutes=1)
    connectors.edit(world.connector_id, sync_schedule="daily 12:00", discover_schedule="6h")
    assert row_of(world, world.connector_id) == before
    tokyo = replace(world.workspace.clock, zone=ZoneInfo("Asia/Tokyo"))
    there = Connectors(world.workspace.store, world.workspace.tools, tokyo)
    there.edit(world.connector_id, sync_schedule="daily 12:00", discover_schedule="6h")
    after = row_of(world, world.connector_id)
    assert after.sync_due_at is not None
    assert after.sync_due_at.astimezone(tokyo.zone).strftime("%H:%M") == "12:00"
    assert after.discover_due_at == before.discover_due_at
    moment.move(days=3)
    connectors.edit(world.connector_id, sync_schedule="daily 12:00")
    assert row_of(world, world.connector_id) == after, "a missed run is not put off"


def test_a_value_that_the_system_refuses_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_text: str) -> str:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(world.tool, "location", Field("location", "Where it is.", parse=gone))
    with pytest.raises(UsageError, match="location: No such file or directory"):
        world.workspace.connectors.add("fake", "New", "here")


def test_checking_reads_the_listing_and_stores_nothing(world: World) -> None:
    world.list("a", "b")
    assert world.workspace.connectors.check(world.connector_id).veps == 2
    assert world.records() == {}
    world.list("a", incomplete=True)
    (failed,) = world.workspace.connectors.check(world.connector_id).failures
    assert "broke off" in failed.told
    assert failed.safe
    world.tool.veps = [Vep("a", "a"), RuntimeError("bug")]
    (failed,) = world.workspace.connectors.check(world.connector_id).failures
    assert (failed.about, failed.told) == (About.VEPS, "Unexpected error (RuntimeError): bug")


def test_a_connector_that_is_in_use_is_not_removed(world: World) -> None:
    request = Request(world.connector_id, "Fake", OperationType.SYNC, Trigger.MANUAL, None, False, False)
    with world.workspace.store.database.write() as connection:
        queue(connection, request, world.workspace.operations.owner, world.workspace.clock.now())
    with pytest.raises(BusyError, match="queued or running"):
        world.workspace.connectors.remove(world.connector_id)


def test_an_unknown_label_is_told_with_those_there_are(world: World) -> None:
    with world.workspace.store.database.read() as connection:
        assert connector_by_label(connection, "Fake").id == world.connector_id
        with pytest.raises(NotFoundError, match="There are: Fake"):
            connector_by_label(connection, "fake")
        with pytest.raises(NotFoundError):
            connector(connection, 999)
