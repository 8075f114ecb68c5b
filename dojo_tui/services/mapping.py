"""Mapping acts of a person: single or bulk, all or nothing, and each can be taken back."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination, Product
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.record import State
from dojo_tui.services.names import product_name
from dojo_tui.store import history, mapping
from dojo_tui.store.history import ActRow, Done, HistoryRow
from dojo_tui.store.mapping import Act
from dojo_tui.store.open import Store

__all__ = ["Change", "HistoryRow", "Mapper", "Undone"]

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
    """What was taken back or done again: map, ignore, restore, delete or migrate."""
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
            product = self._destination.find_or_create_product(product_name(product), product_type)
        with self._database.write() as connection:
            states = _all_there(connection, wanted)
            left = mapping.products_left(connection, wanted, product.ref)
            act = self._act(connection, "map")
            count = mapping.map_to(connection, wanted, act, product.ref, product.name)
        already = len(wanted) - count
        other_type = product_type is not None and product_type.strip() != product.product_type
        sentence = _sentence(
            f"Mapped {_records(count)} to {product.name}." if count else "",
            f"{_records(already)} {_was(already)} mapped to {product.name} already." if already else "",
            f"{product.name} is of the Product Type {product.product_type}, and stays so." if other_type else "",
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
            f"{_records(already)} {_was(already)} Ignored already." if already else "",
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
            again = "mapped by auto-map" if mapping.any_auto_mapped(connection, wanted) else "as New"
            act = self._act(connection, "delete")
            count = mapping.remove(connection, wanted, act)
        sentence = _sentence(
            f"Deleted {_records(count)}. What still exists at the tool comes back {again} at the next Discover.",
            f"{_STAYS} in {_some(left)}." if left else "",
        )
        return Change(act.batch if count else 0, "delete", count, sentence)

    def undo(self, by: str | None = None) -> Undone | None:
        """Take back this person's last act that can be; None when there is nothing to take back.

        ``by`` is whose act instead: that of the rules at a Discover.

        An act that nobody can ever take back is stepped over and named, so
        that it does not stand before all older ones. One that only waits for
        somebody else's to be taken back first is refused.
        """
        with self._database.write() as connection:
            stepped: dict[int, UsageError] = {}
            while True:
                done = history.last_act(connection, by or self._who, min(stepped, default=None))
                if done is None:
                    if stepped:
                        raise next(iter(stepped.values()))
                    return None
                refusal = self._refusal(connection, done, stepped)
                if refusal is None:
                    break
                stepped[done.batch] = refusal
            if done.act == "delete":
                act = self._act(connection, "undo")
                count = mapping.bring_back(connection, done.batch, act)
            else:
                act = self._act(connection, "undo")
                count = mapping.take_back(connection, done.batch, act)
            history.mark_undone(connection, done.batch, act.batch)
        passed = " ".join(f"Stepped over: {refusal.what}" for refusal in stepped.values())
        return Undone(act.batch, done.act, count, _sentence(f"Took back: {done.act} {_records(count)}.", passed))

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

    def acts(self) -> list[ActRow]:
        """Every act of everybody, newest first."""
        with self._database.read() as connection:
            return history.acts(connection)

    def next_undo(self) -> int | None:
        """The batch that ``undo`` would take back first, if nothing stands against it."""
        with self._database.read() as connection:
            done = history.last_act(connection, self._who)
            return done.batch if done is not None else None

    def _act(self, connection: Connection, name: str) -> Act:
        return mapping.new_act(connection, name, self._clock.now(), self._who)

    def _refusal(self, connection: Connection, done: Done, stepped: Collection[int]) -> UsageError | None:
        """Why an act can never be taken back, None if it can; raises UsageError if only not now.

        If it can, room is made for the Records that it deleted.
        """
        try:
            self._refuse_if_changed(connection, done.batch, done.act, "undo")
        except UsageError as refused:
            changed = history.changed_since(connection, done.batch)
            if changed and not history.changed_since(connection, done.batch, for_good=stepped):
                raise
            return refused
        problem = history.make_room(connection, done.batch) if done.act == "delete" else ""
        return _cannot("undo", done.act, history.count(connection, done.batch), problem) if problem else None

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
    try:
        return array("q", dict.fromkeys(ids))
    except OverflowError:
        raise NotFoundError("One of the Records does not exist.", safe="Nothing was changed.") from None


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


def _records(count: int) -> str:
    return "1 Record" if count == 1 else f"{count:,} Records"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _some(names: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(names) - most:,} more Products" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)
