"""A command is declared once, and every way to it exists."""

from __future__ import annotations

import inspect
import re
from collections import Counter

import pytest
from textual.binding import Binding

from dojo_tui.ui import commands
from dojo_tui.ui.command import FINDINGS, GROUPS, MAPPED, OPERATIONS, PLACES, UNMAPPED, Command, Context
from dojo_tui.ui.lists.words import filter_examples, filter_hints
from dojo_tui.ui.screens.help import help_lines
from dojo_tui.ui.screens.palette import command_entries
from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive

NOT_KEYS = {"ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+left_square_bracket"}
ALL = commands.commands()


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.id)
def test_a_command_lacks_none_of_its_ways(command: Command) -> None:
    assert command.keys, "no key"
    assert command.title, "no title"
    assert command.help.endswith("."), "no sentence for the help"
    assert command.cli, "no CLI twin"
    assert command.mouse, "no mouse way"
    assert command.places, "nowhere to use it"
    assert command.places <= set(PLACES)
    assert command.group in GROUPS
    function = commands.handler(command)
    assert list(inspect.signature(function).parameters), "no function"
    for place in command.places:
        context = Context(place=place)
        assert command.id == "palette" or command in [entry.value for entry in command_entries(context)]
        text = "\n".join("".join(part for part, _ in line) for line in help_lines(context))
        assert f"{command.title}. {command.help_in(place)}" in text
        assert command.cli_in(place) in text


def test_a_key_does_one_thing_in_one_place() -> None:
    for place in PLACES:
        keys = Counter(key for command in commands.at(place) for key in command.keys)
        assert [key for key, count in keys.items() if count > 1] == [], place


def test_no_key_that_is_no_key_and_no_chord_as_the_only_way() -> None:
    for command in ALL:
        assert not NOT_KEYS & set(command.keys), command.id
        assert any(not key.startswith("ctrl+") for key in command.keys), command.id


def test_every_key_of_the_registry_is_bound_and_no_other() -> None:
    bound = {binding.key if isinstance(binding, Binding) else binding[0] for binding in commands.bindings()}
    assert bound == {key for command in ALL for key in command.keys}


def test_ids_are_unique() -> None:
    assert len({command.id for command in ALL}) == len(ALL)


def test_what_the_design_promises_is_on_its_key() -> None:
    wanted = {
        "1": "unmapped", "2": "mapped", "3": "operations", "slash": "filter", "colon": "palette", "ctrl+p": "palette",
        "question_mark": "help", "space": "mark", "v": "range", "asterisk": "mark_all", "d": "discover", "m": "map",
        "a": "accept", "i": "ignore", "r": "restore", "x": "delete", "u": "undo", "U": "redo", "enter": "open",
        "escape": "back", "o": "link", "y": "copy", "e": "export", "q": "quit",
    }  # fmt: skip
    here = commands.by_key(UNMAPPED)
    assert {key: here[key].id for key in wanted} == wanted
    assert commands.by_key(MAPPED)["s"].id == "sync"
    assert commands.by_key(MAPPED)["p"].id == "plan"


def test_read_only_refuses_everything_that_changes_something() -> None:
    changing = [command for command in ALL if command.changes]
    assert {"map", "ignore", "restore", "delete", "undo", "sync", "discover", "add", "edit", "remove"} <= {
        command.id for command in changing
    }
    for command in changing:
        for place in command.places:
            context = Context(place=place, ready=True, read_only=True)
            assert "--read-only" in command.why_not(context)


def test_a_disabled_key_says_why(make_app: AppMaker) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("r")
        assert "only an Ignored Record can be restored" in hand.page.told
        await hand.press("s")
        assert "map" in hand.page.told

    drive(make_app(), script)


@pytest.mark.parametrize("place", [UNMAPPED, MAPPED, OPERATIONS, FINDINGS])
def test_fault_19_help_and_hints_of_a_list_name_its_own_fields_and_its_own_twins(place: str) -> None:
    own = {example.partition(":")[0] for example in filter_examples(place)}
    text = "\n".join("".join(part for part, _ in line) for line in help_lines(Context(place=place)))
    said = set(re.findall(r"\b([a-z]+):[<>=\w]", commands.by_id()["filter"].help_in(place)))
    said |= {hint.partition(":")[0] for hint in filter_hints(place) if ":" in hint}
    assert said, "it names some"
    assert said <= own
    assert all(f"{name}:" in text for name in own)
    noun = {OPERATIONS: "operations", FINDINGS: "findings"}.get(place, "records")
    for name, option in (("filter", "--filter"), ("sort_next", "--sort"), ("reverse", "--reverse")):
        assert commands.by_id()[name].cli_in(place).startswith(f"dojo-tui {noun} list {option}")
