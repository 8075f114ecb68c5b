"""Reading the fields of the Tool ``reports``."""

from __future__ import annotations

from pathlib import Path

FAILED_RUNS = ("keep", "fail", "accept")


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
    word = text.strip().lower() or FAILED_RUNS[0]
    if word not in FAILED_RUNS:
        raise ValueError(f"failed-runs must be one of {', '.join(FAILED_RUNS)}")
    return word
