"""What the tool holds in the kit's tests: a connector's test says how the tool would tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dojo_tui.connectors.base import Tool
from dojo_tui.testing.server import ToolServer

HOSTILE = (
    '\x1b]0;x\x07\x1b[31m[b]bold[/b] [@click=app.quit]\u202e=HYPERLINK("x")\x00 \ud800 ../../etc\u200b\r\n<script>'
)
"""Escapes, markup, bidi, a formula, NUL, half a character, a path: text is data (P11)."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One row of a VEP's findings; ``number`` is stable, and different in the whole world."""

    number: int
    title: str
    text: str = "What is wrong."


@dataclass(frozen=True, slots=True)
class Thing:
    """One VEP; ``number`` is stable, the name is not."""

    number: int
    name: str
    flaws: tuple[Flaw, ...] = ()

    @property
    def id(self) -> str:
        """The number, as a text."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class World:
    """All of them, in the order in which the tool tells them."""

    things: tuple[Thing, ...]

    def thing(self, number: int | str) -> Thing | None:
        """The one with this number."""
        return next((thing for thing in self.things if thing.id == str(number)), None)

    def flaws(self, number: int | str) -> tuple[Flaw, ...]:
        """The findings of one; none where there is no such thing."""
        thing = self.thing(number)
        return thing.flaws if thing is not None else ()

    def reversed(self) -> World:
        """The same, told in the opposite order."""
        return World(tuple(replace(thing, flaws=thing.flaws[::-1]) for thing in self.things[::-1]))

    def rotated(self) -> World:
        """The same, told from another point on."""
        third = len(self.things) // 3

        def turned(thing: Thing) -> Thing:
            middle = len(thing.flaws) // 2
            return replace(thing, flaws=thing.flaws[middle:] + thing.flaws[:middle])

        return World(tuple(turned(thing) for thing in self.things[third:] + self.things[:third]))

    def renamed(self) -> World:
        """The same things under other names."""
        return World(tuple(replace(thing, name=f"renamed-{thing.number}") for thing in self.things))

    def hostile(self) -> World:
        """The same things, with texts that want to be more than text."""
        return World(
            tuple(
                replace(
                    thing,
                    name=f"{HOSTILE}{thing.number}",
                    flaws=tuple(
                        replace(flaw, title=f"{HOSTILE}{flaw.number}", text=HOSTILE * 2_000) for flaw in thing.flaws
                    ),
                )
                for thing in self.things[:3]
            )
        )


def world(things: int, flaws: int) -> World:
    """Some things; the first has some flaws, the second one, and the others none."""
    made = [Thing(1_000 + number, f"thing-{number}") for number in range(things)]
    made[0] = replace(made[0], flaws=tuple(Flaw(50_000 + number, f"Flaw {number}") for number in range(flaws)))
    made[1] = replace(made[1], flaws=(Flaw(90_000, "Another flaw"),))
    return World(tuple(made))


@dataclass(frozen=True)
class Subject:
    """A connector and how its tool is played."""

    tool: Tool
    serve: Callable[[ToolServer, World], None]
    """Set the routes by which the tool tells this world."""
    vendor_id: Callable[[Thing], str] = lambda thing: thing.id
    """The id that the connector should give a thing."""
    location: str = "{url}"
    options: Mapping[str, str] = field(default_factory=dict)
    things: int = 130
    """So many that listing them takes several pages."""
    flaws: int = 230
    """So many that fetching them takes several pages."""
    findings_have_ids: bool = True
    """Whether the tool has a stable id for each finding."""
