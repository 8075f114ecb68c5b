"""Taking mapping acts back, and doing them again: what that would do is said before it happens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import UsageError
from dojo_tui.model.text import number
from dojo_tui.services.names import some_products
from dojo_tui.store import closings, history, mapping
from dojo_tui.store.closings import Asked
from dojo_tui.store.database import Database
from dojo_tui.store.history import ActRow, Done
from dojo_tui.store.mapping import Act

MANY = 20
_NEWER = 2
OLD = timedelta(days=1)
"""Whoever takes back an act over more Records than this, or of longer ago, should see it first."""


@dataclass(frozen=True, slots=True)
class Undone:
    """An act that was taken back, or done again."""

    batch: int
    act: str
    """What was taken back or done again: map, ignore, restore, delete or migrate."""
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Reversal:
    """What taking an act back, or doing it again, would do. Nothing is changed."""

    verb: str
    """undo or redo."""
    act: ActRow
    """What is taken back or done again."""
    asked: Asked
    """What the act asked to be closed in the Products that Records left."""
    old: bool
    """It was done so long ago that a person may think of another one."""
    stepped: tuple[str, ...] = ()
    """Newer acts that can never be taken back, in sentences: they stay."""
    newer: tuple[str, ...] = ()
    """Newer acts that are not this person's to take back, in sentences: what just happened is another thing."""
    between: bool = False
    """It took Records from one destination to another."""

    @property
    def asks(self) -> bool:
        """Whether a person should see this first."""
        return self.act.count > MANY or self.old or bool(self.asked.closed or self.stepped) or self.surprises

    @property
    def surprises(self) -> bool:
        """Whether a person most likely means another act, or it goes further than the mapping of a Record."""
        return bool(self.newer) or self.between

    @property
    def consequences(self) -> list[str]:
        """What comes of it, in sentences."""
        told = [*self.stepped, *self.newer]
        if self.between:
            told.append("It is an act between destinations: what was imported into either stays there.")
        if self.act.act == "delete":
            told.append("They come back as they were." if self.verb == "undo" else "Their Findings stay.")
        elif self.verb == "undo":
            told.append("Each gets back the mapping that it had before.")
        return told + _of_closing(self.verb, self.asked)


class Undo:
    """One person's acts, the newest first. A UsageError means that nothing was changed."""

    def __init__(self, database: Database, clock: Clock, who: str) -> None:
        self._database = database
        self._clock = clock
        self._who = who

    def next_undo(self, by: str | None = None) -> Reversal | None:
        """What ``undo`` would take back; None when there is nothing. Raises UsageError where it would be refused."""
        with self._database.read() as connection:
            found = self._takes_back(connection, by)
            if found is None:
                return None
            done, stepped = found
            passed = tuple(f"Stepped over: {refusal.what}" for refusal in stepped.values())
            return self._reversal(connection, "undo", done.batch, passed, self._newer(connection, done, stepped))

    def next_redo(self) -> Reversal | None:
        """What ``redo`` would do again; None when there is nothing. Raises UsageError where it would be refused."""
        with self._database.read() as connection:
            found = self._does_again(connection)
            if found is None:
                return None
            return self._reversal(connection, "redo", found[1].batch, moved_by=found[0].batch)

    def _newer(self, connection: Connection, done: Done, stepped: Collection[int]) -> tuple[str, ...]:
        """What happened after an act that is taken back and is not taken back with it."""
        found, number = history.newer_acts(connection, done.batch, _NEWER + len(stepped))
        found = [row for row in found if row.id not in stepped]
        told = [f"Newer, and stays: {row.what}, by {row.by}." for row in found[:_NEWER]]
        more = number - len(stepped) - len(told)
        return (*told, f"And {more:,} newer ones.") if more > 0 else tuple(told)

    def _reversal(
        self,
        connection: Connection,
        verb: str,
        batch: int,
        stepped: tuple[str, ...] = (),
        newer: tuple[str, ...] = (),
        moved_by: int | None = None,
    ) -> Reversal:
        act = history.act(connection, batch)
        old = self._clock.now() - act.at > OLD
        between = history.between_destinations(connection, batch if moved_by is None else moved_by)
        return Reversal(verb, act, closings.asked_by(connection, batch), old, stepped, newer, between)

    def undo(self, by: str | None = None, expected: int | None = None) -> Undone | None:
        """Take back this person's last act that can be; None when there is nothing to take back.

        ``by`` is whose act instead: that of the rules at a Discover.
        ``expected`` is the act that a person was shown: another one is left alone.

        An act that nobody can ever take back is stepped over and named, so
        that it does not stand before all older ones. One that only waits for
        somebody else's to be taken back first is refused.
        """
        with self._database.write() as connection:
            found = self._takes_back(connection, by)
            if found is None:
                return None
            done, stepped = found
            _as_shown(done, expected)
            asked = closings.asked_by(connection, done.batch)
            ruled = " by the rules at a Discover" if by == mapping.RULES else ""
            if done.act == "delete":
                history.make_room(connection, done.batch)
                act = self._act(connection, "undo")
                count = mapping.bring_back(connection, done.batch, act)
            else:
                act = self._act(connection, "undo")
                count = mapping.take_back(connection, done.batch, act)
            closings.call_off_act(connection, done.batch)
            history.mark_undone(connection, done.batch, act.batch)
        passed = [f"Stepped over: {refusal.what}" for refusal in stepped.values()]
        parts = [f"Took back: {done.act} {number(count, 'Record')}{ruled}.", *passed, *_of_closing("undo", asked)]
        return Undone(act.batch, done.act, count, " ".join(parts))

    def redo(self, expected: int | None = None) -> Undone | None:
        """Do again what was undone last; None when there is nothing."""
        with self._database.write() as connection:
            found = self._does_again(connection)
            if found is None:
                return None
            undo, done = found
            _as_shown(done, expected)
            asked = closings.asked_by(connection, done.batch)
            act = self._act(connection, "redo")
            if done.act == "delete":
                count = mapping.remove_again(connection, done.batch, undo.batch, act)
            else:
                count = mapping.take_back(connection, undo.batch, act)
            history.mark_undone(connection, undo.batch, act.batch)
            history.mark_undone(connection, done.batch, None)
        parts = [f"Done again: {done.act} {number(count, 'Record')}.", *_of_closing("redo", asked)]
        return Undone(act.batch, done.act, count, " ".join(parts))

    def turn(self) -> str | None:
        """Whose act just happened: that of the rules at a Discover, if nothing newer did; None is this person."""
        with self._database.read() as connection:
            newest, _ = history.newer_acts(connection, 0, 1)
        return mapping.RULES if newest and newest[0].by == mapping.RULES else None

    # --- which act, and whether it can be -----------------------------------------

    def _takes_back(self, connection: Connection, by: str | None) -> tuple[Done, dict[int, UsageError]] | None:
        """The act to take back, and the newer ones that are stepped over, each with the reason."""
        stepped: dict[int, UsageError] = {}
        while True:
            done = history.last_act(connection, by or self._who, min(stepped, default=None))
            if done is None:
                if stepped:
                    raise next(iter(stepped.values()))
                return None
            refusal = self._refusal(connection, done, stepped)
            if refusal is None:
                return done, stepped
            stepped[done.batch] = refusal

    def _does_again(self, connection: Connection) -> tuple[Done, Done] | None:
        found = history.last_undo(connection, self._who)
        if found is not None:
            undo, done = found
            self._refuse_if_changed(connection, undo.batch, done.act, "redo")
        return found

    def _act(self, connection: Connection, name: str) -> Act:
        return mapping.new_act(connection, name, self._clock.now(), self._who)

    def _refusal(self, connection: Connection, done: Done, stepped: Collection[int]) -> UsageError | None:
        """Why an act can never be taken back, None if it can; raises UsageError if only not now."""
        try:
            self._refuse_if_changed(connection, done.batch, done.act, "undo")
        except UsageError as refused:
            changed = history.changed_since(connection, done.batch)
            if changed and not history.changed_since(connection, done.batch, for_good=stepped):
                raise
            return refused
        problem = history.no_room(connection, done.batch) if done.act == "delete" else ""
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


def _as_shown(done: Done, expected: int | None) -> None:
    if expected is not None and done.batch != expected:
        raise UsageError(
            "Another act became the last one meanwhile.", safe="Nothing was changed.", do="Look again and decide anew."
        )


def _of_closing(verb: str, asked: Asked) -> list[str]:
    """What becomes of what the act closed, or was to close, in the Products that Records left."""
    if verb == "redo":
        return ["Nothing is closed by that in the Products they leave."] if asked.places else []
    told = []
    if asked.closed:
        found, stay = number(asked.closed, "Finding"), "stays" if asked.closed == 1 else "stay"
        told.append(
            f"{found} that it closed in {some_products(asked.products)} {stay} closed until "
            "the next Sync reactivates what is still reported."
        )
    if asked.pending:
        told.append(f"What was still to be closed of {number(asked.pending, 'Record')} stays as it is.")
    return told


def _cannot(verb: str, act: str, count: int, why: str) -> UsageError:
    return UsageError(f"Cannot {verb} '{act} {number(count, 'Record')}': {why}.", safe="Nothing was changed.")


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
