"""What the embedded destination holds of each Record, for moving it elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Text, bindparam, cast, func, or_, select, update

from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.store.ids import chunks
from dojo_tui.store.tables import connectors, findings, product_types, products, records


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """A Record that is mapped to a Product of the embedded destination."""

    record_id: int
    name: str
    state: State
    scope: str
    connector_id: int
    connector_label: str
    product_ref: str
    product_name: str
    product_type: str
    last_synced_at: datetime | None


@dataclass(slots=True)
class Held:
    """How many Findings are held of one Record."""

    open: Counter[Severity]
    dismissed: int = 0
    """False positive, out of scope or risk accepted, whoever said so."""
    triaged: int = 0
    """Of these, by a person."""
    closed: int = 0


_DISMISSED = or_(findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)
_INHABITANTS = (
    select(
        records.c.id,
        records.c.name,
        records.c.state,
        records.c.scope,
        records.c.connector_id,
        connectors.c.label,
        records.c.product_ref,
        products.c.name,
        product_types.c.name,
        records.c.last_synced_at,
    )
    .select_from(records)
    .join(connectors)
    .join(products, cast(products.c.id, Text) == records.c.product_ref)
    .join(product_types)
    .where(products.c.destination_id.is_(None))
)


def inhabitants(connection: Connection) -> list[Inhabitant]:
    """All of them, by Connector and name."""
    ordered = _INHABITANTS.order_by(connectors.c.label, func.lower(records.c.name), records.c.id)
    return [Inhabitant(row[0], row[1], State(row[2]), *row[3:]) for row in connection.execute(ordered)]


def still_lives(connection: Connection, one: Inhabitant) -> bool:
    """Whether a Record is still mapped as it was."""
    as_it_was = (records.c.id == one.record_id, records.c.product_ref == one.product_ref, records.c.state == one.state)
    return connection.execute(select(records.c.id).where(*as_it_was)).first() is not None


def held(connection: Connection, test_id: int | None, scope: str) -> Held:
    """How many Findings of a scope a Test holds."""
    found = Held(Counter())
    columns = (findings.c.severity, findings.c.active, _DISMISSED, findings.c.triaged)
    statement = select(*columns, func.count()).where(findings.c.test_id == test_id, findings.c.scope == scope)
    for severity, active, dismissed, triaged, number in connection.execute(statement.group_by(*columns)):
        if active:
            found.open[Severity(severity)] += number
        elif dismissed:
            found.dismissed += number
            found.triaged += number if triaged else 0
        else:
            found.closed += number
    return found


def hand_over(
    connection: Connection, test_id: int, scope: str, originals: Mapping[tuple[int, int], int]
) -> dict[int, int]:
    """Let copies of Findings, found by their digests (place and content), be to the next Sync what the originals were.

    What a person dismissed stays so, what the last report said counts as said,
    and each has its age. Gives the copy of each original.
    """
    columns = ("place", "content", "triaged", "reported", "created_at")
    known: dict[int, RowMapping] = {}
    wanted = select(findings.c.id, findings.c.active, *(findings.c[name] for name in columns))
    for chunk in chunks(originals.values()):
        rows = connection.execute(wanted.where(findings.c.id.in_(chunk))).mappings()
        known.update((row["id"], row) for row in rows)
    copies = select(findings.c.id, findings.c.place, findings.c.content, findings.c.triaged).where(
        findings.c.test_id == test_id, findings.c.scope == scope
    )
    changed = []
    copied: dict[int, int] = {}
    for key, place, content, decided_there in connection.execute(copies):
        original = known.get(originals.get((place, content), 0))
        if original is not None:
            values = {f"of_{name}": original[name] for name in columns}
            decided = decided_there or (original["triaged"] and not original["active"])
            changed.append({**values, "key": key, "of_triaged": decided})
            copied[original["id"]] = key
    if changed:
        by_id = update(findings).where(findings.c.id == bindparam("key"))
        connection.execute(by_id.values({name: bindparam(f"of_{name}") for name in columns}), changed)
    return copied
