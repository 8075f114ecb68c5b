"""Every sentence of the app that names a key asks the registry for it: people have keys of their own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dojo_tui.ui
from dojo_tui.services.preferences import Choice, Preferences
from dojo_tui.ui import commands
from dojo_tui.ui.command import UNMAPPED, Context
from dojo_tui.ui.screens.help import help_lines
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive

ROOT = Path(dojo_tui.ui.__file__).parent
KEY = r"(?:[b-zB-Z0-9?/*~]|A|esc|enter|space|tab|Home|End|Pg(?:Up|Dn)|F\d+|\^[a-z])"
NAMED = [
    re.compile(rf"(?:^|[\s(·,;.]){KEY}(?: again)? (?!days\b)[a-z]+s\b"),  # u takes it back
    re.compile(rf"\b(?:with|then|press|click) {KEY}(?=[\s,.;)]|$)"),  # map it first with m
    re.compile(rf"(?<=\s)\({KEY}\)"),  # use another one first (c)
    re.compile(rf"(?:^|\s){KEY} and {KEY} "),  # enter and f list its Findings
    re.compile(r"^\s*/ [a-z]"),  # / filter
]
OWN = {"widgets/filter_line.py"}
"""Keys of the line in which a filter is typed: as fixed as those of a dialog."""


def literals(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Every text that is no docstring, with its line, and whether it is drawn as a key."""
    told = {
        id(statement.value)
        for node in ast.walk(tree)
        for statement in (getattr(node, "body", None) if isinstance(getattr(node, "body", None), list) else []) or []
        if isinstance(statement, ast.Expr)
    }
    drawn: set[int] = set()
    for node in ast.walk(tree):
        parts = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
        if len(parts) > 1 and isinstance(parts[1], ast.Constant) and parts[1].value == "key":
            drawn.add(id(parts[0]))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value, id(node) in drawn


def is_dialog(tree: ast.AST, dialogs: set[str]) -> bool:
    """Whether a module is a dialog, whose keys are its own and stay what they are."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return any(name in dialogs for one in classes for name in [one.name, *map(_name, one.bases)])


def _name(base: ast.expr) -> str:
    return base.id if isinstance(base, ast.Name) else _name(base.value) if isinstance(base, ast.Subscript) else ""


def named(text: str, fixed: set[str]) -> str:
    """The first key that a text names as it stands, but for those that are ``fixed``; empty if there is none."""
    for pattern in NAMED:
        for found in pattern.finditer(text):
            keys = set(re.findall(rf"(?<!\w){KEY}(?!\w)", found[0]))
            if not keys <= fixed:
                return found[0].strip()
    return ""


def test_no_sentence_names_a_key_by_itself() -> None:
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        fixed: set[str] = set()
        if is_dialog(tree, {"Dialog", "Scrolled", "Picker", "ModalScreen", "Form"}):
            fixed = {*("esc", "enter", "space", "c", "y", "n", "r", "*", "J", "K", "5", "9", "^s", "^t", "F2", "F3")}
        for line, text, drawn in literals(tree):
            said = named(text, fixed)
            if drawn and re.fullmatch(rf"\s*{KEY}\s*", text) and text.strip() not in fixed:
                said = text
            if said and place not in OWN:
                wrong.append(f"{place}:{line}: {said!r} in {text!r}")
    assert not wrong, "\n".join(["ask for it: keyed(…), key_line(…) or key_of(…)", *wrong])


@pytest.mark.parametrize(
    ("sentence", "key"),
    [
        ("Deleted. u takes it back.", "u takes"), ("map it first with m", "with m"), ("first (c), then", "(c)"),
        ("no such key; ? shows them", "? shows"), (" enter and f list them", "enter and f"), ("/ filter", "/ f"),
        ("A rule says what becomes of it", ""), ("took 3 s", ""), ("what's said by the server's people", ""),
    ],
)  # fmt: skip
def test_what_counts_as_naming_a_key(sentence: str, key: str) -> None:
    assert named(sentence, set()).startswith(key) if key else named(sentence, set()) == ""


def test_every_key_that_is_asked_for_is_a_commands() -> None:
    known = commands.by_id().keys()
    asked = {
        (path.name, name)
        for path in ROOT.rglob("*.py")
        for call in re.finditer(r"\b(key_of|keyed|key_line)\(\s*f?[\"']([^\"'\n]*)", path.read_text(encoding="utf-8"))
        for name in ([call[2]] if call[1] == "key_of" else re.findall(r"\{(\w+)\}", call[2]))
    }
    assert len(asked) > 40
    assert {(place, name) for place, name in asked if name not in known} == set()


def test_sentences_name_the_keys_that_a_person_chose(make_app: AppMaker) -> None:
    own = {"undo": "F6", "back": "F7", "open": "F8", "operations": "F9", "filter": "F10", "map": "ä", "quit": "ö"}
    keys = tuple(Choice(command, (key,), "config.toml, line 1, [keys]") for command, key in own.items())

    async def script(hand: Hand) -> None:
        assert "F10 filter" in hand.screen
        await hand.press("s")
        assert "map it first with ä" in hand.page.told
        await hand.press("f7", "f7")
        assert "This is the first screen; ö quits." in hand.page.told
        await hand.press("x")
        assert "F6 takes it back." in " ".join(hand.screen.replace("│", " ").split())
        await hand.press("n", "f10")
        await hand.type("nothing is named so")
        await hand.press("enter")
        assert "F7 clears it, F10 changes it." in hand.screen
        await hand.press("f7", "2", "f8")
        assert "F8 and f list its Findings · F7 goes back" in hand.screen
        told = "\n".join("".join(text for text, _ in line) for line in help_lines(Context(place=UNMAPPED)))
        assert "v again ends it, F7 takes it back." in told
        assert "click ö quit in the bottom line" in told

    try:
        drive(make_app(preferences=Preferences(keys=keys)), script)
    finally:
        commands.use_keys({})
