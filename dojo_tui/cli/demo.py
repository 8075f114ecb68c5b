"""``dojo-tui demo``: the app on a throw-away world."""

from __future__ import annotations

import click

from dojo_tui.cli.base import command as make_command
from dojo_tui.cli.base import given


@make_command("demo")
@click.pass_context
def command(context: click.Context) -> int:
    """Open the app on a throw-away world: real reports and live tools, offline, gone at the end.

    The live tools have a story: what happens at which Discover is told in the
    docs/demo.md.
    """
    from dojo_tui.cli.app import need_terminal
    from dojo_tui.demo.run import run_demo

    need_terminal()
    settings = given(context).settings()
    return run_demo(read_only=settings.read_only, theme=settings.theme, preferences=settings.preferences)
