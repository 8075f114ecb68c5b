"""What people decided on the server: a Finding that they dismissed stays as they left it, also when it vanishes.

DefectDojo's own reimport closes it. We ask before we close anything, and
name what was dismissed in the report as if it were still found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.message import key_of
from dojo_tui.model.reimport import Plan
from dojo_tui.model.target import Target
from dojo_tui.store import sent
from dojo_tui.store.database import Database
from dojo_tui.store.sent import Place

_FLAGS = ("false_p", "out_of_scope", "risk_accepted")
_WORDS = {"false_p": "marked false positive", "out_of_scope": "marked out of scope", "risk_accepted": "risk accepted"}


@dataclass(frozen=True, slots=True)
class Overruled:
    """What people decided on the server since the last Sync."""

    decided: Counter[str] = field(default_factory=Counter)
    """How many were dismissed, by how."""
    undone: int = 0
    """Of how many a decision was taken back."""

    def __bool__(self) -> bool:
        return bool(self.decided or self.undone)

    def __str__(self) -> str:
        parts = [f"{self.decided[name]:,} {_WORDS[name]}" for name in _FLAGS if self.decided[name]]
        parts += [f"the decision about {self.undone:,} taken back"] if self.undone else []
        return f"people did at the server since the last Sync: {', '.join(parts)}" if parts else ""


def matters(database: Database, place: Place, target: Target, made: Plan) -> bool:
    """Whether it makes a difference: something would be closed, or was dismissed there."""
    if place.test_remote is None:
        return False
    if made.close:
        return True
    with database.read() as connection:
        return sent.has_decided(connection, place.test_id, target.scope)


def take_over(desk: Desk, target: Target, place: Place, service: str, ours: Collection[int]) -> Overruled:
    """Bring what is held in line with it, and say what that changed. Raises LostError when the Test is gone.

    ``ours`` are Findings whose triage there may be the tool's, told by an attempt whose end was not seen.
    """
    assert place.test_id is not None
    assert place.test_remote is not None
    with desk.database.read() as connection:
        known = sent.sent(connection, place.test_id, target.scope)
    hashes = {one.anchor_hash: key for key, one in known.items()}
    there: dict[int, dict[str, bool]] = {}
    for name in _FLAGS:
        for one in desk.api.findings(place.test_remote, service, **{name: True}):
            # What was sent once, withdrawn, and reported again has there the id that we gave it first.
            key = hashes.get(one.hash_code, key_of(desk.mark, one.unique_id))
            if key is not None:
                there[key] = {flag: getattr(one, flag) for flag in _FLAGS}
    with desk.database.read() as connection:
        held = sent.decisions(connection, place.test_id, target.scope)
    decided = {
        key: flags
        for key, flags in there.items()
        if key in held and key not in ours and any(getattr(held[key], name) != value for name, value in flags.items())
    }
    undone = [key for key, row in held.items() if row.triaged and key not in there]
    if not decided and not undone:
        return Overruled()
    with desk.database.write() as connection:
        sent.dismiss(connection, decided)
        sent.undismiss(connection, undone)
    news = Counter(
        name for key, flags in decided.items() for name in _FLAGS if flags[name] and not getattr(held[key], name)
    )
    return Overruled(news, len(undone))
