"""Writes the tables of README.md that come from the program: the keys, the fields of each Tool, options of commands.

Run it with ``python -m tools.readme``; a test fails when the README is behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path

from dojo_tui.connectors.base import Field, Tool

README = Path(__file__).parent.parent / "README.md"


def keys() -> str:
    """Every command of the app with its keys, by group."""
    from dojo_tui.ui.commands import commands as registered

    lines = ["| | key | what it does |", "|---|---|---|"]
    for group, commands in groupby(registered(), key=lambda command: command.group):
        for number, command in enumerate(commands):
            title = f"**{group}**" if number == 0 else ""
            lines.append(f"| {title} | {_code(command.key_text)} | {_cell(command.help)} |")
    return "\n".join(lines)


def fields(tool: Tool) -> str:
    """What a Tool asks for."""
    lines = ["| field | default | meaning |", "|---|---|---|"]
    if tool.secrets:
        lines.append(f"| `--location` | {_default(tool.location)} | {_cell(tool.location.help)} |")
    for number, field in enumerate(tool.secrets):
        name = "--secret" if number == 0 else f"--secret {field.name}=…"
        lines.append(f"| `{name}` | {'' if field.required else 'none'} | {_cell(field.help)} |")
    lines += [f"| `--option {one.name}=…` | {_default(one)} | {_cell(one.help)} |" for one in tool.options]
    return "\n".join(lines)


def options(*names: str) -> str:
    """What the commands of a group take, beside the global options."""
    import click

    from dojo_tui.cli.root import root

    context = click.Context(root)
    group: click.Command | None = root
    for name in names:
        assert isinstance(group, click.Group)
        group = group.get_command(context, name)
    assert isinstance(group, click.Group)
    taken: dict[tuple[str, str], list[str]] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        for one in command.params:
            if isinstance(one, click.Option) and one not in getattr(command, "global_options", ()):
                shown = " / ".join([*one.opts[:1], *one.secondary_opts])
                shown += f" {one.metavar}" if one.metavar else ""
                taken.setdefault((shown, one.help or ""), []).append(f"`{name}`")
    lines = ["| option | of | meaning |", "|---|---|---|"]
    lines += [f"| `{shown}` | {', '.join(names)} | {_cell(told)} |" for (shown, told), names in taken.items()]
    return "\n".join(lines)


def parts() -> Mapping[str, Callable[[], str]]:
    """Every generated part by its name; a Tool with fields must have its place in the README."""
    from dojo_tui.connectors.registry import built_in

    more = {"options of destinations": partial(options, "destinations")}
    return {"keys": keys, **more, **{f"fields of {tool.name}": partial(fields, tool) for tool in built_in()}}


def _default(field: Field) -> str:
    return _cell(f"`{field.default}`") if field.default else ""


def written(text: str) -> str:
    """``text`` with every generated part as it should be."""
    for name, make in parts().items():
        begin, end = f"<!-- {name}: made by tools/readme.py -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"README.md has no place for the part {name!r}")
        whole = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _match, whole=whole: whole, text)  # type: ignore[misc]
    return text


def _code(keys: str) -> str:
    return " ".join(f"`{_cell(key)}`" for key in keys.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
