"""Walking a folder tree for reports: every folder that directly holds some is a VEP.

Folders that are of runs (``shop/2026-11-28``, ``shop/build-17``) are no VEPs of
their own: what they hold belongs to the folder above, in which the newest of
each report counts.
"""

# Path objects would double the time of a walk over 100,000 folders.
# ruff: noqa: PTH100, PTH110, PTH112, PTH117, PTH118, PTH119

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dojo_tui.connectors.base import Vep
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.text import inert
from dojo_tui.reports.names import of_runs, parsed
from dojo_tui.tools.reports.globs import Matches

ROOT_ID = "."
_SAMPLE = 1 << 16
_ENCODED = "bytes:"


@dataclass(frozen=True, slots=True)
class Held:
    """The reports directly in one folder, by its path below the root (empty, or ending with a slash)."""

    folder: str
    reports: list[str]


class Runs:
    """What an Operation knows of folders of runs, so that a folder above many others is looked into once."""

    def __init__(self) -> None:
        self.above: dict[str, list[str]] = {}

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Walk:
    """One walk over a tree. When it ended, ``problems`` tells what could not be read.

    Directories behind symbolic links are not entered: a link to a folder of
    the tree would list its reports twice, one to a parent would never end.
    Links to files are followed.
    """

    root: str
    depth: int | None
    include: Matches
    exclude: Matches
    problems: list[str] = field(default_factory=list)

    def veps(self) -> Iterator[Vep | None]:
        """Yield a VEP, or None, for each folder read: the caller can stop at any of them."""
        # A stack and not recursion: trees are deeper than Python's limit. Sorted, so that
        # two walks list in the same order.
        stack = [("", "", 0, False)]
        # What folders of runs hold, by the place it belongs to: that is known at the end.
        found: dict[str, list[Held]] = {}
        while stack:
            folder, place, level, beside_runs = stack.pop()
            path = os.path.join(self.root, folder) if folder else self.root
            reports, folders = self.read(path, folder)
            runs = self._runs(folder, folders) if self.depth is None or level < self.depth else []
            beside_runs = beside_runs or bool(runs)
            if self.depth is None or level < self.depth:
                folders = sorted(set(folders).difference(runs), reverse=True)
                stack.extend((f"{folder}{name}/", f"{place}{name}/", level + 1, beside_runs) for name in folders)
                # The oldest run is read first: so all that is held of a place is in order.
                stack.extend((f"{folder}{name}/", place, level + 1, True) for name in reversed(runs))
            held = Held(folder, reports)
            if reports and beside_runs:
                found.setdefault(place, []).append(held)
            yield self._vep(place, [held]) if reports and not beside_runs else None
        for place in sorted(found):
            yield self._vep(place, found[place])

    def held(self, folder: str, runs: dict[str, list[str]]) -> list[Held]:
        """What is held of the place that a folder is, in order.

        ``runs`` keeps the folders of runs in those above others from call to call.
        """
        parts = folder.split("/") if folder else []
        found: list[Held] = []
        stack = [("", 0, 0)]
        while stack:
            folder, known, level = stack.pop()
            path = os.path.join(self.root, folder) if folder else self.root
            here: list[str] = []
            if known == len(parts):
                reports, folders = self.read(path, folder)
                here = self._runs(folder, folders)
                if reports:
                    found.append(Held(folder, reports))
            else:
                if folder not in runs:
                    # What is not readable above is no matter of this place.
                    beside = Walk(self.root, None, self.include, self.exclude)
                    runs[folder] = self._runs(folder, beside.read(path, folder)[1])
                here = runs[folder]
                if os.path.isdir(os.path.join(path, parts[known])):
                    stack.append((f"{folder}{parts[known]}/", known + 1, level + 1))
            if self.depth is None or level < self.depth:
                stack.extend((f"{folder}{name}/", known, level + 1) for name in reversed(here))
        return found

    def _runs(self, folder: str, folders: list[str]) -> list[str]:
        above = folder.rstrip("/") or os.path.abspath(self.root)
        return of_runs(folders, os.path.basename(above))

    def read(self, path: str, folder: str) -> tuple[list[str], list[str]]:
        """The names of the reports and of the folders directly in ``path``; what fails becomes a problem."""
        reports: list[str] = []
        folders: list[str] = []
        include, exclude = self.include, self.exclude
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if not exclude(folder, name):
                            folders.append(name)
                    elif include(folder, name) and not exclude(folder, name) and _is_report_entry(entry):
                        reports.append(name)
        except OSError as error:
            # Also one that is gone by now: it may have been moved to where the walk had been already.
            self.problems.append(f"{folder.rstrip('/') or ROOT_ID} ({error.strerror or error})")
        return reports, folders

    def ensure_there(self, safe: str) -> None:
        """Raise ConnectorError if the Location itself is gone: the folders below it are not to blame then."""
        if reason := self.lost():
            raise ConnectorError(
                f"The location {inert(self.root)} cannot be read ({inert(reason)}): is it mounted?",
                safe=safe,
                do="Put it back or make it readable, or change the Connector's location.",
                cause=Cause.SETTINGS,
            )

    def ensure_read(self, path: str, safe: str) -> None:
        """Raise ConnectorError if the folder at ``path`` could not be read just now: it is gone, or closed to us."""
        if not self.problems:
            return
        self.ensure_there(safe)
        gone = not os.path.isdir(path)
        raise ConnectorError(
            f"The folder cannot be read: {inert(self.problems[0])}.",
            safe=safe,
            do="Run a Discover to see whether it moved." if gone else "Make it readable.",
            cause=Cause.MISSING if gone else Cause.REPORT,
        )

    def lost(self) -> str:
        """Why the root itself cannot be read; empty if it can."""
        try:
            os.scandir(self.root).close()
        except OSError as error:
            return f"{error.strerror or error}"
        return ""

    def _vep(self, place: str, held: list[Held]) -> Vep:
        newest = 0.0
        digests = set()
        chosen = counting(held, place)
        for name in chosen:
            modified, digest = sampled(os.path.join(self.root, name))
            newest = max(newest, modified)
            if digest:
                digests.add(digest)
        identifier = to_id(place.rstrip("/"))
        shown = identifier if place else os.path.basename(os.path.abspath(self.root)) or ROOT_ID
        path = os.path.join(self.root, place).rstrip("/") or "/"
        details = {"reports": str(len(chosen)), "path": path}
        if len(held) > 1 or held[0].folder != place:
            last = held[-1].folder.rstrip("/")
            details |= {"folders of runs": str(len(held)), "newest folder": last.encode(errors="replace").decode()}
        if newest:
            details["newest report"] = datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Vep(identifier, shown.encode(errors="replace").decode(), details, frozenset(digests))


def counting(held: list[Held], place: str) -> dict[str, list[str]]:
    """Paths of the reports of a place that may count, each with the older ones of its name in other runs."""
    newest: dict[object, str] = {}
    older: dict[str, list[str]] = {}
    for one in held:
        for name in sorted(one.reports):
            parsed_name = parsed(name)
            # What lies in the place itself is of no run.
            key = (one.folder == place, parsed_name.words, parsed_name.part, parsed_name.parts, parsed_name.numbers)
            path = f"{one.folder}{name}"
            before = newest.get(key)
            if before is not None and not before.startswith(one.folder):
                older[path] = [*older.pop(before), before]
                newest[key] = path
            else:
                older[path] = []
                newest[key] = path
    return older


def _is_report_entry(entry: os.DirEntry[str]) -> bool:
    """A file, also behind a link.

    A link that leads nowhere, in a circle or to where nobody may look counts, too: a report
    is meant to be there (P3), and its folder fails by its name.
    """
    try:
        if entry.is_file():
            return True
    except OSError:
        return entry.is_symlink()
    return entry.is_symlink() and not os.path.isdir(entry.path) and not os.path.exists(entry.path)


def sampled(path: str) -> tuple[float, str]:
    """Time of modification and a digest of a report; an empty digest if it cannot be read.

    The digest is of the size and the first and last 64 KiB. It has to tell
    whether a folder that appeared holds what one that vanished held, so it may
    not cost a read of the whole tree at every Discover; reports of equal size
    with equal beginnings and ends (where scanners write times, versions,
    totals) are the same report for this purpose.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return 0.0, ""
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return 0.0, ""
        size = status.st_size
        data = os.read(handle, _SAMPLE)
        digest = blake2b(data, digest_size=16, salt=size.to_bytes(16, "little"))
        if size > _SAMPLE:
            os.lseek(handle, max(size - _SAMPLE, _SAMPLE), os.SEEK_SET)
            digest.update(os.read(handle, _SAMPLE))
        return status.st_mtime, digest.hexdigest()
    except OSError:
        return 0.0, ""
    finally:
        os.close(handle)


def to_id(folder: str) -> str:
    """The vendor's id of a folder: its path relative to the Location, with ``/``.

    File names are bytes; one that is not UTF-8 has no text that a database
    can hold, so its bytes are spelled out.
    """
    folder = folder.replace(os.sep, "/") or ROOT_ID
    try:
        folder.encode()
    except UnicodeEncodeError:
        return _ENCODED + quote_from_bytes(os.fsencode(folder), safe="/")
    return _ENCODED + quote_from_bytes(folder.encode(), safe="/") if folder.startswith(_ENCODED) else folder


def from_id(vendor_id: str) -> str:
    """The folder of an id; raises ValueError if it is not one below the Location (P11)."""
    folder = vendor_id
    if vendor_id.startswith(_ENCODED):
        folder = os.fsdecode(unquote_to_bytes(vendor_id.removeprefix(_ENCODED)))
    if folder == ROOT_ID:
        return ""
    if not folder or "\0" in folder or os.path.isabs(folder) or {"", ".", ".."} & set(folder.split("/")):
        raise ValueError(f"{vendor_id!r} is no folder below the location")
    return folder
