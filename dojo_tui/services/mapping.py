"""Mapping acts of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dojo_tui.destinations.base import Destination, Product
from dojo_tui.model.clock import Clock
from dojo_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Change:
    """One act on one or many Records that was done."""

    batch: int
    """The act's number in the history; 0 when nothing had to be changed."""
    act: str
    count: int
    sentence: str
    """What was done and what stays, for the person."""


@dataclass(frozen=True, slots=True)
class Undone:
    """An act that was taken back, or done again."""

    batch: int
    act: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of one Record's mapping."""

    at: datetime
    by: str
    act: str
    from_state: str | None
    to_state: str | None
    from_product: str | None
    to_product: str | None
    undone: bool


class Mapper:
    """Map, ignore, restore, delete, and take it back: single or bulk, all or nothing."""

    def __init__(self, database: Database, destination: Destination, clock: Clock, who: str) -> None:
        self._database = database
        self._destination = destination
        self._clock = clock
        self._who = who

    def map(self, ids: Iterable[int], product: str | Product, product_type: str | None = None) -> Change:
        """Map Records to a Product, which is created when there is none of that name."""
        raise NotImplementedError

    def ignore(self, ids: Iterable[int]) -> Change:
        """Take Records off the list; their mapping is remembered."""
        raise NotImplementedError

    def restore(self, ids: Iterable[int]) -> Change:
        """Make ignored Records New again."""
        raise NotImplementedError

    def delete(self, ids: Iterable[int]) -> Change:
        """Forget Records; what they imported stays."""
        raise NotImplementedError

    def undo(self) -> Undone | None:
        """Take back this person's last act; None when there is nothing to take back."""
        raise NotImplementedError

    def redo(self) -> Undone | None:
        """Do again what was undone last; None when there is nothing."""
        raise NotImplementedError

    def history(self, record_id: int) -> list[HistoryRow]:
        """Every change of a Record's mapping, newest first."""
        raise NotImplementedError
