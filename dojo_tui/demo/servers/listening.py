"""What every live tool of the demo has: a server on loopback for as long as the demo runs."""

from __future__ import annotations

import threading
from typing import Self

from dojo_tui.testing.server import ToolServer


class Listening:
    """A server that a story plays on; ``_lock`` keeps one part of the story from overtaking another."""

    def __init__(self) -> None:
        self._server = ToolServer()
        self._lock = threading.Lock()
        self._discovers = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)
