"""From the embedded destination to a server: the plan, then how it goes, Record by Record."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dojo_tui.model.errors import CancelledError
from dojo_tui.services.cancel import CancelToken
from dojo_tui.ui.command import MIGRATION, Context
from dojo_tui.ui.commands import key_of, keyed
from dojo_tui.ui.lists.moves import MoveSource, became
from dojo_tui.ui.screens.list_page import LOADING, ListPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.migrate import Migration, Move, Moved
    from dojo_tui.store.destinations import DestinationRow

TOLD_EVERY = 0.5
"""Seconds: Records that are moved quicker are shown together."""


class MigrationScreen(ListPage):
    """Plans when it opens. Moving can be stopped between two requests with esc."""

    place = MIGRATION
    has_side = False

    def __init__(self, server: DestinationRow, *, used: bool) -> None:
        self._moves = MoveSource()
        super().__init__(self._moves)
        self.server = server
        self._used = used
        self._token: CancelToken | None = None
        """Of what runs: planning or moving."""
        self._state = ("… asking the server", "accent")
        self._told: list[Moved] = []
        self._turn: int | None = None
        self._lock = threading.Lock()
        self._planned = False

    # --- planning ------------------------------------------------------------

    def on_mount(self) -> None:
        """Plan at once."""
        super().on_mount()
        self._list.say(LOADING)
        self._run(lambda migration: migration.plan(), self._has_plan)

    def reload(self) -> None:
        """Everything is in memory."""
        query = self.view.query
        if self._planned:
            self._list.show(self._moves.ids(query), query)
            self.draw()
            self.catch_up()

    def _run(self, job: Any, done: Any) -> None:
        workspace = self.app.workspace
        assert workspace is not None, "commands run once the store is open"
        token = self._token = CancelToken()

        def work() -> Any:
            from dojo_tui.services.migrate import Migration

            # Its own connection: the destination in use may be changed meanwhile.
            destination = workspace.destinations.connect(self.server)
            try:
                database = workspace.store.database
                return job(Migration(database, destination, workspace.clock, workspace.who, token))
            finally:
                destination.close()

        self.app.jobs.apart(
            work, lambda result: self._ended(token, done, result), lambda error: self._broke(token, error)
        )

    def _ended(self, token: CancelToken, done: Any, result: Any) -> None:
        if token is self._token:
            self._token = None
            done(result)

    def _has_plan(self, moves: Sequence[Move]) -> None:
        self._moves.moves = moves
        self._planned, self.total = True, len(moves)
        self._state = ("planned: nothing was moved yet", "accent") if self.going else ("nothing to move", "dim")
        self.reload()

    def _broke(self, token: CancelToken, error: Exception) -> None:
        if token is not self._token:
            return
        self._token = None
        self.give_up_waiting()
        self._take()
        if isinstance(error, CancelledError):
            self._state = ("■ stopped", "warn")
            self._tell_end(keyed("Stopped: what is moved stays moved; {move} goes on with the rest."))
        else:
            self._state = ("✗ could not be done", "bad")
            if not self._planned:
                self._list.say([(("There is no plan; ", "bad"), (key_of("back"), "key"), (" goes back.", "bad"))])
            self.draw()
            self.app.tell_error(error)

    # --- moving --------------------------------------------------------------

    @property
    def going(self) -> list[Move]:
        """What is to be moved, and was not yet."""
        from dojo_tui.services.migrate import MoveStatus

        done = {key for key, one in self._moves.moved.items() if one.status is MoveStatus.MOVED}
        return [move for move in self._moves.moves if not move.skipped and move.record.record_id not in done]

    def open_row(self) -> None:
        """Say what became of the Record."""
        if self.row is not None:
            self.app.tell(*became(self.row))

    @property
    def what(self) -> str:
        """How much that is."""
        going = self.going
        sent = sum(move.sent for move in going)
        return f"{len(going):,} Record{'s' * (len(going) != 1)} with {sent:,} Finding{'s' * (sent != 1)}"

    def context(self) -> Context:
        """What is left to be moved."""
        return replace(super().context(), planned=len(self.going) if self._token is None else 0)

    def move(self) -> None:
        """Do it, in a thread of its own."""
        moves = self.going
        self._state = ("▶ moving", "accent")
        turns = iter([*(move.record.record_id for move in moves), None])
        self._moves.now = next(turns)

        def told(moved: Moved) -> None:
            with self._lock:
                first = not self._told
                self._told.append(moved)
                self._turn = next(turns)
            if first:
                self.app.jobs.later(self._take_soon)

        def work(migration: Migration) -> list[Moved]:
            return migration.run(moves, told)

        self._turn = self._moves.now
        self._run(work, self._done)
        self._list.reread()
        self.draw()

    def _take_soon(self) -> None:
        self.set_timer(TOLD_EVERY, self._take)

    def _take(self) -> None:
        with self._lock:
            told, self._told = self._told, []
            self._moves.now = self._turn if self._token is not None else None
        if self.is_attached and (told or self._token is None):
            self._moves.moved.update((one.move.record.record_id, one) for one in told)
            self._list.reread()
            self.draw()

    def _done(self, _moved: Sequence[Moved]) -> None:
        self._take()
        counts = self._counts()
        failed = counts["Failed"]
        self._state = ("! partly moved", "warn") if failed else ("✓ moved", "good")
        next_ = "" if self._used else keyed(" Next: {back}, then {use}, sends Findings there from now on.")
        if failed:
            next_ = keyed(" The reasons stand in the list; {move} tries these again.")
        self._tell_end(f"{self._ends(counts)}.{next_}")

    def _tell_end(self, sentence: str) -> None:
        self.app.changed(records=True)
        self.draw()
        self.say(sentence, self._state[1])

    def _counts(self) -> Counter[str]:
        return Counter(str(one.status) for one in self._moves.moved.values())

    def _ends(self, counts: Counter[str]) -> str:
        rest = [f"{counts[word]:,} {word.lower()}" for word in ("Skipped", "Failed") if counts[word]]
        return ", ".join([f"{counts['Moved']:,} moved", *rest])

    @property
    def keeps(self) -> str:
        """What is being moved goes on, and is seen here."""
        moving = self._token is not None and self._planned
        return keyed("Records are being moved: {back} stops that first.") if moving else ""

    def step_back(self) -> bool:
        """Stop what runs."""
        if super().step_back():
            return True
        if self._token is None:
            return False
        self._token.cancel()
        if not self._planned:
            return False
        self._state = ("■ stopping …", "warn")
        self.draw()
        return True

    def on_unmount(self) -> None:
        """Nobody looks on any more."""
        if self._token is not None:
            self._token.cancel()
            self._token = None

    # --- drawing -------------------------------------------------------------

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """Where to, and how far it is."""
        word, style = self._state
        done, all_ = len(self._moves.moved), sum(not move.skipped for move in self._moves.moves)
        progress = f" {done:,}/{all_:,}" if self._moves.moved else ""
        left = [Part(f" Move to {plain(self.server.url, 80)}", "strong")]
        return left, [Part(f"{word}{progress} ", style)]

    def status_parts(self) -> tuple[list[Part], list[Part]]:
        """What is planned, and the way on."""
        left, _ = super().status_parts()
        if self._token is not None:
            return [*left, Part(keyed(" · {back} stops it"), "dim")], []
        if not self.going:
            return left, []
        closed = sum(move.closed for move in self._moves.moves)
        stay = f" · {closed:,} closed Finding{'s' * (closed != 1)} stay{'s' * (closed == 1)}" if closed else ""
        return [Part(f" {self.what} to move{stay}")], []
