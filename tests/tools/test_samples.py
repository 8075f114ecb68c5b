"""What a tool said once, and the Findings that its mapping makes of it: read from the repository alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dojo_tui.tools as package
from tests.tools.samples import FILES, HERE, expected, found, name_of

MAPPED = sorted(file.parent.name for file in Path(package.__file__).parent.glob("*/mapping.py"))


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_sample_is_the_findings_that_are_expected(file: Path) -> None:
    told = json.loads(json.dumps(found(file)))
    assert told == expected(file.parent.parent)[file.stem], "if that is meant: python -m tests.tools"
    assert told


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_a_sample_says_whence_it_is_under_which_licence(file: Path) -> None:
    origin = json.loads(file.read_text(encoding="utf-8"))["origin"]
    assert any(word in origin for word in ("BSD", "MIT", "Apache", "MPL", "CC0", "own")), origin


@pytest.mark.parametrize("tool", MAPPED)
def test_every_mapping_has_a_sample(tool: str) -> None:
    assert list((HERE / tool / "samples").glob("*.json"))
