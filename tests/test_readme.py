"""The README says what the program does."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from dojo_tui.cli.root import MODULES, root
from tools import readme

TEXT = readme.README.read_text(encoding="utf-8")
COMMANDS = sorted(
    {
        line.strip().removeprefix("$ ")
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", TEXT, re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
        if re.match(r"\s*(\$ )?dojo-tui\b", line)
    }
)


def test_generated_parts_are_up_to_date() -> None:
    assert readme.written(TEXT) == TEXT, "run: python -m tools.readme"


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_shown_exists(line: str) -> None:
    words = shlex.split(re.split(r"[|>#]", line)[0])[1:]
    command: click.Command = root
    context = click.Context(root, info_name="dojo-tui")
    while isinstance(command, click.Group) and words:
        flags = [word for word in words if not word.startswith("-")]
        if not flags:
            break
        found = command.get_command(context, flags[0])
        assert found is not None, flags[0]
        words.remove(flags[0])
        command = found
        context = click.Context(command, info_name=flags[0], parent=context)
    parameters = [*command.params, *root.params]
    known = {name for parameter in parameters for name in [*parameter.opts, *parameter.secondary_opts, "--help"]}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


def test_every_command_is_told() -> None:
    for name in MODULES:
        assert f"dojo-tui {name}" in TEXT
