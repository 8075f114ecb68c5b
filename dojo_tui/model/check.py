"""What a check says, step by step: one thing that was looked at, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What was looked at, in the order in which it is."""

    SETTINGS = "settings"
    SECRET = "secret"  # noqa: S105 -- the word, not one
    REACHED = "reached"
    WAY = "way"
    ANSWER = "answer"
    WHO = "who"
    RIGHTS = "rights"
    VEPS = "veps"
    FAMILY = "family"
    NOTE = "note"

    @property
    def words(self) -> str:
        """What a person calls it."""
        return _WORDS[self]


_WORDS = {
    About.SETTINGS: "Settings",
    About.SECRET: "Secret",
    About.REACHED: "Reached",
    About.WAY: "Encryption",
    About.ANSWER: "Answer",
    About.WHO: "Known as",
    About.RIGHTS: "May",
    About.VEPS: "Found",
    About.FAMILY: "Findings",
    About.NOTE: "Note",
}


class Mark(StrEnum):
    """What came of it."""

    TRYING = "trying"
    """It is being looked at: the next step tells what came of it."""
    OK = "ok"
    LOOK = "look"
    """It works, and a person should know something about it."""
    SKIPPED = "skipped"
    """A Sync leaves this out, and what is held of it as it is."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    about: About
    mark: Mark
    told: str
    """A sentence or a few words."""
    name: str = ""
    """Of a family: its scanner."""
    safe: str = ""
    do: str = ""
    """What a person can do about it."""
    items: tuple[str, ...] = ()
    """What ``told`` is made of, for programs: the name we are known by, each right."""
    number: int | None = None
    """How many VEPs were counted."""
    all_counted: bool = True
    """False when there may be more VEPs than were counted in the time a check has."""

    @property
    def title(self) -> str:
        """What it is about, in a word or two."""
        return self.name or self.about.words


def trying(about: About, told: str = "") -> Step:
    """Say what is looked at next: a failure after it is one of this."""
    return Step(about, Mark.TRYING, told)


def counted(number: int, *, all_counted: bool = True, tried: str = "") -> Step:
    """How many VEPs there are; and which one is ``tried`` in the steps that follow."""
    if not number and all_counted:
        return Step(
            About.VEPS, Mark.LOOK, "nothing: there would be no Records", number=0,
            do="Look at the location, the options, and what the secret's owner may see.",
        )  # fmt: skip
    least = "" if all_counted else "at least "
    units = "Vendor-Equivalent Product" if number == 1 else "Vendor-Equivalent Products"
    more = f"; tried at {tried}" if tried else ""
    return Step(About.VEPS, Mark.OK, f"{least}{number:,} {units}{more}", number=number, all_counted=all_counted)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that has ended."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Checked:
        """What was found out; what was merely begun is left out."""
        return cls(tuple(step for step in steps if step.mark is not Mark.TRYING))

    @property
    def works(self) -> bool:
        """Whether a Discover and a Sync can be expected to go through."""
        return not self.failures

    @property
    def failures(self) -> tuple[Step, ...]:
        """What has to be put right first."""
        return tuple(step for step in self.steps if step.mark is Mark.FAILED)

    @property
    def veps(self) -> int | None:
        """How many VEPs were counted; None when it did not come to that."""
        return next((step.number for step in self.steps if step.number is not None), None)

    @property
    def all_counted(self) -> bool:
        """False when there may be more VEPs."""
        return all(step.all_counted for step in self.steps)

    @property
    def way(self) -> str:
        """What protects the way there; empty where the Tool goes nowhere."""
        return next((step.told for step in self.steps if step.about is About.WAY), "")

    @property
    def who(self) -> str:
        """As whom the tool knows us; empty where it does not tell."""
        return next((step.items[0] for step in self.steps if step.about is About.WHO and step.items), "")

    @property
    def rights(self) -> tuple[str, ...]:
        """What that one may do there."""
        return next((step.items for step in self.steps if step.about is About.RIGHTS), ())

    @property
    def skips(self) -> dict[str, str]:
        """Scanners that a Sync would skip, with the reason."""
        return {step.title: step.told for step in self.steps if step.mark is Mark.SKIPPED}

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to know."""
        return tuple(step.told for step in self.steps if step.about is About.NOTE)
