"""What scripts read stays as it is, byte for byte; ``python -m tests.golden`` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from unittest import mock

import pytest

from tests.golden.exports import EXPECTED, alone, exports
from tests.golden.world import build

FILES = sorted(str(path.relative_to(EXPECTED)) for path in EXPECTED.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    directory = tmp_path_factory.mktemp("golden")
    with mock.patch.dict(os.environ):
        alone(directory / "home")
        workspace = build(directory)
        yield dict(exports(workspace, directory))
        workspace.close()


@pytest.mark.parametrize("file", FILES)
def test_an_export_says_what_it_said(made: Mapping[str, str], file: str) -> None:
    assert made[file] == (EXPECTED / file).read_text(encoding="utf-8")


def test_every_export_has_its_golden_file(made: Mapping[str, str]) -> None:
    assert sorted(made) == FILES
