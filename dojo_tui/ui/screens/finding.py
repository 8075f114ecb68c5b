"""One Finding in full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import FINDING
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.finding import decision_lines, finding_lines
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import Line

if TYPE_CHECKING:
    from dojo_tui.services.triage import TriageRow


class FindingScreen(TextPage):
    """Its facts, its description, and what people decided about it."""

    kind = "Finding"
    place = FINDING

    def __init__(self, row: Any) -> None:
        super().__init__(row)
        self._decisions: list[TriageRow] = []

    def on_mount(self) -> None:
        """What the list knew is shown at once."""
        super().on_mount()
        self._read()

    def on_changes(self, changes: Changes) -> None:
        """A decision, or a Sync."""
        if changes.rows:
            self._read()

    def _read(self) -> None:
        workspace, finding_id = self.app.workspace, self.row.id
        assert workspace is not None, "a Finding is shown once the store is open"

        def read() -> tuple[list[Any], list[TriageRow]]:
            from dojo_tui.store.findings import finding_rows

            with workspace.store.database.read() as connection:
                rows = finding_rows(connection, [finding_id])
            return list(rows), workspace.triage.history(finding_id)

        self.app.jobs.read(f"finding {id(self)}", read, self._arrived)

    def _arrived(self, found: tuple[list[Any], list[TriageRow]]) -> None:
        rows, self._decisions = found
        if rows and self.is_attached:
            self._row = rows[0]
            self._text.show(self.lines())
            self.draw_keys()

    def heading(self) -> str:
        """Its title."""
        return str(self.row.title)

    def lines(self) -> Iterable[Line]:
        """Facts first."""
        decided = decision_lines(self._decisions, self.app.clock)
        return finding_lines(self.row, self.app.clock, decided)

    def copied(self) -> str:
        """Its title and where it is."""
        return copied_finding(self.row)

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """The ways from here."""
        ways = keyed("{copy} copies title and place · {link} opens the link · {back} goes back")
        return [Part(f" ↑↓ scroll · {ways}", "dim")], []


def copied_finding(row: Any) -> str:
    """What a person pastes into a ticket: title and place."""
    from dojo_tui.ui.lists.finding import where

    return "\n".join(part for part in (row.title, where(row)) if part)
