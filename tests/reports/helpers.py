"""Small reports, and how tests read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.reports import ScannerRun, findings, read_report, survey


def never() -> None:
    """A check that never cancels."""


def result(**fields: Any) -> dict[str, Any]:
    """A SARIF result of rule R1 at src/a.py:3, changed by ``fields``."""
    base: dict[str, Any] = {"ruleId": "R1", "message": {"text": "Bad thing"}, "locations": [location("src/a.py", 3)]}
    return base | fields


def location(uri: str, line: int = 3, **artifact: Any) -> dict[str, Any]:
    """A SARIF location."""
    return {"physicalLocation": {"artifactLocation": {"uri": uri, **artifact}, "region": {"startLine": line}}}


def run(*results: Any, rules: Any = (), **fields: Any) -> dict[str, Any]:
    """A SARIF run of the scanner ``Scan``."""
    return {"tool": {"driver": {"name": "Scan", "rules": list(rules)}}, "results": list(results)} | fields


def sarif(*runs: Any) -> dict[str, Any]:
    """A SARIF document."""
    return {"version": "2.1.0", "runs": list(runs)}


def write(path: Path, document: Any) -> Path:
    """Write a document (bytes and text as they are)."""
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def read(path: Path, document: Any, name: str = "r.sarif") -> list[ScannerRun]:
    """Write a document into the folder ``path`` and read it as a report, in one pass and in two.

    Both must say the same, wherever the results stand among a run's members.
    """
    file = write(path / name, document)
    surveyed = survey(file, never)
    in_two = findings(surveyed, range(len(surveyed.heads)), never)
    at_once = read_report(file, never)
    assert [run.findings for run in at_once] == [in_two[index] for index in range(len(surveyed.heads))]
    return at_once


def only(path: Path, *results: Any, **fields: Any) -> Finding:
    """The one Finding of a run with these results."""
    (found,) = read(path, sarif(run(*results, **fields)))
    (finding,) = found.findings
    return finding
