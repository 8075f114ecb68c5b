"""What a person decides about a Finding, and what becomes of its state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

REASON_LIMIT = 1000
"""Characters of the reason for a decision."""


class Decision(StrEnum):
    """A person's word about a Finding, which every later Sync keeps."""

    FALSE_POSITIVE = "false positive"
    RISK_ACCEPTED = "risk accepted"
    OUT_OF_SCOPE = "out of scope"
    CLEAR = "clear"
    """None of the three: it is work again, as far as the report still has it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of a Finding's state that a decision is about."""

    active: bool
    false_p: bool
    risk_accepted: bool
    out_of_scope: bool
    is_mitigated: bool
    mitigated_at: datetime | None
    reported: bool
    """The last complete report had it."""
    triaged: bool
    """A person decided about it here."""

    @property
    def flagged(self) -> bool:
        """Somebody, a person or the tool, decided that it is no work."""
        return self.false_p or self.risk_accepted or self.out_of_scope

    @property
    def decision(self) -> Decision:
        """What was decided."""
        if self.false_p:
            return Decision.FALSE_POSITIVE
        if self.risk_accepted:
            return Decision.RISK_ACCEPTED
        return Decision.OUT_OF_SCOPE if self.out_of_scope else Decision.CLEAR


def decided(standing: Standing, decision: Decision, now: datetime, *, by_tool: bool) -> Standing:
    """What ``decision`` makes of it.

    ``by_tool``: before any person's decision the tool itself had dismissed
    it. Then clearing is a decision too, or the next Sync would dismiss it again.
    """
    if decision is not Decision.CLEAR:
        return replace(
            standing,
            active=False,
            false_p=decision is Decision.FALSE_POSITIVE,
            risk_accepted=decision is Decision.RISK_ACCEPTED,
            out_of_scope=decision is Decision.OUT_OF_SCOPE,
            triaged=True,
        )
    if not standing.flagged:
        return standing
    cleared = replace(standing, false_p=False, risk_accepted=False, out_of_scope=False, triaged=by_tool)
    return _as_reported(cleared, now)


def taken_back(standing: Standing, before: Standing, now: datetime) -> Standing:
    """``before`` again, but for what a Sync has found out since: whether it is still reported."""
    if standing.reported == before.reported:
        return before
    restored = replace(before, reported=standing.reported)
    if before.flagged:
        return replace(restored, active=False, is_mitigated=standing.is_mitigated, mitigated_at=standing.mitigated_at)
    return _as_reported(restored, now)


def _as_reported(standing: Standing, now: datetime) -> Standing:
    """Open when the last report had it; else closed, as the Sync would have closed it had nobody dismissed it."""
    if standing.reported:
        return replace(standing, active=not standing.is_mitigated)
    return replace(standing, active=False, is_mitigated=True, mitigated_at=standing.mitigated_at or now)
