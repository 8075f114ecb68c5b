"""Mapping acts of a person: single or bulk, all or nothing, and each can be taken back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination, Product
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.record import State
from dojo_tui.model.text import clean
from dojo_tui.store import history, mapping
from dojo_tui.store.history import HistoryRow
from dojo_tui.store.mapping import Act
from dojo_tui.store.open import Store

__all__ = ["Change", "HistoryRow", "Mapper", "Undone"]

_LONGEST_NAME = 255
"""DefectDojo's limit for the name of a Product."""

_STAYS = "What was imported before stays"


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
    """What was taken back or done again: map, ignore, restore or delete."""
    count: int
    sentence: str


class Mapper:
    """Map, ignore, restore, delete, and take it back. A UsageError means that nothing was changed."""

    def __init__(self, store: Store, destination: Destination, clock: Clock, who: str) -> None:
        self._database = store.database
        self._destination = destination
        self._clock = clock
        self._who = who

    def map(self, ids: Iterable[int], product: str | Product, product_type: str | None = None) -> Change:
        """Map Records to a Product, which is created when there is none of that name."""
        wanted = _unique(ids)
        with self._database.read() as connection:
            _all_there(connection, wanted)
        if isinstance(product, str):
            # Outside the transaction: the destination may be a server.
            product = self._destination.find_or_create_product(_product_name(product), product_type)
        with self._database.write() as connection:
            states = _all_there(connection, wanted)
            left = mapping.products_left(connection, wanted, product.ref)
            act = self._act(connection, "map")
            count = mapping.map_to(connection, wanted, act, product.ref, product.name)
        already = len(wanted) - count
        sentence = _sentence(
            f"Mapped {_records(count)} to {product.name}." if count else "",
            f"{_records(already)} {_was(already)} already." if already else "",
            f"{_STAYS} in {_some(left)}." if left else "",
            "Missing ones stay Missing until they are seen again." if states.get(State.MISSING) else "",
        )
        return Change(act.batch if count else 0, "map", count, sentence)

    def ignore(self, ids: Iterable[int]) -> Change:
        """Take Records off the list; their mapping is remembered."""
        wanted = _unique(ids)
        with self._database.write() as connection:
            _all_there(connection, wanted)
            left = mapping.products_left(connection, wanted)
            act = self._act(connection, "ignore")
            count = mapping.ignore(connection, wanted, act)
        already = len(wanted) - count
        sentence = _sentence(
            f"Ignored {_records(count)}." if count else "",
            f"{_records(already)} {_was(already)} already." if already else "",
            f"{_STAYS} in {_some(left)}." if left else "",
        )
        return Change(act.batch if count else 0, "ignore", count, sentence)

    def restore(self, ids: Iterable[int]) -> Change:
        """Make ignored Records New again."""
        wanted = _unique(ids)
        with self._database.write() as connection:
            states = _all_there(connection, wanted)
            others = len(wanted) - states.get(State.IGNORED, 0)
            if others:
                raise UsageError(
                    f"{others:,} of {_records(len(wanted))} {_was(others)} not Ignored: nothing to restore.",
                    safe="Nothing was changed.",
                )
            act = self._act(connection, "restore")
            count = mapping.restore(connection, wanted, act)
        return Change(act.batch if count else 0, "restore", count, f"Restored {_records(count)}: New again.")

    def delete(self, ids: Iterable[int]) -> Change:
        """Forget Records; what they imported stays."""
        wanted = _unique(ids)
        with self._database.write() as connection:
            _all_there(connection, wanted)
            left = mapping.products_left(connection, wanted)
            act = self._act(connection, "delete")
            count = mapping.remove(connection, wanted, act)
        sentence = _sentence(
            f"Deleted {_records(count)}. What still exists at the tool comes back as New at the next Discover.",
            f"{_STAYS} in {_some(left)}." if left else "",
        )
        return Change(act.batch if count else 0, "delete", count, sentence)

    def undo(self) -> Undone | None:
        """Take back this person's last act; None when there is nothing to take back."""
        with self._database.write() as connection:
            done = history.last_act(connection, self._who)
            if done is None:
                return None
            self._refuse_if_changed(connection, done.batch, done.act, "undo")
            if done.act == "delete":
                problem = history.make_room(connection, done.batch)
                if problem:
                    raise _cannot("undo", done.act, history.count(connection, done.batch), problem)
                act = self._act(connection, "undo")
                count = mapping.bring_back(connection, done.batch, act)
            else:
                act = self._act(connection, "undo")
                count = mapping.take_back(connection, done.batch, act)
            history.mark_undone(connection, done.batch, act.batch)
        return Undone(act.batch, done.act, count, f"Took back: {done.act} {_records(count)}.")

    def redo(self) -> Undone | None:
        """Do again what was undone last; None when there is nothing."""
        with self._database.write() as connection:
            found = history.last_undo(connection, self._who)
            if found is None:
                return None
            undo, done = found
            self._refuse_if_changed(connection, undo.batch, done.act, "redo")
            act = self._act(connection, "redo")
            if done.act == "delete":
                count = mapping.remove_again(connection, done.batch, undo.batch, act)
            else:
                count = mapping.take_back(connection, undo.batch, act)
            history.mark_undone(connection, undo.batch, act.batch)
            history.mark_undone(connection, done.batch, None)
        return Undone(act.batch, done.act, count, f"Done again: {done.act} {_records(count)}.")

    def history(self, record_id: int) -> list[HistoryRow]:
        """Every change of a Record's mapping, newest first."""
        with self._database.read() as connection:
            return history.of_record(connection, record_id)

    def _act(self, connection: Connection, name: str) -> Act:
        return mapping.new_act(connection, name, self._clock.now(), self._who)

    def _refuse_if_changed(self, connection: Connection, batch: int, act: str, verb: str) -> None:
        """Refuse to take back what is no longer as the act left it."""
        count = history.count(connection, batch)
        changed = history.changed_since(connection, batch)
        if changed:
            raise _cannot(verb, act, count, f"{changed:,} of them {_was(changed)} changed by something else since")
        gone = history.gone_since(connection, batch) if act != "delete" or verb == "redo" else 0
        if gone:
            raise _cannot(verb, act, count, f"{gone:,} of them {_was(gone)} removed since")


def _cannot(verb: str, act: str, count: int, why: str) -> UsageError:
    return UsageError(f"Cannot {verb} '{act} {_records(count)}': {why}.", safe="Nothing was changed.")


def _unique(ids: Iterable[int]) -> array[int]:
    return array("q", dict.fromkeys(ids))


def _all_there(connection: Connection, ids: Sequence[int]) -> dict[State, int]:
    """Return how many are in each state; raises NotFoundError unless all exist."""
    if not ids:
        raise UsageError("No Record was given.")
    states = mapping.count_by_state(connection, ids)
    gone = len(ids) - sum(states.values())
    if gone:
        raise NotFoundError(
            f"{gone:,} of {_records(len(ids))} {'does' if gone == 1 else 'do'} not exist (any more).",
            safe="Nothing was changed.",
        )
    return states


def _product_name(text: str) -> str:
    name = text.strip()
    if not name or clean(name, _LONGEST_NAME) != name:
        raise UsageError(
            f"The name of a Product has 1 to {_LONGEST_NAME} storable characters.", safe="Nothing was changed."
        )
    return name


def _records(count: int) -> str:
    return "1 Record" if count == 1 else f"{count:,} Records"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _some(names: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(names) - most:,} more Products" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)
