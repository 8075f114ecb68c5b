"""Products of the embedded destination, and which places there are of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from dojo_tui.model.target import ENGAGEMENT, Product
from dojo_tui.store.reimports import find_or_create, product_type_id
from dojo_tui.store.tables import destinations, engagements, product_types, products, tests

_HERE = products.c.destination_id.is_(None)
_PRODUCTS = (
    select(products.c.id, products.c.name, product_types.c.name.label("product_type")).join(product_types).where(_HERE)
)


@dataclass(frozen=True, slots=True)
class Places:
    """What there is, whosever Product it is of: another destination's is not lost."""

    products: frozenset[int]
    with_engagement: frozenset[int]
    """Products that have our Engagement."""
    with_test: frozenset[tuple[int, int]]
    """Products with the Connectors that have a Test in it."""


def all_products(connection: Connection) -> list[Product]:
    """All of them, by name."""
    rows = connection.execute(_PRODUCTS.order_by(func.lower(products.c.name), products.c.id))
    return [Product(str(row.id), row.name, row.product_type) for row in rows]


def product_named(connection: Connection, name: str) -> Product | None:
    """The one of exactly this name."""
    row = connection.execute(_PRODUCTS.where(products.c.name == name)).one_or_none()
    return None if row is None else Product(str(row.id), row.name, row.product_type)


def create_product(connection: Connection, name: str, kind: str, now: datetime) -> Product:
    """Make one; one that another process makes at the same moment is the same."""
    rest = {"product_type_id": product_type_id(connection, kind), "created_at": now}
    find_or_create(connection, products, {"name": name, "destination_id": None}, rest)
    made = product_named(connection, name)
    assert made is not None
    return made


def change_product(connection: Connection, ref: str, name: str, kind: str) -> bool:
    """Give one another name or Product Type; False when it is gone."""
    values = {"name": name, "product_type_id": product_type_id(connection, kind)}
    return connection.execute(update(products).where(products.c.id == int(ref), _HERE).values(values)).rowcount == 1


def on_servers(connection: Connection) -> dict[str, str]:
    """The Products that are a server's, by their refs, with its address."""
    rows = connection.execute(select(products.c.id, destinations.c.url).join(destinations))
    return {str(row.id): row.url for row in rows}


def places(connection: Connection) -> Places:
    """What there is."""
    ours = select(engagements.c.product_id).where(engagements.c.name == ENGAGEMENT)
    with_test = (
        select(engagements.c.product_id, tests.c.connector_id).join(tests).where(engagements.c.name == ENGAGEMENT)
    )
    return Places(
        frozenset(connection.execute(select(products.c.id)).scalars()),
        frozenset(connection.execute(ours).scalars()),
        frozenset((row.product_id, row.connector_id) for row in connection.execute(with_test)),
    )
