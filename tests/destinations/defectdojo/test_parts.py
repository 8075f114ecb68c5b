"""Large reports are sent in parts that a server ends soon: safe under every cut (P3, P5, P7)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Parts, Patience, Quiet
from dojo_tui.destinations.defectdojo.reporting import Reporting
from dojo_tui.model.errors import DestinationError
from tests.defectdojo_server import FOREIGN, Answer, DojoServer, Remote, page
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.test_random_failures import run, run_on
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, counts, many, newer, older

SMALL = Limits(
    patience=Patience(least=20.0, each=0.0),
    quiet=Quiet(20.0, 0.0, 0.0),
    parts=Parts(first=2, least=1, most=4),
    look_again=10.0,
)
"""Everything that a Sync of the tests' reports has new takes several requests."""


@pytest.fixture
def in_parts(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    return make_world(dojo, limits=SMALL)


def sent(server: DojoServer) -> list[tuple[int, bool]]:
    """Of each report that was sent: how many Findings it named, and whether it was to close the others."""
    return [
        (seen.body.count(b'"unique_id_from_tool"'), b"\r\n\r\ntrue\r\n" in seen.body)
        for seen in server.requests
        if seen.path.endswith("/reimport-scan/")
    ]


def test_fault_9_a_first_import_is_sent_in_parts(imitation: DojoServer, in_parts: World) -> None:
    assert counts(in_parts.sync(*many(7))) == {"created": 7}
    assert sent(imitation) == [(2, False), (2, False), (2, False), (1, False)]
    assert any("6 of 7 Findings are there" in line for line in in_parts.last.told)
    in_parts.agree()
    assert counts(in_parts.sync(*many(7))) == {"untouched": 7}
    assert in_parts.last.changing == []


def test_fault_9_what_is_gone_is_closed_by_the_last_report(imitation: DojoServer, in_parts: World) -> None:
    in_parts.sync(*older())
    in_parts.sync(*older(), scope="lib")
    imitation.forget()
    changed = counts(in_parts.sync(*newer()))
    assert changed == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert sent(imitation) == [(2, False), (1, False), (8, True)]
    assert_newer(in_parts)
    assert len([row for row in in_parts.there(active=True) if row["service"] == "lib"]) == 7, "P5"
    in_parts.agree()


def test_fault_9_what_comes_back_is_reactivated_in_parts(imitation: DojoServer, in_parts: World) -> None:
    in_parts.sync(*many(6))
    in_parts.sync(*many(1), accept_large_change=True)
    assert counts(in_parts.sync(*many(6))) == {"reactivated": 5, "untouched": 1}
    assert len(in_parts.there(active=True)) == 6
    in_parts.agree()


def test_fault_9_others_findings_of_the_same_name_are_closed_after_a_first_import_in_parts(
    imitation: DojoServer, in_parts: World
) -> None:
    """They are no part of the report, whoever sent them (and few enough not to be Held)."""
    in_parts.sync(*many(1), scope="lib")
    in_parts.remote.reimport(
        in_parts.test_there()["id"],
        [{"title": "Theirs", "severity": "Low", "description": "x", "static_finding": True, "dynamic_finding": False}],
        service="app",
    )
    in_parts.sync(*many(5))
    assert [row["active"] for row in in_parts.there() if row["title"] == "Theirs"] == [False]
    assert len([row for row in in_parts.there(active=True) if row["service"] == "app"]) == 5


@pytest.mark.parametrize("nth", range(1, 5))
@pytest.mark.parametrize("answer", ["504", "404 page", "cut off"])
@pytest.mark.parametrize("how", [{}, {"processed": True}, {"processed": True, "die_after": 1}], ids=["0", "all", "1"])
def test_p7_each_part_may_be_cut(
    imitation: DojoServer, in_parts: World, nth: int, answer: str, how: dict[str, Any]
) -> None:
    imitation.fails(path="reimport-scan/", nth=nth, **{**FOREIGN[answer], **how})
    assert counts(in_parts.sync(*many(7))) == {"created": 7}
    assert len(in_parts.there()) == len(in_parts.there(active=True)) == 7
    in_parts.agree()


@pytest.mark.parametrize("ends", range(1, 5))
def test_p7_a_client_that_dies_between_two_parts(
    imitation: DojoServer, in_parts: World, monkeypatch: pytest.MonkeyPatch, ends: int
) -> None:
    """What was sent stays, and the next Sync sends it all: what is there is only compared."""

    class Killed(BaseException):
        pass

    in_parts.sync(*older())
    left, real = ends, Reporting._once

    def die(self: Reporting, *args: Any, **more: Any) -> None:
        nonlocal left
        real(self, *args, **more)
        left -= 1
        if not left:
            raise Killed

    reported = [*newer(), *many(4)]
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Reporting, "_once", die)
        in_parts.sync(*reported)
    summary = in_parts.sync(*reported, caller=Watcher(in_parts.moment))
    assert counts(summary) == {"created": 7, "closed": 2, "updated": 3, "untouched": 2}
    assert len({row["hash_code"] for row in in_parts.there()}) == len(in_parts.there())
    in_parts.agree()


def test_fault_9_a_part_that_a_server_does_not_end_is_made_smaller(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld
) -> None:
    """A server that dies of more than three Findings at once takes them all in the end."""
    world = make_world(dojo, limits=Limits(quiet=Quiet(20.0, 0.0, 0.0), parts=Parts(first=8, least=1), look_again=10.0))
    imitation.fails(path="reimport-scan/", times=None, larger_than=2_000, processed=True, die_after=1, answer=page(504))
    assert counts(world.sync(*many(17))) == {"created": 17}
    assert len(world.there(active=True)) == 17
    world.agree()


@pytest.mark.parametrize("own", [True, False], ids=["DefectDojo says it", "a proxy says it"])
def test_fault_9_a_report_that_is_too_large_is_sent_in_smaller_ones(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld, own: bool
) -> None:
    """What is gone is closed one by one, since no report may name all there is."""
    world = make_world(dojo, limits=Limits(quiet=Quiet(20.0, 0.0, 0.0), look_again=10.0))
    world.sync(*many(20))
    said = {"non_field_errors": ["Report file is too large. Maximum supported size is 1 MB"]}
    imitation.fails(
        path="reimport-scan/", times=None, larger_than=3_000, answer=Answer(400, said) if own else page(413)
    )
    reported = [*many(18), *newer()]
    assert counts(world.sync(*reported)) == {"created": 8, "closed": 2, "untouched": 18}
    assert len(world.there(active=True)) == 25
    world.agree()


def test_fault_9_a_single_finding_that_is_too_large_is_told(imitation: DojoServer, in_parts: World) -> None:
    imitation.fails(path="reimport-scan/", times=None, answer=page(413))
    with pytest.raises(DestinationError, match="413") as raised:
        in_parts.sync(*many(3))
    assert "larger reports" in raised.value.do
    imitation.faults.clear()
    in_parts.sync(*many(3))
    in_parts.agree()


def test_fault_9_parts_are_as_large_as_the_server_is_quick(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld
) -> None:
    """Half a minute each: from three seconds for each Finding follow ten at once."""
    world = make_world(dojo, limits=Limits(parts=Parts(first=4, least=2, most=50)))

    def log(line: str) -> None:
        if "POST" in line and "reimport-scan" in line:
            world.moment.move(seconds=3.0 * sent(imitation)[-1][0])

    caller = Watcher(world.moment)
    caller.on_log = log
    world.sync(*many(40), caller=caller)
    assert [number for number, _ in sent(imitation)] == [4, 10, 10, 10, 6]
    world.agree()


@pytest.mark.parametrize("seed", range(50, 53))
def test_p7_random_failures_in_parts(imitation: DojoServer, in_parts: World, seed: int) -> None:
    assert run(in_parts, imitation, seed, 12) > 0


@pytest.mark.parametrize("seed", range(50, 52))
def test_p7_random_failures_in_parts_that_nobody_repeats(imitation: DojoServer, in_parts: World, seed: int) -> None:
    run_on(in_parts, imitation, seed, 12)


@pytest.mark.parametrize("most", [1, 3])
def test_p7_random_failures_in_the_smallest_parts(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld, most: int
) -> None:
    limits = Limits(quiet=Quiet(20.0, 0.0, 0.0), parts=Parts(first=most, least=1, most=most), look_again=10.0)
    run_on(make_world(dojo, limits=limits), imitation, random.Random(most).randrange(1_000), 10)
