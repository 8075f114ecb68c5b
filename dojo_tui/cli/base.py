"""Commands and groups that take the global options on either side of the subcommand."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

import click

from dojo_tui.cli.settings import Given

Callback = Callable[..., Any]


def given(context: click.Context) -> Given:
    """The global options of this run."""
    return context.ensure_object(Given)


def near(word: str, known: Iterable[str]) -> str:
    """A hint naming those of ``known`` that look like ``word``; empty when none does."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(one) for one in close)}?" if close else ""


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if isinstance(value, str) and not value.strip():
        raise click.BadParameter("it is empty.", context, parameter)
    # A default of the inner command must not undo what was typed before it.
    if value:
        setattr(given(context), str(parameter.name), value)


def _global_options() -> list[click.Option]:
    return [
        click.Option(
            ["--store"],
            metavar="URL",
            help="Store to use: a URL or the path of an SQLite file.",
            callback=_remember,
            expose_value=False,
        ),
        click.Option(
            ["--destination"],
            metavar="URL",
            help="DefectDojo server to use, or 'embedded'.",
            callback=_remember,
            expose_value=False,
        ),
        click.Option(["--config"], metavar="FILE", help="Config file (TOML).", callback=_remember, expose_value=False),
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            help="Print JSON: stable field names, times in UTC.",
            callback=_remember,
            expose_value=False,
        ),
        click.Option(
            ["--read-only"],
            is_flag=True,
            help="Refuse every act that changes something.",
            callback=_remember,
            expose_value=False,
        ),
    ]


class Command(click.Command):
    """A command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.global_options = _global_options()
        self.params.extend(self.global_options)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the command's own options first, the global ones apart."""
        show_options(self, self.global_options, ctx, formatter)


class Group(click.Group):
    """A group of commands that also takes the global options."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.global_options = _global_options()
        self.params.extend(self.global_options)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the subcommands, then the options, the global ones apart."""
        self.format_commands(ctx, formatter)
        show_options(self, self.global_options, ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name those commands that look like an unknown one."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            hint = near(name, self.list_commands(ctx)) or f"There are: {', '.join(self.list_commands(ctx))}."
            ctx.fail(f"No such command '{name}'. {hint}")
        return super().resolve_command(ctx, args)


Group.group_class = Group


def show_options(
    command: click.Command, apart: list[click.Option], context: click.Context, formatter: click.HelpFormatter
) -> None:
    """Write the options of a help page, those in ``apart`` under their own title."""
    for title, wanted in (("Options", False), ("Global options", True)):
        records = [
            record
            for parameter in command.get_params(context)
            if isinstance(parameter, click.Option)
            and (parameter in apart) is wanted
            and (record := parameter.get_help_record(context)) is not None
        ]
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def command(name: str | None = None, **attributes: Any) -> Callable[[Callback], Command]:
    """Turn a function into a Command."""
    return click.command(name, cls=Command, **attributes)


def group(name: str | None = None, **attributes: Any) -> Callable[[Callback], Group]:
    """Turn a function into a Group."""
    return click.group(name, cls=Group, **attributes)
