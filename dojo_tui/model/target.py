"""Products at a destination, and where in one of them a Record's Findings go (P4, P5)."""

from __future__ import annotations

from dataclasses import dataclass

ENGAGEMENT = "Global Connectors"
"""Name of the Engagement that holds everything we sync into a Product (P4)."""


@dataclass(frozen=True, slots=True)
class Product:
    """A Product at the destination; ``ref`` is the destination's own id, as text."""

    ref: str
    name: str
    product_type: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where one Record's Findings go."""

    product_ref: str
    connector_id: int
    connector_label: str
    scope: str
    """Separates siblings inside one Test (P5)."""
    synced: bool = False
    """A Sync has been there since the Record was mapped to this Product, so its Engagement and Test must exist."""


@dataclass(frozen=True, slots=True)
class ServerProduct:
    """A Product; its type is without a name where the user may not see it."""

    id: int
    name: str
    product_type: str
