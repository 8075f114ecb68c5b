"""Findings as a destination holds them, without a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields

from dojo_tui.model import identity
from dojo_tui.model.finding import Finding


@dataclass(slots=True, kw_only=True)
class HeldRow(Finding):
    """All that planning and matching read of a held Finding."""

    id: int = 0
    place: int = 0
    content: int = 0
    reported: bool = True
    triaged: bool = False
    several: bool = False


def held(*findings: Finding) -> list[HeldRow]:
    """Rows that hold these, as the last report said them."""
    return [
        HeldRow(
            **{field.name: getattr(one, field.name) for field in fields(Finding)},
            id=number,
            place=identity.place(one),
            content=identity.content(one, identity.same(one)),
        )
        for number, one in enumerate(findings, start=1)
    ]


def loaded(rows: Sequence[HeldRow]) -> Callable[[Collection[int]], Sequence[HeldRow]]:
    """What a plan asks for the whole of them."""
    return lambda ids: [one for one in rows if one.id in set(ids)]
