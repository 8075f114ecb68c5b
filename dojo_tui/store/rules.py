"""Mapping rules as they are kept: one order for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from dojo_tui.model.record import State
from dojo_tui.model.rules import Rule
from dojo_tui.store.dialect import serialise
from dojo_tui.store.suggestions import Named
from dojo_tui.store.tables import connectors, mapping_changes, records, rules

_LIST_KEY = 0x646F6A72


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of the list."""

    id: int
    position: int
    """From 1."""
    connector_id: int | None
    connector_label: str | None
    """None: for every Connector."""
    pattern: str
    product: str | None
    """None: ignore."""
    product_type: str | None

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return Rule(self.pattern, self.product, self.product_type, self.connector_id)


def all_rules(connection: Connection) -> list[RuleRow]:
    """Every rule, in order."""
    table = rules.c
    statement = (
        select(table.id, table.connector_id, connectors.c.label, table.pattern, table.product, table.product_type)
        .outerjoin(connectors, connectors.c.id == table.connector_id)
        .order_by(table.position, table.id)
    )
    # Positions have gaps where a Connector was removed with its rules.
    return [RuleRow(row[0], number, *row[1:]) for number, row in enumerate(connection.execute(statement), 1)]


def lock(connection: Connection) -> None:
    """Let nobody else change the list until this transaction ends."""
    serialise(connection, _LIST_KEY)


def add(connection: Connection, rule: Rule) -> int:
    """Add a rule, for now without a place; its id."""
    values = {"position": 0, **_values(rule)}
    return int(connection.execute(insert(rules).values(**values).returning(rules.c.id)).scalar_one())


def change(connection: Connection, rule_id: int, rule: Rule) -> None:
    """Put another rule in the place of one."""
    connection.execute(update(rules).where(rules.c.id == rule_id).values(**_values(rule)))


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Remove rules."""
    connection.execute(delete(rules).where(rules.c.id.in_(list(ids))))


def order(connection: Connection, ids: Sequence[int]) -> None:
    """Give all rules their places, in the order of ``ids``."""
    if ids:
        statement = update(rules).where(rules.c.id == bindparam("rule")).values(position=bindparam("place"))
        connection.execute(statement, [{"rule": rule_id, "place": place} for place, rule_id in enumerate(ids, 1)])


def undecided(connection: Connection, connector_id: int) -> list[Named]:
    """New Records of a Connector about which nobody ever decided anything, or took it back."""
    table = records.c
    decided = exists().where(mapping_changes.c.record_id == table.id)
    statement = select(table.id, table.connector_id, table.name).where(
        table.connector_id == connector_id, table.state == State.NEW, ~decided
    )
    return [Named(*row) for row in connection.execute(statement.order_by(table.id))]


def _values(rule: Rule) -> dict[str, object]:
    return {
        "connector_id": rule.connector_id,
        "pattern": rule.pattern,
        "product": rule.product,
        "product_type": rule.product_type,
    }
