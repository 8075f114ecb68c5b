"""The registry of commands: each is declared once (catalogue.py), and everything else comes from it.

Key bindings, palette, key hints, help and the documentation read it; a test
walks it and fails when a command lacks any of these ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from dojo_tui.ui.catalogue import CATALOGUE
from dojo_tui.ui.command import PALETTE, Availability, Command, Context, show_key

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host

_own_keys: dict[str, tuple[str, ...]] = {}
"""Keys that the person chose, by the command's id: there is one person at the keyboard."""


def use_keys(keys: Mapping[str, tuple[str, ...]]) -> None:
    """Give these commands other keys, and all others those of the catalogue."""
    _own_keys.clear()
    _own_keys.update(keys)
    for known in (commands, by_id, by_key, hints):
        known.cache_clear()


@cache
def commands() -> tuple[Command, ...]:
    """All commands, in the order of the help screen."""
    chosen = [replace(one, keys=_own_keys[one.id]) if one.id in _own_keys else one for one in CATALOGUE]
    first = {one.id: _short(one, chosen) for one in chosen}
    return tuple(
        replace(one, help=one.help.format(**first), mouse=one.mouse.format(**first), needs=_Keyed(one.needs))
        for one in chosen
    )


@dataclass(frozen=True, slots=True)
class _Keyed:
    """What a command needs, said with the keys of now. Two of the same command are equal."""

    needs: Availability

    def __call__(self, context: Context) -> str:
        return keyed(self.needs(context))


def key_of(command_id: str) -> str:
    """The first key of a command as a person writes it; ``keyed`` is for whole sentences.

    One without a key is named with the way to it: the menu's key and its title there.
    """
    return _short(by_id()[command_id], commands())


def _short(command: Command, among: Sequence[Command]) -> str:
    if command.keys:
        return show_key(command.keys[0])
    menu = next((show_key(one.keys[0]) for one in among if one.id == "palette" and one.keys), PALETTE)
    return f"{menu} “{command.title}”"


def keyed(sentence: str) -> str:
    """A sentence that names keys by their commands, as in ``{undo} takes it back.``, with the keys of now."""
    return sentence.format_map(_Keys())


class _Keys(dict[str, str]):
    def __missing__(self, command_id: str) -> str:
        return key_of(command_id)


@cache
def by_id() -> dict[str, Command]:
    """Commands by their id."""
    return {command.id: command for command in commands()}


@cache
def by_key(place: str) -> dict[str, Command]:
    """What each key does in a place."""
    return {key: command for command in at(place) for key in command.keys}


def at(place: str) -> Iterator[Command]:
    """Commands of a place."""
    return (command for command in commands() if place in command.places)


@cache
def hints(place: str) -> tuple[Command, ...]:
    """Commands in a place's line of key hints, the most important first."""
    hinted = [command for command in at(place) if command.hint and place in command.hint_places]
    return tuple(sorted(hinted, key=lambda command: command.hint))


def keys() -> set[str]:
    """Every key that does something somewhere."""
    return {key for command in commands() for key in command.keys}


def bindings() -> list[BindingType]:
    """One binding for each key; what it does depends on the place."""
    keys = {key: command for command in commands() for key in command.keys}
    return [
        Binding(key, f"press('{key}')", command.title, show=False, id=f"{command.id}.{key}")
        for key, command in keys.items()
    ]


def handler(command: Command) -> Callable[[Host, Context], None]:
    """The function that does it; its module is imported when first needed."""
    module, function = command.run.split(":")
    found: Callable[[Host, Context], None] = getattr(import_module(f"dojo_tui.ui.actions.{module}"), function)
    return found
