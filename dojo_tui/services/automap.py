"""Auto-map: give each New Record the Product of its VEP's name, or the one it had before."""

from __future__ import annotations

from dojo_tui.destinations.base import Destination
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import UsageError
from dojo_tui.model.operation import LogLevel, OutcomeStatus
from dojo_tui.model.target import Product
from dojo_tui.services.names import suggested_name
from dojo_tui.services.products import Products
from dojo_tui.services.run import OperationRun
from dojo_tui.store import mapping as mapping_store
from dojo_tui.store.mapping import AUTO_MAP, Chosen, Unmapped

_BATCH = 500


def auto_map(run: OperationRun, destination: Destination) -> None:
    """Map every New Record of the Connector; Products are found or made outside the transaction that maps.

    A Record that can have no Product of its name stays New, and is told with
    the reason: it keeps no other from being mapped.
    """
    with run.database.read() as connection:
        waiting = mapping_store.new_records(connection, run.connector.id)
    if not waiting:
        return
    products = Products(destination)
    for start in range(0, len(waiting), _BATCH):
        batch = waiting[start : start + _BATCH]
        chosen: list[Chosen] = []
        refused: list[tuple[Unmapped, str]] = []
        for record in batch:
            run.check()
            try:
                product = _product(products, record)
            except UsageError as error:
                refused.append((record, f"It stays New: {error.what.rstrip('.')}. Map it by hand, or ignore it."))
            else:
                chosen.append(Chosen(record.id, product.ref, product.name))
        for record, reason in refused:
            run.log(f"{record.name}: {reason}", LogLevel.WARNING)
        with run.write() as connection:
            mapped = mapping_store.map_each(connection, chosen, run.clock.now(), AUTO_MAP)
            run.counts["mapped"] += mapped
            told = run.outcomes(
                connection,
                [
                    (record.id, record.name, OutcomeStatus.SKIPPED, reason, {}, Cause.UNMAPPED)
                    for record, reason in refused
                ],
            )
        for event in told:
            run.emit(event)
        run.progress(start + len(batch), len(waiting), f"Mapping {batch[-1].name}")


def _product(products: Products, record: Unmapped) -> Product:
    """The former Product first, then the one of the VEP's name; raises UsageError when there can be none."""
    former = products.by_ref(record.former_product_ref)
    return former or products.named(suggested_name(record.former_product_name or record.name))
