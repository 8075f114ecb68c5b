"""Decisions about Findings of the embedded destination, and their history, which takes them back."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ScalarSelect,
    String,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    select,
    update,
)

from dojo_tui.model.record import MAPPED
from dojo_tui.model.triage import Decision, Standing, decided, taken_back
from dojo_tui.store.dialect import serialise
from dojo_tui.store.ids import among, chunks
from dojo_tui.store.tables import engagements, findings, products, records, tests
from dojo_tui.store.triage_table import triage_changes

_BATCH_KEY = 0x646F6A74
_STANDING = tuple(field.name for field in fields(Standing))
_WRITTEN = tuple(name for name in _STANDING if name != "reported")
_REPEATABLE = cast(triage_changes.c.before, Text) != "{}"
"""What was taken back and somebody decided after has nothing to go back to."""
_TESTS = tests.join(engagements).join(products)
_STATE = select(findings.c.id, findings.c.test_id, *(findings.c[name] for name in _STANDING))


@dataclass(frozen=True, slots=True)
class TriageRow:
    """One decision about one Finding."""

    at: datetime
    by: str
    decision: Decision
    reason: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The decisions that were made in one act."""

    batch: int
    decision: Decision
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What is there before a decision is made."""

    total: int
    """Findings that exist and are held by the embedded destination."""
    elsewhere: int
    """Findings of a server: they are decided about there."""
    active: int
    decided: dict[Decision, int]
    """By the decision, a person's or the tool's, that stands; ``CLEAR`` counts those without one."""
    vanished: int
    """Of those with a decision, how many the last report did not have: clearing closes them."""
    left: int = 0
    """Of no Record that is mapped to their Product: no Sync looks at them any more."""


def counts(connection: Connection, ids: Iterable[int]) -> Counts:
    """What these Findings are; ids that are nobody's are not counted."""
    wanted = array("q", ids)
    standings = [standing for _, standing in _standings(connection, wanted)]
    return Counts(
        total=len(standings),
        elsewhere=elsewhere(connection, wanted),
        active=sum(standing.active for standing in standings),
        decided=dict(Counter(standing.decision for standing in standings)),
        vanished=sum(standing.flagged and not standing.reported for standing in standings),
        left=left_over(connection, wanted),
    )


def left_over(connection: Connection, ids: Iterable[int]) -> int:
    """How many of these embedded Findings belong to no Record that is mapped to their Product."""
    mapped = exists().where(
        records.c.connector_id == tests.c.connector_id,
        records.c.scope == findings.c.scope,
        records.c.state.in_([state.value for state in MAPPED]),
        records.c.product_ref == cast(engagements.c.product_id, String),
    )
    held = findings.join(tests).join(engagements).join(products)
    statement = select(func.count()).select_from(held).where(products.c.destination_id.is_(None), ~mapped)
    return sum(connection.execute(statement.where(findings.c.id.in_(chunk))).scalar_one() for chunk in chunks(ids))


def decide(
    connection: Connection, ids: Sequence[int], decision: Decision, reason: str, now: datetime, by: str
) -> tuple[int, int]:
    """Decide about these Findings; how many were changed, and how many of them are active now."""
    batch = _next_batch(connection)
    count = active = 0
    # Another reason for what is decided already is worth an entry.
    says_more = bool(reason) and decision is not Decision.CLEAR
    for chunk in chunks(ids):
        ours = dict(_standings(connection, chunk))
        dismissed_by_tool = _dismissed_by_tool(connection, ours)
        changes = {
            key: (standing, after)
            for key, standing in ours.items()
            if (after := decided(standing, decision, now, by_tool=key in dismissed_by_tool)) != standing or says_more
        }
        _write(connection, {key: after for key, (_, after) in changes.items()}, now)
        if changes:
            entry = {"batch": batch, "at": now, "by": by, "decision": decision.value, "reason": reason, "undone": False}
            rows = [{**entry, "finding_id": key, "before": _kept(before)} for key, (before, _) in changes.items()]
            connection.execute(insert(triage_changes), rows)
        count += len(changes)
        active += sum(after.active for _, after in changes.values())
    if count:
        # What was taken back before cannot be done again any more, also when this is taken back.
        mine = and_(triage_changes.c.by == by, triage_changes.c.undone, _REPEATABLE)
        connection.execute(update(triage_changes).where(mine).values(before={}))
    _touch_tests(connection, ids)
    return count, active


def last_act(connection: Connection, by: str) -> Done | None:
    """A person's newest act that is not taken back."""
    table = triage_changes.c
    return _done(connection, select(func.max(table.batch)).where(table.by == by, ~table.undone).scalar_subquery())


def last_undone(connection: Connection, by: str) -> Done | None:
    """The act that this person took back last; None when they decided anew since, or took nothing back."""
    table = triage_changes.c
    standing = select(func.coalesce(func.max(table.batch), 0)).where(table.by == by, ~table.undone).scalar_subquery()
    mine = and_(table.by == by, table.undone, table.batch > standing, _REPEATABLE)
    return _done(connection, select(func.min(table.batch)).where(mine).scalar_subquery())


def _done(connection: Connection, batch: ScalarSelect[Any]) -> Done | None:
    table = triage_changes.c
    row = connection.execute(
        select(table.batch, table.decision, func.count())
        .where(table.batch == batch)
        .group_by(table.batch, table.decision)
    ).one_or_none()
    return None if row is None else Done(row[0], Decision(row[1]), row[2])


def decided_since(connection: Connection, batch: int) -> int:
    """How many Findings of an act somebody decided about anew afterwards."""
    table, later = triage_changes.c, triage_changes.alias()
    newer = select(later.c.id).where(
        later.c.finding_id == table.finding_id, later.c.batch > table.batch, ~later.c.undone
    )
    statement = select(func.count()).select_from(triage_changes).where(table.batch == batch, newer.exists())
    return int(connection.execute(statement).scalar_one())


def of_batch(connection: Connection, batch: int) -> array[int]:
    """The Findings of an act; those that are gone are not among them."""
    statement = select(triage_changes.c.finding_id).where(triage_changes.c.batch == batch)
    return array("q", connection.execute(statement).scalars())


def take_back(connection: Connection, batch: int, now: datetime) -> int:
    """Make the Findings of an act what they were before it; how many those are."""
    ids = of_batch(connection, batch)
    table = triage_changes.c
    for chunk in chunks(ids):
        ours = dict(_standings(connection, chunk))
        rows = connection.execute(
            select(table.finding_id, table.before).where(table.batch == batch, table.finding_id.in_(chunk))
        )
        before = {row.finding_id: _read(row.before) for row in rows if row.finding_id in ours}
        _write(connection, {key: taken_back(ours[key], then, now) for key, then in before.items()}, now)
    connection.execute(update(triage_changes).where(table.batch == batch).values(undone=True))
    _touch_tests(connection, ids)
    return len(ids)


def do_again(connection: Connection, done: Done, now: datetime) -> int:
    """Decide again what was taken back; how many those are. What is taken back then is what they are now."""
    ids = of_batch(connection, done.batch)
    table = triage_changes.c
    for chunk in chunks(ids):
        ours = dict(_standings(connection, chunk))
        by_tool = _dismissed_by_tool(connection, ours)
        _write(
            connection,
            {key: decided(standing, done.decision, now, by_tool=key in by_tool) for key, standing in ours.items()},
            now,
        )
        of_one = update(triage_changes).where(table.batch == done.batch, table.finding_id == bindparam("key"))
        if ours:
            kept = [{"key": key, "before": _kept(standing)} for key, standing in ours.items()]
            connection.execute(of_one, kept)
    connection.execute(update(triage_changes).where(table.batch == done.batch).values(undone=False))
    _touch_tests(connection, ids)
    return len(ids)


def histories(connection: Connection, ids: Iterable[int]) -> dict[int, list[TriageRow]]:
    """Every decision about these Findings, the newest first; those that nobody decided about are left out."""
    table = triage_changes.c
    statement = select(table.finding_id, table.at, table.by, table.decision, table.reason, table.undone)
    found: dict[int, list[TriageRow]] = {}
    for chunk in chunks(ids):
        rows = connection.execute(statement.where(table.finding_id.in_(chunk)).order_by(table.id.desc()))
        for key, at, by, decision, reason, undone in rows:
            found.setdefault(key, []).append(TriageRow(at, by, Decision(decision), reason, undone))
    return found


def _standings(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, Standing]]:
    """Those of ``ids`` that the embedded destination holds."""
    # Told apart here: asked for both, SQLite would go through all Findings of these Tests for every chunk.
    here = set(
        connection.execute(select(tests.c.id).select_from(_TESTS).where(products.c.destination_id.is_(None))).scalars()
    )
    for chunk in chunks(ids):
        for identifier, test_id, *state in connection.execute(_STATE.where(findings.c.id.in_(chunk))):
            if test_id in here:
                yield identifier, Standing(*state)


def elsewhere(connection: Connection, ids: Sequence[int]) -> int:
    """How many of these Findings are a server's."""
    there = select(tests.c.id).select_from(_TESTS).where(products.c.destination_id.is_not(None))
    these = among(connection.dialect.name, findings.c.id, [one for chunk in chunks(ids) for one in chunk])
    statement = select(func.count()).select_from(findings).where(these, findings.c.test_id.in_(there))
    return int(connection.execute(statement).scalar_one())


def _dismissed_by_tool(connection: Connection, ours: dict[int, Standing]) -> set[int]:
    """Findings that were flagged before any person's decision that stands was made."""
    found = {key for key, standing in ours.items() if standing.flagged and not standing.triaged}
    table = triage_changes.c
    asked = [key for key, standing in ours.items() if standing.triaged]
    statement = select(table.finding_id, table.before).where(~table.undone).order_by(table.id)
    for chunk in chunks(asked):
        for row in connection.execute(statement.where(table.finding_id.in_(chunk))):
            before = _read(row.before)
            if not before.triaged:
                (found.add if before.flagged else found.discard)(row.finding_id)
    return found


def _write(connection: Connection, standings: dict[int, Standing], now: datetime) -> None:
    # Most of an act become the same: one statement for all of those.
    alike: dict[Standing, list[int]] = {}
    for key, standing in standings.items():
        alike.setdefault(standing, []).append(key)
    for standing, keys in alike.items():
        values = {name: getattr(standing, name) for name in _WRITTEN}
        connection.execute(update(findings).where(findings.c.id.in_(keys)).values(**values, updated_at=now))


def _touch_tests(connection: Connection, ids: Sequence[int]) -> None:
    """Let a Sync that has made its plan make it anew: what it saw is not so any more."""
    for chunk in chunks(ids):
        of_these = select(findings.c.test_id).where(findings.c.id.in_(chunk))
        connection.execute(update(tests).where(tests.c.id.in_(of_these)).values(revision=tests.c.revision + 1))


def _next_batch(connection: Connection) -> int:
    serialise(connection, _BATCH_KEY)
    return int(connection.execute(select(func.coalesce(func.max(triage_changes.c.batch), 0))).scalar_one()) + 1


def _kept(standing: Standing) -> dict[str, Any]:
    values = {name: getattr(standing, name) for name in _STANDING}
    values["mitigated_at"] = standing.mitigated_at.isoformat() if standing.mitigated_at else None
    return values


def _read(values: dict[str, Any]) -> Standing:
    at = values["mitigated_at"]
    return Standing(**{**values, "mitigated_at": datetime.fromisoformat(at) if at else None})
