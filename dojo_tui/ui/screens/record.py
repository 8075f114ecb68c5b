"""One Record: details, decisions, its last outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from textual.widget import Widget

from dojo_tui.model.clock import Clock
from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import RECORD
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.details import fact, heading, history_lines, record_lines
from dojo_tui.ui.lists.findings import found_here
from dojo_tui.ui.lists.times import moment
from dojo_tui.ui.lists.words import OUTCOMES, key_line
from dojo_tui.ui.screens.base import Page
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line, paragraphs, plain
from dojo_tui.ui.widgets.text_pane import TextPane


class RecordScreen(Page):
    """Everything that is known of one Record."""

    AUTO_FOCUS = "#text"
    place = RECORD

    def __init__(self, record_id: int) -> None:
        super().__init__()
        self.record_id = record_id
        self._row: Any = None
        self._text = TextPane([(("Loading …", "dim"),)], name="text")

    def body(self) -> Iterator[Widget]:
        """The text."""
        yield self._text

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        self.expect()
        self._read()

    def on_screen_resume(self) -> None:
        """It may have changed."""
        super().on_screen_resume()
        self._read()

    @property
    def row(self) -> Any:
        """The Record."""
        return self._row

    def on_changes(self, changes: Changes) -> None:
        """Read it anew."""
        if changes.records or changes.rows:
            self._read()

    def _read(self) -> None:
        workspace = self.app.workspace
        assert workspace is not None, "a Record is shown once the store is open"

        def read() -> tuple[Any, list[Line]]:
            from dojo_tui.store.records import record_rows

            with workspace.store.database.read() as connection:
                rows = record_rows(connection, [self.record_id])
            if not rows:
                return None, []
            clock = self.app.clock
            counts = _finding_counts(workspace, self.record_id)
            lines = record_lines(rows[0], clock, workspace.in_use)
            lines += _last(workspace, self.record_id, clock)
            lines += [(), heading("Findings"), *counts]
            lines += [(), heading("Decisions"), *history_lines(workspace.mapper.history(self.record_id), clock)]
            return rows[0], lines

        self.app.jobs.read(f"record {id(self)}", read, self._arrived, self._not_arrived)

    def _arrived(self, found: tuple[Any, list[Line]]) -> None:
        self._row, lines = found
        if self._row is None:
            lines = [
                (("This Record is gone.", "strong"),),
                key_line("{back} goes back; {undo} takes back a deletion."),
            ]
        self._text.show(lines)
        self.draw()
        self.catch_up()

    def _not_arrived(self, error: Exception) -> None:
        self.give_up_waiting()
        self.app.tell_error(error)

    def open_row(self) -> None:
        """Its Findings."""
        self.app.run_id("findings")

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Its name."""
        return [Part(f" Record: {plain(self._row.name, 100) if self._row is not None else ''}", "strong")], []

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The ways from here."""
        return [Part(keyed(" {open} and {findings} list its Findings · {back} goes back"), "dim")], []


def _last(workspace: Any, record_id: int, clock: Clock) -> list[Line]:
    """What became of it in the last Operation, with the whole reason."""
    from dojo_tui.store.operations import last_outcome

    with workspace.store.database.read() as connection:
        found = last_outcome(connection, record_id)
    if found is None:
        return []
    operation_id, outcome = found
    word: Line = (OUTCOMES[outcome.status], (f"  {moment(clock, outcome.at)}, Operation {operation_id}", "dim"))
    return [(), heading("Last Operation"), word, *(paragraphs(outcome.reason) if outcome.reason else [])]


def _finding_counts(workspace: Any, record_id: int) -> list[Line]:
    from dojo_tui.store.findings import finding_ids

    query = replace(found_here(workspace), record_id=record_id)
    with workspace.store.database.read() as connection:
        active = len(finding_ids(connection, replace(query, active=True)))
        every = len(finding_ids(connection, query))
    if not every:
        return [((f"None were imported to {plain(workspace.destination.name, 60)} yet.", "dim"),)]
    return [fact("Active", f"{active:,}"), fact("Closed", f"{every - active:,}")]
