"""Syncs that are cancelled, and requests that change places."""

from __future__ import annotations

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience
from dojo_tui.model.errors import CancelledError
from tests.defectdojo_server import DojoServer, Remote
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, counts, newer, older

LIMITS = Limits(patience=Patience(least=20.0, each=0.0), look_again=0.1)


@pytest.fixture
def synced(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    world = make_world(dojo, limits=LIMITS)
    world.sync(*older())
    imitation.forget()
    return world


class Cancelling(Watcher):
    """Is cancelled at a check, or when something is so."""

    def __init__(self, at: int = 0) -> None:
        super().__init__()
        self.checks = 0
        self.cancelled = False
        self._at = at
        self.on_check = self._count

    def _count(self) -> None:
        self.checks += 1
        if self.cancelled or self.checks == self._at:
            self.cancelled = True
            raise CancelledError


def test_p7_cancelled_at_any_moment(imitation: DojoServer, synced: World) -> None:
    """Whenever it is: the next Sync makes it whole."""
    for number in range(1, 40, 3):
        scope = f"record {number}"
        synced.sync(*older(), scope=scope)
        caller = Cancelling(number)
        try:
            synced.sync(*newer(), scope=scope, caller=caller)
        except CancelledError:
            assert caller.cancelled
        synced.sync(*newer(), scope=scope, caller=Watcher(synced.moment))
        assert_newer(synced, scope)
    synced.agree()


def test_cancelled_while_the_server_is_at_work(imitation: DojoServer, synced: World) -> None:
    """It goes on there: the next Sync waits for the end of it before it sends anything."""
    before = synced.rows()
    fault = imitation.fails(path="reimport-scan/", hold="created", hold_count=2)
    caller = Cancelling()
    caller.on_check = lambda: _raise_if(fault.reached.is_set())
    with pytest.raises(CancelledError):
        synced.sync(*newer(), caller=caller)
    assert synced.rows()[:7] == before
    watcher = Watcher(on_wait=fault.release)
    assert counts(synced.sync(*newer(), caller=watcher)) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert watcher.waited
    assert_newer(synced)
    synced.agree()


def _raise_if(condition: bool) -> None:
    if condition:
        raise CancelledError


def test_changes_that_overtake_each_other(imitation: DojoServer, synced: World) -> None:
    """Several Findings are changed at the same time: in whatever order it happens, all of them are."""
    imitation.fails(method="PATCH", path="findings/*/", behind=1)
    synced.sync(*newer())
    assert_newer(synced)
    synced.agree()
