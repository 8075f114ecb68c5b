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


def _only(candidates: Iterable[int]) -> list[int]:
    found = list(candidates)
    return found if len(found) == 1 else []
