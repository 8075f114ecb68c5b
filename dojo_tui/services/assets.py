"""Assets: keep Products and Product Types in step with what a tool owns; nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping

from dojo_tui.destinations.base import Destination
from dojo_tui.model.errors import DestinationError, UsageError
from dojo_tui.model.operation import LogLevel
from dojo_tui.model.record import State
from dojo_tui.model.target import Product
from dojo_tui.services.run import OperationRun
from dojo_tui.store import assets as stored
from dojo_tui.store import mapping as mapping_store
from dojo_tui.store.assets import Asset
from dojo_tui.store.mapping import Chosen

BY = "asset"
_BATCH = 500


def held(run: OperationRun) -> dict[int, Asset]:
    """What is known of the assets before they are listed."""
    with run.database.read() as connection:
        return stored.assets(connection, run.connector.id)


def reconcile(run: OperationRun, destination: Destination, before: Mapping[int, Asset]) -> None:
    """Give each new asset its Product, and let Products follow assets that were renamed or moved.

    A Product follows only while it has the name (or the Product Type) that
    its asset had: what a person changed by hand stays.
    """
    now = held(run)
    products = {product.ref: product for product in destination.products()}
    by_name = {product.name: product for product in products.values()}
    new: list[Chosen] = []
    renamed: dict[str, str] = {}
    for number, asset in enumerate(now.values()):
        run.check()
        if asset.state is State.NEW:
            product = _own(run, destination, asset, products, by_name)
            if product is not None:
                new.append(Chosen(asset.id, product.ref, product.name))
            if len(new) >= _BATCH:
                _map(run, new)
                new = []
        elif asset.product_ref in products and asset.id in before:
            product = _follow(run, destination, before[asset.id], asset, products[asset.product_ref])
            if product.name != products[product.ref].name:
                renamed[product.ref] = product.name
            products[product.ref] = product
        run.progress(number + 1, len(now), asset.name)
    _map(run, new)
    if renamed:
        with run.write() as connection:
            stored.rename_products(connection, renamed)


def _own(
    run: OperationRun,
    destination: Destination,
    asset: Asset,
    products: Mapping[str, Product],
    by_name: dict[str, Product],
) -> Product | None:
    """The Product it had before, the one of its name, or a new one in its group."""
    former = products.get(asset.former_product_ref or "")
    if former is not None:
        return former
    if asset.name not in by_name:
        try:
            by_name[asset.name] = destination.find_or_create_product(asset.name, asset.group or None)
        except UsageError as error:
            run.log(f"{asset.name} stays New: {error}", LogLevel.WARNING)
            return None
    return by_name[asset.name]


def _follow(run: OperationRun, destination: Destination, was: Asset, asset: Asset, product: Product) -> Product:
    name = asset.name if product.name == was.name else product.name
    group = asset.group if asset.group and product.product_type == was.group else product.product_type
    if (name, group) == (product.name, product.product_type):
        return product
    try:
        changed = destination.adjust_product(product.ref, name, group)
    except (DestinationError, UsageError) as error:
        run.log(f"{product.name} stays as it is: {error}", LogLevel.WARNING)
        return product
    run.log(f"{product.name} ({product.product_type}) is now {changed.name} ({changed.product_type}).")
    return changed


def _map(run: OperationRun, new: list[Chosen]) -> None:
    if new:
        with run.write() as connection:
            run.counts["mapped"] += mapping_store.map_each(connection, new, run.clock.now(), BY)
