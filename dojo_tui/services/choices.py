"""Several Products, or none, chosen for many New Records: written as one act that can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from dojo_tui.store import mapping
from dojo_tui.store.mapping import Act


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of some New Records."""

    ids: Sequence[int]
    product_ref: str | None
    """None: they are ignored."""
    product_name: str | None
    rule: str | None = None
    """The mapping rule that says so."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were still New, and changed."""

    mapped: int = 0
    ignored: int = 0

    @property
    def both(self) -> int:
        """All of them."""
        return self.mapped + self.ignored


def carry_out(connection: Connection, choices: Iterable[Choice], act: Act) -> Counts:
    """Write them; what somebody decided meanwhile stays as it is."""
    mapped = ignored = 0
    # The last row names the act as a whole in what undo says: what is ignored goes first.
    for choice in sorted(choices, key=lambda choice: choice.product_ref is not None):
        told = replace(act, rule=choice.rule)
        if choice.product_ref is None or choice.product_name is None:
            told = replace(told, name="ignore")
            ignored += mapping.ignore(connection, choice.ids, told, only_new=True)
        else:
            mapped += mapping.map_to(
                connection, choice.ids, told, choice.product_ref, choice.product_name, only_new=True
            )
    return Counts(mapped, ignored)
