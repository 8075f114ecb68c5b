"""Write the tables of README.md, docs/ and the Tools' pages that come from the program: keys, fields, options.

Run it with ``python -m scripts.readme``; a test fails when a page is behind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path

from dojo_tui.connectors.base import Field, Tool

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TOOLS = ROOT / "dojo_tui" / "tools"

_BEGIN = re.compile(r"<!-- (.+?): made by scripts/readme\.py -->")


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
    """Every generated part by its name."""
    from dojo_tui.tools.registry import tools

    return {
        "keys": keys,
        "options of destinations": partial(options, "destinations"),
        "tools": table_of_tools,
        **{f"fields of {tool.name}": partial(fields, tool) for tool in tools().values()},
    }


def table_of_tools() -> str:
    """Every Tool that is built in, with the first sentences of its own README."""
    from dojo_tui.tools.registry import tools

    lines = ["| tool | name | what becomes a Record | how it was verified |", "|---|---|---|---|"]
    for tool in tools().values():
        page = TOOLS / type(tool).__module__.split(".")[2] / "README.md"
        text = page.read_text(encoding="utf-8")
        told = [_cell(_first_sentence(text, about)) for about in ("What becomes a Record", "How it was verified")]
        link = f"[{_cell(tool.title)}](../{page.relative_to(ROOT)})"
        lines.append(f"| {link} | `{tool.name}` | {told[0]} | {told[1]} |")
    return "\n".join(lines)


def pages() -> list[Path]:
    """The pages of a person who uses the program: the README, docs/ and those of the Tools."""
    return [README, *sorted((ROOT / "docs").glob("*.md")), *sorted(TOOLS.glob("*/README.md"))]


def written(text: str) -> str:
    """``text`` with every generated part in it as it should be; raises ValueError for a part that nobody makes."""
    made = parts()
    for name in _BEGIN.findall(text):
        if name not in made:
            raise ValueError(f"there is no generated part {name!r}: there are {', '.join(made)}")
        begin, end = f"<!-- {name}: made by scripts/readme.py -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        whole = f"{begin}\n{made[name]()}\n{end}"
        text = pattern.sub(lambda _match, whole=whole: whole, text)  # type: ignore[misc]
    return text


def missing() -> set[str]:
    """Generated parts that no page has a place for."""
    there = {name for page in pages() for name in _BEGIN.findall(page.read_text(encoding="utf-8"))}
    return set(parts()) - there


def _first_sentence(text: str, about: str) -> str:
    """What a README says first about something, between ``**about.**`` and the end of the sentence."""
    said = text.partition(f"**{about}.**")[2].partition("\n\n")[0]
    said = " ".join(said.split())
    return re.split(r"(?<=[.:])\s(?=[A-Z`])", said, maxsplit=1)[0].rstrip(".:")


def _default(field: Field) -> str:
    return _cell(f"`{field.default}`") if field.default else ""


def _code(keys: str) -> str:
    return " ".join(f"`{_cell(key)}`" for key in keys.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for page in pages():
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
    if missing():
        sys.exit(f"No page has a place for: {', '.join(sorted(missing()))}")
