"""Deduplication between tests: off in a fresh installation (facts.md, section 9)."""

from __future__ import annotations

from collections.abc import Iterable

from tests.defectdojo_server.findings import save_changed, value
from tests.defectdojo_server.state import Row, State, User


def mark(state: State, user: User, findings: Iterable[Row]) -> None:
    """Make each of these a duplicate of an older finding with the same hash in the product."""
    with state.lock:
        for row in findings:
            if value(row, "duplicate"):
                continue
            original = _original(state, row)
            if original is not None:
                changes = {"duplicate": True, "active": False, "verified": False, "duplicate_finding": original["id"]}
                save_changed(state, row, user, changes)


def _original(state: State, row: Row) -> Row | None:
    here = _engagement(state, row)
    older = [
        other
        for engagement in state.where("engagements", product=here["product"])
        if engagement is here or not (here["deduplication_on_engagement"] or engagement["deduplication_on_engagement"])
        for test in state.where("tests", engagement=engagement["id"])
        for other in state.findings_of[test["id"]].values()
        if other["id"] < row["id"]
        and other["hash_code"] == row["hash_code"]
        and not value(other, "duplicate")
        and not _is_closed(other)
    ]
    return min(older, key=lambda other: other["id"], default=None)


def _is_closed(row: Row) -> bool:
    """Closed, and not by a person's decision: nothing becomes a duplicate of that (it would be out of sight)."""
    decided = any(value(row, flag) for flag in ("false_p", "out_of_scope", "risk_accepted"))
    return bool(value(row, "is_mitigated")) and not value(row, "active") and not decided


def _engagement(state: State, row: Row) -> Row:
    return state.tables["engagements"][state.tables["tests"][row["test"]]["engagement"]]
