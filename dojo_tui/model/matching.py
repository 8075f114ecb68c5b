"""One-to-one matching of what a Record holds with what its report says (P13; design, section 5).

Strongest evidence first: the tool's stable id; equal identity; alignment of
the findings of one file; renamed files. Never across scanners or rules, never
by severity, and by the message only to break ties.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dojo_tui.model import renames
from dojo_tui.model.alignment import Located, Pair, anchors, fill, is_back, same_line
from dojo_tui.model.identity import Evidence, has_position, rule, worded
from dojo_tui.model.known_as import Names, as_known_now
from dojo_tui.model.subject import bare, subject


class Held(Evidence, Protocol):
    """A Finding that the destination holds, as far as matching reads it."""

    @property
    def reported(self) -> bool: ...
    @property
    def content(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A Finding of the report with its digest (see ``identity.content``)."""

    evidence: Evidence
    content: int


def match(held: Sequence[Held], incoming: Sequence[Incoming], names: Names[Any] | None = None) -> list[Pair]:
    """Pairs of indices into ``held`` and ``incoming``, each index at most once.

    ``names`` is ``held`` under the names that the report uses; found out here unless given.

    What was in the last report describes the code as it was then; what had
    vanished by then describes some older state. So the former are aligned
    with the new report first, and the latter may only take what is left, on
    evidence that does not rest on their outdated neighbours.
    """
    return _Matcher(held, incoming, names).run() if held and incoming else []


class _Matcher:
    """The sides, what is still free on each, and the pairs found so far."""

    def __init__(self, held: Sequence[Held], incoming: Sequence[Incoming], names: Names[Any] | None) -> None:
        self.incoming = [one.evidence for one in incoming]
        recent = [i for i, one in enumerate(held) if one.reported]
        self.held = held = (names or as_known_now(held, recent, self.incoming)).held
        self.contents = [one.content for one in incoming]
        self.partner: dict[int, int] = {}
        self.free = dict.fromkeys(range(len(incoming)))  # an ordered set
        self.subjects = _subjects(held, self.incoming)
        self.incoming_subjects = [one.subject or "" for one in self.incoming]
        told = _told_by_subject(held, self.subjects) | _told_by_subject(self.incoming, self.incoming_subjects)
        self.located = _all_located(held, self.subjects, told)
        self.incoming_located = _all_located(self.incoming, self.incoming_subjects, told)
        self.recent = recent
        self.vanished = [i for i, one in enumerate(held) if not one.reported]

    def run(self) -> list[Pair]:
        self._by_stable_id()
        self._by_keys(self.recent)
        sheets = self._sheets()
        for sheet in sheets:
            self._take(sheet.pairs(anchors(sheet.before, sheet.after, sheet.known(self.partner))))
        self._by_content(self.vanished)
        for sheet in sheets:
            self._fill(sheet)
        self._by_code(self.recent)
        self._by_rename()
        self._by_keys(self.vanished)
        self._by_spot()
        self._by_code(self.vanished)
        return sorted(self.partner.items())

    def _take(self, pairs: Iterable[Pair]) -> None:
        for i, j in pairs:
            if i not in self.partner and j in self.free:
                self.partner[i] = j
                del self.free[j]

    def _unmatched(self, candidates: Iterable[int]) -> Iterator[int]:
        return (i for i in candidates if i not in self.partner)

    def _by_stable_id(self) -> None:
        """Pair by the tool's own id where it is one: unique on both sides, and of one rule."""
        theirs = _unique_ids(self.incoming)
        # An id that a vanished Finding shares with a recent one is still the recent one's.
        for candidates in (self.recent, self.vanished):
            ours = _unique_ids([self.held[i] for i in candidates])
            self._take((candidates[n], theirs[key]) for key, n in ours.items() if key in theirs)

    def _by_keys(self, candidates: Sequence[int]) -> None:
        """Pair equal identities of what has no position, the n-th with the n-th, each Finding's strongest first."""
        ours = {i: list(_unlocated_keys(self.held[i], self.subjects[i])) for i in self._unmatched(candidates)}
        theirs = {j: list(_unlocated_keys(self.incoming[j], self.incoming_subjects[j])) for j in self.free}
        depth = max((len(found) for found in theirs.values()), default=0)
        for level in range(depth):
            waiting: dict[Hashable, list[int]] = defaultdict(list)
            for j, found in theirs.items():
                if level < len(found) and j in self.free:
                    waiting[found[level]].append(j)
            for queue in waiting.values():
                queue.reverse()
            for i, found in ours.items():
                if level < len(found) and i not in self.partner and waiting.get(found[level]):
                    self._take([(i, waiting[found[level]].pop())])

    def _by_content(self, candidates: Iterable[int]) -> None:
        """Pair Findings that say exactly the same, line and all."""
        waiting: dict[int, list[int]] = defaultdict(list)
        for j in self.free:
            waiting[self.contents[j]].append(j)
        for i in self._unmatched(candidates):
            queue = waiting.get(self.held[i].content)
            if queue:
                self._take([(i, queue.pop(0))])

    def _by_code(self, candidates: Sequence[int]) -> None:
        """Pair located Findings wherever in their file they are, by quoted code that occurs once on each side."""
        wanted = {self._quoted(self.incoming[j], self.incoming_located[j]) for j in self.free} - {None}
        if not wanted:
            return
        ours = _single([self._quoted(self.held[i], self.located[i]) for i in candidates], wanted)
        theirs = _single([self._quoted(*one) for one in zip(self.incoming, self.incoming_located, strict=True)], wanted)
        self._take((candidates[n], theirs[key]) for key, n in ours.items() if key in theirs)

    @staticmethod
    def _quoted(one: Evidence, located: Located | None) -> Hashable | None:
        """The identity of a Finding whose code the report quotes, wherever in its file it is."""
        return (one.scanner, one.file_path, located.rule, located.code) if located and located.quoted else None

    def _sheets(self) -> list[_Sheet]:
        """The files in which there is something to align on both sides."""
        ours: dict[tuple[str, str], list[int]] = defaultdict(list)
        theirs: dict[tuple[str, str], list[int]] = defaultdict(list)
        for i in self.recent:
            if self.located[i]:
                ours[self.held[i].scanner, self.held[i].file_path].append(i)
        for j, one in enumerate(self.incoming):
            if self.incoming_located[j]:
                theirs[one.scanner, one.file_path].append(j)
        return [self._sheet(rows, theirs[key]) for key, rows in ours.items() if key in theirs]

    def _sheet(self, rows: Iterable[int], columns: Iterable[int]) -> _Sheet:
        return _Sheet(_in_order(self.located, rows), _in_order(self.incoming_located, columns))

    def _fill(self, sheet: _Sheet) -> None:
        for step in (fill, same_line):
            rows = [n for n, i in enumerate(sheet.rows) if i not in self.partner]
            columns = [n for n, j in enumerate(sheet.columns) if j in self.free]
            if rows and columns:
                self._take(sheet.pairs(step(sheet.before, sheet.after, sheet.known(self.partner), rows, columns)))

    def _by_spot(self) -> None:
        """Pair what vanished with what is where it was, however it is worded now.

        Where it was is its line, or where what stands around it shows that this line is now.
        """
        rows: dict[_Group, list[int]] = defaultdict(list)
        for i in self._unmatched(self.vanished):
            if self.located[i]:
                rows[_group(self.held[i])].append(i)
        if not rows:
            return
        free: dict[_Group, list[int]] = defaultdict(list)
        for j in self.free:
            if self.incoming_located[j] and _group(self.incoming[j]) in rows:
                free[_group(self.incoming[j])].append(j)
        steps = self._steps({(scanner, path) for scanner, _, path in free})
        for group, columns in free.items():
            moved = steps[group[0], group[2]]
            ours = _in_order(self.located, rows[group])
            theirs = _in_order(self.incoming_located, columns)
            self._take((i, j) for one, i in ours for other, j in theirs if is_back(one, other, moved))

    def _steps(self, files: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[Pair]]:
        """The lines, before and now, of what is known to be the same in each of these files, in order."""
        found: dict[tuple[str, str], list[Pair]] = {file: [] for file in files}
        for i, j in self.partner.items():
            before, after, one = self.located[i], self.incoming_located[j], self.held[i]
            known = found.get((one.scanner, one.file_path))
            if before and after and known is not None and one.reported:
                known.append((before.line, after.line))
        return {file: sorted(lines) for file, lines in found.items()}

    def _by_rename(self) -> None:
        """Pair the findings of files that vanished with those of files that appeared with the same findings."""
        reported = {one.file_path for one in self.incoming}
        known = {self.held[i].file_path for i in self.recent}
        gone = self._files(self._unmatched(self.recent), self.held, self.located, reported)
        came = self._files(self.free, self.incoming, self.incoming_located, known)
        for one, other in renames.find(gone, came):
            sheet = self._sheet(one, other)
            self._take(sheet.pairs(anchors(sheet.before, sheet.after)))
            self._fill(sheet)

    @staticmethod
    def _files(
        indices: Iterable[int], side: Sequence[Evidence], located: Sequence[Located | None], present: set[str]
    ) -> dict[renames.File, list[renames.Item]]:
        files: dict[renames.File, list[renames.Item]] = defaultdict(list)
        for index in indices:
            one, place = side[index], located[index]
            if place and one.file_path not in present:
                files[one.scanner, one.file_path].append(renames.Item(index, place))
        return files


class _Sheet:
    """The located findings of one file on both sides, in order, with the way back to their indices."""

    def __init__(self, ours: Sequence[tuple[Located, int]], theirs: Sequence[tuple[Located, int]]) -> None:
        self.before, self.rows = [located for located, _ in ours], [index for _, index in ours]
        self.after, self.columns = [located for located, _ in theirs], [index for _, index in theirs]
        self._row = {i: n for n, i in enumerate(self.rows)}
        self._column = {j: n for n, j in enumerate(self.columns)}

    def pairs(self, found: Iterable[Pair]) -> list[Pair]:
        return [(self.rows[r], self.columns[c]) for r, c in found]

    def known(self, partner: dict[int, int]) -> list[Pair]:
        return [
            (r, self._column[partner[i]]) for i, r in self._row.items() if i in partner and partner[i] in self._column
        ]


def _in_order(side: Sequence[Located | None], indices: Iterable[int]) -> list[tuple[Located, int]]:
    """The located ones of ``indices`` by position in their file."""
    items = [(located, index) for index in indices if (located := side[index])]
    return sorted(items, key=lambda item: (item[0].order, item[1]))


def _is_located(one: Evidence) -> bool:
    """True when position is evidence: in a file, at a line, and not about a component that is listed there."""
    return bool(one.file_path and one.line is not None and not one.component_name)


_SPACE = re.compile(r"\s+")


def _code(one: Evidence) -> str:
    """The quoted code, without what an editor or a formatter changes about white space."""
    return _SPACE.sub(" ", one.snippet).strip()


_Group = tuple[str, str, str]
"""(scanner, rule, path)"""


def _group(one: Evidence) -> _Group:
    return one.scanner, rule(one), one.file_path


def _subjects(held: Sequence[Evidence], incoming: Sequence[Evidence]) -> list[str]:
    """The subjects of held Findings; for those that were stored without one, as their titles tell.

    A title is a message or the beginning of one: so it is best understood by
    what the report names now, and read by itself where that names nothing of it.
    """
    if all(one.subject is not None for one in held):
        return [one.subject or "" for one in held]
    named: dict[_Group, set[str]] = defaultdict(set)
    for one in incoming:
        if one.subject:
            named[_group(one)].add(one.subject)
    found: list[str] = []
    for one in held:
        about = one.subject
        if about is None:
            text = worded(one).casefold()
            known = [name for name in named.get(_group(one), ()) if all(part in text for part in name.split("\x1e"))]
            about = max(known, key=lambda name: (len(name), name)) if known else ""
            if not known and _group(one) in named:
                about = subject(worded(one))
        found.append(about)
    return found


def _told_by_subject(side: Sequence[Evidence], subjects: Sequence[str]) -> set[_Group]:
    """The rules and files of which findings are told apart by what they are about, not by where they are.

    Either none of them has a position, or several stand at the same one.
    """
    placed: set[_Group] = set()
    at: dict[tuple[_Group, tuple[int | None, ...]], set[str]] = defaultdict(set)
    groups: dict[_Group, bool] = {}
    for one, about in zip(side, subjects, strict=True):
        if not _is_located(one):
            continue
        group = _group(one)
        groups[group] = groups.get(group, False) or bool(about)
        if has_position(one):
            placed.add(group)
        if about:
            at[group, (one.line, one.column, one.end_line, one.end_column)].add(about)
    shared = {key[0] for key, names in at.items() if len(names) > 1}
    return {group for group, named in groups.items() if named and group not in placed} | shared


def _all_located(side: Sequence[Evidence], subjects: Sequence[str], told: Collection[_Group]) -> list[Located | None]:
    return [
        _located(one, about if told and _group(one) in told else "") if _is_located(one) else None
        for one, about in zip(side, subjects, strict=True)
    ]


def _located(one: Evidence, about: str) -> Located:
    line, column = one.line or 0, one.column or 0
    code = _code(one)
    return Located(
        rule=f"{rule(one)}\x1f{about}" if about else rule(one),
        code=code or _extent(one),
        text=worded(one),
        line=line,
        column=column,
        quoted=bool(code),
    )


def _extent(one: Evidence) -> tuple[int, int]:
    """Height and width of the flagged region: all that is known of code that is not quoted."""
    height = (one.end_line or one.line or 0) - (one.line or 0)
    return height, (one.end_column or 0) - ((one.column or 0) if height == 0 else 0)


def _unique_ids(side: Sequence[Evidence]) -> dict[tuple[str, str, str], int]:
    """(scanner, rule, id) of every Finding whose id no other Finding of its scanner has."""
    times = Counter((one.scanner, one.unique_id) for one in side if one.unique_id)
    return {
        (one.scanner, rule(one), one.unique_id): index
        for index, one in enumerate(side)
        if times[one.scanner, one.unique_id] == 1
    }


def _unlocated_keys(one: Evidence, about: str) -> Iterator[Hashable]:
    """Identities of Findings without a position, strongest first: of components, URLs, or only a rule."""
    if _is_located(one):
        return
    base = (one.scanner, rule(one), one.file_path, bare(one.logical_location))
    if one.component_name:
        component = (*base, one.component_name, one.vulnerability_ids)
        yield (*component, one.component_version, worded(one))
        yield (*component, one.component_version)
        # The same vulnerability of the same component: an update that did not fix it.
        yield component
        return
    if one.endpoints:
        yield (*base, one.endpoints, one.param, worded(one))
        yield (*base, one.endpoints, one.param)
        yield (*base, tuple(sorted({url.split("?")[0].split("#")[0] for url in one.endpoints})), one.param)
        return
    yield (*base, one.vulnerability_ids, about, worded(one), _code(one))
    yield (*base, one.vulnerability_ids, about, worded(one))
    yield (*base, one.vulnerability_ids, about)


def _single(keys: Sequence[Hashable | None], wanted: Collection[Hashable | None]) -> dict[Hashable, int]:
    """Where each of the ``wanted`` keys is that occurs once."""
    times = Counter(key for key in keys if key in wanted)
    return {key: index for index, key in enumerate(keys) if key in wanted and times[key] == 1}
