"""A server's Products as they were last seen: the picker is instant, and works without the server."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from dojo_tui.model.target import Product, ServerProduct
from dojo_tui.store.assets import rename_products
from dojo_tui.store.ids import among, chunks
from dojo_tui.store.reimports import product_type_id
from dojo_tui.store.tables import destinations, product_types, products


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one Product."""

    remote_id: int
    name: str
    gone: bool


_ROWS = select(products.c.id, products.c.remote_id, products.c.name, product_types.c.name.label("kind")).join(
    product_types
)


def cached(connection: Connection, destination_id: int) -> list[Product]:
    """All that were there, by name."""
    wanted = _ROWS.where(products.c.destination_id == destination_id, ~products.c.gone)
    rows = connection.execute(wanted.order_by(func.lower(products.c.name), products.c.id))
    return [Product(str(row.id), row.name, row.kind) for row in rows]


def named(connection: Connection, destination_id: int, name: str) -> Product | None:
    """The one of exactly this name."""
    wanted = _ROWS.where(products.c.destination_id == destination_id, products.c.name == name, ~products.c.gone)
    row = connection.execute(wanted).first()
    return None if row is None else Product(str(row.id), row.name, row.kind)


def of(connection: Connection, destination_id: int, remote_id: int) -> Product:
    """The one with this id of the server, which is known."""
    wanted = _ROWS.where(products.c.destination_id == destination_id, products.c.remote_id == remote_id)
    row = connection.execute(wanted).one()
    return Product(str(row.id), row.name, row.kind)


def known(connection: Connection, destination_id: int, refs: Collection[str]) -> dict[str, Known]:
    """What is known of Products of this destination, by ref; those of others are left out."""
    found: dict[str, Known] = {}
    for chunk in chunks(sorted({int(ref) for ref in refs if ref.isdecimal()})):
        rows = connection.execute(
            select(products.c.id, products.c.remote_id, products.c.name, products.c.gone).where(
                products.c.id.in_(chunk), products.c.destination_id == destination_id
            )
        )
        found.update((str(row.id), Known(row.remote_id, row.name, row.gone)) for row in rows)
    return found


def remote_ids(connection: Connection, destination_id: int) -> set[int]:
    """The server's ids of those that were there when we last looked."""
    there = select(products.c.remote_id).where(products.c.destination_id == destination_id, ~products.c.gone)
    return set(connection.execute(there).scalars())


def save(connection: Connection, destination_id: int, listed: Iterable[ServerProduct], now: datetime) -> None:
    """Take over what was listed. It says nothing of others: they may have been made meanwhile."""
    listed = list(listed)
    before = _before(connection, destination_id, [product.id for product in listed])
    types: dict[str, int] = {}
    new, renamed = [], {}
    for product in listed:
        row = before.get(product.id)
        if row is not None and (row.name, row.kind, row.gone) == (product.name, product.product_type, False):
            continue
        if product.product_type not in types:
            types[product.product_type] = product_type_id(connection, product.product_type)
        values = {"name": product.name, "product_type_id": types[product.product_type], "gone": False}
        if row is None:
            new.append({**values, "destination_id": destination_id, "remote_id": product.id, "created_at": now})
        else:
            connection.execute(update(products).where(products.c.id == row.id).values(values))
            if row.name != product.name:
                renamed[str(row.id)] = product.name
    if new:
        connection.execute(insert(products), new)
    rename_products(connection, renamed)


def _before(connection: Connection, destination_id: int, remote_ids: Sequence[int]) -> dict[int, Row[Any]]:
    statement = _ROWS.add_columns(products.c.gone).where(
        products.c.destination_id == destination_id, among(connection.dialect.name, products.c.remote_id, remote_ids)
    )
    return {row.remote_id: row for row in connection.execute(statement)}


def mark_gone(connection: Connection, destination_id: int, remote_ids: Collection[int]) -> None:
    """Remember that the Products with these ids of the server are there no more."""
    for chunk in chunks(remote_ids):
        statement = update(products).where(products.c.remote_id.in_(chunk))
        connection.execute(statement.where(products.c.destination_id == destination_id).values(gone=True))


def foreign(connection: Connection, destination_id: int) -> dict[str, str | None]:
    """Products of other destinations, by their refs, with the server's address; None for the embedded one's."""
    statement = select(products.c.id, destinations.c.url).outerjoin(destinations)
    rows = connection.execute(statement.where(products.c.destination_id.is_distinct_from(destination_id)))
    return {str(row.id): row.url for row in rows}
