"""The rows of a list as files: which formats there are, and what of a row goes into one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

from dojo_tui.model.clock import Clock
from dojo_tui.model.severity import Severity
from dojo_tui.services import export
from dojo_tui.ui.widgets.columns import Source

if TYPE_CHECKING:
    from dojo_tui.store.open import Store

CHUNK = 500


def formats(source: Source) -> tuple[str, ...]:
    """What the list can be written as."""
    return (export.CSV, export.JSON, *((export.SARIF,) if source.noun == "Findings" else ()))


def default_name(noun: str, clock: Clock) -> str:
    """A file name that tells what and when."""
    return f"dojo-tui-{noun.lower()}-{clock.local(clock.now()):%Y%m%d-%H%M%S}.csv"


def write_list(path: str, source: Source, ids: array[int], store: Store, *, replace: bool = False) -> int:
    """Write the rows of a list, by chunks, in the format that the file's name asks for."""
    chosen = export.format_of(path, formats(source))
    if chosen == export.SARIF:
        write = export.sarif_writer(store, ids)
    else:
        write = (export.csv_writer if chosen == export.CSV else export.json_writer)(_rows(source, ids))
    return export.write_file(path, write, replace=replace)


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
