"""The ``service`` under which a Record's Findings stand in their Test: its name, where no other one reads the same.

A server closes by the exact service, but matches by its case-folded form. So
two services of one Test never fold to the same; a Record keeps the one it got.
"""

from __future__ import annotations

from dojo_tui.destinations.defectdojo import anchors
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.model.target import Target
from dojo_tui.store import sent
from dojo_tui.store.sent import Place, Scope

_MOST_LOOKED_THROUGH = 1_000
"""Findings of others: reading more of them for a name that reads well takes a server too long."""


def kept(target: Target, scope: Scope) -> str:
    """The service of what was sent before; versions that did not write it down made it of the scope alone."""
    return scope.service or anchors.service(target.scope)


def chosen(desk: Desk, target: Target, place: Place) -> str:
    """The service of a Record of which nothing was sent to this place yet; raises LostError when the Test is gone."""
    assert place.test_id is not None
    assert place.test_remote is not None
    plain, digested = anchors.readable(target.scope), anchors.digested(target.scope)
    with desk.database.read() as connection:
        known = sent.services(connection, place.test_id)
        ours = sent.number(connection, place.test_id)
    taken = {(service or anchors.service(scope)).casefold() for scope, service in known.items()}
    total = desk.api.total(place.test_remote)
    if total > ours:
        # Another store, or a former one, was here: what it sent of this Record is found by its service.
        for before in (digested, plain):
            if before and desk.api.total(place.test_remote, before):
                return before
        if plain and total <= _MOST_LOOKED_THROUGH:
            taken |= {service.casefold() for service in desk.api.services(place.test_remote)}
        else:
            return digested
    return plain if plain and plain.casefold() not in taken else digested
