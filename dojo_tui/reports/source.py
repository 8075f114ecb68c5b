"""The bytes of a report as text: unpacked, decoded, bounded, and known not to have changed meanwhile."""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from dojo_tui.reports.errors import PlacedError, ReportChangedError, ReportError

CHUNK = 1 << 20
MAX_UNPACKED = 4 << 30
"""A compressed report may unpack to at most 4 GiB: far above real reports, far below a zip bomb."""

_GZIP_MAGIC = b"\x1f\x8b"


_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from another without reading it."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file with this status."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@contextmanager
def opened(path: Path, expected: Stamp | None = None) -> Iterator[tuple[Iterator[str], Stamp]]:
    """Open a report and yield its text in chunks together with its stamp.

    Every failure to read it becomes a ReportError that names it, also those
    that happen while the text is used; a file that is not as ``expected``, or
    not the same afterwards, is a ReportChangedError.
    """
    name = path.name
    try:
        # Not blocking: a pipe that happens to be named like a report must not hang the program.
        with cast(BinaryIO, os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ReportError(name, "is not a regular file")
            stamp = Stamp.of(status)
            if expected is not None and stamp != expected:
                raise _changed(name)
            try:
                yield _decoded(_unpacked(file)), stamp
            except (PlacedError, *_DAMAGED) as error:
                # What looks damaged may have been overwritten in the middle of reading it.
                if _differs(file, path, stamp):
                    raise _changed(name) from error
                raise
            if _differs(file, path, stamp):
                raise _changed(name)
    except PlacedError as error:
        raise _explained(path, error) from error
    except _DAMAGED as error:
        raise ReportError(name, f"the compressed data is damaged or cut off ({error})", do=_DO_AGAIN) from error
    except UnicodeError as error:
        raise ReportError(name, f"the text cannot be decoded ({error})") from error
    except OSError as error:
        raise ReportError(name, f"cannot be read ({error.strerror or error})") from error


_DO_AGAIN = "Let the scanner write it again, or take it out of the folder."


def _differs(file: BinaryIO, path: Path, stamp: Stamp) -> bool:
    return Stamp.of(os.fstat(file.fileno())) != stamp or Stamp.of(path.stat()) != stamp


def _changed(name: str) -> ReportChangedError:
    return ReportChangedError(name, "was written to while it was read", do="Sync again when the scanner has finished.")


def _explained(path: Path, error: PlacedError) -> ReportError:
    return ReportError(path.name, error.reason, place=error.place, do=error.do or _DO_AGAIN)


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    # The magic bytes decide, not the name: reports are renamed, and proxies unpack what they deliver.
    buffered = cast(BufferedReader, file)
    if not buffered.peek(2).startswith(_GZIP_MAGIC):
        while block := file.read(CHUNK):
            yield block
        return
    total = 0
    with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
        while block := unpacked.read(CHUNK):
            total += len(block)
            if total > MAX_UNPACKED:
                limit = f"{MAX_UNPACKED >> 20} MiB"
                raise PlacedError(f"unpacks to more than {limit}, the limit for a compressed report")
            yield block


def _decoded(blocks: Iterator[bytes]) -> Iterator[str]:
    first = next(blocks, b"")
    decoder = codecs.getincrementaldecoder(_encoding(first))(errors="replace")
    yield decoder.decode(first)
    for block in blocks:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _encoding(start: bytes) -> str:
    """JSON is UTF-8, but some Windows tools write UTF-16; a byte order mark or the zero bytes of ``{`` tell.

    Bytes that are not valid are replaced when decoding: they can only sit
    inside a text (a snippet of a Latin-1 file, say), since anywhere else the
    replacement character is not JSON.
    """
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[:4].count(0) == 3:
        return "utf-32-be" if start[:1] == b"\0" else "utf-32-le"
    if start[:2].count(0) == 1:
        return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
    return "utf-8-sig"
