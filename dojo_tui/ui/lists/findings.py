"""Findings of a Record, a Product or a Connector."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.lists.finding import finding_state
from dojo_tui.ui.lists.times import day
from dojo_tui.ui.lists.words import SEVERITIES, key_line, wrong_lines
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.groups import Group
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.model.severity import Severity
    from dojo_tui.store.findings import FindingGroup, FindingQuery, FindingRow
    from dojo_tui.store.triage import TriageRow
    from dojo_tui.wiring import Workspace

MANY = 4_096
"""Findings whose decisions are kept in memory: more than are ever shown at once."""


def found_here(workspace: Workspace) -> FindingQuery:
    """The Findings of the destination in use; a Record may have left others in another one."""
    from dojo_tui.store.findings import FindingQuery

    return FindingQuery(destination_id=workspace.server.id if workspace.server is not None else None, everywhere=False)


@dataclass(slots=True)
class FindingSource:
    """Findings, the most severe first."""

    workspace: Workspace
    product_ref: str | None = None
    record_id: int | None = None
    active: bool | None = True
    counted: tuple[Query, list[FindingGroup]] | None = None
    """How many of each severity are open and closed, and which query that is about."""
    _decisions: dict[int, Sequence[TriageRow]] = field(default_factory=dict)

    noun = "Findings"
    columns = (
        Column("Severity", 10, "severity"),
        Column("Title", 24, "title", grow=3),
        Column("Status", 16, "active", drop=2),
        Column("Place", 16, "file_path", grow=2, drop=3, path=True),
        Column("Component", 14, "component_name", grow=1, drop=5),
        Column("Found", 10, "created_at", drop=6),
    )

    def ids(self, query: Query) -> array[int]:
        """Ids in order."""
        from dojo_tui.store.findings import finding_groups, finding_ids

        wanted = replace(
            found_here(self.workspace),
            # A Product is of one destination, whether that is used now or not.
            everywhere=self.product_ref is not None,
            product_ref=self.product_ref,
            record_id=self.record_id,
            # Who asks for closed ones by their state wants to see them.
            active=None if self.asks_for_state(query.text) else self.active,
            text=query.text,
            sort=query.sort or "severity",
            descending=query.descending if query.sort else True,
            now=self.workspace.clock.local(self.workspace.clock.now()),
        )
        with self.workspace.store.database.read() as connection:
            self.counted = query, finding_groups(connection, wanted)
            return finding_ids(connection, wanted)

    def groups(self, query: Query) -> list[Group]:
        """By severity, when they are sorted by that; what is closed comes in groups of its own."""
        if self.counted is None or self.counted[0] != query or query.sort not in ("", "severity"):
            return []
        groups = []
        for one in self.counted[1]:
            word, style = SEVERITIES[one.severity]
            groups.append(Group((word if one.active else f"{word}, closed", style), one.count))
        return groups

    def by_severity(self, query: Query) -> Mapping[Severity, int]:
        """How many of each there are, the worst first; nothing while that is not known."""
        if self.counted is None or self.counted[0] != query:
            return {}
        counts: Counter[Severity] = Counter()
        for one in self.counted[1]:
            counts[one.severity] += one.count
        return dict(sorted(counts.items(), reverse=True))

    def asks_for_state(self, text: str) -> bool:
        """Whether a filter itself says if closed ones are wanted."""
        from dojo_tui.store.finding_filter import asks_for_state

        return asks_for_state(text)

    def wrong(self, text: str) -> str:
        """What a filter asks for that no Finding can have."""
        from dojo_tui.store.finding_filter import faults

        return next((fault.what for fault in faults(text)), "")

    def rows(self, ids: Sequence[int]) -> list[FindingRow]:
        """Rows of these ids."""
        from dojo_tui.store.findings import finding_rows
        from dojo_tui.store.triage import histories

        if len(self._decisions) > MANY:
            self._decisions.clear()
        with self.workspace.store.database.read() as connection:
            decided = histories(connection, ids)
            self._decisions.update({key: decided.get(key, ()) for key in ids})
            return finding_rows(connection, ids)

    def decisions(self, finding_id: int) -> Sequence[TriageRow]:
        """What people decided about a Finding that is shown, the newest first."""
        return self._decisions.get(finding_id, ())

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        return (
            SEVERITIES[row.severity],
            (plain(row.title), ""),
            finding_state(row),
            (plain(row.place), ""),
            (plain(row.component), ""),
            (day(self.workspace.clock, row.created_at), ""),
        )

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed, and the next key."""
        if query.text:
            wrong = self.wrong(query.text)
            return [
                (("No Finding matches the filter.", "strong"),),
                key_line("{back} clears it, {filter} changes it."),
                *wrong_lines(wrong),
                (
                    ("severity:high", "key"),
                    (" asks for a severity, ", ""),
                    ("is:false-positive", "key"),
                    (" for a state.", ""),
                ),
                (("Words look at title, place, rule, component and CVE.", ""),),
            ]
        if self.active:
            return [
                (("No active Findings.", "strong"),),
                key_line("{active} shows the closed ones too, {back} goes back."),
            ]
        return [
            (("Nothing was imported yet.", "strong"),),
            key_line("{back} goes back; {sync} on a mapped Record syncs it."),
        ]
