"""Listings on stdout: plain aligned text for a person, JSON for a program; both are streamed."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from dojo_tui.model.clock import Clock
from dojo_tui.model.text import cells, inert
from dojo_tui.model.text import number as _number

Row = TypeVar("Row")

number = _number

SAMPLE = 200
"""Rows looked at to choose the width of the columns; a longer listing is never held in memory."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table for a person."""

    title: str
    cell: Callable[[Row], str]
    right: bool = False
    at_most: int = 60
    """Cells on a terminal; where the output goes to a file or a pipe nothing is cut."""


def listing(
    rows: Iterable[Row],
    columns: Sequence[Column[Row]],
    shape: Callable[[Row], Mapping[str, Any]],
    *,
    as_json: bool,
    empty: str,
) -> None:
    """Print ``rows`` as a JSON array, or as a table that says ``empty`` on stderr when there are none."""
    if as_json:
        write_array(shape(row) for row in rows)
    elif not write_table(rows, columns):
        print(empty, file=sys.stderr)


def write_array(values: Iterable[Mapping[str, Any]]) -> None:
    """Print a JSON array, one element a line, as the elements come."""
    separator = "["
    for value in values:
        sys.stdout.write(f"{separator}\n{json_text(value)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def write_object(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    sys.stdout.write(json_text(value, indent=2) + "\n")


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON in printable ASCII only, so that it is inert on a terminal too (P11)."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def write_table(rows: Iterable[Row], columns: Sequence[Column[Row]]) -> bool:
    """Print an aligned table; False when there was no row."""
    lines = _cells(rows, columns)
    sample = list(itertools.islice(lines, SAMPLE))
    if not sample:
        return False
    titles = [column.title for column in columns]
    widths = [max(cells(line[index]) for line in [titles, *sample]) for index in range(len(columns))]
    for line in itertools.chain([titles], sample, lines):
        sys.stdout.write(_line(line, widths, columns))
    return True


def _cells(rows: Iterable[Row], columns: Sequence[Column[Row]]) -> Iterator[list[str]]:
    on_terminal = sys.stdout.isatty()
    for row in rows:
        yield [inert(column.cell(row), column.at_most if on_terminal else None) for column in columns]


def _line(line: list[str], widths: list[int], columns: Sequence[Column[Any]]) -> str:
    parts = []
    for text, width, column in zip(line, widths, columns, strict=True):
        room = " " * max(width - cells(text), 0)
        parts.append(room + text if column.right else text + room)
    return "  ".join(parts).rstrip() + "\n"


def terminal_width() -> int:
    """Columns of the terminal that stderr is shown on."""
    return shutil.get_terminal_size().columns


def utc(moment: datetime | None) -> str | None:
    """UTC in ISO 8601, to the second, which is what ``jq`` reads as a date."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(moment: datetime | None, clock: Clock) -> str:
    """A time for a person: local, with its zone."""
    if moment is None:
        return "-"
    return clock.local(moment).strftime("%Y-%m-%d %H:%M %Z")
