"""Records of assets, and the Products that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from dojo_tui.model.record import State
from dojo_tui.store.tables import records

GROUP = "Product Type"
"""Under this name an asset's group is kept among the details of its Record."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One Record of a source of assets."""

    id: int
    name: str
    group: str
    state: State
    product_ref: str | None
    former_product_ref: str | None


def assets(connection: Connection, connector_id: int) -> dict[int, Asset]:
    """All Records of a Connector that are to have a Product, by id; Ignored and Stale ones are a person's business."""
    table = records.c
    statement = (
        select(table.id, table.name, table.details, table.state, table.product_ref, table.former_product_ref)
        .where(table.connector_id == connector_id, table.state.in_([State.NEW, State.GOOD, State.MISSING]))
        .order_by(table.id)
    )
    return {
        row.id: Asset(
            row.id,
            row.name,
            str(row.details.get(GROUP, "")),
            State(row.state),
            row.product_ref,
            row.former_product_ref,
        )
        for row in connection.execute(statement)
    }


def rename_products(connection: Connection, names: Mapping[str, str]) -> None:
    """Let every Record that is mapped to one of these Products, by ref, show its new name."""
    for ref, name in names.items():
        connection.execute(update(records).where(records.c.product_ref == ref).values(product_name=name))
