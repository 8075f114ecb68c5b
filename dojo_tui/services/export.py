"""Lists as files: CSV that no spreadsheet takes for formulas, JSON, and Findings as SARIF. Streamed, whole or not."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from dojo_tui.model.errors import UsageError
from dojo_tui.model.finding import Finding
from dojo_tui.model.text import csv_safe
from dojo_tui.services.sarif import write_sarif
from dojo_tui.store.open import Store

Row = Mapping[str, Any]
Writer = Callable[[TextIO], int]
"""Writes to a stream; how many rows."""

CSV, JSON, SARIF = "csv", "json", "sarif"


class ExistsError(UsageError):
    """The file is there already; the person may want it replaced."""


def format_of(path: str, formats: Iterable[str]) -> str:
    """The format that a file's name asks for; raises UsageError."""
    known = list(formats)
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in known:
        endings = " or ".join(", ".join(f".{one}" for one in known).rsplit(", ", 1))
        raise UsageError(f"The file's name must end in {endings}.", do="Choose another name and export again.")
    return suffix


def write_file(path: str, write: Writer, *, replace: bool = False) -> int:
    """Let ``write`` fill a file, which appears only when it is whole; raises ExistsError unless it may ``replace``."""
    target = Path(path).expanduser()
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        if not replace and (target.exists() or target.is_symlink()):
            raise ExistsError(
                f"{target} exists already.", safe="It was not changed.", do="Choose another name, or add --force."
            )
        with part.open("x", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            count = write(stream)
        part.replace(target)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.", safe="Nothing was changed.", do="Choose another place."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def csv_writer(rows: Iterable[Row]) -> Writer:
    """CSV with a line of names; lists are JSON in their cell."""

    def write(stream: TextIO) -> int:
        import csv

        writer = csv.writer(stream)
        count = 0
        for row in rows:
            if not count:
                writer.writerow(row)
            writer.writerow([csv_safe(_cell(value)) for value in row.values()])
            count += 1
        return count

    return write


def json_writer(rows: Iterable[Row]) -> Writer:
    """A JSON array, a row a line."""

    def write(stream: TextIO) -> int:
        count = 0
        for row in rows:
            stream.write("[\n" if not count else ",\n")
            json.dump(row, stream, ensure_ascii=False)
            count += 1
        stream.write("\n]\n" if count else "[]\n")
        return count

    return write


def sarif_writer(store: Store, ids: array[int]) -> Writer:
    """These Findings as SARIF; the embedded destination's and what we hold of a server's alike."""

    def write(stream: TextIO) -> int:
        from dojo_tui.store.finding_evidence import by_scanner, whole_findings

        # One look at the store: what a Sync changes meanwhile is not half of it in here.
        with store.database.read() as connection:
            runs: Iterator[tuple[str, Iterable[tuple[int, Finding]]]] = (
                (scanner, whole_findings(connection, of_scanner))
                for scanner, of_scanner in by_scanner(connection, ids).items()
            )
            return write_sarif(stream, runs)

    return write


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
