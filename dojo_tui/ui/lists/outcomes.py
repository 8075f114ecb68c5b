"""What became of each Record in one Operation: in memory, since an Operation is looked at as a whole."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dojo_tui.model.operation import OutcomeStatus
from dojo_tui.ui.lists.words import OUTCOMES, changes, counted, key_line, no_match
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

URGENT = (
    OutcomeStatus.FAILED,
    OutcomeStatus.HELD,
    OutcomeStatus.SKIPPED,
    OutcomeStatus.CANCELLED,
    OutcomeStatus.DONE,
)
"""What a person has to look at comes first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome with an id for the list."""

    id: int
    row: Any


class OutcomeSource:
    """Outcomes: while it runs in the order in which they come, then those first that want something; or sorted."""

    noun = "Records"
    columns = (
        Column("Record", 18, "name", grow=2),
        Column("Outcome", 10, "status"),
        Column("Changes", 16, grow=2),
        Column("Reason", 10, grow=3, drop=2),
    )

    def __init__(self) -> None:
        self.outcomes: list[Any] = []
        self.sync = True
        self.ended = False

    def ids(self, query: Query) -> array[int]:
        """Those with all the words, and without those after a ``!``; of an ended one first what did not end well."""
        words = [word for word in query.text.casefold().split() if word != "!"]
        found = [
            index
            for index, row in enumerate(self.outcomes)
            if all(_fits(word, f"{row.record_name} {row.status} {row.reason}".casefold()) for word in words)
        ]
        if not query.sort and self.ended:
            found.sort(key=lambda index: URGENT.index(self.outcomes[index].status))
        elif query.sort == "name":
            found.sort(key=lambda index: self.outcomes[index].record_name.casefold(), reverse=query.descending)
        elif query.sort == "status":
            found.sort(key=lambda index: str(self.outcomes[index].status), reverse=query.descending)
        return array("q", found)

    def rows(self, ids: Sequence[int]) -> list[Outcome]:
        """The outcomes."""
        return [Outcome(index, self.outcomes[index]) for index in ids if index < len(self.outcomes)]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        told = row.row
        words = changes(told.counts) if self.sync else counted(told.counts)
        return (plain(told.record_name), ""), OUTCOMES[told.status], (words, ""), (plain(told.reason), "")

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed."""
        if query.text:
            return [no_match("Nothing")]
        if self.ended:
            return [
                (("No Record was touched.", "strong"),),
                key_line("The log below says more; {other_pane} goes there."),
            ]
        return [(("Nothing has ended yet …", "dim"),)]


def _fits(word: str, text: str) -> bool:
    return word[1:] not in text if word.startswith("!") else word in text
