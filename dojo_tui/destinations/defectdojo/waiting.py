"""Waiting for the end of what a server was told to do, when its answer was not seen.

A server goes on when its client is gone, and two reimports into one Test at
the same time double Findings. What tells the end is the ``build_id`` of the
Test, which changes with the last thing that a reimport does. That it does not
change cannot be told from a server that died, so patience ends some time.
"""

from __future__ import annotations

from datetime import datetime

from dojo_tui.destinations.defectdojo import sent
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.sent import Place
from dojo_tui.http.exchange import Caller


def settle(desk: Desk, place: Place, caller: Caller) -> None:
    """Wait until nothing that was sent to the Test earlier can still be carried out."""
    assert place.test_id is not None
    assert place.test_remote is not None
    with desk.database.read() as connection:
        open_ = [scope for scope in sent.unsettled(connection, place.test_id) if scope.patient_until is not None]
    for scope in open_:
        assert scope.patient_until is not None
        if desk.clock.now() < scope.patient_until:
            caller.log(
                "An earlier Sync into this Test ended before its answer came: waiting for the server's end of it."
            )
            ended(desk, place.test_remote, scope.build_id, scope.patient_until, caller)
    if open_:
        with desk.database.write() as connection:
            sent.impatient(connection, place.test_id)


def ended(desk: Desk, test_remote: int, build_id: str, until: datetime, caller: Caller) -> bool:
    """Wait for the end of a reimport; False when patience ended first."""
    while True:
        test = desk.api.test(test_remote)
        if test is None or test.build_id == build_id:
            return True
        left = (until - desk.clock.now()).total_seconds()
        if left <= 0:
            return False
        caller.wait(min(desk.limits.look_again, left))
