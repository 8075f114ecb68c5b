"""Notes on Findings of a server: the reasons of decisions that were made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from dojo_tui.destinations.defectdojo import naming
from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.message import key_of
from dojo_tui.model.target import Target
from dojo_tui.store import sent


def write(desk: Desk, target: Target, notes: Mapping[int, str]) -> int:
    """Write ``notes`` (by our ids of the Findings there) where they are not yet; how many were written.

    Raises LostError when the Test is gone, another DestinationError when the server refused.
    """
    with desk.database.read() as connection:
        place = sent.place(connection, target)
        if place.test_id is None or place.test_remote is None:
            return 0
        service = naming.kept(target, sent.scope(connection, place.test_id, target.scope))
        known = sent.sent(connection, place.test_id, target.scope)
    hashes = {one.anchor_hash: key for key, one in known.items()}
    written = 0
    for one in desk.api.findings(place.test_remote, service):
        key = hashes.get(one.hash_code, key_of(desk.mark, one.unique_id))
        note = notes.get(key) if key is not None else None
        if note is not None and note not in desk.api.notes(one.id):
            desk.api.add_note(one.id, note)
            written += 1
    return written
