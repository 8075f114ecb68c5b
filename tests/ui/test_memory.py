"""What a person chose to see, from one start to the next."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.ui.memory import LARGEST, Memory, state_file
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive


def _now(job: Callable[[], None]) -> None:
    job()


class Told:
    """What becomes of jobs: done at once, and the last failure is kept."""

    what = ""

    def __call__(self, job: Callable[[], None]) -> None:
        try:
            job()
        except DojoTuiError as error:
            self.what = error.what


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
def test_a_file_that_is_none_of_ours_is_told_once_and_kept_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "view.json"
    path.write_text(content)
    memory, told = Memory(), Told()
    memory.open(path, told)
    assert memory.get("a", 7) == 7
    assert "is damaged" in told.what
    memory.set("a", 8)
    assert json.loads(path.read_text()) == {"a": 8}
    assert (tmp_path / "view.json.damaged").read_text() == content
    assert _opened(path).get("a", 7) == 8


def test_a_file_that_nobody_may_read_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "view.json"
    path.mkdir()
    memory, told = Memory(), Told()
    memory.open(path, told)
    memory.set("a", 8)
    assert "Is a directory" in told.what
    assert path.is_dir()


def test_the_app_tells_of_a_damaged_file_when_it_opens(
    make_app: AppMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = state_file(str(tmp_path / "store.sqlite"))
    path.parent.mkdir(parents=True)
    path.write_text("{")

    async def script(hand: Hand) -> None:
        assert "cannot be read: the file is damaged" in hand.page.told
        assert "Records, Findings and settings are kept elsewhere" in hand.page.told
        assert "Unmapped" in hand.screen
        await hand.press("escape")
        assert hand.page.told == ""

    drive(make_app(remember=True), script)


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
