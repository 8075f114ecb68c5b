"""A list as a file: CSV that no spreadsheet takes for formulas, or JSON."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import UsageError
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import csv_safe
from dojo_tui.ui.lists.base import Source

CHUNK = 500


def default_name(noun: str, clock: Clock) -> str:
    """A file name that tells what and when."""
    return f"dojo-tui-{noun.lower()}-{clock.local(clock.now()):%Y%m%d-%H%M%S}.csv"


def write_list(path: str, source: Source, ids: array[int]) -> int:
    """Write the rows of a list, by chunks; a file that exists is not overwritten."""
    target = Path(path).expanduser()
    if target.suffix.lower() not in (".csv", ".json"):
        raise UsageError("The file's name must end in .csv or .json.", do="Choose one of the two and export again.")
    part = target.with_name(target.name + ".part")
    try:
        if target.exists():
            raise UsageError(f"{target} exists already.", safe="It was not changed.", do="Choose another name.")
        with part.open("x", encoding="utf-8", newline="") as stream:
            rows = _rows(source, ids)
            count = _csv(stream, rows) if target.suffix.lower() == ".csv" else _json(stream, rows)
        part.replace(target)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.", safe="Nothing was changed.", do="Choose another place."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _rows(source: Source, ids: array[int]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(ids), CHUNK):
        for row in source.rows(ids[start : start + CHUNK]):
            inner = getattr(row, "row", row)
            values = asdict(inner) if is_dataclass(inner) and not isinstance(inner, type) else {}
            # A reference to a secret is nobody's business outside (P10).
            values.pop("secret", None)
            yield {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Severity):
        return value.label
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum) and not isinstance(value, IntEnum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _csv(stream: Any, rows: Iterator[dict[str, Any]]) -> int:
    import csv

    writer = csv.writer(stream)
    count = 0
    for row in rows:
        if not count:
            writer.writerow(row)
        writer.writerow([csv_safe(_cell(value)) for value in row.values()])
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _json(stream: Any, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    for row in rows:
        stream.write("[\n" if not count else ",\n")
        json.dump(row, stream, ensure_ascii=False)
        count += 1
    stream.write("\n]\n" if count else "[]\n")
    return count
