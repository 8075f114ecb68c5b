"""What was sent to a server, as the store remembers it: written before a request and confirmed after it (P7).

The store holds what the server confirmed. A Finding that is about to be
created there is written first, with the anchor it will be found again by, so
that a program that dies between the request and its answer sends the same
thing again and not a second one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from dojo_tui.model.target import ENGAGEMENT, Target
from dojo_tui.store.ids import chunks
from dojo_tui.store.reimports import test_of
from dojo_tui.store.tables import engagements, findings, products, sent_findings, sent_scopes, tests


@dataclass(frozen=True, slots=True)
class Place:
    """The ids of a Record's Engagement and Test: ours, and the server's where we know them."""

    test_id: int | None = None
    engagement_remote: int | None = None
    test_remote: int | None = None
    is_current: bool = False
    """It is kept under this Connector and its label."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How the last attempt to send a Record's Findings ended."""

    build_id: str = ""
    """Of an attempt whose end was not seen; empty when the server has what we hold."""
    patient_until: datetime | None = None
    full_at: datetime | None = None
    active_there: int = 0
    decided: frozenset[int] = frozenset()
    """Findings whose triage, as the tool has it, an attempt told whose end was not seen: no person decided that."""
    patched: frozenset[int] = frozenset()
    """Findings whose facts such an attempt may have changed there."""
    owed: frozenset[int] = frozenset()
    """Findings that moved, of which the server shows an older place: later Syncs change them there."""
    service: str = ""
    """By which the server keeps them apart; empty where that was not written down (see ``naming``)."""
    known: bool = True
    """Something was sent before, if only in vain."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server knows of one Finding."""

    confirmed: bool
    anchor: str
    """What it was created with, as JSON: a report that repeats it finds it again."""
    remote_id: int | None
    anchor_hash: str
    """What the server made of it, and keeps whatever is changed."""


def place(connection: Connection, target: Target) -> Place:
    """Where a target's Findings are."""
    known = test_of(connection, target)
    statement = select(engagements.c.id, engagements.c.remote_id).where(
        engagements.c.product_id == int(target.product_ref), engagements.c.name == ENGAGEMENT
    )
    engagement = connection.execute(statement).one_or_none()
    if known is None:
        return Place(engagement_remote=engagement.remote_id if engagement else None)
    columns = (tests.c.remote_id, tests.c.connector_id, tests.c.title)
    row = connection.execute(select(*columns).where(tests.c.id == known[0])).one()
    current = (row.connector_id, row.title) == (target.connector_id, target.connector_label)
    return Place(known[0], engagement.remote_id if engagement else None, row.remote_id, current)


def tests_of_others(connection: Connection, target: Target, test_id: int | None) -> set[int]:
    """The server's ids of all Tests that are ours but not this one."""
    of_product = select(products.c.destination_id).where(products.c.id == int(target.product_ref)).scalar_subquery()
    statement = _tests_at(of_product, tests.c.remote_id).where(tests.c.id.is_distinct_from(test_id))
    return set(connection.execute(statement).scalars())


def test_ids(connection: Connection, destination_id: int) -> dict[tuple[str, int], tuple[int, int]]:
    """The server's ids of all our Tests there, and of their Engagements, by the Product's ref and the Connector."""
    columns = (engagements.c.product_id, tests.c.connector_id, tests.c.remote_id, engagements.c.remote_id)
    rows = connection.execute(_tests_at(destination_id, *columns))
    return {(str(product), connector): (test, place) for product, connector, test, place in rows}


def _tests_at(destination_id: int | ScalarSelect[Any], *columns: Column[Any]) -> Select[Any]:
    """Of our Tests that this server has."""
    return (
        select(*columns)
        .select_from(tests)
        .join(engagements, engagements.c.id == tests.c.engagement_id)
        .join(products, products.c.id == engagements.c.product_id)
        .where(products.c.destination_id == destination_id, tests.c.remote_id.is_not(None))
    )


def settle_place(connection: Connection, place: Place) -> None:
    """Remember the server's ids of the Engagement and Test of ``place``.

    Where the Test is another one than before, the old one is gone and with it
    what it held: nothing of it is there to be compared with.
    """
    assert place.test_id is not None
    was = connection.execute(select(tests.c.remote_id).where(tests.c.id == place.test_id)).scalar_one()
    if was is not None and was != place.test_remote:
        connection.execute(delete(findings).where(findings.c.test_id == place.test_id))
        connection.execute(delete(sent_scopes).where(sent_scopes.c.test_id == place.test_id))
    connection.execute(update(tests).where(tests.c.id == place.test_id).values(remote_id=place.test_remote))
    engagement = select(tests.c.engagement_id).where(tests.c.id == place.test_id).scalar_subquery()
    connection.execute(
        update(engagements).where(engagements.c.id == engagement).values(remote_id=place.engagement_remote)
    )


def scope(connection: Connection, test_id: int | None, name: str) -> Scope:
    """How it stands with one scope."""
    row = connection.execute(_SCOPES.where(sent_scopes.c.test_id == test_id, sent_scopes.c.scope == name)).one_or_none()
    return Scope(known=False) if row is None else _scope(*row)


def unsettled(connection: Connection, test_id: int) -> dict[str, Scope]:
    """The scopes of a Test whose last attempt may still be carried out, by name."""
    statement = _SCOPES.add_columns(sent_scopes.c.scope)
    rows = connection.execute(statement.where(sent_scopes.c.test_id == test_id, sent_scopes.c.build_id != ""))
    return {name: _scope(*row) for *row, name in rows}


def sizes(connection: Connection, test_id: int, name: str) -> tuple[int, int]:
    """How many Findings of a scope the server may not have yet, and how many it has."""
    statement = (
        select(sent_findings.c.confirmed, func.count())
        .join(findings, findings.c.id == sent_findings.c.finding_id)
        .where(findings.c.test_id == test_id, findings.c.scope == name)
        .group_by(sent_findings.c.confirmed)
    )
    found = {bool(confirmed): number for confirmed, number in connection.execute(statement)}
    return found.get(False, 0), found.get(True, 0)


def _scope(
    build_id: str,
    until: datetime | None,
    full_at: datetime | None,
    active: int,
    decided: str,
    patched: str,
    owed: str,
    service: str,
) -> Scope:
    return Scope(build_id, until, full_at, active, _ids(decided), _ids(patched), _ids(owed), service)


def _ids(text: str) -> frozenset[int]:
    return frozenset(json.loads(text)) if text else frozenset()


def _text(ids: Collection[int]) -> str:
    return json.dumps(sorted(ids)) if ids else ""


def save_scope(connection: Connection, test_id: int, name: str, state: Scope) -> None:
    """Remember how it stands."""
    values = {
        "build_id": state.build_id,
        "patient_until": state.patient_until,
        "full_at": state.full_at,
        "active_there": state.active_there,
        "decided": _text(state.decided),
        "patched": _text(state.patched),
        "owed": _text(state.owed),
        "service": state.service,
    }
    if not _changed(connection, test_id, name, **values):
        connection.execute(insert(sent_scopes).values(test_id=test_id, scope=name, **values))


def save_told(
    connection: Connection, test_id: int, name: str, decided: Collection[int], patched: Collection[int]
) -> None:
    """Remember Findings whose triage, as the tool has it, and whose facts are about to be told."""
    _changed(connection, test_id, name, decided=_text(decided), patched=_text(patched))


def wait_for(connection: Connection, test_id: int, name: str, build_id: str, until: datetime) -> None:
    """Something is about to be sent, and may be carried out until then."""
    _changed(connection, test_id, name, build_id=build_id, patient_until=until)


def _changed(connection: Connection, test_id: int, name: str, **values: object) -> bool:
    """Whether there was such a scope to change."""
    where = (sent_scopes.c.test_id == test_id, sent_scopes.c.scope == name)
    return connection.execute(update(sent_scopes).where(*where).values(values)).rowcount > 0


def impatient(connection: Connection, test_id: int) -> None:
    """Nobody needs to wait any more for what was sent to this Test."""
    connection.execute(update(sent_scopes).where(sent_scopes.c.test_id == test_id).values(patient_until=None))


def forget_full(connection: Connection, connector_id: int, names: Collection[str] | None = None) -> None:
    """Let the next Sync of these scopes send everything, changed or not; all of the Connector's by default."""
    of_connector = select(tests.c.id).where(tests.c.connector_id == connector_id)
    statement = update(sent_scopes).where(sent_scopes.c.test_id.in_(of_connector)).values(full_at=None)
    if names is not None:
        statement = statement.where(sent_scopes.c.scope.in_(list(names)))
    connection.execute(statement)


def sent(connection: Connection, test_id: int, name: str) -> dict[int, Sent]:
    """What the server knows of each Finding of a scope."""
    columns = [sent_findings.c[name] for name in ("finding_id", "confirmed", "anchor", "remote_id", "anchor_hash")]
    statement = (
        select(*columns)
        .join(findings, findings.c.id == sent_findings.c.finding_id)
        .where(findings.c.test_id == test_id, findings.c.scope == name)
    )
    return {key: Sent(bool(confirmed), *rest) for key, confirmed, *rest in connection.execute(statement)}


def anchor_hashes(connection: Connection, test_id: int, name: str) -> set[str]:
    """The hashes that are taken in a scope."""
    statement = (
        select(sent_findings.c.anchor_hash)
        .join(findings, findings.c.id == sent_findings.c.finding_id)
        .where(findings.c.test_id == test_id, findings.c.scope == name)
    )
    return set(connection.execute(statement).scalars())


def services(connection: Connection, test_id: int) -> dict[str, str]:
    """The service of each scope of a Test; empty where it was not written down."""
    columns = (sent_scopes.c.scope, sent_scopes.c.service)
    rows = connection.execute(select(*columns).where(sent_scopes.c.test_id == test_id))
    return {row.scope: row.service for row in rows}


def number(connection: Connection, test_id: int) -> int:
    """How many Findings of a Test were sent, or announced."""
    statement = select(func.count()).select_from(sent_findings).join(findings)
    return int(connection.execute(statement.where(findings.c.test_id == test_id)).scalar_one())


def last_id(connection: Connection) -> int:
    """The newest Finding of all."""
    return connection.execute(select(findings.c.id).order_by(findings.c.id.desc()).limit(1)).scalar() or 0


def active_here(connection: Connection, test_id: int, name: str) -> int:
    """How many Findings of a scope are active as we hold them."""
    statement = select(func.count()).where(findings.c.test_id == test_id, findings.c.scope == name, findings.c.active)
    return int(connection.execute(statement).scalar_one())


def announce(connection: Connection, anchors: Mapping[int, tuple[str, str]]) -> None:
    """Keep new Findings out of sight until the server has confirmed them; by id, with their anchor's hash and text."""
    for chunk in chunks(anchors):
        hidden = update(findings).where(findings.c.id.in_(chunk))
        connection.execute(hidden.values(active=False, is_mitigated=False, reported=False))
    rows = [
        {"finding_id": key, "confirmed": False, "anchor_hash": hashed, "anchor": text}
        for key, (hashed, text) in anchors.items()
    ]
    if rows:
        connection.execute(insert(sent_findings), rows)


def confirm(connection: Connection, ids: Iterable[int]) -> None:
    """The server has them now."""
    for chunk in chunks(ids):
        connection.execute(update(sent_findings).where(sent_findings.c.finding_id.in_(chunk)).values(confirmed=True))


def withdraw(connection: Connection, ids: Iterable[int]) -> None:
    """Announced Findings that are reported no more: they never were."""
    for chunk in chunks(ids):
        connection.execute(delete(findings).where(findings.c.id.in_(chunk)))


def keep_remote_ids(connection: Connection, ids: Mapping[int, int | None]) -> None:
    """The server's ids of Findings; None where what we knew is not so any more."""
    if ids:
        statement = update(sent_findings).where(sent_findings.c.finding_id == bindparam("key"))
        rows = [{"key": key, "remote": remote} for key, remote in ids.items()]
        connection.execute(statement.values(remote_id=bindparam("remote")), rows)


def has_decided(connection: Connection, test_id: int | None, name: str) -> bool:
    """Whether a person decided about a Finding of a scope."""
    decided = select(findings.c.id).where(findings.c.test_id == test_id, findings.c.scope == name, findings.c.triaged)
    return bool(connection.execute(select(exists(decided))).scalar())


def decisions(connection: Connection, test_id: int, name: str) -> dict[int, Row[Any]]:
    """What is decided about each Finding of a scope, by id: whether a person did, and the three ways to dismiss it."""
    columns = (findings.c.id, findings.c.triaged, findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)
    rows = connection.execute(select(*columns).where(findings.c.test_id == test_id, findings.c.scope == name))
    return {row.id: row for row in rows}


def dismiss(connection: Connection, flags: Mapping[int, Mapping[str, bool]]) -> None:
    """Take over what people decided on the server about these Findings."""
    for key, values in flags.items():
        connection.execute(update(findings).where(findings.c.id == key).values(active=False, triaged=True, **values))


def undismiss(connection: Connection, ids: Collection[int]) -> None:
    """What people decided on the server about these was taken back there."""
    for chunk in chunks(ids):
        # As if it had been reported last: so the plan closes it if it is not now.
        values = {
            "active": True,
            "reported": True,
            "mitigated_at": None,
            "triaged": False,
            "false_p": False,
            "out_of_scope": False,
            "risk_accepted": False,
        }
        connection.execute(update(findings).where(findings.c.id.in_(chunk)).values(values))


_SCOPES = select(
    *(
        sent_scopes.c[name]
        for name in ("build_id", "patient_until", "full_at", "active_there", "decided", "patched", "owed", "service")
    )
)
