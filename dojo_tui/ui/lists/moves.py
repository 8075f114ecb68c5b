"""What a migration plans for each Record, and what became of it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dojo_tui.model.severity import Severity
from dojo_tui.ui.lists.words import key_line, no_match
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.services.migrate import Move, Moved


@dataclass(frozen=True, slots=True)
class Planned:
    """A Record's move, with an id for the list."""

    id: int
    move: Move
    moved: Moved | None
    now: bool
    """It is its turn."""

    @property
    def name(self) -> str:
        """The Record's name."""
        return self.move.record.name


class MoveSource:
    """In the order in which they are moved."""

    noun = "Records"
    columns = (
        Column("Record", 16, grow=2),
        Column("Connector", 10, drop=4, grow=1),
        Column("Product", 14, grow=2, drop=1),
        Column("There", 7, drop=3),
        Column("Open", 12, grow=1, drop=2),
        Column("Dismissed", 9, right=True, drop=5),
        Column("Closed, stay", 12, right=True, drop=6),
        Column("Outcome", 11, grow=1),
    )

    def __init__(self) -> None:
        self.moves: Sequence[Move] = ()
        self.moved: dict[int, Moved] = {}
        """By the Record's id."""
        self.now: int | None = None
        """The Record whose turn it is."""

    def ids(self, query: Query) -> array[int]:
        """Those with all the words."""
        words = query.text.casefold().split()
        return array(
            "q",
            (
                index
                for index, move in enumerate(self.moves)
                if all(word in f"{move.record.name} {move.record.product_name}".casefold() for word in words)
            ),
        )

    def rows(self, ids: Sequence[int]) -> list[Planned]:
        """The moves."""
        moves = [(index, self.moves[index]) for index in ids if index < len(self.moves)]
        return [
            Planned(index, move, self.moved.get(move.record.record_id), move.record.record_id == self.now)
            for index, move in moves
        ]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        move = row.move
        return (
            (plain(move.record.name), ""),
            (plain(move.record.connector_label), ""),
            (plain(move.record.product_name), ""),
            ("", "") if move.skipped else ("exists", "") if move.product_exists else ("is made", "accent"),
            (severities(move.open), ""),
            (f"{move.dismissed:,}" if move.dismissed else "-", ""),
            (f"{move.closed:,}" if move.closed else "-", "dim"),
            became(row),
        )

    def empty(self, query: Query) -> list[Line]:
        """Why nothing is listed."""
        if query.text:
            return [no_match("No Record")]
        return [
            (("There is nothing to move.", "strong"),),
            key_line("No Record is mapped to a Product of the embedded destination; {back} goes back."),
        ]


def became(row: Planned) -> Span:
    """What became of a Record, in a sign and words."""
    from dojo_tui.services.migrate import MoveStatus

    if row.now:
        return "▶ moving", "accent"
    if row.moved is None:
        return ("- stays: " + plain(row.move.skipped), "dim") if row.move.skipped else ("… planned", "dim")
    reason = f": {plain(row.moved.reason)}" if row.moved.reason else ""
    match row.moved.status:
        case MoveStatus.MOVED:
            return "✓ moved", "good"
        case MoveStatus.SKIPPED:
            return f"- skipped{reason}", "warn"
        case MoveStatus.FAILED:
            return f"✗ failed{reason}", "bad"


def severities(counts: Mapping[Severity, int]) -> str:
    """``2 Critical, 1 Low``: how many are open."""
    return ", ".join(f"{counts[one]:,} {one.label}" for one in reversed(Severity) if counts.get(one)) or "-"
