"""The DefectDojo servers that are known, and which destination is chosen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, delete, func, insert, select, update

from dojo_tui.store.tables import destinations, products, records


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """One DefectDojo server."""

    id: int
    url: str
    secret: str | None
    """A reference to the token (P10)."""
    ca_file: str
    """Certificates to trust instead of the system's; empty for those."""
    verify: bool
    product_type: str
    """Of Products that are made without naming one."""
    at_once: int
    """How many requests it gets at the same time."""
    chosen: bool
    mark: str
    """Part of the ids that our Findings have there."""
    products_read_at: datetime | None


AT_ONCE = 4
"""How many requests a server gets at the same time unless somebody says otherwise."""

_REF = cast(products.c.id, Text)
_MAPPED = select(func.count()).select_from(records).join(products, records.c.product_ref == _REF)
_ALL = select(*(destinations.c[name] for name in DestinationRow.__slots__)).order_by(destinations.c.id)


def all_destinations(connection: Connection) -> list[DestinationRow]:
    """Every server, oldest first."""
    return [DestinationRow(*row) for row in connection.execute(_ALL)]


def destination_at(connection: Connection, url: str) -> DestinationRow | None:
    """The server of this address."""
    row = connection.execute(_ALL.where(destinations.c.url == url)).one_or_none()
    return None if row is None else DestinationRow(*row)


def chosen_destination(connection: Connection) -> DestinationRow | None:
    """The server that is chosen; None for the embedded destination."""
    row = connection.execute(_ALL.where(destinations.c.chosen)).first()
    return None if row is None else DestinationRow(*row)


def save_destination(
    connection: Connection,
    url: str,
    now: datetime,
    *,
    secret: str | None,
    ca_file: str,
    verify: bool,
    product_type: str,
    at_once: int = AT_ONCE,
) -> DestinationRow:
    """Add the server of this address, or change what is known of it."""
    values = {
        "secret": secret,
        "ca_file": ca_file,
        "verify": verify,
        "product_type": product_type,
        "at_once": at_once,
    }
    if connection.execute(update(destinations).where(destinations.c.url == url).values(values)).rowcount == 0:
        new = {"url": url, "chosen": False, "mark": secrets.token_hex(4), "created_at": now}
        connection.execute(insert(destinations).values(**values, **new))
    saved = destination_at(connection, url)
    assert saved is not None
    return saved


def choose_destination(connection: Connection, url: str | None) -> None:
    """Choose a server, or with None the embedded destination."""
    connection.execute(update(destinations).values(chosen=False))
    if url is not None:
        connection.execute(update(destinations).where(destinations.c.url == url).values(chosen=True))


def readdress(connection: Connection, url: str, new: str) -> None:
    """The same server has another address."""
    connection.execute(update(destinations).where(destinations.c.url == url).values(url=new))


def mapped_to(connection: Connection, destination_id: int | None) -> int:
    """How many Records are mapped to Products of this server, or of the embedded destination."""
    here = products.c.destination_id.is_not_distinct_from(destination_id)
    return int(connection.execute(_MAPPED.where(here)).scalar_one())


def mapped_elsewhere(connection: Connection, destination_id: int | None) -> int:
    """How many Records are mapped to Products of other destinations than this one."""
    elsewhere = products.c.destination_id.is_distinct_from(destination_id)
    return int(connection.execute(_MAPPED.where(elsewhere)).scalar_one())


def remove_destination(connection: Connection, url: str) -> None:
    """Forget a server and all that was sent to it; nothing changes there."""
    connection.execute(delete(destinations).where(destinations.c.url == url))


def products_read_at(connection: Connection, destination_id: int) -> datetime | None:
    """When the Products of a server were last listed; None if they never were."""
    found: datetime | None = connection.execute(
        select(destinations.c.products_read_at).where(destinations.c.id == destination_id)
    ).scalar()
    return found


def note_products_read(connection: Connection, destination_id: int, at: datetime) -> None:
    """Remember when its Products were last listed."""
    connection.execute(update(destinations).where(destinations.c.id == destination_id).values(products_read_at=at))
