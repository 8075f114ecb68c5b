"""Errors a person is meant to read: what happened, what stayed safe, what to do.

Every layer raises these; the UI and the command line only print them.
"""

from __future__ import annotations

from typing import ClassVar

from dojo_tui.model.cause import Cause

STOPPED = "What was done for some Records stays done; the others are as before."
"""What stayed safe when an Operation was stopped in the middle (P7)."""


class DojoTuiError(Exception):
    """An expected failure.

    ``what`` happened, what stayed ``safe``, and what to ``do`` next, each a
    plain sentence without a final line break. ``str()`` joins those given.
    The ``cause`` is that of the kind of error, unless one knows better.
    """

    usual_cause: ClassVar[Cause] = Cause.UNKNOWN

    def __init__(self, what: str, *, safe: str = "", do: str = "", cause: Cause | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.safe = safe
        self.do = do
        self.cause = self.usual_cause if cause is None else cause

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.safe, self.do) if part)


class UsageError(DojoTuiError):
    """The request itself is wrong (an unknown label, a bad schedule, ...); nothing was done."""

    usual_cause = Cause.SETTINGS


class NotFoundError(UsageError):
    """Something named by the person does not exist."""


class StoreError(DojoTuiError):
    """The store cannot be opened, read or written."""


class ConnectorError(DojoTuiError):
    """A tool could not be read completely; what we hold of the affected part stays untouched (P3)."""

    usual_cause = Cause.TOOL


class DestinationError(DojoTuiError):
    """The destination refused or failed; the Record is as before."""

    usual_cause = Cause.DESTINATION


class LostError(DestinationError):
    """The Product, Engagement or Test of a Record is gone at the destination: the Record is Stale."""

    usual_cause = Cause.STALE


class BusyError(DojoTuiError):
    """Another operation holds this Connector (P8)."""


class CancelledError(DojoTuiError):
    """The person cancelled the operation."""

    def __init__(self) -> None:
        super().__init__("Cancelled.", safe=STOPPED)
