"""Which Product a name most likely belongs to, and how sure that is.

A Product is known by a few keys: its name without separators, without the
vendor's word in front, with its words in order of the alphabet. A name's
windows (runs of its tokens) are looked up among the keys, which costs the
same for ten Products and for two thousand; what no window finds is compared
by similarity (RapidFuzz, Indel distance). What a window leaves over lowers
the confidence by what it means (``names.Weight``). Beside the names stands
what a person did before: the same program under another name, and siblings.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dojo_tui.model.names import (
    ANOTHER,
    ENVIRONMENTS,
    GENERAL,
    LANGUAGES,
    PROGRAMS,
    ROLES,
    VENDORS,
    Name,
    Weight,
    plain,
    read,
    tokens,
)
from dojo_tui.model.tally import Tally

THRESHOLD = 0.9
"""From here on a suggestion may be accepted without looking at it."""

LEAST = 0.5
"""Below this nothing is suggested."""

_WHOLE, _NO_VENDOR, _SAME_WORDS, _NO_ENDING = 1.0, 0.98, 0.97, 0.94
_NO_SERVER, _NO_ROLE = 0.93, 0.8
_GENERAL = 0.85
_ROLE_LEFT, _MOST_ROLES = 0.97, 0.92
_OWNER_ONE_ROLE, _OWNER_ROLES, _OWNER_ONLY = 0.94, 0.85, 0.55
_USUAL_PART, _AT_HOME, _ONE_PART = 0.93, 0.88, 0.88
_FAMILY, _INSIDE = 0.9, 0.8
_MAPPED_SO, _ALIKE, _SIBLINGS, _BOTH, _FEWEST_SIBLINGS = 0.99, 0.88, 0.88, 0.97, 3
_LEADS, _LEADS_FAR, _WITHIN, _WITHIN_FAR = 0.7, 0.6, 0.62, 0.5
_PLAIN = 0.98
_LONGEST_WINDOW, _START = 5, 3
_SIMILAR, _SHORTEST_SIMILAR = 86.0, 5
_ENDINGS = ("db", "sql", "ql", "js")
_SELVES = frozenset(("platform", "sdk", "server", "service"))
_STOP_WORDS = frozenset(("a", "for", "of", "on", "the"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A Product for a name."""

    ref: str
    product: str
    confidence: float
    """0 to 1."""
    why: str
    """A few words."""


@dataclass(frozen=True, slots=True)
class _Hit:
    product: int
    confidence: float
    explained: int
    why: str


class Suggester:
    """Knows the Products and what was mapped before; ``suggest`` is quick and changes nothing."""

    def __init__(self, products: Iterable[tuple[str, str]]) -> None:
        """``products``: ref and name of each."""
        self._products = list(products)
        self._keys: dict[str, list[tuple[int, float]]] = {}
        self._sorted: dict[str, int] = {}
        self._blocks: dict[str, list[str]] = defaultdict(list)
        for number, (_, name) in enumerate(self._products):
            self._add(number, name)
        self._families = _families(self._keys)
        self._starts = {key[:_START] for key in self._keys}
        for key in self._keys:
            self._blocks[key[:1]].append(key)
        self._by_name = {name: number for number, (_, name) in enumerate(self._products)}
        self._same = Tally()
        self._alike = Tally()
        self._siblings = Tally()

    def product(self, name: str) -> tuple[str, str] | None:
        """Ref and name of the Product of exactly this name."""
        number = self._by_name.get(name)
        return None if number is None else self._products[number]

    def learn(self, connector_id: int, name: str, product: str, times: int = 1) -> None:
        """A Record of that name is mapped to the Product of that name; ``times`` -1 takes it back."""
        number = self._by_name.get(product)
        if number is None:
            return
        known = read(name)
        self._same.add(known.own, number, times)
        if known.speaks:
            self._alike.add(known.key, number, times)
        if known.prefix:
            self._siblings.add((connector_id, known.prefix), number, times)

    def suggest(self, connector_id: int, name: str | Name) -> Suggestion | None:
        """The most likely Product; None when none is likely."""
        known = read(name) if isinstance(name, str) else name
        best: _Hit | None = None
        beside = self._beside(connector_id, known)
        for hit in itertools.chain(self._learned(known), self._hits(known), [beside] if beside else []):
            if beside is not None and hit.product == beside.product and hit is not beside:
                # Siblings are another kind of evidence than a name: both are stronger than either.
                sure = max(hit.confidence, min(1 - (1 - hit.confidence) * (1 - beside.confidence), _BOTH))
                hit = replace(hit, confidence=sure, why=f"{hit.why}; {beside.why}")
            if best is None or (hit.confidence, hit.explained) > (best.confidence, best.explained):
                best = hit
        if best is None or best.confidence < LEAST:
            return None
        ref, product = self._products[best.product]
        return Suggestion(ref, product, round(best.confidence, 2), best.why)

    def known_by(self) -> frozenset[str]:
        """Everything a Product is known by: whoever compares it with another's learns which names it may concern."""
        return frozenset(self._keys) | frozenset(self._sorted)

    # --- what the Products are known by -----------------------------------------

    def _add(self, number: int, name: str) -> None:
        words = tokens(name)
        for key, confidence in keys(words):
            self._keys.setdefault(key, []).append((number, confidence))
        self._sorted.setdefault(_bag(words), number)

    # --- what speaks for a Product ----------------------------------------------

    def _hits(self, known: Name) -> Iterator[_Hit]:
        found = False
        for hit in self._windows(known):
            found = True
            yield hit
        if not found:
            yield from self._similar(known)

    def _learned(self, known: Name) -> Iterator[_Hit]:
        """What was decided about the same, and about what is called alike."""
        for chosen, sure, why in (
            (self._same.most(known.own), _MAPPED_SO, "of this name mapped so"),
            (self._alike.most(known.key) if known.speaks else None, _ALIKE, "called alike mapped so"),
        ):
            if chosen is not None:
                product, number, share = chosen
                yield _Hit(product, sure * share, len(known.text), f"{number:,} {why}")

    def _beside(self, connector_id: int, known: Name) -> _Hit | None:
        """What all mapped siblings say, if they are several and say the same."""
        chosen = self._siblings.most((connector_id, known.prefix)) if known.prefix else None
        if chosen is None:
            return None
        product, number, share = chosen
        if share < 1 or number < _FEWEST_SIBLINGS:
            return None
        return _Hit(product, min(0.7 + 0.03 * number, _SIBLINGS), 0, f"all {number:,} mapped siblings")

    def _windows(self, known: Name) -> Iterator[_Hit]:
        core = known.core
        words = (*known.owner, *core)
        bare = tuple(plain(token) for token in words)
        start = len(known.owner)
        whole = self._sorted.get(_bag(core))
        if whole is not None and len(core) > 1:
            yield _Hit(whole, _SAME_WORDS, len(known.text), "the same words")
        found: list[tuple[int, int, str, float]] = []
        for first in range(len(words)):
            if len(words[first]) >= _START and words[first][:_START] not in self._starts:
                other = bare[first]
                if len(other) >= _START and other[:_START] not in self._starts:
                    continue
            for last in range(first + 1, min(len(words), first + _LONGEST_WINDOW) + 1):
                window = "".join(words[first:last])
                if window in self._keys:
                    found.append((first, last, window, 1.0))
                other = "".join(bare[first:last])
                if other != window and other in self._keys:
                    found.append((first, last, other, _PLAIN))
        for first, last, window, factor in found:
            # A longer name that is there as well is the more special one.
            if any(a <= first and last <= b and (a, b) != (first, last) for a, b, _, _ in found):
                factor *= _INSIDE
            sure, why = self._left(known, first - start, last - start, window)
            for product, base in self._keys[window]:
                yield _Hit(product, base * factor * sure, len(window), why)

    def _left(self, known: Name, first: int, last: int, window: str) -> tuple[float, str]:
        """How sure a window makes it, by what it leaves over of the core."""
        inside = range(max(first, 0), last)
        rest = [(token, weight) for at, (token, weight) in enumerate(_pairs(known)) if at not in inside]
        roles = sum(weight is Weight.ROLE for _, weight in rest)
        others = [token for token, weight in rest if weight is Weight.WORD]
        own = any(weight is Weight.WORD or token in PROGRAMS for token, weight in rest)
        family = _FAMILY if own and window in self._families else 1.0
        if last <= 0:
            return self._owner_only(known) * family, "its owner's name"
        sure = max(_ROLE_LEFT**roles, _MOST_ROLES) * family
        home = window in _homes(known.owner)
        if first >= 0 and not home and all(known.core[at] in GENERAL for at in inside) and (rest or known.owner):
            sure *= _GENERAL
        if not others:
            return sure, "the same but for its role" if roles else "the same name"
        if first <= 0 and ANOTHER.isdisjoint(others):
            usual = len(others) == 1 and others[0] in GENERAL | LANGUAGES
            if usual and (home or not VENDORS.isdisjoint(known.owner)):
                return sure * _USUAL_PART, "a part of it, and whose it is"
            if home:
                return sure * _AT_HOME, "a part of its name, and whose it is"
        few = len(others) == 1
        least = (_LEADS if few else _LEADS_FAR) if first <= 0 else (_WITHIN if few else _WITHIN_FAR)
        return sure * least, "a part of its name"

    def _owner_only(self, known: Name) -> float:
        words = [token for token, weight in _pairs(known) if weight is Weight.WORD]
        if not words:
            return _OWNER_ONE_ROLE if sum(token in ROLES for token in known.core) <= 1 else _OWNER_ROLES
        return _ONE_PART if words == list(known.core) and len(words) == 1 and words[0] in GENERAL else _OWNER_ONLY

    def _similar(self, known: Name) -> Iterator[_Hit]:
        from rapidfuzz import fuzz, process

        for text in dict.fromkeys((known.key, "".join(known.core))):
            if len(text) < _SHORTEST_SIMILAR:
                continue
            found = process.extractOne(text, self._blocks.get(text[:1], ()), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
            if found is not None:
                key, score, _ = found
                for product, base in self._keys[key]:
                    yield _Hit(product, base * score / 100 * 0.93, 0, f"much like its name ({score:.0f} %)")


def keys(words: list[str]) -> Iterator[tuple[str, float]]:
    """What a Product of these words is known by, and how sure that makes it."""
    whole = "".join(words)
    if not whole:
        return
    yield whole, _WHOLE
    if not _STOP_WORDS.isdisjoint(words):
        yield "".join(word for word in words if word not in _STOP_WORDS), _SAME_WORDS
    own = words
    if len(words) > 1 and words[0] in VENDORS:
        own = words[1:]
        if not GENERAL.issuperset(own):
            yield "".join(own), _NO_VENDOR
    if len(own) > 1 and own[-1] in ROLES and not GENERAL.issuperset(own[:-1]):
        server = own[-1] in _SELVES and not GENERAL.issuperset(own)
        yield "".join(own[:-1]), _NO_SERVER if server else _NO_ROLE
    text = "".join(own)
    for ending in _ENDINGS:
        short = text.removesuffix(ending)
        if short != text and len(short) >= 4 and short not in GENERAL | ENVIRONMENTS:
            yield short, _NO_ENDING


def _families(known: Iterable[str]) -> frozenset[str]:
    """Keys with which others begin: what such a name leaves over may well be a sibling of its own."""
    ordered = sorted(known)
    return frozenset(
        key for key, following in itertools.pairwise(ordered) if following.startswith(key) and len(key) > 2
    )


def _bag(words: Iterable[str]) -> str:
    return " ".join(sorted(word for word in words if word not in _STOP_WORDS))


def _pairs(known: Name) -> Iterator[tuple[str, Weight]]:
    return zip(known.core, known.weights, strict=True)


def _homes(owner: tuple[str, ...]) -> set[str]:
    """What a project is called whose own organisation, group or domain this is."""
    words = [token for token in owner if token not in VENDORS]
    whole = "".join(words)
    own = "".join(token for token in words if token not in ROLES)
    return {whole, own, plain(own)}
