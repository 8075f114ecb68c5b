"""Groups in a list that holds only ids: where their heads stand is arithmetic on how many rows each has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, runtime_checkable

from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.plain import Span


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that come together, and what their head says."""

    title: Span
    count: int


@runtime_checkable
class Grouped(Protocol):
    """A Source whose rows come in groups, in some orders."""

    def groups(self, query: Query) -> Sequence[Group]:
        """The groups of what was read last for this query, in its order; none where it is not in groups."""
        ...


class Heads:
    """Which line shows which row: a head stands above each group, and there may be none at all."""

    def __init__(self, groups: Sequence[Group] = (), rows: int = 0) -> None:
        if sum(group.count for group in groups) != rows:
            # Counted at another moment than the rows were read: better no heads than wrong ones.
            groups = ()
        self.groups = groups
        self._firsts = [0, *accumulate(group.count for group in groups)][: len(groups)]
        self._lines = [first + number for number, first in enumerate(self._firsts)]

    def __len__(self) -> int:
        return len(self._firsts)

    def line_of(self, index: int) -> int:
        """The line of a row."""
        return index + bisect_right(self._firsts, index)

    def row_at(self, line: int) -> int:
        """The row of a line; of a head, the first one below it."""
        return line - bisect_right(self._lines, line - 1)

    def group_at(self, line: int) -> int | None:
        """The number of the group whose head this line is; None where it is a row."""
        number = bisect_right(self._lines, line) - 1
        return number if number >= 0 and self._lines[number] == line else None

    def group_of(self, index: int) -> int:
        """The number of the group that a row belongs to."""
        return bisect_right(self._firsts, index) - 1

    def rows_of(self, number: int) -> range:
        """The rows of a group."""
        first = self._firsts[number]
        return range(first, first + self.groups[number].count)

    def top_of(self, index: int) -> int:
        """The line that has to be seen with a row: its own, or that of the head right above it."""
        line = self.line_of(index)
        return line - 1 if line and self.group_at(line - 1) is not None else line
