"""One Operation: what became of each Record, and its log, live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from textual.containers import Vertical
from textual.widget import Widget

from dojo_tui.model.operation import OutcomeStatus, Status
from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import OPERATION, Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.details import outcome_lines
from dojo_tui.ui.lists.operations import kind
from dojo_tui.ui.lists.outcomes import OutcomeSource
from dojo_tui.ui.lists.times import lasted, when
from dojo_tui.ui.lists.words import LEGEND, STATUSES, changes, counted, sparkline
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import Line, plain
from dojo_tui.ui.widgets.text_pane import TextPane, wrap

REASONS = 50
"""So many are measured to find out how much room they want."""
LOG_STYLES = {"info": "", "warning": "warn", "error": "bad"}
LOG_SIGNS = {"info": " ", "warning": "!", "error": "✗"}


class OperationScreen(ListPage):
    """Outcomes above, log below; the log follows its end until one scrolls up."""

    place = OPERATION
    has_side = False

    def __init__(self, operation_id: int) -> None:
        self._outcomes = OutcomeSource()
        super().__init__(self._outcomes)
        self.operation_id = operation_id
        self._row: Any = None
        self._last_log = 0
        self._saved_lines = self._shown_lines = 0
        """Log lines that the store has, and those that are shown: while it runs, the store gets them a little later."""
        self._log = LogPane(name="log", follow=True)
        self._facts = Bar(name="facts")
        self._why = TextPane(name="why")
        """Why the Record under the cursor, or all of it, ended so, and the keys that help."""
        self._log_title = Bar(name="log-title")
        self._runs: Sequence[Any] = ()
        """Operations like this one that came to an end, up to it, the oldest first."""

    def body(self) -> Iterator[Widget]:
        """Facts, outcomes, log."""
        with Vertical(id="stack"):
            yield self._facts
            yield self._list
            yield self._why
            yield self._log_title
            yield self._log

    @property
    def row(self) -> Any:
        """The Operation."""
        return self._row

    def context(self) -> Context:
        """Here the outcomes tell whether something is held."""
        held = any(row.status is OutcomeStatus.HELD for row in self._outcomes.outcomes)
        known = self._row is not None and not self._row.dry_run
        return replace(super().context(), held=(held or self._row.status is Status.HELD) if known else False)

    @property
    def outcome_record_id(self) -> int | None:
        """The Record of the outcome under the cursor."""
        current = self._list.current
        found: int | None = current.row.record_id if current is not None else None
        return found

    def open_row(self) -> None:
        """The Record of the outcome."""
        from dojo_tui.ui.screens.record import RecordScreen

        record_id = self.outcome_record_id
        if record_id is None:
            self.app.tell("This outcome is about no single Record.", "dim")
        else:
            self.app.push_screen(RecordScreen(record_id))

    def reload(self) -> None:
        """Read outcomes and the new part of the log, in a thread."""
        workspace = self.app.workspace
        if workspace is None:
            return
        self._stale = False
        after = self._last_log

        def read() -> tuple[Any, Sequence[Any], Sequence[Any], Sequence[Any]]:
            from dojo_tui.store.operations import log_lines, operation, outcomes, recent_runs

            with workspace.store.database.read() as connection:
                row = operation(connection, self.operation_id)
                runs = recent_runs(connection, row)
                return row, outcomes(connection, row.id), log_lines(connection, row.id, after), runs

        self.app.jobs.read(f"operation {id(self)}", read, self._read, self._not_arrived)

    def _read(self, found: tuple[Any, Sequence[Any], Sequence[Any], Sequence[Any]]) -> None:
        if not self.is_attached:
            return
        self._row, outcomes, lines, self._runs = found
        source = self._outcomes
        source.outcomes = list(outcomes)
        source.sync = str(self._row.type) == "Sync"
        source.ended = self._row.status.ended
        self.total = len(outcomes)
        query = self.view.query
        self._fit_why()
        self._list.show(source.ids(query), query)
        saved = [line for line in lines if line.id > self._last_log]
        if saved:
            self._last_log = saved[-1].id
        # Of what was saved now, the first may have been shown when they were told.
        known = self._shown_lines - self._saved_lines
        self._saved_lines += len(saved)
        new = [*saved, *self.app.bridge.unsaved(self.operation_id, self._saved_lines)][known:]
        if new:
            if not self._shown_lines:
                self._log.show([])
            self._shown_lines += len(new)
            self._log.append([self._log_line(line) for line in new])
        elif not self._shown_lines:
            nothing = "Nothing was logged." if self._row.status.ended else "Nothing was logged yet …"
            self._log.show([((f" {nothing}", "dim"),)])
        self.draw()
        self.catch_up()

    def on_mount(self) -> None:
        """Whether there is a reason is not known yet."""
        self._why.display = False
        super().on_mount()

    def on_resize(self) -> None:
        """Reasons are wrapped anew."""
        super().on_resize()
        self._fit_why()

    def _fit_why(self) -> None:
        """As high as the longest of the first reasons: the log does not jump while the cursor goes from row to row."""
        if self._row is None:
            return
        told = [self._reason(one) for one in [one for one in self._outcomes.outcomes if one.reason][:REASONS]]
        told.append(self._reason(None))
        width = max(20, self.size.width - 2)
        height = max(sum(len(wrap(line, width)) for line in lines) for lines in told)
        self._why.styles.height = min(height, max(3, self.size.height // 3))
        self._why.display = height > 0
        self.set_class(height > 0, "told")

    def draw_side(self) -> None:
        """Why it ended so; where the Record under the cursor has nothing to tell, the Operation may have."""
        if self._row is None or not self._why.display:
            return
        current = self._list.current
        lines = self._reason(current.row) if current is not None else []
        self._why.show(lines or self._reason(None), top=True)

    def _reason(self, outcome: Any) -> list[Line]:
        of = self._row.connector_id
        location = next((row.location for row in self.app.snapshot.connectors if row.id == of), "")
        return outcome_lines(self._row, outcome, location, read_only=self.app.read_only)

    def _log_line(self, line: Any) -> Line:
        style = LOG_STYLES.get(str(line.level), "")
        sign = LOG_SIGNS.get(str(line.level), " ")
        return (f" {when(self.app.clock, line.at)} ", "dim"), (f"{sign} {plain(line.message)}", style)

    def on_changes(self, changes: Changes) -> None:
        """Something of this Operation was told."""
        if self.app.screen is not self:
            self._stale = True
        elif self.operation_id in changes.told or changes.operations:
            self.reload()
        else:
            self.draw()

    def draw(self) -> None:
        """Also the line of facts."""
        super().draw()
        row = self._row
        if row is None:
            return
        word, style = STATUSES[row.status]
        parts = [Part(f" {word}", style)]
        progress = self.app.progress(row.id)
        if progress is not None:
            total = f"/{progress.total:,}" if progress.total else ""
            parts.append(Part(f"  {progress.done:,}{total}"))
            pace = self.app.pace(row.id)
            parts += [Part(f"  {pace}", "accent")] if pace else []
        elif row.started_at:
            parts.append(Part(f"  {when(self.app.clock, row.started_at)}, took {lasted(row.duration_s)}"))
        counts = dict(progress.counts) if progress is not None else row.counts
        # That nothing has changed yet is not that nothing changes.
        if counts and (progress is None or any(counts.values())):
            words = changes(counts) if str(row.type) == "Sync" else counted(counts)
            parts.append(Part(f"  {words}", "strong"))
        if progress is not None:
            # What matters least is cut first.
            parts.append(Part(f"  {plain(progress.what, 60)}"))
            parts.append(Part(f"  since {when(self.app.clock, row.started_at)}", "dim"))
        if row.error:
            parts.append(Part(f"  {plain(row.error, 300)}", "warn" if row.status is Status.COMPLETED else "bad"))
        self._facts.show(parts)
        self._log_title.show(
            [Part(" Log ", "strong"), Part(keyed(" {other_pane} goes there · {last} follows"), "dim")],
            self._past(),
        )

    def _past(self) -> list[Part]:
        """How long it took, and how much it brought, run by run; once says nothing of how it usually is."""
        if len(self._runs) < 2:
            return []
        what = "created" if str(self._row.type) == "Sync" else "new"
        took = sparkline([run.duration_s or 0 for run in self._runs])
        brought = sparkline([run.counts.get(what, 0) for run in self._runs])
        return [Part("took ", "dim"), Part(took), Part(f"  {what} ", "dim"), Part(f"{brought} ")]

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What it is."""
        row = self._row
        if row is None:
            return [Part(f" Operation {self.operation_id}", "strong")], []
        title = f" Operation {row.id}: {kind(row)} {plain(row.connector_label, 60)}"
        told = [Part("  nothing is changed: this is what a Sync would do", "accent")] if row.dry_run else []
        return [Part(title, "strong"), *told], [Part(f"{row.trigger} ", "dim")]

    default_sort = ""

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """Counts, and what the signs mean."""
        left, _ = super().status_parts()
        return left, [Part(f"{LEGEND} ", "dim")]


class LogPane(TextPane):
    """Follows its end; scrolling up stops that, going to the end starts it again."""

    def move_to(self, line: int, *, extend: bool = False) -> None:
        """Scroll, and follow again at the end."""
        self.follow = line >= self.last
        super().move_to(line)
