"""Settings of one run: what the config file says, overridden by what was typed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dojo_tui.model.errors import UsageError
from dojo_tui.model.plan import DISCOVER_HOLD, SYNC_HOLD, Hold
from dojo_tui.services.preferences import NOTICES, ON_HANGUP, Choice, Preferences
from dojo_tui.services.settings import Configured

CONFIG_VARIABLE = "DOJO_TUI_CONFIG"
STORE_VARIABLE = "DOJO_TUI_STORE"
DESTINATION_VARIABLE = "DOJO_TUI_DESTINATION"
THEMES = ("dojo-dark", "dojo-light", "dojo-contrast", "ansi-dark", "ansi-light")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the config file may say."""

    store: str | None = None
    theme: str | None = None
    read_only: bool = False
    discover_hold: Hold = DISCOVER_HOLD
    sync_hold: Hold = SYNC_HOLD
    destination: str | None = None
    """What --destination or the environment says; stronger than what the config file describes."""
    configured: Configured | None = None
    preferences: Preferences = field(default_factory=Preferences)


@dataclass(slots=True)
class Given:
    """Global options as typed, before or after the subcommand. ``settings()`` joins them with the config file."""

    store: str | None = None
    config: str | None = None
    as_json: bool = False
    read_only: bool = False
    destination: str | None = None
    _settings: Settings | None = field(default=None, repr=False)

    def settings(self) -> Settings:
        """The settings of this run; the config file is read once."""
        if self._settings is None:
            settings = read_config(self.config or os.environ.get(CONFIG_VARIABLE))
            self._settings = replace(
                settings,
                store=self.store or os.environ.get(STORE_VARIABLE) or settings.store,
                read_only=self.read_only or settings.read_only,
                destination=self.destination or os.environ.get(DESTINATION_VARIABLE) or None,
            )
        return self._settings


def read_config(path: str | None) -> Settings:
    """Read the config file, or the one in the usual place if there is one; raises UsageError."""
    try:
        file = Path(path).expanduser() if path else _usual_place()
    except RuntimeError as error:  # there is no such user
        raise UsageError(f"The config file {path} cannot be read: {error}", do="Check --config.") from error
    if not path and not file.exists():
        return Settings()
    # The parser is imported late: most commands need it only for a file that is not there.
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"The config file {file} cannot be read: {error.strerror}.", do="Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The config file {file} is not valid TOML: {error}.") from error
    try:
        return _settings(values, file, text)
    except ValueError as error:
        raise UsageError(f"The config file {file} is wrong: {error}.", do="See docs/configuration.md.") from None


def _usual_place() -> Path:
    from platformdirs import user_config_path

    return user_config_path("dojo-tui") / "config.toml"


_KNOWN = ("store", "theme", "read_only", "on_hangup", "notice", "notice_after", "hold", "destination", "keys")


def _settings(values: Mapping[str, Any], file: Path, text: str) -> Settings:
    _known(values, _KNOWN, "")
    for name, words in (("theme", THEMES), ("on_hangup", ON_HANGUP), ("notice", NOTICES)):
        if _typed(values, name, str, words[0]) not in words:
            raise ValueError(f"'{name}' must be one of {', '.join(words)}")
    hold = _typed(values, "hold", dict, {})
    _known(hold, ("discover", "sync"), "hold.")
    return Settings(
        store=_typed(values, "store", str, None),
        theme=_typed(values, "theme", str, None),
        read_only=_typed(values, "read_only", bool, False),
        discover_hold=_hold(_typed(hold, "discover", dict, {}), DISCOVER_HOLD, "hold.discover."),
        sync_hold=_hold(_typed(hold, "sync", dict, {}), SYNC_HOLD, "hold.sync."),
        configured=_destination(_typed(values, "destination", dict, {})) if "destination" in values else None,
        preferences=_preferences(values, file, text),
    )


def _preferences(values: Mapping[str, Any], file: Path, text: str) -> Preferences:
    usual = Preferences()
    after = values.get("notice_after", usual.notice_after)
    if isinstance(after, bool) or not isinstance(after, int | float) or not 0 <= after < float("inf"):
        raise ValueError("'notice_after' must be a number of seconds")
    return Preferences(
        on_hangup=values.get("on_hangup", usual.on_hangup),
        notice=values.get("notice", usual.notice),
        notice_after=float(after),
        keys=tuple(_choice(name, keys, file, text) for name, keys in _typed(values, "keys", dict, {}).items()),
    )


def _choice(command: str, keys: Any, file: Path, text: str) -> Choice:
    """Which commands and keys there are only the app knows; here they are texts."""
    listed = [keys] if isinstance(keys, str) else keys
    if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
        raise ValueError(f"'keys.{command}' must be a text, or a list of texts")
    return Choice(command, tuple(key for key in listed if key), f"{file}, line {_line(text, command)}, [keys]")


def _line(text: str, name: str) -> int:
    """Where a name of [keys] stands."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if words.startswith("["):
            inside = words.partition("#")[0].strip() == "[keys]"
        elif (inside and words.partition("=")[0].strip().strip("\"'") == name) or words.startswith(f"keys.{name}"):
            return number
    return 1


def _destination(values: Mapping[str, Any]) -> Configured:
    prefix = "destination."
    _known(values, ("url", "token", "ca_file", "verify", "product_type", "at_once"), prefix)
    # Without its address a token could go to whichever server is chosen elsewhere.
    if not _typed(values, "url", str, "", prefix).strip():
        raise ValueError(f"'{prefix}url' is needed: the address of a DefectDojo server, or embedded")
    return Configured(
        url=values["url"],
        token=_typed(values, "token", str, None, prefix),
        ca_file=_typed(values, "ca_file", str, None, prefix),
        verify=_typed(values, "verify", bool, None, prefix),
        product_type=_typed(values, "product_type", str, None, prefix),
        at_once=_typed(values, "at_once", int, None, prefix),
    )


def _hold(values: Mapping[str, Any], usual: Hold, prefix: str) -> Hold:
    _known(values, ("share", "least"), prefix)
    share = values.get("share", usual.share)
    least = values.get("least", usual.least)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise ValueError(f"'{prefix}share' must be a number above 0, at most 1")
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        raise ValueError(f"'{prefix}least' must be a whole number of at least 1")
    return Hold(share=float(share), least=least)


def _known(values: Mapping[str, Any], allowed: tuple[str, ...], prefix: str) -> None:
    for name in values:
        if name not in allowed:
            raise ValueError(
                f"unknown setting '{prefix}{name}'; there are {', '.join(prefix + one for one in allowed)}"
            )


def _typed(values: Mapping[str, Any], name: str, kind: type, usual: Any, prefix: str = "") -> Any:
    value = values.get(name, usual)
    if name in values and not isinstance(value, kind):
        words = {str: "a text", bool: "true or false", dict: "a table"}
        raise ValueError(f"'{prefix}{name}' must be {words[kind]}")
    return value
