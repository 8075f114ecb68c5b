"""Keys that a person chose for commands: read as people write them, and refused where they cannot work."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from dojo_tui.model.errors import UsageError
from dojo_tui.services.preferences import Choice
from dojo_tui.ui.command import PLACES, Command, show_key

NO_KEYS = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+h": "backspace",
    "ctrl+[": "esc",
    "ctrl+left_square_bracket": "esc",
}
"""What a terminal sends for these is another key."""

_WORDS = {
    "esc": "escape",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "return": "enter",
    "spacebar": "space",
}
_KNOWN = {key.value for key in Keys}


def key_name(text: str) -> str:
    """The name that the terminal's events have for what a person calls a key; raises ValueError."""
    if len(text) == 1 and not text.isspace():
        if text.isalnum():
            return text
        name = unicodedata.name(text, "").lower().replace("-", "_").replace(" ", "_")
        return KEY_NAME_REPLACEMENTS.get(name, name)
    name = text.strip().replace("^", "ctrl+") if text.startswith("^") else text.strip()
    name = _WORDS.get(name.lower(), name.lower())
    if name in NO_KEYS:
        raise ValueError(f"{text} is {NO_KEYS[name]} to a terminal")
    if name not in _KNOWN:
        raise ValueError(f"{text!r} is no key: write m, M, /, space, f6, ctrl+t or shift+up")
    return name


def chosen(catalogue: Sequence[Command], choices: Sequence[Choice]) -> Mapping[str, tuple[str, ...]]:
    """Keys by the command's id; raises UsageError that names file, line and what is in the way."""
    known = {command.id: command for command in catalogue}
    found: dict[str, tuple[str, ...]] = {}
    where: dict[str, str] = {}
    for choice in choices:
        if choice.command not in known:
            close = difflib.get_close_matches(choice.command, known, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"There are {', '.join(sorted(known))}."
            raise _wrong(choice.where, f"There is no command {choice.command!r}.", hint)
        try:
            found[choice.command] = tuple(dict.fromkeys(key_name(key) for key in choice.keys))
        except ValueError as error:
            raise _wrong(choice.where, f"{choice.command}: {error}.") from None
        where[choice.command] = choice.where
    for place, word in PLACES.items():
        taken: dict[str, Command] = {}
        for command in catalogue:
            if place not in command.places:
                continue
            for key in found.get(command.id, command.keys):
                other = taken.setdefault(key, command)
                if other is not command:
                    mine = command if command.id in where else other
                    theirs = other if mine is command else command
                    raise _wrong(
                        where[mine.id],
                        f"{mine.id}: the key {show_key(key)} is that of {theirs.id!r} too ({theirs.title}, in {word}).",
                        f"Choose another one, or give {theirs.id!r} another one as well.",
                    )
    return found


def _wrong(where: str, what: str, do: str = "") -> UsageError:
    return UsageError(f"{where}: {what}", do=do or "See docs/configuration.md.")
