"""What a person chose to see, from one start to the next."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dojo_tui.ui.memory import LARGEST, Memory


def _now(job: Callable[[], None]) -> None:
    job()


def _opened(path: Path) -> Memory:
    memory = Memory()
    memory.open(path, _now)
    return memory


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "state" / "view.json"
    _opened(path).set("columns.Findings", ["title"])
    assert _opened(path).get("columns.Findings", []) == ["title"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["view.json"]


def test_without_a_file_it_lasts_as_long_as_the_app(tmp_path: Path) -> None:
    memory = Memory()
    memory.set("filter", "state:new")
    assert memory.get("filter", "") == "state:new"
    memory.save()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["", "{", "[1]", "[" * 100_000, '{"a": 1' + " " * LARGEST + "}"])
def test_a_file_that_is_none_of_ours_counts_as_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "view.json"
    path.write_text(content)
    memory = _opened(path)
    assert memory.get("a", 7) == 7
    memory.set("a", 8)
    assert json.loads(path.read_text()) == {"a": 8}


def test_a_value_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    path.write_text('{"widths": "wide"}')
    assert _opened(path).get("widths", {}) == {}


def test_two_apps_keep_each_others_choices(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    one, other = _opened(path), _opened(path)
    one.set("a", 1)
    other.set("b", 2)
    one.set("a", None)
    assert json.loads(path.read_text()) == {"b": 2}


def test_a_disk_that_takes_nothing_costs_no_more_than_the_choice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = _opened(tmp_path / "file" / "view.json")
    memory.set("a", 1)
    assert memory.get("a", 0) == 1
