"""Names of Products, before a destination is asked for one."""

from __future__ import annotations

from collections.abc import Sequence

from dojo_tui.model.errors import UsageError
from dojo_tui.model.text import clean, inert, number

LONGEST = 255
"""DefectDojo's limit for the name of a Product."""

_SAFE = "Nothing was changed."


def product_name(text: str) -> str:
    """Return the name a person gave; raises UsageError when no Product can have it."""
    name = text.strip()
    if not name or clean(name, LONGEST) != name:
        raise UsageError(f"The name of a Product has 1 to {LONGEST} storable characters.", safe=_SAFE)
    if inert(name) != name:
        raise UsageError("The name of a Product cannot hold control characters or the like.", safe=_SAFE)
    return name


def suggested_name(text: str) -> str:
    """Return what a tool's name becomes as that of a Product; raises UsageError when it cannot be one."""
    name = inert(text).strip()
    if len(name) > LONGEST:
        raise UsageError(f"its name has {len(name):,} characters, and that of a Product at most {LONGEST}")
    if not name:
        raise UsageError("its name is empty, and that of a Product is not")
    return name


def some_products(names: Sequence[str], most: int = 3) -> str:
    """The first names, and how many more there are."""
    rest = f" and {number(len(names) - most, 'more Product')}" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
