"""Reading the fields of the Tool ``reports``."""

from __future__ import annotations

from pathlib import Path

from dojo_tui.connectors.base import Field
from dojo_tui.tools.reports.globs import DEFAULT_INCLUDE, parse_globs

FAILED_RUNS = ("keep", "fail", "accept")
SEVERAL = ("ask", "newest", "all")


def location(text: str) -> str:
    """An absolute path."""
    if not text.strip():
        raise ValueError("the location must be a directory")
    # Absolute, but with its links: a person who points a link elsewhere means the new place.
    try:
        return str(Path(text.strip()).expanduser().absolute())
    except RuntimeError as error:
        home = text.strip().partition("/")[0]
        raise ValueError(f"there is no home directory {home!r}") from error
    except OSError as error:
        raise ValueError("the location must be a whole path, since the current directory is gone") from error


def depth(text: str) -> int | None:
    """A number of levels; None for all."""
    if not text.strip():
        return None
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise ValueError("the depth must be 0 (the location's own reports only), a number of levels, or empty for all")
    return number


def failed_runs(text: str) -> str:
    """One of the words."""
    return _one_of(FAILED_RUNS, "failed-runs", text)


def several(text: str) -> str:
    """One of the words."""
    return _one_of(SEVERAL, "several", text)


def _one_of(allowed: tuple[str, ...], name: str, text: str) -> str:
    word = text.strip().lower() or allowed[0]
    if word not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    return word


OPTIONS = (
    Field("depth", "How many levels of folders to look into; empty for all", parse=depth),
    Field("include", "Which files are reports: patterns, separated by commas", False, DEFAULT_INCLUDE, parse_globs),
    Field("exclude", "Which files and folders to leave out: patterns, separated by commas", parse=parse_globs),
    Field(
        "failed-runs",
        "When a report says that its scan was not successful: keep (take over what it found and close nothing), "
        "fail (leave the folder as it is), or accept (take it as complete: what it does not find is closed)",
        default=FAILED_RUNS[0],
        parse=failed_runs,
    ),
    Field(
        "several",
        "When nothing tells whether reports of one scanner in a folder (report-1, report-2) are successive scans "
        "or parts side by side: ask (the folder is Held, with both readings), newest (only the newest counts), "
        "or all (all of them count)",
        default=SEVERAL[0],
        parse=several,
    ),
)
