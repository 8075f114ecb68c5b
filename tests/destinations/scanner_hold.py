"""Two scanners in one Record, for the hold of each (issue 10, point 16)."""

from __future__ import annotations

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity


def of(scanner: str, number: int) -> list[Finding]:
    """So many Findings of a scanner."""
    return [
        Finding(
            title=f"{scanner} {n}",
            severity=Severity.HIGH,
            scanner=scanner,
            rule_id=f"R{n}",
            file_path=f"{scanner}{n}.py",
            line=1,
            description=f"{scanner} {n}",
            static_finding=True,
        )
        for n in range(number)
    ]
