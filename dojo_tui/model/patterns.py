r"""Patterns of mapping rules: globs whose time is bounded whatever the pattern.

``*`` is any text, ``?`` one character, ``[a-z]`` one of these (``[!a-z]``
none of these), ``{api,web}`` one of these words, ``\`` takes a character as
it is. The whole name must match, in any case. Every ``*`` and every ``{…}``
is captured, in their order: ``{1}``, ``{2}`` … in the Product's name.

Regular expressions were left out on purpose: Python's can take longer than
the universe, the engines that cannot (RE2) have no wheels for musl, and a
time limit makes the same rule match on one day and not on the next. A glob
needs no backtracking over its stars: the first place where the text between
two stars fits is as good as any later one (as in CPython's fnmatch), which
atomic groups say to ``re``. Words in braces are multiplied out beforehand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 500
MOST_FORMS = 64
"""So many patterns may the braces of one stand for."""

_PLACE = re.compile(r"\{(\d+|name)\}")
_FIELD = re.compile(r"\{([^{}]*)\}|[{}]")


class PatternError(ValueError):
    """A pattern or a Product's name is wrong; ``place`` counts characters from 1."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(f"{what} (character {place})")
        self.what = what
        self.place = place


@dataclass(frozen=True, slots=True)
class _Form:
    """One glob without braces."""

    regex: re.Pattern[str]
    captures: tuple[str | int, ...]
    """A word of a brace, or the group of a star."""


class Pattern:
    """A compiled pattern."""

    def __init__(self, text: str) -> None:
        """Raises PatternError."""
        if not text.strip():
            raise PatternError("it is empty", 1)
        if len(text) > LONGEST:
            raise PatternError(f"it has more than {LONGEST} characters", LONGEST + 1)
        self.text = text
        parts = list(_parse(text))
        words = [part for part in parts if isinstance(part, list)]
        self.captures = sum(part is _STAR or isinstance(part, list) for part in parts)
        forms = 1
        for part in words:
            forms *= len(part)
        if forms > MOST_FORMS:
            raise PatternError(f"its braces stand for {forms:,} patterns, and at most {MOST_FORMS} are possible", 1)
        self._forms = [_form(parts, chosen) for chosen in itertools.product(*words)]

    def match(self, name: str) -> tuple[str, ...] | None:
        """What was captured; None when the name does not match."""
        for form in self._forms:
            found = form.regex.fullmatch(name)
            if found is not None:
                return tuple(one if isinstance(one, str) else found[one] for one in form.captures)
        return None


class Template:
    """The name of a Product, with places for what was captured."""

    def __init__(self, text: str, captures: int) -> None:
        """Raises PatternError when it names what the pattern does not capture."""
        if not text.strip():
            raise PatternError("the Product has no name", 1)
        for field in _FIELD.finditer(text):
            inside = field[1]
            place = field.start() + 1
            if inside is None or not (inside == "name" or (inside.isascii() and inside.isdigit())):
                raise PatternError(f"{field[0]} is no place: use {{1}}, {{2}} … or {{name}}", place)
            if inside != "name" and not 1 <= int(inside) <= captures:
                there = f"captures {captures} texts" if captures != 1 else "captures 1 text"
                raise PatternError(
                    f"{field[0]} is not there: the pattern {there if captures else 'captures nothing'}", place
                )
        self.text = text

    def fill(self, name: str, captured: Sequence[str]) -> str:
        """The name of the Product for a Record of that name."""
        filled = _PLACE.sub(lambda place: name if place[1] == "name" else captured[int(place[1]) - 1], self.text)
        return filled.strip()


class _Star:
    """Any text."""


_STAR = _Star()
_Part = str | list[str] | _Star
"""A regular expression for a text of fixed length, the words of a brace, or a star."""


def _parse(text: str) -> Iterator[_Part]:
    at = 0
    while at < len(text):
        character = text[at]
        if character == "*":
            yield _STAR
        elif character == "?":
            yield "."
        elif character == "\\":
            at += 1
            if at == len(text):
                raise PatternError("nothing follows the backslash", at)
            yield re.escape(text[at])
        elif character == "[":
            end = text.find("]", at + (3 if text[at + 1 : at + 2] == "!" else 2))
            if end < 0:
                raise PatternError("'[' has no ']'", at + 1)
            yield _class(text[at + 1 : end], at + 1)
            at = end
        elif character == "{":
            end = text.find("}", at)
            if end < 0:
                raise PatternError("'{' has no '}'", at + 1)
            yield _words(text[at + 1 : end], at + 2)
            at = end
        elif character in "]}":
            raise PatternError(f"'{character}' closes nothing", at + 1)
        else:
            yield re.escape(character)
        at += 1


def _words(inside: str, place: int) -> list[str]:
    for number, bad in enumerate(inside):
        if bad in "{*?[\\":
            raise PatternError(f"'{bad}' cannot stand inside braces: only words and commas", place + number)
    return [word.strip() for word in inside.split(",")]


def _class(inside: str, place: int) -> str:
    negated = inside.startswith("!")
    characters = inside[1:] if negated else inside
    said = ""
    at = 0
    while at < len(characters):
        first = characters[at]
        if characters[at + 1 : at + 2] == "-" and at + 2 < len(characters):
            last = characters[at + 2]
            if last < first:
                raise PatternError(f"{first}-{last} is no range", place + at + negated + 1)
            said += f"{re.escape(first)}-{re.escape(last)}"
            at += 3
        else:
            said += re.escape(first)
            at += 1
    return f"[{'^' if negated else ''}{said}]"


def _form(parts: Sequence[_Part], words: Sequence[str]) -> _Form:
    chosen = iter(words)
    captures: list[str | int] = []
    stars = 0
    segments = [""]
    for part in parts:
        if isinstance(part, _Star):
            stars += 1
            captures.append(stars)
            segments.append("")
        elif isinstance(part, list):
            word = next(chosen)
            captures.append(word)
            segments[-1] += re.escape(word)
        else:
            segments[-1] += part
    middle = "".join(f"(?>(.*?){segment})" for segment in segments[1:-1])
    end = f"(.*){segments[-1]}" if stars else ""
    return _Form(re.compile(segments[0] + middle + end, re.IGNORECASE | re.DOTALL), tuple(captures))
