"""A token whose user may not see or do what is needed: it is told, and nothing that we know is taken for gone (P3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.model.errors import DestinationError, LostError
from tests.defectdojo_server import NOBODYS_TOKEN, DojoServer
from tests.defectdojo_server.state import USERS
from tests.destinations.defectdojo.world import World, counts, many

READER = next(user.token for user in USERS if user.may_view and not user.may_change)


@pytest.fixture
def known(imitation: DojoServer, world: World) -> World:
    """A Record that was synced by somebody who may."""
    world.sync(*many(3))
    return world


@pytest.mark.parametrize("same", [True, False], ids=["nothing to tell", "something to tell"])
def test_p3_who_sees_nothing_any_more_takes_nothing_for_deleted(known: World, same: bool) -> None:
    """Lists are empty for such a user, and single things are not found: that is also how deleted ones look."""
    before = known.there()
    world = known
    world.token = NOBODYS_TOKEN
    blind = world.another()
    with pytest.raises(DestinationError, match="sees no Product at all") as raised:
        world.sync(*many(3 if same else 4), destination=blind)
    assert not isinstance(raised.value, LostError)
    with pytest.raises(DestinationError, match="sees no Product at all"):
        blind.lost([world.target(), replace(world.target("new"), synced=False)], Unattended())
    with pytest.raises(DestinationError, match="sees no Product at all"):
        blind.products(fresh=True)
    blind.close()
    assert world.destination.lost([world.target()], Unattended(), quick=True) == {}
    assert world.there() == before
    assert counts(world.sync(*many(4))) == {"created": 1, "untouched": 3}
    world.agree()


def test_who_may_only_read_is_told_what_is_missing(known: World) -> None:
    before = known.there()
    known.token = READER
    reader = known.another()
    assert counts(known.sync(*many(3), destination=reader)) == {"untouched": 3}
    with pytest.raises(DestinationError, match="was refused") as raised:
        known.sync(*many(4), destination=reader)
    assert "needs the right to import scan results" in raised.value.do
    reader.close()
    assert known.there() == before
    assert counts(known.sync(*many(4))) == {"created": 1, "untouched": 3}


def test_a_token_that_was_revoked(known: World) -> None:
    known.token = "0123" * 10
    revoked = known.another()
    with pytest.raises(DestinationError, match="does not accept the token") as raised:
        known.sync(*many(4), destination=revoked)
    assert known.token not in f"{raised.value} {raised.value.__dict__}"
    with pytest.raises(DestinationError, match="does not accept the token"):
        revoked.lost([known.target()], Unattended())
    revoked.close()
    assert counts(known.sync(*many(4))) == {"created": 1, "untouched": 3}
