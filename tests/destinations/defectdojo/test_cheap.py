"""A Record of which nothing changed costs a small question, not a reimport."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from dojo_tui.model.severity import Severity
from tests.defectdojo_server import DojoServer
from tests.destinations.defectdojo.world import LIMITS, World, counts, finding, many

RECORDS = 20


def cost(server: DojoServer) -> int:
    """Bytes of all requests since the log was begun, and of their answers."""
    return sum(seen.received + seen.sent for seen in server.requests)


def test_a_second_sync_is_ten_times_cheaper(imitation: DojoServer, world: World) -> None:
    scopes = [f"record {number}" for number in range(RECORDS)]
    world.product  # noqa: B018 -- it is there before
    imitation.forget()
    for scope in scopes:
        world.sync(*many(10), scope=scope)
    first = cost(imitation)
    imitation.forget()
    for scope in scopes:
        assert counts(world.sync(*many(10), scope=scope)) == {"untouched": 10}
        assert world.last.asked() == ["GET findings/"]
    assert cost(imitation) * 10 <= first


def test_one_question_for_each_record(world: World) -> None:
    world.sync(*many(3))
    world.sync(*many(3))
    assert len(world.last.asked()) == 1
    assert world.last.changing == []


def test_now_and_then_everything_is_sent_all_the_same(world: World) -> None:
    """Somebody may have changed there what the small question does not tell."""
    world.sync(*many(3))
    world.moment.move(seconds=(LIMITS.full_after - timedelta(seconds=1)).total_seconds())
    world.sync(*many(3))
    assert world.last.changing == []
    world.moment.move(seconds=1)
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert world.last.changing == ["POST reimport-scan/"]
    world.sync(*many(3))
    assert world.last.changing == []


def test_everything_is_sent_when_somebody_asks_for_it(world: World) -> None:
    world.sync(*many(3))
    world.sync(*many(3), scope="lib")
    world.destination.resend(1, ["app"])
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert world.last.changing == ["POST reimport-scan/"]
    world.sync(*many(3), scope="lib")
    assert world.last.changing == []


def test_what_changed_costs_a_report_and_a_request_for_each_change(world: World) -> None:
    world.sync(*many(10))
    world.sync(*many(9), finding("R10", 33))
    assert [one.split("/")[0] for one in world.last.changing] == ["POST reimport-scan", "PATCH findings"]


def listings(world: World) -> int:
    """How many requests list or count Findings."""
    return len([one for one in world.last.asked("GET") if one == "GET findings/"])


def test_ids_are_learnt_once(world: World) -> None:
    """To change a Finding is to know its id there, and it costs the same to read that of all."""
    reported = many(260)
    world.sync(*reported)
    for number in range(4):
        changed = slice(number * 3, number * 3 + 3)
        reported[changed] = [replace(one, severity=Severity.LOW) for one in reported[changed]]
        assert counts(world.sync(*reported)) == {"updated": 3, "untouched": 257}
        assert len(world.last.asked("PATCH")) == 3
        # Two pages, and the count afterwards.
        assert listings(world) == (3 if number == 0 else 1)
    world.agree()


def test_ids_are_learnt_once_in_a_sync(world: World) -> None:
    """Facts and triage change, and one is not there any more: a single listing tells it all."""
    world.sync(*many(6))
    world.remote.delete("findings", world.one("Rule R6")["id"])
    facts = [replace(one, severity=Severity.LOW) for one in many(3)]
    decided = [replace(one, false_p=True) for one in many(6)[3:5]]
    world.sync(*facts, *decided, many(6)[5])
    assert len(world.last.asked("PATCH")) == 5
    assert listings(world) == 2, "one page, and the count"
    world.agree()


def test_the_log_counts_as_people_do(world: World) -> None:
    told: list[str] = []
    for number in (1, 2, 1):
        world.sync(*many(number))
        told += world.last.told
    world.sync(finding("R1", 4))
    told += world.last.told
    assert any(line.startswith("Sending 1 Finding, ") for line in told)
    assert any(line.startswith("Sending 2 Findings, ") for line in told)
    assert any(line.startswith("Changing 1 Finding: ") for line in told)
    assert not [line for line in told if re.search(r"\b1 Findings", line)]
