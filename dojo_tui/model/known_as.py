"""By what other name what is held was known: scanners and rules that were renamed.

Findings are never matched across scanners or rules. But a tool says of a rule
what it was called before; and one that vanished while another appeared whose
name contains its own, with the same findings in the same files, was renamed.
Where the places agree and the names do not, a person has to say whether it is
the same: such a reimport is Held (P9).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from dojo_tui.model.identity import Evidence, rule
from dojo_tui.model.text import inert

_SHARE = 0.5
"""A scanner took another one's place if at least this share of its findings is there again."""
_SEEMS = 0.5
"""A scanner may have taken another one's place if at least this share of its findings is at the same places ..."""
_SEEMS_RULE = 0.8
"""... and a rule if this share is: rules that find much alike stand side by side in many tools."""
_SEEMS_LEAST = 2
"""... and at least this many, where the names have nothing in common."""
_WORDS = re.compile(r"[a-z0-9]+")
_PRINT = re.compile(r"(?=.*\d)\S{6,}")
"""A word or two in place of a fingerprint is the same for everything, as Semgrep's "requires login"."""
_PARTS = re.compile(r"[./:\\]")

_Rule = tuple[str, str]
"""(scanner, rule)"""

_E = TypeVar("_E", bound=Evidence)


@dataclass(frozen=True, slots=True)
class Rename:
    """A scanner (without rules), or a rule of one, that has another name now."""

    was: str
    now: str
    was_rule: str = ""
    now_rule: str = ""

    @property
    def back(self) -> Rename:
        """The other way round."""
        return Rename(self.now, self.was, self.now_rule, self.was_rule)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What seems to be a rename, and cannot be sure."""

    rename: Rename
    same: int
    whole: int
    """How many of its findings the last report had, and how many of them are at the same places."""

    def __str__(self) -> str:
        one = self.rename
        names = (one.was_rule, one.now_rule) if one.was_rule else (one.was, one.now)
        was, now = (inert(name, 60) for name in names)
        # One's place, without a second "s": OWASP's.
        of = f"{was}'" if was.endswith("s") else f"{was}'s"
        where = "at the same place" if self.whole == 1 else "at the same places"
        is_ = "is" if self.same == 1 else "are"
        return f"{now} seems to take {of} place: {self.same:,} of {self.whole:,} Findings {is_} {where}"


@dataclass(frozen=True, slots=True)
class Names(Generic[_E]):
    """What is held, each under the names that the report uses, and how that is known."""

    held: Sequence[_E]
    followed: tuple[Rename, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class _Renamed:
    """A held Finding under the names that its scanner and its rule have now."""

    def __init__(self, one: Evidence, scanner: str, rule_id: str) -> None:
        self._one = one
        self.scanner = scanner
        self.rule_id = rule_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._one, name)


def as_known_now(
    held: Sequence[_E],
    recent: Collection[int],
    incoming: Sequence[Evidence],
    *,
    known: Collection[Rename] = (),
    steady: Collection[_Rule] = (),
    trust: bool = False,
) -> Names[_E]:
    """``held``, each under the names that the report uses; ``recent`` are those that the last report had.

    ``known`` are renames of this Record that were followed before, in either
    direction. ``steady`` are the scanners and rules of what did not change and
    is in neither ``held`` nor ``incoming``: these are still there. With
    ``trust`` a person said that what seems to be renamed is the same.
    """
    both_ways = {*known, *(one.back for one in known)}
    steady_scanners = {scanner for scanner, _ in steady}
    before = [held[i] for i in recent]
    scanners = _scanners(before, incoming, both_ways)
    doubts = _doubtful_scanners(before, incoming, scanners, steady_scanners)
    if trust:
        scanners |= {doubt.rename.was: doubt.rename.now for doubt in doubts}
    renamed = _under(held, scanners, {}) if scanners else held
    told = {now for was, now in scanners.items() if Rename(was, now) in both_ways}
    told |= {doubt.rename.now for doubt in doubts} if trust else set()
    renamed = _at_their_places(renamed, recent, incoming, told) if told else renamed
    rules = _rules(renamed, recent, incoming, both_ways)
    before = [renamed[i] for i in recent]
    doubtful_rules = _doubtful_rules(before, incoming, rules, steady)
    if trust:
        rules |= {(one.was, one.was_rule): one.now_rule for one in (doubt.rename for doubt in doubtful_rules)}
    return Names(
        _under(renamed, {}, rules) if rules else renamed,
        (
            *(Rename(was, now) for was, now in scanners.items()),
            *(Rename(scanner, scanner, was, now) for (scanner, was), now in rules.items()),
        ),
        () if trust else (*doubts, *doubtful_rules),
    )


def _under(held: Sequence[_E], scanners: Mapping[str, str], rules: Mapping[_Rule, str]) -> Sequence[_E]:
    found: list[_E] = []
    for one in held:
        scanner = scanners.get(one.scanner, one.scanner)
        rule_id = rules.get((one.scanner, one.rule_id), one.rule_id)
        same = scanner == one.scanner and rule_id == one.rule_id
        found.append(one if same else cast(_E, _Renamed(one, scanner, rule_id)))
    return found


def _at_their_places(
    held: Sequence[_E], recent: Collection[int], incoming: Sequence[Evidence], scanners: Collection[str]
) -> Sequence[_E]:
    """``held``, of these scanners under the rules that report the same places now.

    Who says that one scanner is the same as another says so of what both
    found: their rules may have nothing in common.
    """
    of: dict[Hashable, set[str]] = defaultdict(set)
    for one in incoming:
        if one.scanner in scanners:
            of[_spot(one)].add(one.rule_id)
    reported = {(one.scanner, one.rule_id) for one in incoming}
    recently = set(recent)
    found: list[_E] = []
    for i, one in enumerate(held):
        there = of.get(_spot(one), set())
        unknown = one.scanner in scanners and (one.scanner, one.rule_id) not in reported
        if i in recently and unknown and len(there) == 1:
            (rule_id,) = there
            found.append(cast(_E, _Renamed(one, one.scanner, rule_id)))
        else:
            found.append(one)
    return found


def _scanners(before: Sequence[Evidence], now: Sequence[Evidence], known: Collection[Rename]) -> dict[str, str]:
    """The scanners that have another name now, for sure."""
    gone = {one.scanner for one in before} - {one.scanner for one in now}
    came = {one.scanner for one in now} - {one.scanner for one in before}
    if not gone or not came:
        return {}
    was, is_now = _by_scanner(before, gone), _by_scanner(now, came)
    ranked = sorted(
        ((was[old] & is_now[new]).total(), old, new) for old in gone for new in came if are_related(old, new)
    )
    found = {one.was: one.now for one in known if not one.was_rule and one.was in gone and one.now in came}
    for common, old, new in reversed(ranked):
        if common >= _SHARE * was[old].total() and old not in found and new not in found.values():
            found[old] = new
    return found


def _by_scanner(side: Sequence[Evidence], scanners: Collection[str]) -> Mapping[str, Counter[Hashable]]:
    """What each scanner finds where, whatever is in front of its rules' names."""
    found: dict[str, Counter[Hashable]] = defaultdict(Counter)
    for one in side:
        if one.scanner in scanners:
            name = _PARTS.split(rule(one))[-1]
            found[one.scanner][name, one.file_path, one.component_name, one.endpoints, one.logical_location] += 1
    return found


def are_related(one: str, other: str) -> bool:
    """Whether two names of scanners are the same but for case, spaces, or words that one of them has as well."""
    words, more = _WORDS.findall(one.casefold()), _WORDS.findall(other.casefold())
    shared = set(words) & set(more)
    return (bool(shared) and (shared == set(words) or shared == set(more))) or "".join(words) == "".join(more)


def _doubtful_scanners(
    before: Sequence[Evidence], now: Sequence[Evidence], sure: Mapping[str, str], steady: Collection[str]
) -> tuple[Doubt, ...]:
    """The scanners that seem to have another name now: what they found stands at the same places."""
    here, there = {one.scanner for one in before}, {one.scanner for one in now}
    gone, came = here - there - sure.keys() - {*steady}, there - here - {*sure.values()} - {*steady}
    if not gone or not came:
        return ()
    was, is_now = _spots(before, gone, lambda one: one.scanner), _spots(now, came, lambda one: one.scanner)
    doubts = _doubts(
        was, is_now, lambda _old, _new: _SEEMS, lambda old, new: 1 if are_related(old, new) else _SEEMS_LEAST
    )
    return tuple(Doubt(Rename(old, new), same, whole) for old, new, same, whole in doubts)


def _doubtful_rules(
    before: Sequence[Evidence], now: Sequence[Evidence], sure: Mapping[_Rule, str], steady: Collection[_Rule]
) -> tuple[Doubt, ...]:
    """The rules that seem to have another name now."""
    here, there = {(one.scanner, one.rule_id) for one in before}, {(one.scanner, one.rule_id) for one in now}
    taken = {(scanner, now_rule) for (scanner, _), now_rule in sure.items()}
    gone = {one for one in here - there - sure.keys() - {*steady} if one[1]}
    came = {one for one in there - here - taken - {*steady} if one[1]}
    if not gone or not came:
        return ()
    was, is_now = _spots(before, gone, _rule_of), _spots(now, came, _rule_of)
    doubts = _doubts(
        was, is_now, lambda old, new: _SEEMS_RULE if old[0] == new[0] else 2.0, lambda _old, _new: _SEEMS_LEAST
    )
    return tuple(Doubt(Rename(old[0], new[0], old[1], new[1]), same, whole) for old, new, same, whole in doubts)


_N = TypeVar("_N", str, _Rule)


def _rule_of(one: Evidence) -> _Rule:
    return one.scanner, one.rule_id


def _doubts(
    was: Mapping[_N, Counter[Hashable]],
    is_now: Mapping[_N, Counter[Hashable]],
    share: Callable[[_N, _N], float],
    least: Callable[[_N, _N], int],
) -> Iterator[tuple[_N, _N, int, int]]:
    """Pairs of names with how many findings are at the same places, most first; each name at most once."""
    ranked = sorted(((was[old] & is_now[new]).total(), old, new) for old in was for new in is_now)
    used: set[_N] = set()
    for same, old, new in reversed(ranked):
        whole = was[old].total()
        if same >= max(least(old, new), share(old, new) * whole) and not {old, new} & used:
            used |= {old, new}
            yield old, new, same, whole


def _spots(
    side: Sequence[Evidence], names: Collection[_N], name_of: Callable[[Evidence], _N]
) -> Mapping[_N, Counter[Hashable]]:
    """Where what each name found is; a file as a whole is no place that says anything."""
    found: dict[_N, Counter[Hashable]] = defaultdict(Counter)
    for one in side:
        name = name_of(one)
        if name in names:
            exact = bool(one.line or one.component_name or one.endpoints or one.logical_location)
            found[name][_spot(one)[1:] if exact else id(one)] += 1
    return found


def _rules(
    held: Sequence[Evidence], recent: Collection[int], incoming: Sequence[Evidence], renames: Collection[Rename]
) -> dict[tuple[str, str], str]:
    """The rules that have another id now: by what the report says, by their fingerprints, or by what is in front."""
    before = [held[i] for i in recent]
    reported = {(one.scanner, one.rule_id) for one in incoming}
    found: dict[_Rule, str] = {}
    for one in incoming:
        for old in one.former_rules:
            if (one.scanner, old) not in reported:
                found.setdefault((one.scanner, old), one.rule_id)
    here = {(one.scanner, one.rule_id) for one in before}
    for rename in renames:
        # Also one that is held of times before: a rule that was renamed is renamed back.
        was, is_now = (rename.was, rename.was_rule), (rename.now, rename.now_rule)
        if rename.was_rule and was in here - reported and is_now in reported - here:
            found.setdefault(was, rename.now_rule)
    known = {(one.scanner, one.rule_id) for one in held}
    gone = here - reported - found.keys()
    came = reported - known - {(scanner, new) for (scanner, _), new in found.items()}
    if gone and came:
        common = _common_places(before, gone, incoming, came)
        taken: set[_Rule] = set()
        whole = Counter((one.scanner, one.rule_id) for one in before)
        for (old_rule, new_rule), number in common.most_common():
            if number >= _SHARE * whole[old_rule] and old_rule not in found and new_rule not in taken:
                found[old_rule] = new_rule[1]
                taken.add(new_rule)
    return found


def _common_places(
    before: Sequence[Evidence], gone: Collection[_Rule], now: Sequence[Evidence], came: Collection[_Rule]
) -> Counter[tuple[_Rule, _Rule]]:
    """How many findings of each vanished rule are those of one that appeared, by all signs but its name."""
    at: dict[Hashable, list[Evidence]] = defaultdict(list)
    for one in now:
        if (one.scanner, one.rule_id) in came:
            at[_spot(one)].append(one)
    found: Counter[tuple[_Rule, _Rule]] = Counter()
    for one in before:
        if (one.scanner, one.rule_id) not in gone:
            continue
        for other in at.get(_spot(one), ()):
            same_id = one.unique_id == other.unique_id and bool(_PRINT.fullmatch(one.unique_id))
            if same_id or _differ_in_front(one.rule_id, other.rule_id):
                found[(one.scanner, one.rule_id), (other.scanner, other.rule_id)] += 1
                break
    return found


def _spot(one: Evidence) -> tuple[Hashable, ...]:
    place = (one.scanner, one.file_path, one.line, one.column, one.logical_location)
    return (*place, one.component_name, one.endpoints, one.vulnerability_ids)


def _differ_in_front(one: str, other: str) -> bool:
    """Whether one is the other with more in front of it: ``python.lang.x`` and ``semgrep.python.lang.x``."""
    long, short = sorted((one, other), key=len, reverse=True)
    return bool(short) and long.endswith(short) and bool(_PARTS.fullmatch(long[-len(short) - 1 : -len(short)]))
