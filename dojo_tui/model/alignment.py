"""Which located findings of one file are the same after the file was edited.

The source is not at hand, only what a scanner said about it before and after.
But an edit leaves traces in what was flagged: between two edits all findings
keep their distances. So the findings of a file, in order of position, are
aligned as a diff aligns lines:

1. runs whose members look alike and keep their distances are anchors, the
   longest first (a window that occurs once on each side is unmistakable, as in
   patience diff); between anchors, shorter runs are looked for;
2. what is left between two anchors is paired within its rule, in order, where
   the likeness and the displacement make it plausible.

Everything here treats both sides alike, so that going back to an older report
undoes what going forward did.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Located:
    """One finding of a file, as alignment sees it."""

    rule: str
    code: Hashable
    """The flagged code if the report quotes it, else the extent of the flagged region."""
    text: str
    """The message: breaks ties between otherwise equal findings, never more."""
    line: int
    column: int
    quoted: bool
    """Whether ``code`` is real code, and so says something by itself."""

    @property
    def order(self) -> tuple[int, int, str, str, str]:
        """The order in a file, the same on both sides for equal findings."""
        return (self.line, self.column, self.rule, self.text, str(self.code))


@dataclass(frozen=True, slots=True)
class _Gap:
    """A stretch between two anchors that is not aligned yet: half-open on both sides."""

    low: int
    high: int
    other_low: int
    other_high: int

    @property
    def open(self) -> bool:
        return self.low < self.high and self.other_low < self.other_high


_WINDOWS = (16, 8, 4, 3, 2, 1)
_CELLS = 40_000
"""The largest gap (rows x columns) that is solved exactly; larger ones are cut first."""
_REACH = 2
"""By how many lines a finding that looks much the same may leave the shifts of its neighbours.
One that looks different may not leave them at all; one whose quoted code is the same may go anywhere."""


def anchors(before: Sequence[Located], after: Sequence[Located], known: Sequence[Pair] = ()) -> list[Pair]:
    """Pairs that look alike and lie in runs of equal distances; both sides in ``order``.

    ``known`` pairs (from a tool's stable ids) are kept and divide the file.
    """
    pairs = increasing(sorted(known))
    gaps = _between(pairs, len(before), len(after))
    for with_text in (True, False):
        left = [(item.rule, item.code, item.text if with_text else "") for item in before]
        right = [(item.rule, item.code, item.text if with_text else "") for item in after]
        left_steps, right_steps = _steps(before), _steps(after)
        for size in _WINDOWS:
            gaps = [
                rest
                for gap in gaps
                if gap.open
                for rest in _anchor(gap, size, left, right, left_steps, right_steps, pairs)
            ]
    return pairs


def _anchor(
    gap: _Gap,
    size: int,
    left: Sequence[Hashable],
    right: Sequence[Hashable],
    left_steps: Sequence[Pair],
    right_steps: Sequence[Pair],
    pairs: list[Pair],
) -> list[_Gap]:
    """Find runs of at least ``size`` in ``gap``, add them to ``pairs``, and return the gaps that remain."""
    seen = _windows(left, left_steps, gap.low, gap.high, size)
    others = _windows(right, right_steps, gap.other_low, gap.other_high, size)
    found = sorted((i, others[key]) for key, i in seen.items() if i >= 0 and others.get(key, -1) >= 0)
    rest: list[_Gap] = []
    low, other_low = gap.low, gap.other_low
    for i, j in increasing(found):
        if i < low or j < other_low:
            continue  # inside the run that an earlier window grew into
        start, other_start, end, other_end = i, j, i + 1, j + 1
        while (
            start > low
            and other_start > other_low
            and left[start - 1] == right[other_start - 1]
            and left_steps[start] == right_steps[other_start]
        ):
            start, other_start = start - 1, other_start - 1
        while (
            end < gap.high
            and other_end < gap.other_high
            and left[end] == right[other_end]
            and left_steps[end] == right_steps[other_end]
        ):
            end, other_end = end + 1, other_end + 1
        pairs.extend(zip(range(start, end), range(other_start, other_end), strict=True))
        rest.append(_Gap(low, start, other_low, other_start))
        low, other_low = end, other_end
    rest.append(_Gap(low, gap.high, other_low, gap.other_high))
    return rest


def _windows(
    keys: Sequence[Hashable], steps: Sequence[Pair], low: int, high: int, size: int
) -> dict[tuple[Hashable, ...], int]:
    """Where each window of ``size`` findings starts; -1 for windows that occur more than once."""
    found: dict[tuple[Hashable, ...], int] = {}
    for start in range(low, high - size + 1):
        window = (*keys[start : start + size], *steps[start + 1 : start + size])
        found[window] = -1 if window in found else start
    return found


def _steps(items: Sequence[Located]) -> list[Pair]:
    """The way from each finding's predecessor to it: in columns on one line, else in lines."""
    steps: list[Pair] = []
    line, column = 0, 0
    for item in items:
        same_line = item.line == line
        steps.append((0, item.column - column) if same_line else (item.line - line, item.column))
        line, column = item.line, item.column
    return steps


def increasing(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest chain of ``pairs`` (sorted by the first) in which the second grows, too."""
    tops: list[int] = []
    chain: list[int] = []
    previous: list[int] = []
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        previous.append(chain[length - 1] if length else -1)
        if length == len(tops):
            tops.append(j)
            chain.append(at)
        else:
            tops[length] = j
            chain[length] = at
    found: list[Pair] = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(pairs[at])
        at = previous[at]
    found.reverse()
    return found


def _between(pairs: Sequence[Pair], rows: int, columns: int) -> list[_Gap]:
    """The gaps that increasing ``pairs`` leave."""
    gaps: list[_Gap] = []
    low = other_low = 0
    for i, j in pairs:
        gaps.append(_Gap(low, i, other_low, j))
        low, other_low = i + 1, j + 1
    gaps.append(_Gap(low, rows, other_low, columns))
    return gaps


def fill(
    before: Sequence[Located],
    after: Sequence[Located],
    pairs: Sequence[Pair],
    rows: Sequence[int],
    columns: Sequence[int],
) -> list[Pair]:
    """Pair what lies between the same two of ``pairs``, within its rule, where that is plausible.

    ``rows`` and ``columns`` (ascending) are what may be paired.
    """
    found: list[Pair] = []
    for gap in _between(increasing(sorted(pairs)), len(before), len(after)):
        left = rows[bisect_left(rows, gap.low) : bisect_left(rows, gap.high)]
        right = columns[bisect_left(columns, gap.other_low) : bisect_left(columns, gap.other_high)]
        if left and right:
            shifts = _shifts_around(gap, before, after)
            for part, other_part in _parts(left, right):
                found += _best(part, other_part, before, after, shifts)
    return found


def _shifts_around(gap: _Gap, before: Sequence[Located], after: Sequence[Located]) -> Pair | None:
    """By how many lines the code on both sides of ``gap`` moved, smaller first.

    The top of a file never moves. None after the last anchor: the rest of
    the file may have moved by any number of lines.
    """
    if gap.high == len(before) or gap.other_high == len(after):
        return None
    below = after[gap.other_high].line - before[gap.high].line
    above = after[gap.other_low - 1].line - before[gap.low - 1].line if gap.low and gap.other_low else 0
    return min(above, below), max(above, below)


def _parts(rows: Sequence[int], columns: Sequence[int]) -> list[tuple[Sequence[int], Sequence[int]]]:
    """Cut a gap that is too large to solve exactly into proportional pieces."""
    cells = len(rows) * len(columns)
    if cells <= _CELLS:
        return [(rows, columns)]
    pieces = int((cells / _CELLS) ** 0.5) + 1
    return [
        (
            rows[len(rows) * n // pieces : len(rows) * (n + 1) // pieces],
            columns[len(columns) * n // pieces : len(columns) * (n + 1) // pieces],
        )
        for n in range(pieces)
    ]


def _score(one: Located, other: Located, shifts: Pair | None) -> int:
    """How plausible it is that ``one`` became ``other``; 0 when it is not."""
    if one.rule != other.rule:
        return 0
    moved = other.line - one.line
    alike = one.code == other.code
    off = 0 if shifts is None else max(shifts[0] - moved, moved - shifts[1], 0)
    if off and not (alike and one.quoted) and (off > _REACH or not (alike or _similar(one, other))):
        return 0
    return 1000 + 300 * alike + 100 * (one.column == other.column) + 50 * (one.text == other.text) - min(off, 200)


def _similar(one: Located, other: Located) -> bool:
    """Whether half of the words of two pieces of quoted code are the same."""
    if not (one.quoted and other.quoted):
        return False
    words, other_words = set(str(one.code).split()), set(str(other.code).split())
    return 2 * len(words & other_words) >= max(len(words), len(other_words))


def _best(
    rows: Sequence[int],
    columns: Sequence[int],
    before: Sequence[Located],
    after: Sequence[Located],
    shifts: Pair | None,
) -> list[Pair]:
    """The order-keeping pairing of the highest total score (the textbook alignment)."""
    height, width = len(rows), len(columns)
    scores = [[_score(before[i], after[j], shifts) for j in columns] for i in rows]
    best = [[0] * (width + 1) for _ in range(height + 1)]
    for r in range(height - 1, -1, -1):
        below, here, row_scores = best[r + 1], best[r], scores[r]
        for c in range(width - 1, -1, -1):
            value = max(here[c + 1], below[c])
            score = row_scores[c]
            if score and below[c + 1] + score > value:
                value = below[c + 1] + score
            here[c] = value
    found: list[Pair] = []
    r = c = 0
    while r < height and c < width:
        score = scores[r][c]
        if score and best[r][c] == best[r + 1][c + 1] + score:
            found.append((rows[r], columns[c]))
            r, c = r + 1, c + 1
        elif best[r][c] == best[r + 1][c]:
            r += 1
        else:
            c += 1
    return found


def same_line(
    before: Sequence[Located],
    after: Sequence[Located],
    pairs: Sequence[Pair],
    rows: Sequence[int],
    columns: Sequence[int],
) -> list[Pair]:
    """Pair those of ``rows`` and ``columns`` on lines that are known to be the same line, within each rule, in order.

    A line is known by its paired findings. This is for long lines (minified
    code), where findings come and go beside others that stay.
    """
    line_of = {before[i].line: after[j].line for i, j in pairs}
    waiting: dict[tuple[int, str], list[int]] = {}
    for j in reversed(columns):
        waiting.setdefault((after[j].line, after[j].rule), []).append(j)
    found: list[Pair] = []
    for i in rows:
        queue = waiting.get((line_of.get(before[i].line, -1), before[i].rule))
        if queue:
            found.append((i, queue.pop()))
    return found


def is_back(one: Located, other: Located, moved: Sequence[Pair]) -> bool:
    """Whether ``other`` is where ``one`` was, or where it would have moved to; only the words may differ.

    ``moved`` are the lines, before and now, of what stayed in the file, in order.
    """
    if one.rule != other.rule or one.column != other.column or not (one.code == other.code or _similar(one, other)):
        return False
    at = bisect_left(moved, (one.line, 0))
    around = [after - before for before, after in (*moved[max(at - 1, 0) : at], *moved[at : at + 1])]
    return other.line - one.line in (0, *around)
