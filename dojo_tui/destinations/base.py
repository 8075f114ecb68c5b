"""What a destination must provide."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Protocol

from dojo_tui.http.exchange import Caller
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.plan import Reimport, Summary
from dojo_tui.model.target import Product, Target


class Unattended:
    """A Caller whom nobody cancels, and who keeps no log."""

    def check(self) -> None:
        """Go on."""

    def wait(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def log(self, message: str) -> None:
        """Nobody reads it."""


class Destination(Protocol):
    """Products to map to, and reimport into them.

    A ``caller`` is whoever wants it done: its ``check`` raises CancelledError
    when the person cancelled, its ``log`` is the Operation's.
    """

    name: str
    """Shown on the top line, e.g. ``embedded``."""

    def products(self, *, fresh: bool = False) -> list[Product]:
        """All Products, by name: as they were last seen where asking takes long, unless they must be ``fresh``."""
        ...

    def find_or_create_product(self, name: str, product_type: str | None = None) -> Product:
        """The Product of exactly this name, created if there is none."""
        ...

    def adjust_product(self, ref: str, name: str, product_type: str) -> Product:
        """Give a Product another name or Product Type (made if there is none); nothing else of it changes.

        Raises DestinationError when it is gone, or when another one has that name.
        """
        ...

    def elsewhere(self, targets: Collection[Target]) -> dict[Target, str]:
        """Those of ``targets`` whose Product is one of another destination, with that one's name."""
        ...

    def lost(self, targets: Collection[Target], caller: Caller, *, quick: bool = False) -> dict[Target, str]:
        """Those of ``targets`` whose Product, or the Engagement or Test we made there, is gone, with the reason.

        ``quick`` leaves out what would take long: ``reimport`` raises LostError for it in its turn.
        """
        ...

    def links(self, refs: Collection[str]) -> dict[str, str]:
        """The web pages of many Products, by their refs; without those that have none."""
        ...

    def reimport(self, target: Target, fetch: Fetch, settings: Reimport, caller: Caller) -> Summary:
        """Make the Record's Findings equal to ``fetch``, wholly or not at all (P7).

        Raises LostError when its place is gone, another DestinationError
        when it failed; a Summary whose ``held`` is set means that nothing was
        applied (P9).
        """
        ...

    def annotate(self, target: Target, notes: Mapping[int, str], caller: Caller) -> None:
        """Write a note to Findings of a Record, by their ids in the store; one that is there is not written again."""
        ...

    def resend(self, connector_id: int, scopes: Collection[str] | None = None) -> None:
        """Let the next Sync of these scopes (all of the Connector by default) send everything, changed or not."""
        ...

    def close(self) -> None:
        """Give back what it holds open."""
        ...
