"""What a command is, where it can be used, and what it may know when it is asked whether it can run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.keys import key_to_character

if TYPE_CHECKING:
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.store.operations import OperationRow

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
