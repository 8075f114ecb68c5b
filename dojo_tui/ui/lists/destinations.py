"""Destinations as a list: the embedded one, and each server."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dojo_tui.model.clock import Clock
from dojo_tui.ui.health import HealthWatch, health_words
from dojo_tui.ui.lists.details import fact, heading
from dojo_tui.ui.lists.times import moment
from dojo_tui.ui.lists.words import no_match
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import LABEL, Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.services.health import Health
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.wiring import Workspace

EMBEDDED = "embedded"
NOT_VERIFIED: Span = ("! NOT verified", "bad")


@dataclass(frozen=True, slots=True)
class Place:
    """A destination. The embedded one has no server, and the id 0."""

    id: int
    server: DestinationRow | None
    used: bool
    records: int
    """How many Records are mapped to its Products."""

    @property
    def name(self) -> str:
        """Its address, or the word for the one that has none."""
        return self.server.url if self.server is not None else EMBEDDED

    @property
    def location(self) -> str:
        """Where its web pages are."""
        return self.server.url if self.server is not None else ""


class DestinationSource:
    """All destinations: few enough to be read whole."""

    noun = "Destinations"
    columns = (
        Column("", 6),
        Column("Destination", 22, "name", grow=4, path=True),
        Column("Health", 15, drop=2),
        Column("Records", 7, "records", right=True),
        Column("Certificates", 14, drop=3),
        Column("Token", 16, grow=2, drop=4),
        Column("Product Type", 12, "product_type", grow=1, drop=5),
    )

    def __init__(self, workspace: Callable[[], Workspace | None], health: HealthWatch) -> None:
        """``workspace`` gives what is open now: another destination in use is another Workspace."""
        self._workspace, self._health = workspace, health
        self._rows: dict[int, Place] = {}

    def ids(self, query: Query) -> array[int]:
        """Those with all the words: the embedded one first, then as they were added, or sorted."""
        workspace = self._workspace()
        if workspace is None:
            return array("q")
        used = workspace.server.id if workspace.server is not None else 0
        servers = [None, *workspace.destinations.rows()]
        rows = [
            Place(number, row, number == used, workspace.destinations.mapped(row))
            for number, row in ((row.id if row is not None else 0, row) for row in servers)
        ]
        words = query.text.casefold().split()
        rows = [row for row in rows if all(word in f"{row.name} {_type(row)}".casefold() for word in words)]
        if query.sort == "records":
            rows.sort(key=lambda row: row.records, reverse=query.descending)
        elif query.sort == "product_type":
            rows.sort(key=_type, reverse=query.descending)
        elif query.sort:
            rows.sort(key=lambda row: (row.server is not None, row.name), reverse=query.descending)
        self._rows = {row.id: row for row in rows}
        return array("q", (row.id for row in rows))

    def rows(self, ids: Sequence[int]) -> list[Place]:
        """Those that were read."""
        return [self._rows[identifier] for identifier in ids if identifier in self._rows]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        used = ("● used", "accent") if row.used else ("", "")
        server = row.server
        if server is None:
            rest: tuple[Span, ...] = (("✓ ok", "good"), (f"{row.records:,}", ""), *((("-", "dim"),) * 3))
        else:
            health = health_words(self._health.of(server)) if row.used else ("-", "dim")
            records = (f"{row.records:,}", "")
            rest = (health, records, certificates(server), (token(server), ""), (plain(server.product_type), ""))
        return used, (plain(row.name), "" if server is not None else "strong"), *rest

    def empty(self, query: Query) -> list[Line]:
        """The embedded one is always there."""
        return [no_match("No destination")]


def destination_lines(row: Place, health: Health | None, clock: Clock) -> list[Line]:
    """One destination in full. Of its token only the place is named (P10)."""
    server = row.server
    lines: list[Line] = [((plain(row.name), "strong"),), ()]
    lines.append(fact("Used", "yes: Findings go there" if row.used else "no", "accent" if row.used else ""))
    lines.append(fact("Records", f"{row.records:,} mapped to its Products"))
    if server is None:
        said = "Products, Engagements, Tests and Findings in the same store: nothing to install, set up or reach."
        return [*lines, (), ((said, "dim"),)]
    if row.used:
        lines.append(((f"{'Health':<{LABEL}}", "dim"), health_words(health)))
        if health is not None:
            lines.append(fact("  at", moment(clock, health.at)))
            if health.told:
                lines.append(fact("  because", health.told, "bad"))
    lines += [
        (),
        fact("Token", token(server)),
        ((f"{'Certificates':<{LABEL}}", "dim"), certificates(server)),
    ]
    if server.ca_file:
        lines.append(fact("  authority", server.ca_file))
    if not server.verify:
        lines.append((("Whoever is on the way can read the token and change Findings.", "bad"),))
    lines += [
        fact("Product Type", server.product_type),
        fact("At once", f"{server.at_once} requests" if server.at_once > 1 else "1 request"),
        fact("Products", f"listed {moment(clock, server.products_read_at)}" if server.products_read_at else "not yet"),
    ]
    if not row.used and row.records:
        lines += [
            (),
            heading("Not used now"),
            (("Its Records are left alone, and skipped by Sync, until it is used again.", "dim"),),
        ]
    return lines


def certificates(server: DestinationRow) -> Span:
    """Whether the one who answers has to prove who it is."""
    if not server.url.startswith("https:"):
        return "- no TLS", "warn"
    if not server.verify:
        return NOT_VERIFIED
    return ("own authority" if server.ca_file else "verified"), ""


def token(server: DestinationRow) -> str:
    """Where the token is."""
    from dojo_tui.services.destinations import USUAL_TOKEN
    from dojo_tui.services.secrets import where

    return where(server.secret or USUAL_TOKEN)


def _type(row: Place) -> str:
    return row.server.product_type.casefold() if row.server is not None else ""
