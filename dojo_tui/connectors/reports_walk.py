"""Walking a folder tree for reports: every folder that directly holds some is a VEP."""

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
from dojo_tui.connectors.reports_globs import Matches
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.text import inert

ROOT_ID = "."
_SAMPLE = 1 << 16
_ENCODED = "bytes:"


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
        stack = [("", 0)]
        while stack:
            folder, level = stack.pop()
            path = os.path.join(self.root, folder) if folder else self.root
            reports, folders = self.read(path, folder)
            if self.depth is None or level < self.depth:
                folders.sort(reverse=True)
                stack.extend((f"{folder}{name}/", level + 1) for name in folders)
            yield self._vep(path, folder, reports) if reports else None

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

    def _vep(self, path: str, folder: str, reports: list[str]) -> Vep:
        newest = 0.0
        digests = set()
        for name in reports:
            modified, digest = sampled(os.path.join(path, name))
            newest = max(newest, modified)
            if digest:
                digests.add(digest)
        identifier = to_id(folder.rstrip("/"))
        shown = identifier if folder else os.path.basename(os.path.abspath(self.root)) or ROOT_ID
        details = {"reports": str(len(reports)), "path": path.rstrip("/") or "/"}
        if newest:
            details["newest report"] = datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Vep(identifier, shown.encode(errors="replace").decode(), details, frozenset(digests))


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
