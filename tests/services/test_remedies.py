"""What helps where an Operation, or a Record in it, did not end as it should: told by the kind of error."""

from __future__ import annotations

from dataclasses import replace

from dojo_tui.http.errors import Fault, RefusedError, UnreachableError
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError, DestinationError, LostError
from dojo_tui.model.record import State
from dojo_tui.reports import ReportError
from dojo_tui.services.remedies import Remedy, remedies
from dojo_tui.ui import commands
from dojo_tui.ui.command import OPERATION
from dojo_tui.ui.lists.details import HELPS
from tests.services.fakes import World, finding


def test_each_kind_of_failure_has_its_own_help(world: World) -> None:
    names = ("a", "b", "c", "d", "e", "f", "g", "h", "i")
    world.list(*names)
    world.discover()
    world.map("P", *names)
    world.tool.findings = {"a": [finding(str(number)) for number in range(40)]}
    world.sync()
    world.tool.findings = {
        "a": [],
        "b": RefusedError("It was refused (401).", fault=Fault.YOURS, status=401),
        "c": UnreachableError("It cannot be reached.", fault=Fault.THEIRS),
        "d": ReportError("scan.sarif", "is cut off"),
        "e": ConnectorError("No answer."),
        "f": LostError("its Product was deleted"),
        "g": [finding("g")],
        "h": DestinationError("The server is away."),
        "i": ConnectorError("Its folder is gone.", cause=Cause.MISSING),
    }
    ran = world.sync()
    outcomes = world.outcomes(ran)
    assert {name: (one.cause, remedies(ran, one)[:1]) for name, one in outcomes.items()} == {
        "a": (Cause.LARGE, (Remedy.PLAN,)),
        "b": (Cause.SECRET, (Remedy.EDIT,)),
        "c": (Cause.SETTINGS, (Remedy.CHECK,)),
        "d": (Cause.REPORT, (Remedy.RETRY,)),
        "e": (Cause.TOOL, (Remedy.RETRY,)),
        "f": (Cause.STALE, (Remedy.REMAP,)),
        "g": (Cause.UNKNOWN, ()),
        "h": (Cause.DESTINATION, (Remedy.DESTINATION,)),
        "i": (Cause.MISSING, (Remedy.DISCOVER,)),
    }
    assert world.states()["f"] is State.STALE
    assert remedies(ran) == (Remedy.RETRY,), "its Records have reasons of their own"
    assert Remedy.CONFIRM in remedies(ran, outcomes["a"])
    planned = replace(ran, dry_run=True)
    assert remedies(planned, outcomes["a"]) == (Remedy.CHECK,), "a plan holds nothing that could be confirmed"
    assert Remedy.DISCOVER not in remedies(ran, outcomes["d"]), "it does not repair a report"
    gone = replace(ran, connector_id=None)
    assert remedies(gone, outcomes["b"]) == (), "its Connector was removed"


def test_what_fails_as_a_whole_says_why_itself(world: World) -> None:
    world.list("a")
    world.discover()
    world.map("P", "a")
    world.workspace.connectors.edit(world.connector_id, secret={"secret": "env:NOT_SET_ANYWHERE"})
    ran = world.sync()
    assert ran.cause is Cause.SECRET
    assert remedies(ran)[0] is Remedy.EDIT
    world.workspace.connectors.edit(world.connector_id, secret={"secret": ""})
    world.list("a", incomplete=True)
    assert world.discover().cause is Cause.TOOL


def test_every_help_has_a_key_that_works_beside_an_outcome() -> None:
    assert set(HELPS) == set(Remedy)
    for name in HELPS.values():
        command = commands.by_id()[name]
        assert OPERATION in command.places, name
        assert command.keys, name
