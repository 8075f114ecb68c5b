"""Recognising VEPs that were moved: one vanished, one appeared, and only they share their content (P1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from dojo_tui.store.discovery import Listed


def recognise(
    appeared: Sequence[Listed],
    vanished: AbstractSet[int],
    holders: Mapping[str, Sequence[int]],
    elsewhere: AbstractSet[str],
) -> dict[int, Listed]:
    """Return the Record that each moved VEP belongs to.

    ``holders`` tells which Records have a digest as evidence, ``elsewhere``
    holds the digests of VEPs that did not move. Only a digest that one Record
    had and one VEP has says anything: an empty report looks the same
    everywhere. A VEP or Record with more than one candidate is left alone.
    """
    seen = Counter(digest for vep in appeared for digest in vep.evidence)
    sources: dict[str, set[int]] = {}
    targets: dict[int, set[str]] = {}
    for vep in appeared:
        for digest in vep.evidence:
            holding = holders.get(digest, ())
            if seen[digest] == 1 and digest not in elsewhere and len(holding) == 1 and holding[0] in vanished:
                sources.setdefault(vep.vendor_id, set()).add(holding[0])
                targets.setdefault(holding[0], set()).add(vep.vendor_id)
    return {
        record_id: vep
        for vep in appeared
        for record_id in _only(sources.get(vep.vendor_id, ()))
        if len(targets[record_id]) == 1
    }


class Replaced:
    """VEPs that kept their place, hold nothing of what they held, and whose evidence is at one other place now.

    Two that were swapped look so, and one that was renamed while another took
    its place, but a rotation of reports (``mv latest old``) as well. Only
    digests that were known before are kept, so a listing in which everything
    is new needs no memory.
    """

    def __init__(self) -> None:
        self._changed: dict[int, Listed] = {}
        self._now_at: dict[str, list[str]] = {}

    def changed(self, record_id: int, vep: Listed, holders: Mapping[str, Sequence[int]]) -> None:
        """Note a known VEP that is no longer what it was."""
        if not any(record_id in holders.get(digest, ()) for digest in vep.evidence):
            self._changed[record_id] = vep
        self.appeared(vep, holders, record_id)

    def appeared(self, vep: Listed, holders: Mapping[str, Sequence[int]], record_id: int = 0) -> None:
        """Note where known digests are now."""
        for digest in vep.evidence:
            if digest in holders and record_id not in holders[digest]:
                self._now_at.setdefault(digest, []).append(vep.vendor_id)

    def pairs(self, holders: Mapping[str, Sequence[int]]) -> list[tuple[Listed, str]]:
        """Return them, each with where what it held is now."""
        found: dict[int, set[str]] = {}
        for digest, places in self._now_at.items():
            holding = holders[digest]
            if len(holding) == 1 and len(places) == 1 and holding[0] in self._changed:
                found.setdefault(holding[0], set()).add(places[0])
        return [(self._changed[record_id], next(iter(at))) for record_id, at in found.items() if len(at) == 1]


def _only(candidates: Iterable[int]) -> list[int]:
    found = list(candidates)
    return found if len(found) == 1 else []
