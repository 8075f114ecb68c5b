"""What merely moved costs a request each: a Sync tells a share of it, the next ones the rest, and all say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Moves, Patience, Quiet
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from tests.defectdojo_server import Answer, DojoServer, Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, counts, finding, many
from tests.services import fakes

LIMITS = Limits(
    patience=Patience(least=20.0, each=0.0),
    quiet=Quiet(20.0, 0.0, 0.0),
    moves=Moves(least=3, share=0.0),
    look_again=10.0,
)
LATER = "{} shown at the old place there until later Syncs tell it"


@pytest.fixture
def few(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    """A store whose Syncs tell three moves each."""
    world = make_world(dojo, limits=LIMITS)
    world.sync(*many(10))
    return world


def shifted(by: int, *, of: int = 10, **values: Any) -> list[Finding]:
    return [replace(one, line=(one.line or 0) + by, **values) for one in many(of)]


def told(world: World, by: int) -> int:
    """Of how many the server shows the place after a shift."""
    lines = {f"Rule R{n}": n * 3 + by for n in range(1, 11)}
    return sum(lines[row["title"]] == row["line"] for row in world.there())


def test_fault_10_what_moved_is_told_by_several_syncs(few: World) -> None:
    """Each Finding stays the one it is, here every place is right at once, and in the end there as well."""
    ids = {row["id"] for row in few.there()}
    summary = few.sync(*shifted(5))
    assert counts(summary) == {"updated": 10}
    assert summary.notes == (LATER.format("7 Findings that moved are"),)
    assert {row.line for row in few.rows()} == {n * 3 + 5 for n in range(1, 11)}
    for share, left in ((6, "4 Findings that moved are"), (9, "1 Finding that moved is"), (10, "")):
        summary = few.sync(*shifted(5))
        assert counts(summary) == {"untouched": 10}
        assert told(few, 5) == share
        assert summary.notes == ((LATER.format(left),) if left else ())
        assert "POST reimport-scan/" not in few.last.changing, "no report: nothing else is to be told"
    few.agree()
    assert {row["id"] for row in few.there(active=True)} == ids
    few.sync(*shifted(5))
    assert few.last.asked() == ["GET findings/"], "as cheap as ever"


def test_fault_10_what_a_person_decides_by_is_told_at_once(few: World) -> None:
    """Severity, title, fix: whatever is no place."""
    few.sync(*shifted(5, severity=Severity.LOW))
    assert {(row["severity"], told(few, 5)) for row in few.there()} == {("Low", 10)}
    few.agree()


def test_fault_10_other_files_come_first_and_then_what_is_worst(few: World) -> None:
    severities = [Severity.LOW] * 6 + [Severity.CRITICAL, Severity.LOW]
    here = [replace(one, severity=severity) for one, severity in zip(many(8), severities, strict=True)]
    there = [replace(one, file_path="old/shop.py") for one in many(10)[8:]]
    few.sync(*here, *there, scope="lib")
    moved = [replace(one, line=(one.line or 0) + 9) for one in here]
    renamed = [replace(one, file_path="new/shop.py", line=(one.line or 0) + 9) for one in there]
    assert counts(few.sync(*moved, *renamed, scope="lib")) == {"updated": 10}
    lines = {row["title"]: row["line"] for row in few.there() if row["service"] == "lib"}
    told_now = {title for title, line in lines.items() if line == int(title.removeprefix("Rule R")) * 3 + 9}
    assert told_now == {"Rule R7", "Rule R9", "Rule R10"}
    assert {row["title"] for row in few.there() if row["file_path"] == "new/shop.py"} == {"Rule R9", "Rule R10"}


def test_fault_10_what_moves_on_before_it_was_told(few: World) -> None:
    for by in (5, 6, 7, 0, 8):
        few.sync(*shifted(by))
    for _ in range(4):
        few.sync(*shifted(8))
    assert told(few, 8) == 10
    few.agree()


def test_fault_10_what_is_gone_and_back_before_it_was_told(few: World) -> None:
    few.sync(*shifted(5))
    few.sync(*shifted(5)[:2], accept_large_change=True)
    for _ in range(4):
        few.sync(*shifted(5))
    assert told(few, 5) == 10
    assert len(few.there(active=True)) == 10
    few.agree()


def test_fault_10_everything_at_once_for_who_asks_for_it(few: World) -> None:
    few.sync(*shifted(5))
    few.destination.resend(1)
    assert few.sync(*shifted(5)).notes == ()
    assert told(few, 5) == 10
    few.agree()


@pytest.mark.parametrize("nth", range(1, 5))
@pytest.mark.parametrize("step", [1, 2], ids=["first share", "second share"])
def test_p7_a_share_that_breaks_off(imitation: DojoServer, few: World, step: int, nth: int) -> None:
    if step == 2:
        few.sync(*shifted(5))
    broken = Answer(500, {"message": "Internal server error"})
    imitation.fails(method="PATCH", path="findings/*/", nth=nth, times=None, answer=broken)
    failed = nth <= 3
    if failed:
        with pytest.raises(DestinationError) as raised:
            few.sync(*shifted(5))
        assert "Nothing was changed" not in str(raised.value)
    else:
        few.sync(*shifted(5))
    imitation.faults.clear()
    for _ in range(4):
        few.sync(*shifted(5), caller=Watcher(few.moment))
    assert told(few, 5) == 10
    few.agree()


def test_fault_10_the_plan_tells_what_it_costs(dojo: Remote, make_world: MakeWorld) -> None:
    world = make_world(dojo, limits=Limits(moves=Moves(least=100, share=0.0)))
    world.sync(*many(400))
    changed = [replace(one, severity=Severity.LOW) for one in many(300)] + many(400)[300:]
    asked = len(world.last.lines)
    assert world.sync(*changed, dry_run=True).notes == ("300 updates at the server, about 2 minutes",)
    assert world.last.asked() == [], "a plan needs no server"
    assert asked
    plan = world.sync(*shifted(5, of=400), dry_run=True).notes
    assert plan == ("100 updates at the server, about a minute", LATER.format("300 Findings that moved are"))
    assert world.sync(*many(400), dry_run=True).notes == ()
    assert world.sync(*many(400)[:390], finding("R400", 1), dry_run=True).notes == ()


def test_fault_10_changing_many_tells_how_far_it_is(imitation: DojoServer, few: World) -> None:
    caller = Watcher(few.moment)

    def log(line: str) -> None:
        if line.startswith("PATCH"):
            few.moment.move(seconds=30)

    caller.on_log = log
    few.sync(*shifted(0, severity=Severity.LOW), caller=caller)
    assert any("of 10 are changed; about" in line for line in caller.told)


@pytest.mark.parametrize("at_once", [1, 3])
def test_fault_10_a_server_gets_so_many_requests_at_once(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld, at_once: int
) -> None:
    world = make_world(dojo)
    world.row = replace(world.row, at_once=at_once)
    destination = world.another(LIMITS)
    world.sync(*many(10), destination=destination)
    held = [imitation.fails(method="PATCH", path="findings/*/", nth=n, hold="request") for n in range(1, at_once + 2)]
    caller = Watcher(world.moment)
    waiting = looks = 0

    def check() -> None:
        nonlocal waiting, looks
        here = sum(fault.reached.is_set() for fault in held if not fault.released.is_set())
        waiting = max(waiting, here)
        looks += here == at_once
        if looks > 5:  # one more would have come by now
            for fault in held:
                fault.release()

    caller.on_check = check
    world.sync(*shifted(0, severity=Severity.LOW), destination=destination, caller=caller)
    destination.close()
    assert waiting == at_once


def test_fault_10_plan_and_outcome_of_a_sync_tell_it(dojo: Remote, service: fakes.World, world: World) -> None:
    service.list("a")
    service.discover()
    service.map(f"{world.name} one", "a")
    service.tool.findings = {"a": [fakes.finding(str(number)) for number in range(60)]}
    service.sync()
    service.tool.findings = {"a": [fakes.finding(str(number), Severity.LOW) for number in range(60)]}
    planned = service.sync(dry_run=True)
    assert service.outcomes(planned)["a"].reason == "60 updates at the server, about a minute"
    assert service.outcomes(service.sync())["a"].counts["updated"] == 60
