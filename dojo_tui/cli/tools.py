"""``dojo-tui tools``: what can be connected, and what each Tool asks for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import command as make_command
from dojo_tui.cli.base import given
from dojo_tui.cli.output import write_array
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.connectors.base import Field, Tool


@make_command("tools")
@click.pass_context
def command(context: click.Context) -> None:
    """List the Tools that can be connected, with their fields."""
    from dojo_tui.tools.registry import tools

    found = tools()
    for name, reason in found.broken.items():
        print(f"The Tool {inert(name)} cannot be used: {inert(reason)}", file=sys.stderr)
    if given(context).as_json:
        write_array(_tool_json(tool) for tool in found.values())
        return
    for tool in found.values():
        print(f"{inert(tool.name)}: {inert(tool.title)}")
        named = [(f"--option {field.name}=…", field) for field in tool.options]
        known = [(_secret(tool, field), field) for field in tool.secrets]
        for option, field in [("--location …", tool.location), *known, *named]:
            default = f" (default: {field.default})" if field.default else ""
            print(f"  {inert(option):<26}{inert(field.help + default)}")
        needed = "".join(f" {_secret(tool, field)}" for field in tool.secrets if field.required)
        print(f"  dojo-tui connectors add {inert(tool.name)} --label LABEL --location …{inert(needed)}")


def _secret(tool: Tool, field: Field) -> str:
    return "--secret env:…" if field is tool.secrets[0] else f"--secret {field.name}=env:…"


def _tool_json(tool: Tool) -> Mapping[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "location": _field_json(tool.location),
        "secrets": [_field_json(field) for field in tool.secrets],
        "assets": tool.assets,
        "options": [_field_json(field) for field in tool.options],
    }


def _field_json(field: Field) -> Mapping[str, Any]:
    return {"name": field.name, "help": field.help, "required": field.required, "default": field.default}
