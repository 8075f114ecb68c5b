"""Keys of a person's own: used, shown, and refused with file and line where they cannot work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dojo_tui.model.errors import UsageError
from dojo_tui.services.preferences import Choice, Preferences
from dojo_tui.ui import commands
from dojo_tui.ui.catalogue import CATALOGUE
from dojo_tui.ui.command import UNMAPPED
from dojo_tui.ui.keymap import chosen, key_name
from tests.ui.conftest import AppMaker
from tests.ui.driving import NORMAL, Hand, drive


@pytest.fixture(autouse=True)
def usual_keys() -> Iterator[None]:
    yield
    commands.use_keys({})


def choice(command: str, *keys: str) -> Choice:
    return Choice(command, keys, "config.toml, line 7, [keys]")


@pytest.mark.parametrize(
    ("written", "name"),
    [("m", "m"), ("M", "M"), ("/", "slash"), (",", "comma"), ("+", "plus"), ("F6", "f6"), ("esc", "escape"),
     ("^t", "ctrl+t"), ("Ctrl+T", "ctrl+t"), ("shift+up", "shift+up"), ("PgDn", "pagedown"), ("space", "space")],
)  # fmt: skip
def test_keys_are_read_as_people_write_them(written: str, name: str) -> None:
    assert key_name(written) == name


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ([choice("mpa", "m")], "There is no command 'mpa'. Did you mean 'map'?"),
        ([choice("map", "hyper+x")], "map: 'hyper+x' is no key"),
        ([choice("map", "ctrl+i")], "map: ctrl+i is tab to a terminal"),
        ([choice("map", "s")], "map: the key s is that of 'sync' too (Sync, in Unmapped Records)"),
        ([choice("map", "F9"), choice("sync", "F9")], "the key F9 is that of 'map' too"),
    ],
)
def test_what_cannot_work_is_told_with_file_and_line(choices: list[Choice], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(CATALOGUE, choices)
    assert told in str(caught.value)
    assert str(caught.value).startswith("config.toml, line 7, [keys]: ")


def test_two_commands_may_change_places() -> None:
    assert chosen(CATALOGUE, [choice("map", "s"), choice("sync", "m")]) == {"map": ("s",), "sync": ("m",)}


def test_footer_help_and_palette_show_the_own_keys_and_they_work(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        last = hand.screen.splitlines()[-1]
        assert ", map" in last
        assert "F6 quit" in last
        assert " m map" not in last
        await hand.press("m")
        assert "m does nothing here" in hand.page.told
        await hand.press("comma")
        assert "to which Product?" in hand.screen
        await hand.press("escape", "f1")
        assert ",             Map to a Product." in hand.screen
        await hand.press("escape", "x")
        assert "x does nothing here" in hand.page.told
        await hand.press("9")
        assert hand.page.place == "operations"
        assert "9 Operations" in hand.screen

    own = Preferences(
        keys=(choice("map", ","), choice("quit", "F6"), choice("delete"), choice("operations", "9", "3")),
    )
    drive(make_app(preferences=own), script, NORMAL)


def test_the_next_app_has_the_usual_keys_again(make_app: AppMaker) -> None:
    make_app(preferences=Preferences(keys=(choice("map", ","),)))
    make_app()
    assert commands.by_key(UNMAPPED)["m"].id == "map"
