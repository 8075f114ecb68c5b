"""Attempts that came to no end here: what they left on the server is put right by the next Sync (P7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience
from dojo_tui.destinations.defectdojo.reporting import Reporting
from dojo_tui.destinations.defectdojo.sending import Sending
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.severity import Severity
from tests.defectdojo_server import Answer, DojoServer, Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, counts, finding, many

IN_PARTS = Limits(patience=Patience(least=60.0, each=0.5), look_again=0.1, most_bytes=960)


class Killed(BaseException):
    """Nothing runs after it, not even what tidies up after an error."""


Dying = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Dying:
    """``with dying(): world.sync(...)`` ends when all is sent, and nothing of it is written down.

    ``dying(Reporting, "_once")`` ends after the first report.
    """

    @contextmanager
    def within(of: type = Sending, step: str = "run") -> Iterator[None]:
        real = getattr(of, step)

        def die(self: object, *args: Any, **more: Any) -> None:
            real(self, *args, **more)
            raise Killed

        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(of, step, die)
            yield

    return within


@pytest.fixture
def in_parts(make_world: MakeWorld, dojo: Remote) -> World:
    """A store from which each report takes several requests."""
    return make_world(dojo, limits=IN_PARTS)


def states(world: World, scope: str = "app") -> dict[str, tuple[int | None, str, bool]]:
    """The server's Findings of a scope: line, severity, whether active."""
    rows = [row for row in world.there() if row["service"] == scope]
    found = {row["title"]: (row["line"], row["severity"], row["active"]) for row in rows}
    assert len(found) == len(rows), "something is there twice"
    return found


def test_changes_that_nobody_wrote_down_are_taken_back(world: World, dying: Dying) -> None:
    """The next report is as the one before: it plans nothing, but the server shows what was sent in between."""
    world.sync(finding(), finding("R2", 20))
    with dying():
        world.sync(finding(line=15, severity=Severity.LOW, mitigation="Do."), finding("R2", 20))
    assert states(world)["Rule R1"] == (15, "Low", True)
    world.moment.move(hours=1)
    assert counts(world.sync(finding(), finding("R2", 20))) == {"untouched": 2}
    assert states(world) == {"Rule R1": (10, "High", True), "Rule R2": (20, "High", True)}
    assert not world.one("Rule R1")["mitigation"]
    world.agree()
    assert counts(world.sync(finding(), finding("R2", 20))) == {"untouched": 2}
    assert world.last.changing == [], "it is all as it should be"


def test_changes_of_which_some_failed_are_taken_back(imitation: DojoServer, world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    imitation.fails(path="findings/*/", nth=2, times=None, answer=Answer(500, {"message": "Something is broken."}))
    with pytest.raises(DestinationError, match="Something is broken"):
        world.sync(finding(severity=Severity.LOW), finding("R2", 20, severity=Severity.LOW))
    imitation.faults.clear()
    assert sorted(severity for _, severity, _ in states(world).values()) == ["High", "Low"]
    world.moment.move(hours=1)
    assert counts(world.sync(finding(), finding("R2", 20))) == {"untouched": 2}
    assert states(world) == {"Rule R1": (10, "High", True), "Rule R2": (20, "High", True)}
    world.agree()


def test_two_attempts_one_after_the_other_are_taken_back(world: World, dying: Dying) -> None:
    """The second changed what the first one made; the third Sync reports as the first."""
    world.sync(finding("A"), scope="lib")
    for severity in (Severity.HIGH, Severity.LOW):
        with dying():
            world.sync(finding(severity=severity))
        world.moment.move(hours=1)
    assert states(world) == {"Rule R1": (10, "Low", True)}
    assert counts(world.sync(finding())) == {"created": 1}
    assert states(world) == {"Rule R1": (10, "High", True)}
    world.agree()


@pytest.mark.parametrize("told", ["skipped", "partial"])
def test_an_attempts_findings_of_a_scanner_that_is_not_told_all_of_stay(world: World, dying: Dying, told: str) -> None:
    """Only a complete fetch closes Findings (P3), also those that an unfinished attempt has made."""
    world.sync(finding("A", 1), scope="lib")
    with dying():
        world.sync(finding(), finding("S1", 20, scanner="Other"))
    world.moment.move(hours=1)
    settings: dict[str, Any] = {told: {"Other": "The tool's file ends in the middle."}}
    summary = world.sync(finding(), **settings)
    assert counts(summary) == {"created": 1}
    assert states(world) == {"Rule R1": (10, "High", True), "Rule S1": (20, "High", True)}
    world.agree()
    # Once all is told of that scanner, what it does not report any more is closed.
    assert counts(world.sync(finding())) == {"untouched": 1, "closed": 1}
    assert states(world) == {"Rule R1": (10, "High", True), "Rule S1": (20, "High", False)}
    world.agree()


def test_what_a_part_made_and_nobody_reports_any_more_is_closed(imitation: DojoServer, in_parts: World) -> None:
    """Parts close nothing by themselves."""
    in_parts.sync(*many(6))
    imitation.fails(path="reimport-scan/", nth=3, die_after=1)
    with pytest.raises(DestinationError):
        in_parts.sync(*(finding(f"X{n}", n) for n in range(1, 4)), *many(6))
    imitation.faults.clear()
    made = {title for title in states(in_parts) if title.startswith("Rule X")}
    assert made, "the attempt has made some"
    in_parts.moment.move(hours=1)
    assert counts(in_parts.sync(*many(6))) == {"untouched": 6}
    assert {title for title, (_, _, active) in states(in_parts).items() if not active} == made
    assert in_parts.titles() == [f"Rule R{n}" for n in range(1, 7)]
    assert len(in_parts.rows(active=True)) == 6


def test_what_a_person_reopened_is_closed_again_by_a_report_in_parts(in_parts: World) -> None:
    in_parts.sync(*many(6))
    in_parts.sync(*many(5))
    in_parts.remote.change("findings", in_parts.one("Rule R6")["id"], active=True, is_mitigated=False)
    assert counts(in_parts.sync(*many(5))) == {"untouched": 5}
    assert states(in_parts)["Rule R6"] == (18, "High", False)
    assert in_parts.titles() == [f"Rule R{n}" for n in range(1, 6)]
    in_parts.agree()


def test_what_had_ended_on_the_server_is_not_waited_for(in_parts: World, dying: Dying) -> None:
    """The first part shows its end there: nobody knows of another that would be under way."""
    in_parts.sync(finding("A"), scope="lib")
    with dying(Reporting, "_once"):
        in_parts.sync(*many(6))
    caller = Watcher(in_parts.moment)
    assert counts(in_parts.sync(*many(6), caller=caller)) == {"created": 6}
    assert caller.waited == []
    assert in_parts.titles() == ["Rule A", *(f"Rule R{n}" for n in range(1, 7))]
    in_parts.agree()
