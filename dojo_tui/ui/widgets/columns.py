"""Columns and how they share the width, and the protocol between a virtual list and what it shows."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from dojo_tui.ui.widgets.plain import Line, Span


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Those with the highest ``drop`` leave first when the list is narrow."""

    title: str
    width: int
    sort: str = ""
    """The store's name of this order; empty when it cannot be sorted."""
    grow: int = 0
    """Share of the width that is left over."""
    drop: int = 0
    right: bool = False
    fixed: bool = False
    """A person chose its width."""
    path: bool = False
    """What does not fit is cut at its beginning: the end of a path says more."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a list is asked to show."""

    text: str = ""
    sort: str = ""
    descending: bool = False
    connector_id: int | None = None

    def by(self, sort: str) -> Query:
        """Sort by a column; the same again turns the order around."""
        if sort == self.sort:
            return replace(self, descending=not self.descending)
        return replace(self, sort=sort, descending=False)


class Source(Protocol):
    """Where a list's ids and rows come from. Rows have an ``id``."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What can be shown of a row."""
        ...

    @property
    def noun(self) -> str:
        """What is listed, in the plural: ``Records``."""
        ...

    def ids(self, query: Query) -> array[int]:
        """The ids in order; called in a worker thread."""
        ...

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """Some of the rows, those that still exist; called while lines are drawn."""
        ...

    def cells(self, row: Any) -> Sequence[Span]:
        """Inert text and style, one for each column."""
        ...

    def empty(self, query: Query) -> list[Line]:
        """What to say when nothing is listed, with the next key."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the place it got."""

    column: Column
    index: int
    x: int
    width: int


def place(
    columns: Sequence[tuple[int, Column]], width: int, needs: Mapping[int, int] = MappingProxyType({})
) -> list[Placed]:
    """Share ``width`` among the columns (each with its index), dropping the least important until they fit.

    ``needs`` says by index how wide the texts are that are shown. A column takes no more than these and its title need
    while others have too little: nothing is cut as long as something is empty.
    """
    wanted = {index: max(len(column.title) + SORTED, needs.get(index, column.width)) for index, column in columns}
    sizes = {index: min(column.width, wanted[index]) if needs else column.width for index, column in columns}
    kept = list(columns)
    while len(kept) > 1 and sum(sizes[index] + 1 for index, _ in kept) - 1 > width:
        kept.remove(max(kept, key=lambda item: (item[1].drop, item[0])))
    spare = max(0, width - sum(sizes[index] + 1 for index, _ in kept) + 1)
    # First what is cut, then what may grow.
    for lacking in (True, False):
        takers = {
            index: max(0, wanted[index] - sizes[index]) if lacking else spare
            for index, column in kept
            if (column.grow or lacking) and not column.fixed
        }
        grows = {index: max(1, column.grow) for index, column in kept if takers.get(index)}
        given = _shared(spare, grows, takers)
        for index, more in given.items():
            sizes[index] += more
            spare -= more
    placed: list[Placed] = []
    x = 0
    for index, column in kept:
        size = min(sizes[index], max(1, width - x))
        placed.append(Placed(column, index, x, size))
        x += size + 1
    return placed


SORTED = 2
"""Cells that the sign of the order takes behind a title."""


def _shared(spare: int, shares: Mapping[int, int], most: Mapping[int, int]) -> dict[int, int]:
    """Share cells by weight, to nobody more than it can use; what one does not use goes to the others."""
    given = dict.fromkeys(shares, 0)
    left = spare
    while left > 0:
        takers = [index for index in shares if given[index] < most[index]]
        if not takers:
            break
        whole, round_ = sum(shares[index] for index in takers), left
        for index in takers:
            more = min(max(1, round_ * shares[index] // whole), most[index] - given[index], left)
            given[index] += more
            left -= more
    return given
