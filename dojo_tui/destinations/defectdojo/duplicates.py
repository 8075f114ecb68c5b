"""Findings that a server keeps inactive as duplicates of others that are closed: nobody would see them.

With deduplication switched on, a server takes a Finding of one Test for the
duplicate of an older one in another Test of the Product, and makes it
inactive. When the older one is closed the newer one stays as it is, though
its tool still reports it. One whose original a person dismissed stays too:
that decision is meant for both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dojo_tui.destinations.defectdojo.desk import Desk
from dojo_tui.destinations.defectdojo.errors import FindingGoneError, RejectedError
from dojo_tui.destinations.defectdojo.things import ServerFinding
from dojo_tui.http.exchange import Caller

_REVIVED = {"active": True, "duplicate": False}


def revive(desk: Desk, test_remote: int, service: str, caller: Caller) -> tuple[int, str]:
    """Make those of a Record active again; how many there were, and a sentence for the person (empty for none)."""
    hidden = [one for one in desk.api.findings(test_remote, service, duplicate=True) if _is_hidden(one)]
    originals = {one.duplicate_of for one in hidden if one.duplicate_of is not None}
    there = {one.id: one for one in desk.api.findings_with_ids(originals)}
    orphans = [one for one in hidden if _is_closed(there.get(one.duplicate_of or 0))]
    revived = sum(_revived(desk, orphans, caller))
    told = []
    if revived:
        number = "1 Finding was an inactive duplicate" if revived == 1 else f"{revived:,} Findings were duplicates"
        told.append(f"{number} of what is closed at the server: active again")
    if left := len(orphans) - revived:
        number = "1 Finding stays a duplicate" if left == 1 else f"{left:,} Findings stay duplicates"
        told.append(f"{number} of what is closed at the server, and so inactive there")
    return revived, "; ".join(told)


def _revived(desk: Desk, orphans: Collection[ServerFinding], caller: Caller) -> Iterator[bool]:
    for one in orphans:
        caller.check()
        try:
            desk.api.patch_finding(one.id, _REVIVED)
        except FindingGoneError:
            continue
        except RejectedError as error:
            caller.log(f"Finding {one.id} stays as it is there: {error.what}")
            yield False
        else:
            yield True


def _is_hidden(one: ServerFinding) -> bool:
    return one.duplicate and not (one.active or one.is_mitigated or one.false_p or one.out_of_scope)


def _is_closed(original: ServerFinding | None) -> bool:
    """Whether it is closed, or deleted, and nobody decided so."""
    if original is None:
        return True
    dismissed = original.false_p or original.out_of_scope or original.risk_accepted
    return original.is_mitigated and not original.active and not dismissed
