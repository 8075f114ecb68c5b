"""What the config file says about how the app behaves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dojo_tui.cli.settings import THEMES, read_config
from dojo_tui.model.errors import UsageError
from dojo_tui.services.preferences import Preferences
from dojo_tui.ui.theme import NAMES
from tests.cli.conftest import Cli


def config(tmp_path: Path, text: str) -> str:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return str(file)


def test_preferences_are_read(tmp_path: Path) -> None:
    text = 'on_hangup = "finish"\nnotice = "bell"\nnotice_after = 5\n[keys]\n# mine\nmap = ","\n"quit" = ["Q", "^q"]\n'
    found = read_config(config(tmp_path, text)).preferences
    assert (found.on_hangup, found.notice, found.notice_after) == ("finish", "bell", 5.0)
    assert [(one.command, one.keys) for one in found.keys] == [("map", (",",)), ("quit", ("Q", "^q"))]
    assert [one.where for one in found.keys] == [f"{tmp_path}/config.toml, line {line}, [keys]" for line in (6, 7)]
    assert read_config(config(tmp_path, "")).preferences == Preferences()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('on_hangup = "stay"', "'on_hangup' must be one of interrupt, finish"),
        ('notice = "loud"', "'notice' must be one of off, bell, notice"),
        ("notice_after = -1", "'notice_after' must be a number of seconds"),
        ("[keys]\nmap = 3", "'keys.map' must be a text, or a list of texts"),
        ('theme = "pink"', "dojo-contrast"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told.replace("[", r"\[")):
        read_config(config(tmp_path, text))


def test_fault_22_a_config_file_that_is_a_folder_is_told(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "dojo-tui" / "config.toml").mkdir(parents=True)
    done = cli("records", "list", expect=2)
    assert "config.toml cannot be read: Is a directory" in done.err


def test_a_wrong_key_ends_the_app_before_it_opens(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dojo_tui.cli.app.need_terminal", lambda: None)
    file = config(tmp_path, '[keys]\n\nmap = "s"\n')
    told = cli("--config", file, expect=2).err
    assert f"{file}, line 3, [keys]: map: the key s is that of 'sync' too" in told


@pytest.mark.parametrize("command", [[], ["demo"]])
def test_without_a_terminal_the_app_says_what_it_needs(cli: Cli, command: list[str]) -> None:
    done = cli.process(*command, stdin=subprocess.DEVNULL)
    assert done.code == 2
    assert "The app needs a terminal." in done.err
    assert "dojo-tui --help" in done.err


def test_the_themes_of_the_config_file_are_those_of_the_app() -> None:
    assert THEMES == NAMES
