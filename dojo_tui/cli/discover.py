"""``dojo-tui discover``: ask tools what they hold."""

from __future__ import annotations

import click

from dojo_tui.cli.base import command as make_command
from dojo_tui.cli.workspace import all_connectors, connectors_named, opened
from dojo_tui.model.operation import OperationType


@make_command("discover")
@click.argument("labels", metavar="[LABEL]...", nargs=-1)
@click.option("--accept-large-change", is_flag=True, help="Mark Records Missing even if they are suspiciously many.")
@click.pass_context
def command(context: click.Context, labels: tuple[str, ...], accept_large_change: bool) -> int:
    """Ask the tools what they hold; new units become Records.

    Without a LABEL, every Connector is asked.
    """
    with opened(context, changes=True) as workspace:
        from dojo_tui.cli.operate import finish
        from dojo_tui.cli.running import Request, runner

        wanted = connectors_named(workspace, labels) if labels else all_connectors(workspace)
        requests = [
            Request(row.id, row.label, OperationType.DISCOVER, accept_large_change=accept_large_change)
            for row in wanted
        ]
        ran = runner(context, workspace).run(requests)
        return finish(
            context, workspace, ran, nothing="There is no Connector yet. Add one with 'dojo-tui connectors add'."
        )
