"""What Discover reads and writes, in bulk."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, literal_column, select, type_coerce, update

from dojo_tui.model.record import MAPPED, TRANSITIONS, Event, State
from dojo_tui.store.dialect import insert_for, json_value, moment_literal
from dojo_tui.store.ids import among
from dojo_tui.store.tables import mapping_changes, records, suggestions
from dojo_tui.store.types import Json, dump_json


@dataclass(frozen=True, slots=True)
class Listed:
    """One VEP as it will be stored: cleaned and bounded."""

    vendor_id: str
    name: str
    details: dict[str, str]
    evidence: list[str]


@dataclass(slots=True)
class Known:
    """What the store knows of a Connector's VEPs, kept small: there may be a hundred thousand."""

    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By vendor_id: the Record's id and the fingerprint of what was listed."""
    holders: dict[str, list[int]] = field(default_factory=dict)
    """By digest: the Records that have it as evidence."""
    may_move: set[int] = field(default_factory=set)
    """Records that were there at the last Discover, so that one that vanished now vanished just now, and Missing
    ones: their folder may be put back elsewhere."""
    taken_scopes: set[str] = field(default_factory=set)
    """Scopes that are no longer, or were not, the vendor_id of their own Record."""
    former_scopes: dict[str, str] = field(default_factory=dict)
    """By vendor_id: the scope of a Record that was deleted, so that it finds its Findings again (P6)."""
    reserved_scopes: set[str] = field(default_factory=set)
    """Scopes of deleted Records that were moved before: another VEP at the old place must not take them."""

    keeps_order: bool = True
    """Whether the store gives a JSON object's names back in the order in which they were written."""

    def fingerprint(self, vep: Listed) -> int:
        """Return a number that is that of the Record while nothing about the VEP changes."""
        details = vep.details if self.keeps_order else dict(sorted(vep.details.items()))
        return _fingerprint(vep.name, dump_json(details), dump_json(vep.evidence))

    def scope_for(self, vendor_id: str) -> str:
        """Choose the scope of a new Record, and take it."""
        former = self.former_scopes.get(vendor_id)
        if former is not None and not self._is_taken(former):
            self.taken_scopes.add(former)
            return former
        scope, number = vendor_id, 1
        while self._is_taken(scope) or scope in self.reserved_scopes:
            number += 1
            scope = f"{vendor_id} ({number})"
        self.taken_scopes.add(scope)
        return scope

    def _is_taken(self, scope: str) -> bool:
        return scope in self.taken_scopes or scope in self.records


def known(connection: Connection, connector_id: int) -> Known:
    """Read what is known of a Connector."""
    table = records.c
    on_sqlite = connection.dialect.name == "sqlite"
    last = select(func.max(table.last_discovered_at)).where(table.connector_id == connector_id).scalar_subquery()
    statement = select(
        table.id,
        table.vendor_id,
        table.scope,
        table.name,
        # As SQLite keeps JSON as the text we wrote, it can be compared as text; decoding it takes longer than the rest.
        type_coerce(table.details, Text) if on_sqlite else table.details,
        type_coerce(table.evidence, Text) if on_sqlite else table.evidence,
        table.state.in_([State.GOOD, State.MISSING]) | (table.last_discovered_at == last),
    ).where(table.connector_id == connector_id)
    found = Known(keeps_order=on_sqlite)
    for record_id, vendor_id, scope, name, details, evidence, recent in connection.execute(statement):
        if not on_sqlite:
            details, evidence = dump_json(dict(sorted(details.items()))), dump_json(evidence)
        found.records[vendor_id] = (record_id, _fingerprint(name, details, evidence))
        if scope != vendor_id:
            found.taken_scopes.add(scope)
        if evidence != "[]":
            if recent:
                found.may_move.add(record_id)
            for digest in json.loads(evidence):
                found.holders.setdefault(digest, []).append(record_id)
    changes = mapping_changes.c
    deleted = (
        select(changes.vendor_id, json_value(connection, changes.before, table.scope))
        # Written out: an index of some rows serves only who is known to ask for those.
        .where(changes.connector_id == connector_id, changes.act == literal_column("'delete'"))
        .order_by(changes.id)
    )
    for vendor_id, scope in connection.execute(deleted):
        found.former_scopes[vendor_id] = scope
        if scope != vendor_id:
            found.reserved_scopes.add(scope)
    return found


def insert_new(connection: Connection, connector_id: int, veps: Sequence[tuple[Listed, str]], now: datetime) -> None:
    """Add Records for unknown VEPs, each with its scope."""
    if not veps:
        return
    on_sqlite = connection.dialect.name == "sqlite"
    # What is the same in every row is written into the statement, and JSON as the text that SQLite keeps: that takes
    # away most of the work of binding.
    written: Callable[[object], object] = dump_json if on_sqlite else _as_it_is
    kind = Text() if on_sqlite else Json()
    moment = moment_literal(connection, now)
    statement = insert_for(connection, records).values(
        connector_id=literal_column(str(int(connector_id))),
        vendor_id=bindparam("vendor_id"),
        scope=bindparam("scope"),
        name=bindparam("name"),
        state=literal_column(f"'{State.NEW}'"),
        state_reason=literal_column("''"),
        details=bindparam("details", type_=kind),
        evidence=bindparam("evidence", type_=kind),
        first_discovered_at=moment,
        last_discovered_at=moment,
    )
    connection.execute(
        statement.on_conflict_do_nothing(),
        [
            {
                "vendor_id": vep.vendor_id,
                "scope": scope,
                "name": vep.name,
                "details": written(vep.details),
                "evidence": written(vep.evidence),
            }
            for vep, scope in veps
        ],
    )


def mark_seen(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Record that the VEPs of these Records were listed."""
    if not ids:
        return
    here = among(connection.dialect.name, records.c.id, ids)
    connection.execute(update(records).where(here).values(last_discovered_at=now))
    apply(connection, Event.SEEN, ids)


def update_listed(connection: Connection, veps: Collection[tuple[int, Listed]]) -> None:
    """Store what a tool now says of known VEPs; a moved one gets its new vendor_id."""
    if not veps:
        return
    # A suggestion was made for the name as it was.
    renamed = among(connection.dialect.name, suggestions.c.record_id, [record_id for record_id, _ in veps])
    connection.execute(delete(suggestions).where(renamed))
    statement = (
        update(records)
        .where(records.c.id == bindparam("record_id"))
        .values(
            vendor_id=bindparam("new_vendor_id"),
            name=bindparam("new_name"),
            details=bindparam("new_details"),
            evidence=bindparam("new_evidence"),
        )
    )
    connection.execute(
        statement,
        [
            {
                "record_id": record_id,
                "new_vendor_id": vep.vendor_id,
                "new_name": vep.name,
                "new_details": vep.details,
                "new_evidence": vep.evidence,
            }
            for record_id, vep in veps
        ],
    )


def apply(connection: Connection, event: Event, ids: Sequence[int], reason: str = "") -> int:
    """Let ``event`` happen to these Records by the table of transitions; how many changed their state."""
    changed = 0
    here = among(connection.dialect.name, records.c.id, ids)
    for before, after in TRANSITIONS[event].items():
        if before is not after:
            statement = update(records).where(here, records.c.state == before)
            changed += connection.execute(statement.values(state=after, state_reason=reason)).rowcount
    return changed


def mapped_among(connection: Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Ids and names of those of these Records that a complete listing without them makes Missing."""
    here = among(connection.dialect.name, records.c.id, ids)
    statement = select(records.c.id, records.c.name).where(here, records.c.state == State.GOOD)
    return [(row.id, row.name) for row in connection.execute(statement.order_by(records.c.id))]


def count_mapped(connection: Connection, connector_id: int) -> int:
    """How many Records of a Connector are mapped."""
    statement = select(func.count()).where(records.c.connector_id == connector_id, records.c.state.in_(MAPPED))
    return int(connection.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class Place:
    """A mapped Record and where its Findings go."""

    record_id: int
    name: str
    state: State
    state_reason: str
    vendor_id: str
    scope: str
    product_ref: str
    synced: bool
    """Whether a Sync has been there since it was mapped there."""


def places(
    connection: Connection, connector_id: int, states: Collection[State], ids: Sequence[int] | None = None
) -> list[Place]:
    """Return the mapped Records of a Connector in these states, by name; all, or those of ``ids``."""
    table = records.c
    statement = select(
        table.id,
        table.name,
        table.state,
        table.state_reason,
        table.vendor_id,
        table.scope,
        func.coalesce(table.product_ref, ""),
        table.last_synced_at.is_not(None),
    ).where(table.connector_id == connector_id, table.state.in_(states))
    if ids is not None:
        statement = statement.where(among(connection.dialect.name, table.id, ids))
    rows = connection.execute(statement.order_by(func.lower(table.name), table.id))
    return [Place(record_id, name, State(state), *rest) for record_id, name, state, *rest in rows]


def mark_lost(connection: Connection, lost: Mapping[Place, str]) -> int:
    """Make Records Stale whose place at the destination is gone, unless they were mapped elsewhere meanwhile."""
    changed = 0
    for place, reason in lost.items():
        statement = update(records).where(records.c.id == place.record_id, records.c.product_ref == place.product_ref)
        for before, after in TRANSITIONS[Event.DESTINATION_LOST].items():
            if before is not after:
                values: dict[str, Any] = {"state": after, "state_reason": reason}
                changed += connection.execute(statement.where(records.c.state == before).values(**values)).rowcount
    return changed


def still_flows(connection: Connection, place: Place) -> bool:
    """Whether a Record is still Good and mapped to the same Product (P2)."""
    return connection.execute(_FLOWS, {"record": place.record_id, "product": place.product_ref}).first() is not None


def mark_synced(connection: Connection, record_id: int, now: datetime, evidence: Sequence[str] = ()) -> None:
    """Record that a Sync of the Record succeeded, and the evidence of what it read, if there is any."""
    connection.execute(_SYNCED, {"record": record_id, "now": now})
    if evidence:
        connection.execute(update(records).where(records.c.id == record_id).values(evidence=list(evidence)))


# Asked for each Record of a Sync: built anew, they would take several times as long as they run.
_FLOWS = select(records.c.id).where(
    records.c.id == bindparam("record"), records.c.state == State.GOOD, records.c.product_ref == bindparam("product")
)
_SYNCED = update(records).where(records.c.id == bindparam("record")).values(last_synced_at=bindparam("now"))


def _as_it_is(value: object) -> object:
    return value


def _fingerprint(name: str, details: str, evidence: str) -> int:
    return hash((name, details, evidence))
