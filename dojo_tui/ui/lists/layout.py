"""Which columns of a list a person wants, in which order, how wide: kept as what JSON can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dojo_tui.ui.widgets.columns import Column

NARROWEST, WIDEST = 3, 120


@dataclass(frozen=True, slots=True)
class Choice:
    """One column as a person wants it."""

    index: int
    """Its place in the Source, which a row's cells have too."""
    column: Column
    shown: bool = True
    width: int | None = None
    """None as long as nobody chose one."""

    @property
    def placed(self) -> Column:
        """The column to draw: one of a chosen width does not grow."""
        return self.column if self.width is None else replace(self.column, width=self.width, grow=0, fixed=True)

    def wider(self, step: int) -> Choice:
        """The same, wider or narrower."""
        width = self.column.width if self.width is None else self.width
        return replace(self, width=max(NARROWEST, min(WIDEST, width + step)))


def chosen(columns: Sequence[Column], kept: Any) -> list[Choice]:
    """The columns as ``kept`` says; those it does not name stand where they stand in the Source."""
    known = {column.title: Choice(index, column) for index, column in enumerate(columns)}
    choices: list[Choice] = []
    for entry in kept if isinstance(kept, list) else []:
        title = entry.get("title") if isinstance(entry, dict) else None
        if not isinstance(title, str) or title not in known:
            continue
        width = entry.get("width")
        sound = isinstance(width, int) and not isinstance(width, bool) and NARROWEST <= width <= WIDEST
        shown = entry.get("shown") is not False
        choices.append(replace(known.pop(title), shown=shown, width=width if sound else None))
    for choice in known.values():
        choices.insert(min(choice.index, len(choices)), choice)
    if choices and not any(choice.shown for choice in choices):
        choices[0] = replace(choices[0], shown=True)
    return choices


def kept(choices: Sequence[Choice]) -> list[dict[str, Any]] | None:
    """What is remembered of them; None when they are as the Source has them."""
    if all(choice == Choice(index, choice.column) for index, choice in enumerate(choices)):
        return None
    return [{"title": one.column.title, "shown": one.shown, "width": one.width} for one in choices]


def arranged(choices: Sequence[Choice]) -> list[tuple[int, Column]]:
    """The columns to draw, each with its place in the Source."""
    return [(choice.index, choice.placed) for choice in choices if choice.shown]
