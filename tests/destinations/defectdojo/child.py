"""Another process that syncs Records, given STORE URL TOKEN PRODUCT SCOPE ...

It says ``ready``, waits for a line, syncs each scope, says ``record`` after each, and ``done`` at the end.
"""

from __future__ import annotations

import sys

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.defectdojo.desk import Limits, Parts, Patience, Quiet
from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.model.clock import Clock
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.plan import Reimport
from dojo_tui.model.secret import Secret
from dojo_tui.model.target import Target
from dojo_tui.store.destinations import destination_at
from dojo_tui.store.open import open_store
from tests.destinations.defectdojo.world import newer

LIMITS = Limits(
    patience=Patience(least=3.0, each=0.0),
    quiet=Quiet(least=0.5, new=0.0, known=0.0),
    parts=Parts(first=2, least=1),
    look_again=0.02,
)
"""Each Record takes several requests, and the server is known to be quick."""
LABEL = "Connector 1"


def main(path: str, url: str, token: str, product: str, *scopes: str) -> None:
    clock = Clock()
    store = open_store(path, clock=clock)
    with store.database.read() as connection:
        row = destination_at(connection, url)
    assert row is not None
    destination = DefectDojoDestination(store.database, clock, row, lambda _: Secret(token), limits=LIMITS)
    print("ready", flush=True)
    sys.stdin.readline()
    for scope in scopes:
        target = Target(product, 1, LABEL, scope, synced=True)
        destination.reimport(target, Fetch(newer()), Reimport(accept_large_change=True), Unattended())
        print("record", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
