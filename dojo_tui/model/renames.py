"""Files that vanished and files that appeared with the same findings: renames (P13)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from dojo_tui.model.alignment import Located

File = tuple[str, str]
"""(scanner, path)"""

_SAME_NAME_SHARE = 0.5
"""A file that kept its name was moved if at least this share of its findings is there again."""
_OTHER_NAME_SHARE = 0.8
"""A file whose name changed, too, needs more."""
_OTHER_NAME_LEAST = 3
"""... and at least this many equal findings: fewer are found in any file."""


@dataclass(frozen=True, slots=True)
class Item:
    """A finding of a vanished or an appeared file."""

    index: int
    located: Located


def find(
    gone: Mapping[File, Sequence[Item]], came: Mapping[File, Sequence[Item]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Indices of the findings of a vanished file, and of the file it became; each file at most once.

    The best pairs are taken first: most findings in common, then the longest
    common end of the path.
    """
    ranked = sorted(_candidates(gone, came), reverse=True)
    used: set[File] = set()
    for _, _, _, one, other in ranked:
        if one not in used and other not in used:
            used |= {one, other}
            yield [item.index for item in gone[one]], [item.index for item in came[other]]


def _candidates(
    gone: Mapping[File, Sequence[Item]], came: Mapping[File, Sequence[Item]]
) -> Iterator[tuple[int, int, int, File, File]]:
    traces = {file: _trace(items) for file, items in came.items()}
    by_trace: dict[tuple[str, object], set[File]] = defaultdict(set)
    for file, trace in traces.items():
        for key in trace:
            by_trace[file[0], key].add(file)
    for file, items in gone.items():
        trace = _trace(items)
        # Common traces would make every file a candidate of every other.
        rarest = sorted((by_trace[file[0], key] for key in trace if (file[0], key) in by_trace), key=len)[:8]
        for other in set().union(*rarest):
            common = sum((trace & traces[other]).values())
            share = common / max(len(items), len(came[other]))
            suffix = _common_end(file[1], other[1])
            same_name = basename(file[1]) == basename(other[1])
            if (same_name and share >= _SAME_NAME_SHARE) or (
                share >= _OTHER_NAME_SHARE and common >= _OTHER_NAME_LEAST
            ):
                yield common, suffix, int(same_name), file, other


def _trace(items: Iterable[Item]) -> Counter[tuple[object, ...]]:
    """What a file's findings look like wherever the file is; the line counts where no code is quoted."""
    return Counter(
        (
            item.located.rule,
            item.located.code,
            None if item.located.quoted else (item.located.line, item.located.column),
        )
        for item in items
    )


def _common_end(path: str, other: str) -> int:
    """How many path parts are equal, counted from the end."""
    count = 0
    for one, two in zip(reversed(path.split("/")), reversed(other.split("/")), strict=False):
        if one != two:
            break
        count += 1
    return count
