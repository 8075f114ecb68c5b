"""What a Connector read of one VEP: what a destination makes its Findings equal to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dojo_tui.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a complete fetch of one VEP returned.

    ``findings`` are all that the tool says now. ``skipped`` names scanners (see
    ``Finding.scanner``) about which the tool could say nothing this time, with
    the reason: what we hold of these stays untouched (P3). ``partial`` names
    scanners that may not have said all: what they found is taken over, but
    nothing of theirs is closed.
    """

    findings: list[Finding]
    skipped: Mapping[str, str] = field(default_factory=dict)
    partial: Mapping[str, str] = field(default_factory=dict)
    not_analysed: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Files that a scanner says it could not analyse: what is held of these and not in ``findings`` is not closed."""
    notes: tuple[str, ...] = ()
    """Sentences for the Operation's log (which run was the newest, what was ignored ...)."""
    evidence: frozenset[str] = frozenset()
    """Digests of what was read, of the same kind as ``Vep.evidence``: a VEP that is moved after this
    fetch shows these at its new place, and not those of the listing before (P1)."""
    held: str = ""
    """What a person has to settle before anything of this is stored, in a sentence; empty if nothing is open."""
    left_out: tuple[str, ...] = ()
    """Names of reports of which something does not count, because a newer report of the same scanner does."""
