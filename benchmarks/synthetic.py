"""Findings and reports of any size, the same in every run."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity

PER_FILE = 50


def findings(number: int) -> list[Finding]:
    """``number`` findings as a Python linter reports them, ``PER_FILE`` in each file."""
    text = "Use of assert detected. The enclosed code will be removed when compiling to optimised byte code. "
    return [
        Finding(
            title=f"Use of assert detected {n % 10}",
            severity=Severity(n % 5),
            description=text * 4,
            references=f"https://example.org/rules/{n % 10}",
            scanner="Bandit",
            rule_id=f"B{n % 10}",
            cwes=(703,),
            file_path=f"src/package{n // PER_FILE % 37}/module{n // PER_FILE}.py",
            line=10 * (n % PER_FILE) + 5 + n % 7,
            column=5,
            end_line=10 * (n % PER_FILE) + 5 + n % 7,
            end_column=20,
            snippet=f"    assert value_{n % 97} == {n % 13}",
            static_finding=True,
            tags=("security",),
        )
        for n in range(number)
    ]


def moved(held: Sequence[Finding], share: float = 0.1, seed: int = 1) -> list[Finding]:
    """The same findings, with ``share`` of the files edited: from a random line on, everything is some lines lower."""
    rng = random.Random(seed)
    edits: dict[str, tuple[int, int]] = {}
    for path in dict.fromkeys(finding.file_path for finding in held):
        edits[path] = (rng.randrange(1, 10 * PER_FILE), rng.randrange(1, 9)) if rng.random() < share else (0, 0)
    changed = []
    for finding in held:
        start, by = edits[finding.file_path]
        line = finding.line or 0
        changed.append(replace(finding, line=line + by, end_line=line + by) if by and line >= start else finding)
    return changed


def turned_over(held: Sequence[Finding], share: int = 10) -> list[Finding]:
    """Every ``share``-th finding is gone and another one is there instead."""
    return [
        finding if n % share else replace(finding, rule_id=f"X{n % 7}", title="Something new")
        for n, finding in enumerate(held)
    ]


def write_sarif(path: Path, reported: Sequence[Finding]) -> None:
    """A SARIF report of these findings, as bandit writes one."""
    levels = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
    rules = sorted({finding.rule_id for finding in reported})
    with path.open("w", encoding="utf-8") as file:
        driver = {"name": "Bandit", "rules": [{"id": rule, "name": rule} for rule in rules]}
        head = {"tool": {"driver": driver}, "invocations": [{"executionSuccessful": True}]}
        file.write('{"version": "2.1.0", "runs": [' + json.dumps(head)[:-1] + ', "results": [')
        for n, finding in enumerate(reported):
            region = {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "endColumn": finding.end_column,
                "snippet": {"text": finding.snippet},
            }
            place = {"artifactLocation": {"uri": finding.file_path}, "region": region}
            result = {
                "ruleId": finding.rule_id,
                "level": levels.get(finding.severity, "note"),
                "message": {"text": finding.description},
                "locations": [{"physicalLocation": place}],
                "properties": {"issue_confidence": "HIGH", "issue_severity": "LOW"},
            }
            file.write((",\n" if n else "\n") + json.dumps(result))
        file.write("]}]}")
