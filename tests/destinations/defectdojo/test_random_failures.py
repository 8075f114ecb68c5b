"""Random reports at a server that fails at random: what one Sync left half done, the next one completes (P7)."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience, Quiet
from dojo_tui.model import identity
from dojo_tui.model.errors import DestinationError
from tests.defectdojo_server import FOREIGN, Answer, DojoServer, Remote, gateway, too_many
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.reports import Reports
from tests.destinations.defectdojo.test_same_as_embedded import Both
from tests.destinations.defectdojo.world import Watcher, World, shown_here, shown_there

LIMITS = Limits(patience=Patience(least=20.0, each=0.0), quiet=Quiet(20.0, 0.0, 0.0), look_again=10.0)
BROKEN = Answer(500, {"message": "Internal server error, check logs for details"})


def fault(source: random.Random) -> dict[str, Any]:
    """Something that goes wrong at one of the next requests."""
    anywhere: list[dict[str, Any]] = [
        {"cut_response": source.randrange(3_000)},
        {"cut_request": source.randrange(3_000)},
        {"answer": gateway(source.choice([502, 503, 504]))},
        {"answer": gateway(504), "processed": True},
        {"answer": BROKEN, "times": 3},
        {"answer": BROKEN, "processed": True, "times": 3},
        {"answer": too_many("5")},
        {"answer": too_many("3600")},
    ]
    inside: list[dict[str, Any]] = [
        {"path": "reimport-scan/", "die_after": source.randrange(6)},
        {"path": "reimport-scan/", "die_closing_after": source.randrange(3)},
        {"path": "reimport-scan/", "twice": True},
    ]
    strange = {**source.choice(list(FOREIGN.values())), "processed": source.random() < 0.5}
    inside += [{"path": "reimport-scan/", **strange}, {"path": "reimport-scan/", **strange, "die_after": 1}]
    anywhere.append({"method": source.choice(["POST", "PATCH"]), **strange})
    if source.random() < 0.5:
        return source.choice(inside)
    return {"nth": source.randrange(1, 8), **source.choice(anywhere)}


def run(world: World, server: DojoServer, seed: int, steps: int) -> int:
    """How often something went wrong, whether the Sync failed of it or put it right."""
    both, source, wrong = Both(world), random.Random(seed), 0
    scopes = ["app", "App", "lib"][: source.randrange(1, 4)]
    reports = {scope: iter(Reports(seed * 10 + number)) for number, scope in enumerate(scopes)}
    for _ in range(steps):
        scope = source.choice(scopes)
        (reported,) = islice(reports[scope], 1)
        if source.random() < 0.6:
            planned = server.fails(**fault(source))
            with suppress(DestinationError):
                world.sync(*reported, scope=scope, caller=Watcher(world.moment), accept_large_change=True)
            wrong += planned.seen >= planned.nth
            server.faults.clear()
            # Counted by nobody when it failed, and nothing is left to do when it did not.
            both.settle(scope, reported)
        else:
            both.sync(scope, reported, accept_large_change=True)
        world.moment.move(hours=7)
        both.compare()
    return wrong


@pytest.fixture
def failing(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    return make_world(dojo, limits=LIMITS)


@pytest.mark.parametrize("seed", range(4))
def test_random_failures(imitation: DojoServer, failing: World, seed: int) -> None:
    assert run(failing, imitation, seed, 12) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_random_failures(imitation: DojoServer, failing: World, seed: int) -> None:
    assert run(failing, imitation, seed, 40) > 0


def run_on(world: World, server: DojoServer, seed: int, steps: int) -> None:
    """What failed is not repeated: the code base goes on, and the next Sync comes with another report."""
    source, reports = random.Random(seed), iter(Reports(seed))
    done = False
    for reported in islice(reports, steps):
        failing = source.random() < 0.6
        if failing:
            server.fails(**fault(source))
        done = True
        try:
            world.sync(*reported, caller=Watcher(world.moment), accept_large_change=True)
        except DestinationError:
            assert failing
            done = False
        server.faults.clear()
        world.moment.move(hours=7)
        if done:
            both = shown_there(world.there(active=True)), shown_here(world.rows(active=True))
            assert both[0] == both[1]
            assert both[0].total() == len({identity.same(one) for one in reported if not one.dismissed})
    assert len({row["hash_code"] for row in world.there()}) == len(world.there())


@pytest.mark.parametrize("seed", range(3))
def test_random_failures_that_nobody_repeats(imitation: DojoServer, failing: World, seed: int) -> None:
    run_on(failing, imitation, seed, 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_random_failures_that_nobody_repeats(imitation: DojoServer, failing: World, seed: int) -> None:
    run_on(failing, imitation, seed, 40)
