"""Completing paths with tab, as a shell does. Reads folders: call it in a thread (P12)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from textual.widgets import Input

    from dojo_tui.ui.jobs import Jobs

MOST = 20_000
"""Entries of a folder that are looked at."""
SHOWN = 12
"""Names that are shown where several could be meant."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A path as far as it can be told, and the names that could follow."""

    text: str
    names: tuple[str, ...] = ()


def looks_like_path(text: str) -> bool:
    """Whether tab completes this text; anywhere else tab goes on to the next field."""
    return _split(text)[1].startswith(("/", "~", "./", "../"))


def complete(text: str) -> Completion:
    """Extend a path by what all entries that could be meant have in common; a folder gets its ``/``.

    What cannot be read completes to itself: saving or running it says what is wrong.
    """
    scheme, path = _split(text)
    folder, slash, begin = path.rpartition("/")
    try:
        with os.scandir(Path(folder + slash).expanduser()) as entries:
            found = sorted(
                entry.name + "/" * entry.is_dir()
                for entry in islice(entries, MOST)
                if entry.name.startswith(begin) and (begin or not entry.name.startswith("."))
            )
    except (OSError, RuntimeError):  # RuntimeError: there is no such user
        return Completion(text)
    if not found:
        return Completion(text)
    # All names lie between the first and the last, so what these two share is shared by all.
    shared = next((at for at, (a, b) in enumerate(zip(found[0], found[-1], strict=False)) if a != b), len(found[0]))
    return Completion(scheme + folder + slash + found[0][:shared], tuple(found))


def complete_line(line: Input, jobs: Jobs, show: Callable[[str], None], go_on: Callable[[], object]) -> None:
    """What tab does in a line: complete its path, show what could follow, or ``go_on`` where there is nothing to do."""
    typed = line.value
    if not looks_like_path(typed) or line.cursor_position < len(typed):
        go_on()
        return

    def completed(found: Completion) -> None:
        if line.value != typed:
            return  # typed on meanwhile
        if found.text != typed:
            line.value = found.text
            line.cursor_position = len(found.text)
        elif len(found.names) > 1:
            more = f" and {len(found.names) - SHOWN:,} more" if len(found.names) > SHOWN else ""
            show("  ".join(inert(name, 40) for name in found.names[:SHOWN]) + more)
        else:
            go_on()

    jobs.apart(lambda: complete(typed), completed)


def _split(text: str) -> tuple[str, str]:
    """``file:`` in front of a path, and the path."""
    scheme, colon, path = text.partition(":")
    return (scheme + colon, path) if scheme == "file" and colon else ("", text)
