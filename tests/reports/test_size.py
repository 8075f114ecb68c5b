"""Large reports: bounded memory, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# The peak since this program started; what getrusage tells includes the parent's, before exec.
STATUS = Path("/proc/self/status")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="needs Linux's /proc to measure memory")

_READ = """
import sys
from pathlib import Path
from dojo_tui.reports import findings, survey

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024

before = peak()
surveyed = survey(Path(sys.argv[1]), lambda: None)
first = peak() - before
count = len(findings(surveyed, [0], lambda: None)[0])
print(surveyed.heads[0].results, count, first, peak() - before)
"""


def _grow(path: Path, size: int, *, text: int) -> int:
    """Write a report of at least ``size`` bytes; return the number of its results."""
    count = 0
    with path.open("w") as file:
        # The driver last: the reader must go over all results before it knows a rule.
        file.write('{"version": "2.1.0", "runs": [{"properties": {"huge": [')
        file.write(",".join(["1234567890"] * (size // 40)))
        file.write(']}, "results": [')
        while file.tell() < size:
            result = {
                "ruleId": f"R{count % 50}",
                "message": {"text": f"Call of function number {count % 200} without a check. " + "m" * text},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": f"src/module{count // 40}.py"},
                            "region": {"startLine": count % 900 + 1, "snippet": {"text": f"call({count})"}},
                        }
                    }
                ],
            }
            file.write(("," if count else "") + json.dumps(result))
            count += 1
        file.write('], "tool": {"driver": {"name": "Scan", "rules": []}}}]}')
    return count


def _measured(path: Path) -> tuple[int, int, int, int]:
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True)
    results, count, first, peak = map(int, done.stdout.split())
    return results, count, first, peak


def test_memory_does_not_grow_with_the_report(tmp_path: Path) -> None:
    expected = _grow(tmp_path / "r.sarif", 40 << 20, text=2_000)
    results, count, first, peak = _measured(tmp_path / "r.sarif")
    assert results == count == expected
    # MiB over the start. The messages repeat, so the Findings share them and are small.
    assert first < 25
    assert peak < 60


@pytest.mark.slow
def test_300_mb_report(tmp_path: Path) -> None:
    expected = _grow(tmp_path / "r.sarif", 300 << 20, text=200)
    results, count, first, peak = _measured(tmp_path / "r.sarif")
    assert results == count == expected
    print(f"{results} results: first pass {first} MiB, with all Findings {peak} MiB over the start")
    assert first < 25
    # About 1 KiB a Finding, whatever the size of its JSON.
    assert peak < 50 + 1.5 * expected / 1024
