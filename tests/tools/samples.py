"""Samples of what a tool says, kept beside its test, and the Findings that they are.

``tests/tools/<tool>/samples/*.json`` holds ``origin`` (whence, and its licence), ``mapping`` (a function of the tool's
``mapping.py``), ``vendor_id`` and ``rows``; ``expected.json`` beside the folder the Findings, without what is default.
Run ``python -m tests.tools`` to write the latter anew, and look at the difference.
"""

from __future__ import annotations

import datetime as dt
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from dojo_tui.connectors.tidy import tidy
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.sdk import Row

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/samples/*.json"))
_EMPTY = Finding(title="", severity=Severity.INFO)


def name_of(file: Path) -> str:
    """``dependency_track/findings``."""
    return f"{file.parent.parent.name}/{file.stem}"


def found(file: Path) -> list[dict[str, Any]]:
    """The Findings of a sample as its tool's mapping makes them, as JSON."""
    sample = json.loads(file.read_text(encoding="utf-8"))
    mapping = import_module(f"dojo_tui.tools.{file.parent.parent.name}.mapping")
    make = getattr(mapping, sample["mapping"])
    made = (make(Row(row), sample["vendor_id"]) for row in sample["rows"])
    return [_told(tidy(finding, "")) for finding in made if finding is not None]


def expected(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """By the sample's name; empty where there is no such file yet."""
    file = folder / "expected.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def write() -> None:
    """Write every ``expected.json`` anew."""
    for folder in sorted({file.parent.parent for file in FILES}):
        told = {file.stem: found(file) for file in FILES if file.parent.parent == folder}
        text = json.dumps(told, indent=1, ensure_ascii=False)
        (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def _told(finding: Finding) -> dict[str, Any]:
    names = [name for name in Finding.__slots__ if getattr(finding, name) != getattr(_EMPTY, name)]
    told: dict[str, Any] = {name: _plain(getattr(finding, name)) for name in names}
    return {**told, "severity": finding.severity.label}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value
