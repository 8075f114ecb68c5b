"""Connections that are cut at any byte of a request or an answer: after one more Sync all is there, nothing twice."""

from __future__ import annotations

import random
from contextlib import suppress
from fnmatch import fnmatch

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience
from dojo_tui.model.errors import DestinationError
from tests.defectdojo_server import DojoServer, Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, newer, older

LIMITS = Limits(patience=Patience(least=20.0, each=0.0), look_again=10.0)
SEED = 20260302


@pytest.fixture
def cut_off(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    return make_world(dojo, limits=LIMITS)


def cut_and_once_more(world: World, server: DojoServer, scope: str, nth: int, **how: int) -> None:
    """Sync a Record of its own, cut the ``nth`` request of the next Sync, and sync again."""
    world.sync(*older(), scope=scope)
    server.fails(nth=nth, **how)
    with suppress(DestinationError):
        world.sync(*newer(), scope=scope, caller=Watcher(world.moment))
    server.faults.clear()
    world.sync(*newer(), scope=scope, caller=Watcher(world.moment))
    assert_newer(world, scope)


CUTS = [
    ("cut_request", "POST reimport-scan/"),
    ("cut_response", "POST reimport-scan/"),
    ("cut_request", "PATCH findings/*/"),
    ("cut_response", "PATCH findings/*/"),
    ("cut_response", "GET findings/"),
]


@pytest.mark.parametrize(("side", "path"), CUTS)
def test_cut_at_any_byte(imitation: DojoServer, cut_off: World, side: str, path: str) -> None:
    source = random.Random(f"{SEED} {side} {path}")
    world, method = cut_off, path.split(maxsplit=1)[0]
    world.sync(*older(), scope="measured")
    imitation.forget()
    world.sync(*newer(), scope="measured")
    pattern = f"*/{path.split()[1]}"
    sizes = [
        len(seen.body) if side == "cut_request" else seen.sent
        for seen in imitation.requests
        if seen.method == method and fnmatch(seen.path, pattern)
    ]
    for number in range(4):
        nth = source.randrange(len(sizes))
        where = source.randrange(sizes[nth])
        scope = f"record {number}"
        world.sync(*older(), scope=scope)
        imitation.fails(method=method, path=path.split()[1], nth=nth + 1, **{side: where})
        with suppress(DestinationError):
            world.sync(*newer(), scope=scope, caller=Watcher(world.moment))
        imitation.faults.clear()
        world.sync(*newer(), scope=scope, caller=Watcher(world.moment))
        assert_newer(world, scope)
    world.agree()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_cut_at_any_byte_of_any_request(imitation: DojoServer, cut_off: World, seed: int) -> None:
    """Also of those that find and make the place."""
    source = random.Random(SEED + seed)
    for number in range(20):
        side = source.choice(["cut_request", "cut_response"])
        nth, where = source.randrange(1, 12), source.choice([0, 1, source.randrange(4_000)])
        cut_and_once_more(cut_off, imitation, f"{number}", nth, **{side: where})
    cut_off.agree()


@pytest.mark.parametrize("nth", range(1, 13))
def test_the_first_sync_is_cut_at_any_request(imitation: DojoServer, cut_off: World, nth: int) -> None:
    """One Engagement, one Test, and each Finding once, whichever answer was lost on the way."""
    source = random.Random(SEED + nth)
    cut_off.product  # noqa: B018 -- it is there before
    imitation.fails(nth=nth, cut_response=source.choice([0, 17, 200]))
    with suppress(DestinationError):
        cut_off.sync(*older(), caller=Watcher(cut_off.moment))
    imitation.faults.clear()
    cut_off.sync(*older(), caller=Watcher(cut_off.moment))
    assert len(cut_off.there(active=True)) == len(cut_off.there()) == len(older())
    assert len(cut_off.remote.tests(engagement=cut_off.engagement_there["id"])) == 1
    cut_off.agree()
