"""The root of the command line, and the one place where errors become exit codes."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from dojo_tui import __version__
from dojo_tui.cli.base import Group, given
from dojo_tui.cli.failures import ExitCode, tell
from dojo_tui.cli.settings import Given

MODULES = {
    "demo": "demo",
    "discover": "discover",
    "sync": "sync",
    "run-due": "run_due",
    "connectors": "connectors",
    "destinations": "destinations",
    "tools": "tools",
    "records": "records",
    "rules": "rules",
    "products": "products",
    "findings": "findings",
    "operations": "operations",
}
"""Subcommands in the order of the help page, and the module of this package that holds each."""


class _NobodyReadsError(Exception):
    """Whoever read us has enough (``| head``), which is no error. click would end the process with 1."""


class Root(Group):
    """Imports a subcommand's module when the subcommand is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the subcommands, in the order in which a person meets them."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a subcommand."""
        if cmd_name not in MODULES:
            return None
        command = importlib.import_module(f"dojo_tui.cli.{MODULES[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _NobodyReadsError from error


@click.group(cls=Root, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dojo-tui")
@click.pass_context
def root(context: click.Context) -> None:
    """Connect security tools to DefectDojo, in the terminal.

    Without a command, opens the app.
    """
    if context.invoked_subcommand is None:
        from dojo_tui.cli.app import open_app

        context.exit(open_app(given(context)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing is raised."""
    options = Given()
    _stand_in_for_closed()
    on_terminal = sys.stderr.isatty()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter must not end a sync.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = root.main(
            args=None if arguments is None else list(arguments),
            prog_name="dojo-tui",
            standalone_mode=False,
            obj=options,
        )
        sys.stdout.flush()
    except (_NobodyReadsError, BrokenPipeError):
        _write_no_more(sys.stdout)
        return ExitCode.DONE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 the last line of defence: told, never shown raw
        if isinstance(error, OSError):
            _write_no_more(sys.stdout)
        # A line that cannot be parsed is not read to its end: look for the wish by hand.
        return tell(error, as_json=options.as_json or "--json" in (sys.argv if arguments is None else arguments))
    finally:
        if on_terminal and not sys.stderr.isatty():
            # It is gone, and what Python may still write to it would end in an exit code of its own.
            _write_no_more(sys.stderr)
    return result if isinstance(result, int) else ExitCode.DONE


def _stand_in_for_closed() -> None:
    """A stream that the shell closed (``>&-``) is as one that nobody reads."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 -- to the end


def _write_no_more(stream: TextIO) -> None:
    """What Python would flush at its exit, and fail again, goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        stream.flush()
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
