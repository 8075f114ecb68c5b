"""What a remap leaves behind in the old Product, and the choice to close it there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from dojo_tui.model.severity import Severity
from dojo_tui.model.text import number
from dojo_tui.ui.screens.scrolled import Scrolled
from dojo_tui.ui.widgets.bar import Bar, Part
from dojo_tui.ui.widgets.plain import Line, plain

if TYPE_CHECKING:
    from dojo_tui.services.mapping import Leaving

MOST = 1_000
"""Records that are named; the rest is counted."""


class RemapDialog(Scrolled[bool]):
    """Answers whether to close it; None when nothing is to be mapped. Enter leaves it: nothing is lost by that."""

    BINDINGS: ClassVar = [
        Binding("enter,y,l", "leave", show=False),
        Binding("c", "close", show=False),
    ]

    def __init__(self, what: str, product: str, leaving: Leaving) -> None:
        """``what`` is mapped, and is inert."""
        self._told = leaving_lines(leaving)
        super().__init__(self._told)
        self._what, self._product, self._leaving = what, plain(product, 40), leaving

    def compose(self) -> ComposeResult:
        """What is mapped, what stays, the ways."""
        many = self._leaving.to_close
        closes = (
            [Part(" c", "key", "close"), Part(f" map, close {many:,} there ", "", "close")]
            if many
            else [Part(" c", "off"), Part(" close: in another destination ", "off")]
        )
        with Vertical(id="box", classes="plan"):
            yield Bar([Part(f" Map {self._what} to {self._product}", "strong")], name="heading")
            yield self.fit(16, 7, self._told)
            yield Bar(
                [
                    Part(" enter", "key", "leave"), Part(" map, leave them ", "", "leave"), *closes,
                    Part(" ↑↓", "key"), Part(" more "),
                    Part(" esc", "key", "give_up"), Part(" cancel ", "", "give_up"),
                ],
                name="ways",
            )  # fmt: skip

    def action_leave(self) -> None:
        """What was imported stays as it is (P6)."""
        self.dismiss(False)

    def action_close(self) -> None:
        """Close it, if anything of it can be closed."""
        if self._leaving.to_close:
            self.dismiss(True)


def leaving_lines(leaving: Leaving) -> list[Line]:
    """In sum, then Record by Record."""
    active = leaving.open.total()
    products: dict[str, int] = {}
    for one in leaving.records:
        products[one.product_name] = products.get(one.product_name, 0) + one.open.total()
    lines: list[Line] = [
        (
            (f" {number(active, 'active Finding')}", "strong"),
            (f" stay{'s' * (active == 1)} behind: {severities(leaving.open)}.", ""),
        )
    ]
    if len(products) > 1:
        lines += [((f" {count:>7,}  ", "accent"), (f"in {plain(name, 60)}", "")) for name, count in products.items()]
    kept = sum(one.dismissed for one in leaving.records)
    also = f", nor {number(kept, 'dismissed one')} of them" if kept else ""
    lines.append(((f" Closing makes them inactive, in the background; nothing else changes{also}.", "dim"),))
    apart = [one for one in leaving.records if one.product_ref in leaving.elsewhere]
    if apart:
        where = plain(", ".join(sorted(set(leaving.elsewhere.values()))), 60)
        many = number(len(apart), "Record")
        lines.append(((f" What {many} imported is in another destination, {where}, and stays.", "warn"),))
    lines.append(())
    named = [one for one in leaving.records if one.open]
    for one in named[:MOST]:
        lines.append(
            (
                (f" {one.open.total():>7,}  ", "accent"),
                (plain(one.name, 60), ""),
                (f" in {plain(one.product_name, 40)}: ", "dim"),
                (severities(one.open), ""),
            )
        )
    if len(named) > MOST:
        lines.append(((f"          and {len(named) - MOST:,} more Records", "dim"),))
    return lines


def severities(found: Mapping[Severity, int] | Counter[Severity]) -> str:
    """``3 High, 1 Low``."""
    return ", ".join(f"{found[severity]:,} {severity.label}" for severity in sorted(found, reverse=True))
