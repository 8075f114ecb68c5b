"""Mapping acts as a list: who did what, to how many, and what was taken back."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.lists.details import fact, heading
from dojo_tui.ui.lists.times import moment, when
from dojo_tui.ui.lists.words import no_match, wrong_lines
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.model.clock import Clock
    from dojo_tui.store.history import ActRecord, ActRow
    from dojo_tui.wiring import Workspace


class HistorySource:
    """All acts: one line each, however many Records."""

    noun = "Acts"
    columns = (
        Column("When", 16),
        Column("Who", 10, grow=1, drop=2),
        Column("What", 24, grow=4),
        Column("Taken back", 11, drop=1),
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._rows: dict[int, ActRow] = {}
        self.next: ActRow | None = None
        """What u takes back."""

    def ids(self, query: Query) -> array[int]:
        """Those that the filter shows, the newest first."""
        mapper = self._workspace.mapper
        rows = mapper.acts(query.text)
        last = mapper.last_act()
        found = next((row for row in rows if row.id == last), None)
        self.next = found if found is not None or last is None else mapper.act(last)
        self._rows = {row.id: row for row in rows}
        return array("q", (row.id for row in rows))

    def wrong(self, text: str) -> str:
        """What a filter asks for that no act can have."""
        from dojo_tui.store.act_filter import faults

        return next((fault.what for fault in faults(text)), "")

    def rows(self, ids: Sequence[int]) -> list[ActRow]:
        """Those that were read."""
        return [self._rows[identifier] for identifier in ids if identifier in self._rows]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        style = "dim" if row.undone else ""
        back: Span = ("↺ undone", "dim") if row.undone else ("", "")
        return (when(self._workspace.clock, row.at), style), (plain(row.by), style), (what(row), style), back

    def empty(self, query: Query) -> list[Line]:
        """Nothing yet."""
        if query.text:
            wrong = self.wrong(query.text)
            return [no_match("No act"), *wrong_lines(wrong)]
        return [(("Nothing was mapped, ignored, restored or deleted yet.", "strong"),)]


def what(row: ActRow) -> str:
    """An act in one line."""
    return plain(row.what)


def record_lines(row: ActRow, records: Sequence[ActRecord]) -> list[Line]:
    """What an act did to these of its Records."""
    lines: list[Line] = [(), heading("Records")]
    for each in records:
        became = f"{_place(each.from_state, each.from_product)} → {_place(each.to_state, each.to_product)}"
        by = f"  by the rule {plain(each.rule, 80)}" if each.rule else ""
        lines.append(((f"{plain(each.name, 80)}  ", ""), (f"{became}{by}", "dim")))
    if len(records) < row.count:
        rest = f"and {row.count - len(records):,} more: 'dojo-tui records history --act {row.id}' lists all."
        lines.append(((rest, "dim"),))
    return lines


def _place(state: str | None, product: str | None) -> str:
    return f"{state or 'gone'}, {plain(product, 60)}" if product else state or "gone"


def act_lines(row: ActRow, clock: Clock) -> list[Line]:
    """One act in full."""
    return [
        ((what(row), "strong"),),
        (),
        fact("When", moment(clock, row.at)),
        fact("Who", row.by),
        fact("Taken back", "yes" if row.undone else "no"),
    ]
