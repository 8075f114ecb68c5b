"""``--sort`` and ``--reverse`` of the listings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import click

from dojo_tui.model.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def sort_options(function: F) -> F:
    """Add the options; ``order`` reads their values."""
    sort = click.option("--sort", metavar="FIELD", default="", help="Order by this field; an unknown one lists them.")
    return sort(click.option("--reverse", is_flag=True, help="The other way around.")(function))


def order(sort: str, choices: Collection[str], usual: tuple[str, bool], *, reverse: bool) -> tuple[str, bool]:
    """The field to sort by, and whether downwards; raises UsageError for a field that there is not."""
    if not sort:
        return usual[0], usual[1] != reverse
    if sort not in choices:
        raise UsageError(f"--sort: there is no field '{sort}'.", do=f"Use one of {', '.join(sorted(choices))}.")
    return sort, reverse
