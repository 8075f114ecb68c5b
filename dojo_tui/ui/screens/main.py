"""The first screen: three tabs over one list."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dojo_tui.model.record import MAPPED as MAPPED_STATES
from dojo_tui.model.record import UNMAPPED as UNMAPPED_STATES
from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import MAPPED, OPERATIONS, UNMAPPED
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.operations import OperationSource
from dojo_tui.ui.screens.list_page import LOADING, ListPage, View
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.columns import Query, Source
from dojo_tui.ui.widgets.plain import Line, plain

RUNNING = 200
"""Lines among which those of running Operations are looked for: the newest stand first."""
LONGEST = 1_000
"""Characters of a filter that is kept."""

if TYPE_CHECKING:
    from dojo_tui.ui.memory import Memory
    from dojo_tui.wiring import Workspace

TAB_TITLES = {UNMAPPED: "Unmapped Records", MAPPED: "Mapped Records", OPERATIONS: "Operations"}
NARROW = 60
SHORT_TITLES = {UNMAPPED: "Unmapped", MAPPED: "Mapped", OPERATIONS: "Operations"}


class MainScreen(ListPage):
    """One list whose source, marks, filter and order change with the tab."""

    def __init__(self) -> None:
        super().__init__(markable=True)
        self.tab = UNMAPPED
        self.views = {tab: View() for tab in TAB_TITLES}
        self.view = self.views[UNMAPPED]
        self._sources: dict[str, Source] = {}
        self._gone: dict[int, str] = {}
        """How far the running Operations were when their lines were drawn."""

    @property
    def place(self) -> str:  # type: ignore[override]
        """The tab."""
        return self.tab

    @property
    def table_width(self) -> int:
        """The same for all tabs: the details stay where they are from one to the other."""
        from dojo_tui.ui.lists.operations import OperationSource
        from dojo_tui.ui.lists.records import MAPPED_COLUMNS, UNMAPPED_COLUMNS

        tables = (UNMAPPED_COLUMNS, MAPPED_COLUMNS, OperationSource.columns)
        return max(sum(column.width + 1 for column in columns) for columns in tables)

    @property
    def default_sort(self) -> str:  # type: ignore[override]
        """What the tab is sorted by when nobody chose."""
        return "id" if self.tab == OPERATIONS else "name"

    def connect(self, source: Source, ids: array[int], query: Query) -> None:
        """The store is open, and these are the rows of its first tab, filtered as they were when the app ended."""
        for tab, view in self.views.items():
            view.query = replace(view.query, text=kept_filter(self.app.memory, tab))
        self.view.query = query
        self.total = self.app.snapshot.unmapped
        self._sources[UNMAPPED] = source
        if self.tab != UNMAPPED:
            self.tab, tab = UNMAPPED, self.tab
            self.show_tab(tab)
            return
        self._list.switch(source)
        self._arrived(source, ids, self.view.query)
        self.draw()

    def show_tab(self, tab: str) -> None:
        """Put another list in, with the marks, filter and order it had."""
        listed = self._list
        if self.app.workspace is None:
            self.tab = tab
            self.draw()
            return
        if tab in self._sources and tab == self.tab:
            return
        if self._filter is not None:
            self.close_filter()
        self.view.marks, self.view.at = set(listed.marks), listed.current_id
        self.tab, self.view = tab, self.views[tab]
        listed.markable = tab != OPERATIONS
        listed.switch(self._source(tab))
        listed.marks = set(self.view.marks)
        connector = self.app.connector
        self.view.query = replace(self.view.query, connector_id=connector.id if connector else None)
        counts = self.app.snapshot
        self.total = {UNMAPPED: counts.unmapped, MAPPED: counts.mapped, OPERATIONS: counts.operations}[tab]
        listed.say(LOADING)
        self.expect()
        self.reload()
        self.draw()

    def ask(self, query: Query) -> None:
        """A filter is there again at the next start; not each of its letters while one types."""
        super().ask(query)
        if self._filter is None:
            self._keep_filter()

    def close_filter(self) -> None:
        """Keep what was typed."""
        super().close_filter()
        self._keep_filter()

    def _keep_filter(self) -> None:
        text = self.view.query.text
        if text != kept_filter(self.app.memory, self.tab):
            self.app.memory.set(f"filter.{self.tab}", text or None)

    def show_connector(self) -> None:
        """The chosen Connector changed."""
        connector = self.app.connector
        for view in self.views.values():
            view.query = replace(view.query, connector_id=connector.id if connector else None)
        self.expect()
        self.reload()
        self.draw()

    def open_row(self) -> None:
        """A Record, or an Operation."""
        from dojo_tui.ui.screens.operation import OperationScreen
        from dojo_tui.ui.screens.record import RecordScreen

        if self.row is not None:
            opened = OperationScreen if self.tab == OPERATIONS else RecordScreen
            self.app.push_screen(opened(self.row.id))

    def _source(self, tab: str) -> Source:
        workspace = self.app.workspace
        assert workspace is not None, "tabs are shown once the store is open"
        if tab not in self._sources:
            source = make_source(workspace, tab)
            if isinstance(source, OperationSource):
                source.going = self._going
            self._sources[tab] = source
        return self._sources[tab]

    def _going(self, operation_id: int) -> str:
        progress, pace = self.app.progress(operation_id), self.app.pace(operation_id)
        if progress is None:
            return ""
        total = f"/{progress.total:,}" if progress.total else ""
        return f"{progress.done:,}{total}" + (f"  {pace}" if pace else "")

    def on_changes(self, changes: Changes) -> None:
        """What runs is further: its line says so, though nothing of it was saved."""
        super().on_changes(changes)
        if self.tab == OPERATIONS and self.app.screen is self:
            going = {row.id: self._going(row.id) for row in self.app.snapshot.running}
            for index in range(min(len(self._list.ids), RUNNING)):
                number = self._list.ids[index]
                # One that waits says the same at each look, and costs nothing to send.
                if going.get(number, "") != self._gone.get(number, ""):
                    self._list.repaint(index)
            self._gone = going

    def shown_order(self) -> Query:
        """By name; Operations by their id, the newest first."""
        query = self.view.query
        if query.sort:
            return query
        return replace(query, sort=self.default_sort, descending=self.tab == OPERATIONS)

    def concerned(self, changes: Changes) -> bool:
        """Records for the first two tabs, Operations for the third."""
        if self.tab == OPERATIONS:
            return changes.operations
        return changes.records or (changes.suggestions and self.tab == UNMAPPED)

    def details(self, row: Any) -> list[Line]:
        """A row in full."""
        from dojo_tui.ui.lists.details import operation_lines, record_lines

        if self.tab == OPERATIONS:
            return operation_lines(row, self.app.clock, read_only=self.app.read_only)
        return record_lines(row, self.app.clock, self.app.workspace.in_use if self.app.workspace else "")

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Tabs with counts, and the Connector they are about."""
        snapshot = self.app.snapshot
        counts = {UNMAPPED: snapshot.unmapped, MAPPED: snapshot.mapped, OPERATIONS: snapshot.operations}
        width = self.size.width
        titles = TAB_TITLES if width >= 100 else SHORT_TITLES
        left = []
        for tab, title in titles.items():
            on = tab == self.tab
            count = f" {counts[tab]:,}" if self.app.workspace is not None else ""
            title = f"{key_of(tab)} {title}"
            text = f"[{title}{count}]" if on else f" {title}{count} "
            left.append(Part(text, "on" if on else "", tab))
        connector = self.app.connector
        chosen = plain(connector.label, 24) if connector is not None else "all Connectors"
        if width < NARROW:
            # Tabs first: the Connector has a key.
            return left, []
        right = [Part(f"{key_of('connector')} ", "key", "connector"), Part(f"{chosen} ▾ ", "", "connector")]
        if width >= 80:
            right += [Part(f"{key_of('connectors')} ", "key", "connectors"), Part("Connectors ", "", "connectors")]
        return left, right


def kept_filter(memory: Memory, tab: str) -> str:
    """The filter that a tab had when the app ended."""
    text: str = memory.get(f"filter.{tab}", "")
    return text[:LONGEST]


def make_source(workspace: Workspace, tab: str) -> Source:
    """What a tab lists."""
    if tab == OPERATIONS:
        from dojo_tui.ui.lists.operations import OperationSource

        return OperationSource(workspace)
    from dojo_tui.ui.lists.records import RecordSource

    return RecordSource(workspace, UNMAPPED_STATES if tab == UNMAPPED else MAPPED_STATES)
