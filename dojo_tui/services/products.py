"""The destination's Products, read once: a hundred thousand Records must not ask a hundred thousand times."""

from __future__ import annotations

from dojo_tui.destinations.base import Destination
from dojo_tui.model.target import Product


class Products:
    """Products by name and ref; those that are missing are made when they are first wanted."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        found = destination.products()
        self._by_name = {product.name: product for product in found}
        self._by_ref = {product.ref: product for product in found}

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def by_ref(self, ref: str | None) -> Product | None:
        """The Product with this ref, if it is there."""
        return self._by_ref.get(ref or "")

    def named(self, name: str, product_type: str | None = None) -> Product:
        """The Product of this name, made if there is none; raises UsageError when there can be none."""
        if name not in self._by_name:
            self._by_name[name] = self._destination.find_or_create_product(name, product_type)
        return self._by_name[name]
