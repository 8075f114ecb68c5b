"""``dojo-tui run-due``: one pass of the scheduler, for cron."""

from __future__ import annotations

import click

from dojo_tui.cli.base import command as make_command
from dojo_tui.cli.workspace import opened


@make_command("run-due")
@click.pass_context
def command(context: click.Context) -> int:
    """Run every Operation that is due now, to its end.

    Put this into cron or a systemd timer to have schedules kept while the app is closed.
    """
    with opened(context, changes=True) as workspace:
        from dojo_tui.cli.operate import finish
        from dojo_tui.cli.running import runner

        return finish(
            context,
            workspace,
            runner(context, workspace).run_due(),
            nothing="Nothing is due.",
        )
