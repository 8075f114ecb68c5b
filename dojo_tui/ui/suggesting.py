"""Keeps the suggestions up to date: in the background, whenever Records or mappings changed (P12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dojo_tui.model.errors import CancelledError, DestinationError
from dojo_tui.ui.bridge import Changes

if TYPE_CHECKING:
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.ui.jobs import Jobs
    from dojo_tui.wiring import Workspace


class SuggestionWatch:
    """At most one look is under way; what changes meanwhile is looked at afterwards.

    ``workspace`` gives what may be changed now (None: nothing); ``note`` and ``failed`` are told in the app.
    """

    def __init__(
        self,
        jobs: Jobs,
        workspace: Callable[[], Workspace | None],
        note: Callable[[Changes], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._jobs, self._workspace, self._note, self._tell_error = jobs, workspace, note, failed
        self._token: CancelToken | None = None
        self._again = False
        self._answers = False

    def look(self, *, answers: bool = False) -> None:
        """Suggest anew what may have changed, in a thread.

        A server is asked for its Products once it is known that it ``answers``: then nobody is asked for its
        token, and nothing waits for a server that is not there.
        """
        from dojo_tui.services.cancel import CancelToken

        workspace = self._workspace()
        if workspace is None:
            return
        self._answers = self._answers or answers
        if self._token is not None:
            self._again = True
            return
        answers, self._answers = self._answers, False
        self._token = token = CancelToken()
        self._jobs.apart(lambda: _refresh(workspace, token, answers=answers), self._done, self._failed)

    def stop(self) -> None:
        """The store is closed now."""
        if self._token is not None:
            self._token.cancel()

    def _done(self, count: int) -> None:
        self._token = None
        if count:
            self._note(Changes(suggestions=True))
        if self._again:
            self._again = False
            self.look()

    def _failed(self, error: Exception) -> None:
        self._done(0)
        # That the server does not answer any more is told by its health.
        if not isinstance(error, CancelledError | DestinationError):
            self._tell_error(error)


def _refresh(workspace: Workspace, token: CancelToken, *, answers: bool) -> int:
    server = workspace.server
    if server is not None and not answers and workspace.destinations.get(server.url).products_read_at is None:
        return 0
    return workspace.suggestions.refresh(token, yielding=True)
