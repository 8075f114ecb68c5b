"""A new Tool is one folder and one folder of tests: the skeleton passes the checks that every Tool passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.new_tool import ROOT, write


@pytest.mark.parametrize("name", ["Acme", "acme_scan", "-acme", "1st", "acme/scan", ""])
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a Tool"):
        write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_tool_that_is_there_is_not_overwritten() -> None:
    with pytest.raises(ValueError, match="there is a Tool burp-dast already"):
        write("burp-dast")


def test_the_skeleton_passes_every_check(tmp_path: Path) -> None:
    for part in ("dojo_tui", "tests", "scripts", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "__snapshots__"))
    for file in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)
    write("acme-scan", tmp_path)
    checks = ["tests/tools/test_samples.py", "tests/tools/test_house_rules.py", "tests/tools/acme_scan"]
    for arguments in (
        ["-m", "tests.tools"],
        ["-m", "scripts.readme"],
        ["-m", "ruff", "check", "dojo_tui/tools/acme_scan", "tests/tools/acme_scan"],
        ["-m", "ruff", "format", "--check", "dojo_tui/tools/acme_scan", "tests/tools/acme_scan"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "acme", *checks],
        ["-c", "from dojo_tui.tools.registry import tools; assert tools()['acme-scan'].title == 'Acme Scan'"],
    ):
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]
    assert "acme-scan" in (tmp_path / "docs" / "tools.md").read_text(encoding="utf-8")
