"""What the store holds of a Record's Findings, whichever destination they are in: planning and applying."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from dojo_tui.model.errors import LostError, StoreError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.known_as import Rename
from dojo_tui.model.plan import Reimport
from dojo_tui.model.reimport import Plan, Report, plan
from dojo_tui.model.target import ENGAGEMENT, Target
from dojo_tui.model.text import clean
from dojo_tui.store import finding_evidence as finding_rows
from dojo_tui.store.finding_writes import Writer
from dojo_tui.store.ids import chunks
from dojo_tui.store.renames import renames
from dojo_tui.store.tables import engagements, findings, product_types, products, tests

DEFAULT_PRODUCT_TYPE = "Default"
"""The Product Type of Products that are made without naming one."""

NAME_LIMIT = 255
"""DefectDojo's own limit of a Product's and a Product Type's name."""


def plan_on(
    connection: Connection, test_id: int | None, target: Target, report: Report, fetch: Fetch, settings: Reimport
) -> Plan:
    """Plan to make what is held in ``target`` equal to ``report``; without a Test nothing is held."""
    traces = []
    known: frozenset[Rename] = frozenset()
    if test_id is not None:
        known = renames(connection, test_id, target.scope)
        traces = finding_rows.traces(connection, test_id, target.scope, without=fetch.skipped)
    made = plan(
        traces,
        report,
        lambda ids: finding_rows.evidence(connection, ids),
        min_severity=settings.min_severity,
        partial=fetch.partial,
        not_analysed=fetch.not_analysed,
        renames=known,
        # A person who accepts that it is closed and made anew says that it is not the same.
        trust_renames=settings.trust_renames,
    )
    many = [scanner for scanner, gone in made.closed_of.items() if gone >= settings.hold.least]
    if many and test_id is not None:
        made.active_of = finding_rows.active_of(connection, test_id, target.scope, many)
    return made


def writer(connection: Connection, test_id: int, target: Target, now: datetime, local: datetime) -> Writer:
    """What writes the target's Findings; ``local`` is the same moment where the person is."""
    return Writer(connection, test_id, target.scope, now, local.date())


def close(connection: Connection, made: Plan, now: datetime) -> None:
    """Close what the plan closes, and remember since when what was dismissed is no longer reported."""
    closed = {"active": False, "is_mitigated": True, "mitigated_at": now, "updated_at": now, "reported": False}
    for gone, values in ((made.close, closed), (made.vanish, {"reported": False, "mitigated_at": now})):
        for ids in chunks(gone):
            connection.execute(update(findings).where(findings.c.id.in_(ids)).values(values))


Known = tuple[int, int] | None
"""The id and the revision of a Test; None where there is none."""


def touch_test(connection: Connection, target: Target, known: Known, now: datetime) -> int:
    """The Test of the target's Connector in its Product, made if there is none, with a new revision (P4)."""
    product_id = int(target.product_ref)
    if connection.execute(_HAS_PRODUCT, {"product": product_id}).first() is None:
        raise LostError("its Product was deleted", safe="Nothing was imported.", do="Map the Record again.")
    test_id = known[0] if known else _create_test(connection, target, product_id, now)
    touched = {"test": test_id, "connector": target.connector_id, "label": target.connector_label, "now": now}
    connection.execute(_TOUCH, touched)
    return test_id


def _create_test(connection: Connection, target: Target, product_id: int, now: datetime) -> int:
    engagement_id = find_or_create(
        connection, engagements, {"product_id": product_id, "name": ENGAGEMENT}, {"created_at": now}
    )
    key = {"engagement_id": engagement_id, "connector_id": target.connector_id}
    rest = {"created_at": now, "updated_at": now, "revision": 0}
    return find_or_create(connection, tests, key, {"title": target.connector_label, **rest})


def test_of(connection: Connection, target: Target) -> Known:
    """The target's Test.

    A Connector that was removed leaves its Tests behind (P6); one that is
    added under the same label takes them over, rather than doubling them.
    """
    wanted = {
        "product": int(target.product_ref),
        "connector": target.connector_id,
        "label": target.connector_label,
    }
    row = connection.execute(_TEST, wanted).one_or_none()
    return None if row is None else (row.id, row.revision)


# For each Record of a Sync: built anew, they would take several times as long as they run.
_HAS_PRODUCT = select(products.c.id).where(products.c.id == bindparam("product"))
_TEST = (
    select(tests.c.id, tests.c.revision)
    .join(engagements)
    .where(
        engagements.c.product_id == bindparam("product"),
        engagements.c.name == ENGAGEMENT,
        (tests.c.connector_id == bindparam("connector"))
        | (tests.c.connector_id.is_(None) & (tests.c.title == bindparam("label"))),
    )
    .order_by(tests.c.connector_id.is_(None), tests.c.id.desc())
    .limit(1)
)
_TOUCH = (
    update(tests)
    .where(tests.c.id == bindparam("test"))
    .values(
        connector_id=bindparam("connector"),
        title=bindparam("label"),
        updated_at=bindparam("now"),
        revision=tests.c.revision + 1,
    )
)


def checked_name(name: str, what: str) -> str:
    """A name as DefectDojo would take it; raises UsageError."""
    cleaned = clean(name.strip(), NAME_LIMIT)
    if not cleaned or cleaned != name.strip():
        raise UsageError(
            f"A {what} needs a name of 1 to {NAME_LIMIT} characters.", safe="Nothing was changed.", do="Choose another."
        )
    return cleaned


def product_type_id(connection: Connection, name: str) -> int:
    """The Product Type of this name, made if there is none."""
    return find_or_create(connection, product_types, {"name": name}, {})


def find_or_create(connection: Connection, table: Any, key: dict[str, Any], rest: dict[str, Any]) -> int:
    """The id of the row of ``table`` with ``key``; on PostgreSQL another process may make it at the same moment."""
    wanted = select(table.c.id).where(*(table.c[name].is_not_distinct_from(value) for name, value in key.items()))
    found: int | None = connection.execute(wanted).scalar_one_or_none()
    if found is not None:
        return found
    try:
        with connection.begin_nested():
            made: int = connection.execute(insert(table).values(**key, **rest).returning(table.c.id)).scalar_one()
            return made
    except IntegrityError as error:
        found = connection.execute(wanted).scalar_one_or_none()
        if found is None:
            raise StoreError(f"The store refused a row of {table.name}: {error.orig}.") from error
        return int(found)
