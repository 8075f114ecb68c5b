"""The registry of commands: each is declared once (catalogue.py), and everything else comes from it.

Key bindings, palette, key hints, help and the documentation read it; a test
walks it and fails when a command lacks any of these ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.binding import Binding, BindingType
from textual.keys import key_to_character

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.ui.app import DojoApp

UNMAPPED, MAPPED, OPERATIONS = "unmapped", "mapped", "operations"
CONNECTORS, FINDINGS, OPERATION, RECORD, TEXT = "connectors", "findings", "operation", "record", "text"
CHECK, DESTINATIONS, MIGRATION = "check", "destinations", "migration"
FINDING, RULES, HISTORY = "finding", "rules", "history"

TABS = frozenset({UNMAPPED, MAPPED, OPERATIONS})
SCREENS = frozenset({CONNECTORS, DESTINATIONS, RULES, HISTORY})
RECORDS = frozenset({UNMAPPED, MAPPED})
ONE_OR_MORE = RECORDS | {RECORD}
SEVERAL = RECORDS | {FINDINGS}
TRIAGED = frozenset({FINDING, FINDINGS})
LISTS = TABS | {CONNECTORS, DESTINATIONS, FINDINGS, MIGRATION, OPERATION, RULES, HISTORY}
EVERYWHERE = LISTS | {RECORD, FINDING, TEXT, CHECK}

PLACES = {
    UNMAPPED: "Unmapped Records",
    MAPPED: "Mapped Records",
    OPERATIONS: "Operations",
    CONNECTORS: "Connectors",
    DESTINATIONS: "Destinations",
    MIGRATION: "a migration",
    FINDINGS: "Findings",
    FINDING: "one Finding",
    OPERATION: "one Operation",
    RECORD: "one Record",
    RULES: "Mapping rules",
    HISTORY: "History",
    TEXT: "a text",
    CHECK: "a check",
}
"""Where a person can be, in words."""


GROUPS = ("Map", "Rules", "Triage", "Run", "Connectors", "Destinations", "Show", "Mark", "Program", "Move")
"""In the order in which a person looks for them."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a command may know when it is asked whether it can run, and when it runs."""

    place: str
    ready: bool = False
    failed: bool = False
    """Whether the store could not be opened."""
    read_only: bool = False
    row: Any = None
    """The row under the cursor, or the one that is open."""
    marked: frozenset[int] = frozenset()
    rows: int = 0
    """How many rows the list shows."""
    text: str = ""
    """The list's filter."""
    connector: ConnectorRow | None = None
    """The chosen Connector; None means all."""
    connectors: tuple[ConnectorRow, ...] = ()
    running: tuple[OperationRow, ...] = ()
    held: bool | None = None
    """Whether something is held in the open Operation; None where that is not known."""
    planned: int = 0
    """How many Records the open migration would still move."""
    server: bool = False
    """Whether Findings go to a DefectDojo server."""
    offers_demo: bool = False
    """Whether the demo can be opened from here."""
    pinned: str = ""
    """The destination that this run was told to use, whatever is chosen in the store."""

    @property
    def targets(self) -> tuple[int, ...]:
        """Ids an act is about: the marked ones, else the one under the cursor."""
        if self.marked:
            return tuple(self.marked)
        return () if self.row is None else (self.row.id,)

    @property
    def noun(self) -> str:
        """The targets in words."""
        count = len(self.targets)
        what = "Finding" if self.place in TRIAGED else "Record"
        return f"{count:,} {what}{'' if count == 1 else 's'}"


Availability = Callable[[Context], str]
"""Says why a command cannot run now; an empty string means that it can."""


def always(_context: Context) -> str:
    """No condition."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing a person can do."""

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    """A sentence for the help screen and the palette; ``{undo}`` stands for that command's key."""
    group: str
    places: frozenset[str]
    run: str
    """``module:function`` below ``dojo_tui.ui.actions``."""
    cli: str
    """How the same is done from the shell."""
    mouse: str
    """How the same is done with the mouse; keys as in ``help``."""
    changes: bool = False
    """True when it changes something: removed by --read-only."""
    hint: int = 0
    """Place in the line of key hints; 0 means it is not in there."""
    hint_places: frozenset[str] = EVERYWHERE
    """Where it has a hint, when that is not everywhere it can be used."""
    short: str = ""
    """What the key hint says; empty means the title."""
    help_at: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Another ``help`` in some places."""
    cli_at: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Another shell twin in some places."""
    needs: Availability = always
    urgent: bool = False
    """Its hint comes first whenever it can be used."""

    def why_not(self, context: Context) -> str:
        """Why it cannot run here and now; empty when it can."""
        if not context.ready and self.group not in ("Program", "Move"):
            return "the store could not be opened" if context.failed else "the store is still being opened"
        if self.changes and context.read_only:
            return "this app was opened with --read-only"
        return self.needs(context)

    def help_in(self, place: str) -> str:
        """What it does there."""
        return self.help_at.get(place, self.help)

    def cli_in(self, place: str) -> str:
        """How the shell does it for what is listed there."""
        return self.cli_at.get(place, self.cli)

    @property
    def hint_text(self) -> str:
        """What the line of key hints says."""
        return self.short or self.title

    @property
    def keys_short(self) -> str:
        """Its first key, for narrow places; empty without any."""
        return show_key(self.keys[0]) if self.keys else ""

    @property
    def key_text(self) -> str:
        """Its keys as a person writes them."""
        return " ".join(show_key(key) for key in self.keys) or PALETTE


PALETTE = "menu"
"""Stands where a key would: the person wants none for this command."""

_KEY_WORDS = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "asterisk": "*",
    "tilde": "~",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
}


def show_key(key: str) -> str:
    """A key as a person writes it."""
    if key in _KEY_WORDS:
        return _KEY_WORDS[key]
    character = key_to_character(key) or ""
    if len(key) > 1 and character.isprintable() and character.strip():
        return character
    if key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key.replace("ctrl+", "^")


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
    from dojo_tui.ui.catalogue import CATALOGUE

    keyed = [replace(one, keys=_own_keys[one.id]) if one.id in _own_keys else one for one in CATALOGUE]
    first = {one.id: _short(one, keyed) for one in keyed}
    return tuple(replace(one, help=one.help.format(**first), mouse=one.mouse.format(**first)) for one in keyed)


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


def handler(command: Command) -> Callable[[DojoApp, Context], None]:
    """The function that does it; its module is imported when first needed."""
    module, function = command.run.split(":")
    found: Callable[[DojoApp, Context], None] = getattr(import_module(f"dojo_tui.ui.actions.{module}"), function)
    return found
