"""A Record of which nothing changed costs a small question, not a reimport."""

from __future__ import annotations

from datetime import timedelta

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
