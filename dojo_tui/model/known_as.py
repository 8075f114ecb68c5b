"""By what other name what is held was known: scanners and rules that were renamed.

Findings are never matched across scanners or rules. But a tool says of a rule
what it was called before; and one that vanished while another appeared whose
name contains its own, with the same findings in the same files, was renamed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, TypeVar, cast

from dojo_tui.model.identity import Evidence, rule

_SHARE = 0.5
"""A scanner took another one's place if at least this share of its findings is there again."""
_WORDS = re.compile(r"[a-z0-9]+")
_PRINT = re.compile(r"(?=.*\d)\S{6,}")
"""A word or two in place of a fingerprint is the same for everything, as Semgrep's "requires login"."""
_PARTS = re.compile(r"[./:\\]")

_Rule = tuple[str, str]
"""(scanner, rule)"""

_E = TypeVar("_E", bound=Evidence)


class _Renamed:
    """A held Finding under the names that its scanner and its rule have now."""

    def __init__(self, one: Evidence, scanner: str, rule_id: str) -> None:
        self._one = one
        self.scanner = scanner
        self.rule_id = rule_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._one, name)


def as_known_now(held: Sequence[_E], recent: Collection[int], incoming: Sequence[Evidence]) -> Sequence[_E]:
    """``held``, each under the names that the report uses; ``recent`` are those that the last report had."""
    scanners = _scanners([held[i] for i in recent], incoming)
    renamed = _under(held, scanners, {}) if scanners else held
    rules = _rules(renamed, recent, incoming)
    return _under(renamed, {}, rules) if rules else renamed


def _under(held: Sequence[_E], scanners: Mapping[str, str], rules: Mapping[_Rule, str]) -> Sequence[_E]:
    found: list[_E] = []
    for one in held:
        scanner = scanners.get(one.scanner, one.scanner)
        rule_id = rules.get((one.scanner, one.rule_id), one.rule_id)
        same = scanner == one.scanner and rule_id == one.rule_id
        found.append(one if same else cast(_E, _Renamed(one, scanner, rule_id)))
    return found


def _scanners(before: Sequence[Evidence], now: Sequence[Evidence]) -> dict[str, str]:
    """The scanners that have another name now."""
    gone = {one.scanner for one in before} - {one.scanner for one in now}
    came = {one.scanner for one in now} - {one.scanner for one in before}
    if not gone or not came:
        return {}
    was, is_now = _by_scanner(before, gone), _by_scanner(now, came)
    ranked = sorted(
        ((was[old] & is_now[new]).total(), old, new) for old in gone for new in came if are_related(old, new)
    )
    found: dict[str, str] = {}
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


def _rules(
    held: Sequence[Evidence], recent: Collection[int], incoming: Sequence[Evidence]
) -> dict[tuple[str, str], str]:
    """The rules that have another id now: by what the report says, by their fingerprints, or by what is in front."""
    before = [held[i] for i in recent]
    reported = {(one.scanner, one.rule_id) for one in incoming}
    found: dict[_Rule, str] = {}
    for one in incoming:
        for old in one.former_rules:
            if (one.scanner, old) not in reported:
                found.setdefault((one.scanner, old), one.rule_id)
    known = {(one.scanner, one.rule_id) for one in held}
    gone = {(one.scanner, one.rule_id) for one in before} - reported - found.keys()
    came = reported - known - {(scanner, new) for (scanner, _), new in found.items()}
    if gone and came:
        common = _common_places(before, gone, incoming, came)
        taken: set[_Rule] = set()
        whole = Counter((one.scanner, one.rule_id) for one in before)
        for (was, is_now), number in common.most_common():
            if number >= _SHARE * whole[was] and was not in found and is_now not in taken:
                found[was] = is_now[1]
                taken.add(is_now)
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


def _spot(one: Evidence) -> Hashable:
    place = (one.scanner, one.file_path, one.line, one.column, one.logical_location)
    return (*place, one.component_name, one.endpoints, one.vulnerability_ids)


def _differ_in_front(one: str, other: str) -> bool:
    """Whether one is the other with more in front of it: ``python.lang.x`` and ``semgrep.python.lang.x``."""
    long, short = sorted((one, other), key=len, reverse=True)
    return bool(short) and long.endswith(short) and bool(_PARTS.fullmatch(long[-len(short) - 1 : -len(short)]))
