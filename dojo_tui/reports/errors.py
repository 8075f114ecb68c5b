"""Why a report cannot be used: always with its file, its place and its reason (P3)."""

from __future__ import annotations

from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.text import inert

SAFE = "Nothing of this folder was changed."


def sentence(reason: str) -> str:
    """A reason, which may end with what a tool said, as the end of a sentence: safe to show, with its full stop."""
    shown = inert(reason.strip())
    return shown if shown.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{shown}."


class ReportError(ConnectorError):
    """A report is unreadable, incomplete, of an unknown kind, or says itself that its scan failed.

    ``file`` is the report's name, ``place`` where in it (line and column, or
    the path to a JSON value; may be empty), ``reason`` a plain sentence.
    """

    usual_cause = Cause.REPORT

    def __init__(self, file: str, reason: str, *, place: str = "", do: str = "") -> None:
        self.file = file
        self.place = place
        self.reason = reason
        where = f", {inert(place)}" if place else ""
        super().__init__(f"{inert(file)}{where}: {sentence(reason)}", safe=SAFE, do=do)


class ReportChangedError(ReportError):
    """The report was written to while it was read; reading it again may work."""


class PlacedError(Exception):
    """Inside this package: something is wrong at ``place`` of the report being read."""

    def __init__(self, reason: str, place: str = "", do: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.do = do
