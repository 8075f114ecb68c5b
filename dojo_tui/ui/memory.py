"""What a person chose to see (columns, filters, theme), kept to the next start: one small file for each store."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dojo_tui.model.errors import DojoTuiError

LARGEST = 1_000_000
"""Bytes; a longer file was not written by this app."""


def state_file(store: str) -> Path:
    """Where the choices for the store of this name are kept."""
    from hashlib import sha256

    from platformdirs import user_state_path

    # The name may be a path or an address: neither makes a file name.
    return user_state_path("dojo-tui", appauthor=False) / f"view-{sha256(store.encode()).hexdigest()[:16]}.json"


def _forget(_save: Callable[[], None]) -> None:
    """Keep nothing: until a file is known there is nowhere to write to."""


class Memory:
    """``get`` and ``set`` values that JSON can hold. Without a file they are forgotten with the app.

    A file that cannot be read, or holds something else, counts as empty. The
    person is told once, and it is kept aside: it may be read by hand.
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._later: Callable[[Callable[[], None]], None] = _forget

    def open(self, path: Path, later: Callable[[Callable[[], None]], None]) -> None:
        """Take over what the file holds, and write to it from now on; ``later`` does that where nobody waits."""
        with self._lock:
            self._path, self._later = path, later
            try:
                self._values = {**_read(path), **self._values}
            except (OSError, ValueError, RecursionError) as error:
                found = _unreadable(error, path)
                if path.exists():
                    self._path = None  # it is not ours to overwrite
                later(lambda: _tell(found))

    @property
    def lasts(self) -> bool:
        """Whether what is chosen is there at the next start."""
        return self._path is not None

    def get(self, key: str, default: Any) -> Any:
        """The value of ``key``, unless there is none or it is of another kind than ``default``."""
        value = self._values.get(key, default)
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, key: str, value: Any) -> None:
        """Remember ``value``; None forgets it."""
        with self._lock:
            self._values[key] = value
            self._changed.add(key)
        self._later(self.save)

    def save(self) -> None:
        """Write what was changed since, over what another app may have written in the meantime."""
        with self._lock:
            if self._path is None or not self._changed:
                return
            changed = {key: self._values[key] for key in self._changed}
            # A full or read-only disk must not cost more than the choice itself, nor what others wrote there by now.
            with contextlib.suppress(OSError, ValueError, RecursionError):
                kept = {key: value for key, value in {**_read(self._path), **changed}.items() if value is not None}
                _write(self._path, kept)
                self._changed.clear()


def _read(path: Path) -> dict[str, Any]:
    """What a file holds, if there is one; raises OSError, ValueError or RecursionError where it is none of ours."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large")
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    if not isinstance(values, dict):
        raise ValueError("it holds something else")  # noqa: TRY004 -- like what no JSON is
    return values


def _unreadable(error: Exception, path: Path) -> DojoTuiError:
    """What to tell of a file that is none of ours; it is put aside where that can be done."""
    what = "What you chose to see (columns, filters, theme) cannot be read"
    safe = "Records, Findings and settings are kept elsewhere, and are as they were."
    if isinstance(error, OSError):
        return DojoTuiError(
            f"{what}: {path}: {error.strerror}.", safe=safe, do="What you choose now is forgotten when the app ends."
        )
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except OSError:
        return DojoTuiError(
            f"{what}: {path} is damaged.", safe=safe, do="Remove it; until then what you choose is not kept."
        )
    return DojoTuiError(f"{what}: the file is damaged.", safe=f"{safe} The file is kept as {aside}.", do="Choose anew.")


def _tell(error: DojoTuiError) -> None:
    """A job that fails is how a person hears of it."""
    raise error


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        # A filter may name what nobody else on this machine is to know.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            json.dump(values, stream, ensure_ascii=False, indent=1)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
