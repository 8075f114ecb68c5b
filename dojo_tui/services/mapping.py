"""Mapping acts of a person: single or bulk, all or nothing, and each can be taken back."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination, Unattended
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError, NotFoundError, UsageError
from dojo_tui.model.record import State
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import Product, Target
from dojo_tui.model.text import number
from dojo_tui.services.names import product_name, some_products
from dojo_tui.services.undo import Reversal, Undo, Undone
from dojo_tui.store import act_filter, closings, history, mapping
from dojo_tui.store.closings import Left
from dojo_tui.store.history import ActRecord, ActRow, HistoryRow
from dojo_tui.store.mapping import Act
from dojo_tui.store.open import Store

__all__ = ["Change", "Closing", "HistoryRow", "Leaving", "Left", "Mapper", "Reversal", "Undone"]

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
    closing: tuple[Closing, ...] = ()
    """Operations of the type Close to start now."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to be closed of one Connector."""

    connector_id: int
    connector_label: str
    record_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What mapping Records to another Product leaves behind. Nothing is changed."""

    records: Sequence[Left]
    """Those that imported something into the Product they leave, by name."""
    elsewhere: Mapping[str, str]
    """By the ref of a Product that is in another destination, that one's name: nothing can be closed there now."""

    @property
    def closable(self) -> list[Left]:
        """Those of which something may be closed."""
        return [one for one in self.records if one.product_ref not in self.elsewhere]

    @property
    def places(self) -> set[tuple[int, str]]:
        """Which Records leave something behind in which Products."""
        return {(one.record_id, one.product_ref) for one in self.records if one.open}

    @property
    def open(self) -> Counter[Severity]:
        """Active Findings that stay behind."""
        return sum((one.open for one in self.records), Counter())

    @property
    def to_close(self) -> int:
        """So many of them closing would close."""
        return sum(one.open.total() for one in self.closable)


class Mapper:
    """Map, ignore, restore, delete, and take it back. A UsageError means that nothing was changed."""

    def __init__(self, store: Store, destination: Destination, clock: Clock, who: str) -> None:
        self._database = store.database
        self._destination = destination
        self._clock = clock
        self._who = who
        self._undo = Undo(store.database, clock, who)

    def leaving(self, ids: Iterable[int], product: str | Product) -> Leaving:
        """What mapping these Records to a Product leaves behind in others."""
        wanted = _unique(ids)
        with self._database.read() as connection:
            _all_there(connection, wanted)
        if isinstance(product, str):
            name = product_name(product)
            found = next((one for one in self._destination.products() if one.name == name), None)
            ref = found.ref if found is not None else ""
        else:
            ref = product.ref
        with self._database.read() as connection:
            left = closings.left(connection, wanted, ref)
        if left and not self._database.read_only:
            # Somebody may have deleted such a Product there; where that cannot be seen, all that is held counts.
            with suppress(DestinationError):
                self._destination.lost(_products_of(left), _AtOnce())
            with self._database.read() as connection:
                left = closings.left(connection, wanted, ref)
        return self._leaving(left)

    def _leaving(self, left: Sequence[Left]) -> Leaving:
        elsewhere = {
            target.product_ref: name for target, name in self._destination.elsewhere(_products_of(left)).items()
        }
        # What they once imported into a destination that nobody uses any more is no news at each remap.
        return Leaving([one for one in left if one.now or one.product_ref not in elsewhere], elsewhere)

    def map(
        self,
        ids: Iterable[int],
        product: str | Product,
        product_type: str | None = None,
        *,
        close: bool = False,
        shown: Leaving | None = None,
    ) -> Change:
        """Map Records to a Product, which is created when there is none of that name.

        With ``close`` it is remembered, in the same transaction, that what
        they imported into Products of this destination that they leave is to
        be closed: the Operations to start for that are in the Change. ``shown``
        is what a person saw of it: if that is no longer so, UsageError.
        """
        wanted = _unique(ids)
        with self._database.read() as connection:
            _all_there(connection, wanted)
        elsewhere: Mapping[str, str] = {}
        if close:
            leaving = self.leaving(wanted, product)
            if shown is not None and leaving.places != shown.places:
                raise UsageError(
                    "What they leave behind, or where they are mapped, was changed meanwhile.",
                    safe="Nothing was changed.",
                    do="Look again and decide anew.",
                )
            elsewhere = leaving.elsewhere
        if isinstance(product, str):
            # Outside the transaction: the destination may be a server.
            product = self._destination.find_or_create_product(product_name(product), product_type)
        closing: list[Left] = []
        with self._database.write() as connection:
            states = _all_there(connection, wanted)
            left = mapping.products_left(connection, wanted, product.ref)
            act = self._act(connection, "map")
            if close:
                there = closings.left(connection, wanted, product.ref)
                closing = [one for one in there if one.open and one.product_ref not in elsewhere]
                closings.ask(connection, act.batch, closing)
            count = mapping.map_to(connection, wanted, act, product.ref, product.name)
        staying = [name for name in left if name not in {one.product_name for one in closing}]
        already = len(wanted) - count
        other_type = product_type is not None and product_type.strip() != product.product_type
        sentence = _sentence(
            f"Mapped {number(count, 'Record')} to {product.name}." if count else "",
            f"{number(already, 'Record')} {_was(already)} mapped to {product.name} already." if already else "",
            f"{product.name} is of the Product Type {product.product_type}, and stays so." if other_type else "",
            f"{_STAYS} in {some_products(staying)}." if staying else "",
            "Missing ones stay Missing until they are seen again." if states.get(State.MISSING) else "",
        )
        return Change(act.batch if count else 0, "map", count, sentence, _by_connector(closing))

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
            f"Ignored {number(count, 'Record')}." if count else "",
            f"{number(already, 'Record')} {_was(already)} Ignored already." if already else "",
            f"{_STAYS} in {some_products(left)}." if left else "",
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
                    f"{others:,} of {number(len(wanted), 'Record')} {_was(others)} not Ignored: nothing to restore.",
                    safe="Nothing was changed.",
                )
            act = self._act(connection, "restore")
            count = mapping.restore(connection, wanted, act)
        return Change(act.batch if count else 0, "restore", count, f"Restored {number(count, 'Record')}: New again.")

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
            f"Deleted {number(count, 'Record')}.",
            f"What still exists at the tool comes back {again} at the next Discover.",
            f"{_STAYS} in {some_products(left)}." if left else "",
        )
        return Change(act.batch if count else 0, "delete", count, sentence)

    def undo(self, by: str | None = None, expected: int | None = None) -> Undone | None:
        """Take back the last act; see ``Undo.undo``."""
        return self._undo.undo(by, expected)

    def redo(self, expected: int | None = None) -> Undone | None:
        """Do again what was undone last; see ``Undo.redo``."""
        return self._undo.redo(expected)

    def next_undo(self, by: str | None = None) -> Reversal | None:
        """What ``undo`` would do; see ``Undo.next_undo``."""
        return self._undo.next_undo(by)

    def turn(self) -> str | None:
        """Whose act just happened; see ``Undo.turn``."""
        return self._undo.turn()

    def next_redo(self) -> Reversal | None:
        """What ``redo`` would do; see ``Undo.next_redo``."""
        return self._undo.next_redo()

    def history(self, record_id: int) -> list[HistoryRow]:
        """Every change of a Record's mapping, newest first."""
        with self._database.read() as connection:
            return history.of_record(connection, record_id)

    def acts(self, text: str = "") -> list[ActRow]:
        """Every act of everybody that a filter shows (see ``store/act_filter.py``), newest first."""
        with self._database.read() as connection:
            return act_filter.acts(connection, text, self._clock.local(self._clock.now()))

    def act(self, batch: int) -> ActRow:
        """One act."""
        with self._database.read() as connection:
            return history.act(connection, batch)

    def records_of(self, batch: int, most: int | None = None) -> list[ActRecord]:
        """What an act did to each Record, by name; raises NotFoundError if there is no such act."""
        with self._database.read() as connection:
            found = history.records_of(connection, batch, most)
        if not found:
            raise NotFoundError(f"There is no act {batch}.", do="'dojo-tui records history' lists them.")
        return found

    def last_act(self) -> int | None:
        """The batch that ``undo`` would take back first, if nothing stands against it."""
        with self._database.read() as connection:
            done = history.last_act(connection, self.turn() or self._who)
            return done.batch if done is not None else None

    def _act(self, connection: Connection, name: str) -> Act:
        return mapping.new_act(connection, name, self._clock.now(), self._who)


def _by_connector(left: Iterable[Left]) -> tuple[Closing, ...]:
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in left:
        found[one.connector_id, one.connector_label].append(one.record_id)
    return tuple(Closing(*connector, tuple(ids)) for connector, ids in found.items())


class _AtOnce(Unattended):
    """A person looks on: what a destination does not answer at once is not asked again."""

    def wait(self, seconds: float) -> None:
        """Give up."""
        raise DestinationError("The destination does not answer at once.", safe="Nothing was changed.")


def _products_of(left: Iterable[Left]) -> set[Target]:
    """The Products in which something is left, as places of nobody."""
    return {Target(ref, 0, "", "") for ref in {one.product_ref for one in left}}


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
            f"{gone:,} of {number(len(ids), 'Record')} {'does' if gone == 1 else 'do'} not exist (any more).",
            safe="Nothing was changed.",
        )
    return states


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)
