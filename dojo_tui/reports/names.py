"""What the name of a report or of a folder tells: its unit, and what only tells one scan of it from the next.

A name is taken apart into words. Dates, times, hashes, build numbers and words
such as "latest" tell scans of one thing apart; other words name the thing
(a module, an image, a kind of scan). A plain small number may be either.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDINGS = re.compile(r"(?:\.(?:sarif|json|gz|txt|report))+$")
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_TIME = r"(?:[-_.t ]?(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d(?:[-_.:m]?[0-5]\d(?:[.,]\d+)?)?s?(?:z|[+-]\d\d:?\d\d)?)?"
_DATE = re.compile(
    rf"(?<!\d)(?:{_YEAR}([-_.]?){_MONTH}\1{_DAY}{_TIME}|{_DAY}[-_.]{_MONTH}[-_.]{_YEAR}{_TIME}"
    rf"|{_YEAR}[-_.]?{_MONTH}|{_YEAR}[-_.]?w[0-5]\d|1[4-9]\d{{8}}(?:\d{{3}})?)(?![0-9])",
)
_HASH = re.compile(
    rf"(?<![a-z0-9])(?:{_GUID}|g?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{{7,64}})(?![a-z0-9])",
)
_OF = re.compile(r"(?<![a-z0-9])(\d{1,4})[-_. ]?of[-_. ]?(\d{1,4})(?![a-z0-9])")
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"([^\W\d_]+)(\d+)")

_RUNS = _all(
    "attempt b build builds buildnumber ci commit execution executions id iteration job jobs nightly no nr "
    "number pipeline pipelines r release rev revision run runs sha sha1 sha256 git snapshot workflow workflows"
)
"""Words before a number or hash that say that it names a run of something."""
_PARTS = _all("chunk node part partition piece segment shard slice split worker")
_UNITS = _all(
    "app application component container crate host image lib library microservice module node package project repo "
    "service site subproject svc target team unit"
)
_TIMES = _all(
    "after archive archived backup bak baseline before copy current daily final last latest new newer newest old older "
    "orig original prev previous recent today weekly yesterday "
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
"""Words that tell scans of one thing apart."""
_PLAIN = _all(
    "analysis check finding findings issue issues json log out output report reports result results sarif scan scanner "
    "scans security vulnerabilities vulnerability"
)
"""Words that say nothing of what was scanned."""
_LEAST_BUILD = 100
"""A number without a word is that of a build from here on: parts and modules are counted from 0 or 1."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, taken apart."""

    words: tuple[str, ...] = ()
    """What does not change from scan to scan."""
    part: int | None = None
    """The number of a shard."""
    parts: int | None = None
    """How many shards there are, if the name tells."""
    numbers: tuple[int, ...] = ()
    """Numbers that may be of scans or of things."""
    varies: bool = False
    """It has a date, a hash, a build number, or a word of time."""

    def unit(self, plain: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The words that name what was scanned: without those of every report and those in ``plain``."""
        return tuple(word for word in self.words if word not in _PLAIN and word not in plain)


def words(text: str) -> frozenset[str]:
    """The words of a text, in lower case."""
    return frozenset(_WORD.findall(text.lower()))


@lru_cache(maxsize=4096)
def parsed(name: str) -> Name:
    """Take the name of a report apart."""
    rest = _ENDINGS.sub("", name.lower())
    rest, dates = _DATE.subn(" ", rest)
    rest, hashes = _HASH.subn(" # ", rest)
    part = parts = None
    if found := _OF.search(rest):
        part, parts = int(found[1]), int(found[2])
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    tokens: list[str] = []
    for token in re.findall(r"#|[^\W_]+", rest):
        numbered = _NUMBERED.fullmatch(token)
        tokens += [numbered[1], numbered[2]] if numbered else [token]
    kept: list[str] = []
    numbers: list[int] = []
    varies = bool(dates or hashes)
    for word in tokens:
        before = kept[-1] if kept else ""
        if word == "#" or (word.isdecimal() and before in _RUNS):
            varies = True
            while kept and kept[-1] in _RUNS:
                kept.pop()
        elif word.isdecimal():
            number = int(word[:18])
            if part is None and before in _PARTS:
                part = number
                kept.pop()
            elif before in _UNITS:
                kept.append(word)
            elif number >= _LEAST_BUILD:
                varies = True
            else:
                numbers.append(number)
        elif word in _TIMES:
            varies = True
        else:
            kept.append(word)
    if parts is not None:
        kept = [word for word in kept if word not in _PARTS]
    return Name(tuple(kept), part, parts, tuple(numbers), varies)


def is_of_a_run(name: str, parent: str) -> bool:
    """Whether a folder's name only tells one run from the next: a date, or a build's number or hash.

    A bare number or hash may be the id of a thing; only a ``parent`` such as
    "builds" says that it is not.
    """
    found = parsed(name)
    if found.words or found.part is not None:
        return False
    said = words(name)
    if said & _RUNS and not said <= _RUNS:
        return found.varies
    if said & _TIMES:
        return bool(_DATE.search(name.lower()))
    return bool(_DATE.fullmatch(name.lower())) or bool(_RUNS & words(parent) and said)


def of_runs(names: Collection[str], parent: str) -> list[str]:
    """Those of the folders in one ``parent`` that are of runs, in order: the newest comes last.

    "latest" is one of them where others are.
    """
    found = [name for name in names if is_of_a_run(name, parent)]
    newest = [name for name in names if name.lower() in _NEWEST] if found else []
    return sorted(found, key=_run_order) + newest


def _run_order(name: str) -> tuple[list[int], str]:
    date = _DATE.search(name.lower())
    if date is None:
        return [int(number[:18]) for number in _DIGITS.findall(name)], name
    numbers = [int(number[:18]) for number in _DIGITS.findall(date[0])]
    if _DAY_FIRST.match(date[0]):
        numbers[:3] = reversed(numbers[:3])
    elif len(str(numbers[0])) == 8:
        numbers[:1] = [numbers[0] // 10_000, numbers[0] // 100 % 100, numbers[0] % 100]
    rest = [int(number[:18]) for number in _DIGITS.findall(name[date.end() :])]
    return numbers + rest, name


_NEWEST = frozenset({"latest", "current", "newest", "last"})
_DIGITS = re.compile(r"\d+")
_DAY_FIRST = re.compile(r"\d\d[-_.]\d\d[-_.]\d{4}")


def stable_part(identifier: str) -> str:
    """An id without the tail that tells runs apart; empty if nothing else remains.

    ``image:api:sha-4ea3e4b`` is ``image:api``, ``build-17`` and ``2026-11-28`` are nothing.
    """
    rest = _TAIL.sub("", identifier)
    if rest == identifier:
        return identifier
    while (last := _LAST_WORD.search(rest)) and last[1].lower() in _RUNS:
        rest = rest[: last.start()]
    return rest.rstrip("-_.:#@ \t")


_TAIL = re.compile(
    rf"(?:^|[-_.:#@\s])(?:v?\d+(?:\.\d+)*|{_YEAR}-\d\d-\d\d.*|\d{{8}}T?\d{{4,6}}.*"
    rf"|{_GUID}|(?=[a-f]*\d)[0-9a-f]{{7,64}})$",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"(?:^|[-_.:#@\s]+)([^\W_]+)$")
