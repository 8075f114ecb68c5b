"""The embedded destination: Product > Engagement > Test > Finding in the same store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from dojo_tui.http.exchange import Caller
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.plan import Reimport, Summary
from dojo_tui.model.reimport import Plan, Report, read
from dojo_tui.model.target import ENGAGEMENT, Product, Target
from dojo_tui.store import embedded_products as stored
from dojo_tui.store import reimports as held
from dojo_tui.store.database import Database
from dojo_tui.store.reimports import DEFAULT_PRODUCT_TYPE, checked_name
from dojo_tui.store.renames import remember

_ATTEMPTS = 5


class EmbeddedDestination:
    """Findings in the local store, behind the protocol of ``destinations/base.py``."""

    name = "embedded"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def products(self, *, fresh: bool = False) -> list[Product]:
        """All Products, by name; they are always fresh."""
        with self._database.read() as connection:
            return stored.all_products(connection)

    def find_or_create_product(self, name: str, product_type: str | None = None) -> Product:
        """The Product of exactly this name, created if there is none."""
        name = checked_name(name, "Product")
        kind = checked_name(product_type or DEFAULT_PRODUCT_TYPE, "Product Type")
        with self._database.read() as connection:
            found = stored.product_named(connection, name)
        if found is not None:
            return found
        with self._database.write() as connection:
            return stored.product_named(connection, name) or stored.create_product(
                connection, name, kind, self._clock.now()
            )

    def adjust_product(self, ref: str, name: str, product_type: str) -> Product:
        """Give a Product another name or Product Type; nothing else of it changes."""
        name = checked_name(name, "Product")
        kind = checked_name(product_type, "Product Type")
        with self._database.write() as connection:
            other = stored.product_named(connection, name)
            if other is not None and other.ref != ref:
                raise DestinationError(f"There is another Product named {name}.", safe="Nothing was changed.")
            if not stored.change_product(connection, ref, name, kind):
                raise DestinationError("The Product is gone.", safe="Nothing was changed.")
        return Product(ref, name, kind)

    def elsewhere(self, targets: Collection[Target]) -> dict[Target, str]:
        """Those of ``targets`` whose Product is one of a DefectDojo server, with its address."""
        with self._database.read() as connection:
            urls = stored.on_servers(connection)
        return {target: urls[target.product_ref] for target in targets if target.product_ref in urls}

    def lost(self, targets: Collection[Target], caller: Caller, *, quick: bool = False) -> dict[Target, str]:
        """Those of ``targets`` whose Product, or the Engagement or Test we made there, is gone, with the reason."""
        with self._database.read() as connection:
            there = stored.places(connection)
        reasons: dict[Target, str] = {}
        for target in targets:
            product = int(target.product_ref)
            if product not in there.products:
                reasons[target] = "its Product was deleted"
            elif target.synced and product not in there.with_engagement:
                reasons[target] = f"the Engagement {ENGAGEMENT} of its Product was deleted"
            elif target.synced and (product, target.connector_id) not in there.with_test:
                reasons[target] = "its Test was deleted"
        return reasons

    def annotate(self, target: Target, notes: Mapping[int, str], caller: Caller) -> None:
        """The history of decisions tells their reasons: there are no other notes."""

    def resend(self, connector_id: int, scopes: Collection[str] | None = None) -> None:
        """What is held here is compared each time, whole."""

    def links(self, refs: Collection[str]) -> dict[str, str]:
        """There are no web pages."""
        return {}

    def close(self) -> None:
        """Nothing is held open."""

    def reimport(self, target: Target, fetch: Fetch, settings: Reimport, caller: Caller) -> Summary:
        """Make the Record's Findings equal to ``fetch``, wholly or not at all (P7).

        The plan is made on a snapshot and applied in one transaction, which
        first makes sure that nobody changed the Test in between: so writers
        never wait for the matching.
        """
        report = read(fetch.findings)
        for _ in range(_ATTEMPTS):
            caller.check()
            with self._database.read() as connection:
                planned_on = held.test_of(connection, target)
                test_id = planned_on[0] if planned_on else None
                made = held.plan_on(connection, test_id, target, report, fetch, settings)
            why = "" if settings.accept_large_change else made.held_back(settings.hold)
            if settings.dry_run or why:
                return made.summary(skipped=fetch.skipped, partial=fetch.partial, held=why)
            caller.check()
            with self._database.write() as connection:
                if held.test_of(connection, target) != planned_on:
                    continue
                self._apply(connection, target, planned_on, report, made)
                caller.check()
            return made.summary(skipped=fetch.skipped, partial=fetch.partial)
        raise DestinationError(
            "The Test was changed by somebody else again and again while the sync was planned.",
            safe="Nothing of this Record was changed.",
            do="Sync it again.",
        )

    def _apply(self, connection: Connection, target: Target, known: held.Known, report: Report, made: Plan) -> None:
        now = self._clock.now()
        test_id = held.touch_test(connection, target, known, now)
        writer = held.writer(connection, test_id, target, now, self._clock.local(now))
        writer.create(report, made.create)
        writer.update(made.update)
        held.close(connection, made, now)
        remember(connection, test_id, target.scope, made.renames)
