"""Keys in the order in which they were pressed, each handled to its end before the next one.

Textual hands keys to the widget that has the focus as fast as they come, so of several keys in one burst (a macro, a
lagging SSH line) the later ones arrive where the first one led *from*. Here a key waits until the one before it did
what it does: until a list it asked for is there, a dialog it opened has the focus, or the store is open.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

MOST_WAITING = 1_000
"""Keys that may wait. Nobody types ahead that far: more of them are a text that was pasted into a list."""
_ROUNDS = 3
"""How often the queues between the focus and the app are waited for: what a key led to (a message to its screen,
another focus, a dialog that is composed and focused) is in these queues behind it."""
_STUCK_SECONDS = 1.0
"""A key whose widget went away meanwhile tells nobody of its end; the next one waits for it no longer than this."""

Typed = events.Key | events.Paste


class Keyboard:
    """Deliver keys and pastes to the app one at a time.

    ``deliver`` hands one to Textual. ``ready`` tells whether the next one may go; call ``look`` when that may have
    changed. ``passes`` tells of keys that need no list (help, back): they wait for those before them only. ``ends``
    tells of those that wait for nothing (quit).
    """

    def __init__(
        self,
        app: App[Any],
        deliver: Callable[[Typed], Awaitable[None]],
        *,
        ready: Callable[[], bool],
        passes: Callable[[events.Key], bool],
        ends: Callable[[events.Key], bool],
    ) -> None:
        self._app, self._deliver = app, deliver
        self._ready, self._passes, self._ends = ready, passes, ends
        self._waiting: deque[Typed] = deque()
        self._flight: asyncio.TimerHandle | None = None
        """The key that is being handled: its alarm."""
        self.handled = 0
        """How many were delivered or dropped."""

    @property
    def idle(self) -> bool:
        """True while no key waits or is being handled."""
        return self._flight is None and not self._waiting

    async def take(self, event: Typed) -> None:
        """Deliver a key when its turn comes."""
        self._waiting.append(event)
        await self._next()

    def look(self) -> None:
        """Go on with what waits, if it may."""
        if self._waiting and self._flight is None:
            self._app.call_later(self._next)

    def drop(self) -> None:
        """Forget what waits."""
        self.handled += len(self._waiting)
        self._waiting.clear()

    async def _next(self) -> None:
        while self._flight is None and (event := self._turn()) is not None:
            self._waiting.remove(event)
            self.handled += 1
            target = self._app.focused or self._app.screen
            self._flight = alarm = asyncio.get_running_loop().call_later(_STUCK_SECONDS, self._alarm)
            await self._deliver(event)
            self._behind(target, partial(self._landed, alarm, _ROUNDS))

    def _turn(self) -> Typed | None:
        """The next one that may go, if one may."""
        if not self._waiting or self._ready():
            return self._waiting[0] if self._waiting else None
        keys = [one for one in self._waiting if isinstance(one, events.Key)]
        first = keys[:1] if keys and keys[0] is self._waiting[0] else []
        return next((one for one in first if self._passes(one)), None) or next((k for k in keys if self._ends(k)), None)

    def _behind(self, node: MessagePump, then: Callable[[], Awaitable[None]]) -> None:
        """Call ``then`` in the app once a message that bubbles up from this node has passed all its ancestors."""
        if node is self._app:
            self._app.call_later(then)
            return

        def climb() -> None:
            self._behind(getattr(node, "_parent", None) or self._app, then)

        if not node.call_later(climb):
            self._app.call_later(then)

    async def _landed(self, alarm: asyncio.TimerHandle, rounds: int) -> None:
        if self._flight is not alarm:
            return
        if rounds:
            self._behind(self._app.focused or self._app.screen, partial(self._landed, alarm, rounds - 1))
            return
        alarm.cancel()
        self._flight = None
        await self._next()

    def _alarm(self) -> None:
        self._flight = None
        self.look()
