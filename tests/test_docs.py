"""docs/write-a-connector.md does what it says: its code is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "write-a-connector.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_connector_of_the_page_passes_its_test(tmp_path: Path) -> None:
    for name, code in zip(("acme.py", "test_acme.py"), CODE, strict=True):
        (tmp_path / name).write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]
    assert "15 passed" in done.stdout


def test_it_has_less_than_80_lines() -> None:
    assert sum(len(code.splitlines()) for code in CODE) < 80


def test_what_it_names_exists() -> None:
    """Names in the table are those that a Tool can import."""
    from dojo_tui import sdk

    homes = (sdk, sdk.Row, sdk.Api, sdk.Setup, sdk.ApiTool)
    table = TEXT.partition("## What there is")[2].partition("##")[0]
    named = {word for code in re.findall(r"`([^`]+)`", table) for word in re.findall(r"\b[A-Z]\w+(?=\(|$)", code)}
    assert [name for name in sorted(named) if not any(hasattr(home, name) for home in homes)] == ["NAME", "True"]
