"""The embedded destination: Product > Engagement > Test > Finding in the same store."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dojo_tui.connectors.base import Fetch
from dojo_tui.destinations import finding_rows
from dojo_tui.destinations.base import ENGAGEMENT, Product, Reimport, Target
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError, StoreError, UsageError
from dojo_tui.model.plan import Summary
from dojo_tui.model.reimport import Plan, Report, plan, read
from dojo_tui.model.text import clean
from dojo_tui.store.database import Database
from dojo_tui.store.ids import chunks
from dojo_tui.store.tables import engagements, findings, product_types, products, tests

DEFAULT_PRODUCT_TYPE = "Default"
"""The Product Type of Products that are made without naming one."""

NAME_LIMIT = 255
"""DefectDojo's own limit of a Product's and a Product Type's name."""

_ATTEMPTS = 5


class EmbeddedDestination:
    """Findings in the local store, behind the protocol of ``destinations/base.py``."""

    name = "embedded"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def products(self) -> list[Product]:
        """All Products, by name."""
        with self._database.read() as connection:
            rows = connection.execute(_PRODUCTS.order_by(func.lower(products.c.name), products.c.id))
            return [Product(str(row.id), row.name, row.product_type) for row in rows]

    def find_or_create_product(self, name: str, product_type: str | None = None) -> Product:
        """The Product of exactly this name, created if there is none."""
        name = _checked_name(name, "Product")
        kind = _checked_name(product_type or DEFAULT_PRODUCT_TYPE, "Product Type")
        with self._database.read() as connection:
            found = _product(connection, name)
        if found is not None:
            return found
        with self._database.write() as connection:
            return _product(connection, name) or self._create_product(connection, name, kind)

    def adjust_product(self, ref: str, name: str, product_type: str) -> Product:
        """Give a Product another name or Product Type; nothing else of it changes."""
        name = _checked_name(name, "Product")
        kind = _checked_name(product_type, "Product Type")
        with self._database.write() as connection:
            other = _product(connection, name)
            if other is not None and other.ref != ref:
                raise DestinationError(f"There is another Product named {name}.", safe="Nothing was changed.")
            type_id = _find_or_create(connection, product_types, {"name": kind}, {})
            done = connection.execute(
                update(products).where(products.c.id == int(ref)).values(name=name, product_type_id=type_id)
            )
            if done.rowcount != 1:
                raise DestinationError("The Product is gone.", safe="Nothing was changed.")
        return Product(ref, name, kind)

    def _create_product(self, connection: Connection, name: str, kind: str) -> Product:
        type_id = _find_or_create(connection, product_types, {"name": kind}, {})
        _find_or_create(connection, products, {"name": name}, {"product_type_id": type_id, "created_at": self._now()})
        made = _product(connection, name)
        assert made is not None
        return made

    def lost(self, targets: Collection[Target]) -> dict[Target, str]:
        """Those of ``targets`` whose Product, or the Engagement or Test we made there, is gone, with the reason."""
        with self._database.read() as connection:
            known = set(connection.execute(select(products.c.id)).scalars())
            with_engagement = set(
                connection.execute(select(engagements.c.product_id).where(engagements.c.name == ENGAGEMENT)).scalars()
            )
            with_test = {
                (row.product_id, row.connector_id)
                for row in connection.execute(
                    select(engagements.c.product_id, tests.c.connector_id)
                    .join(tests)
                    .where(engagements.c.name == ENGAGEMENT)
                )
            }
        reasons: dict[Target, str] = {}
        for target in targets:
            product = int(target.product_ref)
            if product not in known:
                reasons[target] = "its Product was deleted"
            elif target.synced and product not in with_engagement:
                reasons[target] = f"the Engagement {ENGAGEMENT} of its Product was deleted"
            elif target.synced and (product, target.connector_id) not in with_test:
                reasons[target] = "its Test was deleted"
        return reasons

    def reimport(self, target: Target, fetch: Fetch, settings: Reimport, check: Callable[[], None]) -> Summary:
        """Make the Record's Findings equal to ``fetch``, wholly or not at all (P7).

        The plan is made on a snapshot and applied in one transaction, which
        first makes sure that nobody changed the Test in between: so writers
        never wait for the matching.
        """
        report = read(fetch.findings)
        for _ in range(_ATTEMPTS):
            check()
            with self._database.read() as connection:
                planned_on = _test(connection, target)
                made = self._plan(connection, target, planned_on, report, fetch, settings)
            held = "" if settings.accept_large_change else made.held_back(settings.hold)
            if settings.dry_run or held:
                return made.summary(skipped=fetch.skipped, partial=fetch.partial, held=held)
            check()
            with self._database.write() as connection:
                if _test(connection, target) != planned_on:
                    continue
                self._apply(connection, target, planned_on, report, made)
                check()
            return made.summary(skipped=fetch.skipped, partial=fetch.partial)
        raise DestinationError(
            "The Test was changed by somebody else again and again while the sync was planned.",
            safe="Nothing of this Record was changed.",
            do="Sync it again.",
        )

    def _plan(
        self,
        connection: Connection,
        target: Target,
        known: _Known,
        report: Report,
        fetch: Fetch,
        settings: Reimport,
    ) -> Plan:
        traces = finding_rows.traces(connection, known[0], target.scope, without=fetch.skipped) if known else []
        return plan(
            traces,
            report,
            lambda ids: finding_rows.evidence(connection, ids),
            min_severity=settings.min_severity,
            partial=fetch.partial,
        )

    def _apply(self, connection: Connection, target: Target, known: _Known, report: Report, made: Plan) -> None:
        now = self._now()
        test_id = self._touch_test(connection, target, known)
        writer = finding_rows.Writer(connection, test_id, target.scope, now, self._clock.local(now).date())
        writer.create(report, made.create)
        writer.update(made.update)
        closed = {"active": False, "is_mitigated": True, "mitigated_at": now, "updated_at": now, "reported": False}
        for gone, values in ((made.close, closed), (made.vanish, {"reported": False})):
            for ids in chunks(gone):
                connection.execute(update(findings).where(findings.c.id.in_(ids)).values(values))

    def _touch_test(self, connection: Connection, target: Target, known: _Known) -> int:
        """The Test of the target's Connector in its Product, made if there is none, with a new revision (P4)."""
        now = self._now()
        product_id = int(target.product_ref)
        if connection.execute(_HAS_PRODUCT, {"product": product_id}).first() is None:
            raise DestinationError(
                "The Record's Product was deleted at the destination.",
                safe="Nothing was imported.",
                do="Map the Record again.",
            )
        engagement_id = _find_or_create(
            connection, engagements, {"product_id": product_id, "name": ENGAGEMENT}, {"created_at": now}
        )
        test_id = known[0] if known else self._create_test(connection, target, engagement_id)
        touched = {"test": test_id, "connector": target.connector_id, "label": target.connector_label, "now": now}
        connection.execute(_TOUCH, touched)
        return test_id

    def _create_test(self, connection: Connection, target: Target, engagement_id: int) -> int:
        key = {"engagement_id": engagement_id, "connector_id": target.connector_id}
        rest = {"created_at": self._now(), "updated_at": self._now(), "revision": 0}
        return _find_or_create(connection, tests, key, {"title": target.connector_label, **rest})

    def _now(self) -> Any:
        return self._clock.now()


_Known = tuple[int, int] | None
"""The id and the revision of a Test; None where there is none."""

_PRODUCTS = select(products.c.id, products.c.name, product_types.c.name.label("product_type")).join(product_types)


def _product(connection: Connection, name: str) -> Product | None:
    row = connection.execute(_PRODUCTS.where(products.c.name == name)).one_or_none()
    return None if row is None else Product(str(row.id), row.name, row.product_type)


def _checked_name(name: str, what: str) -> str:
    cleaned = clean(name.strip(), NAME_LIMIT)
    if not cleaned or cleaned != name.strip():
        raise UsageError(
            f"A {what} needs a name of 1 to {NAME_LIMIT} characters.", safe="Nothing was changed.", do="Choose another."
        )
    return cleaned


def _find_or_create(connection: Connection, table: Any, key: dict[str, Any], rest: dict[str, Any]) -> int:
    """The id of the row of ``table`` with ``key``; on PostgreSQL another process may make it at the same moment."""
    wanted = select(table.c.id).where(*(table.c[name] == value for name, value in key.items()))
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


def _test(connection: Connection, target: Target) -> _Known:
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
