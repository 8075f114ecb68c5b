"""Opening the workspace for one command, and finding what the person named."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given, near
from dojo_tui.model.clock import zone_problem
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.cli.settings import Settings
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.wiring import Workspace

_UNVERIFIED = "the certificate of {} is not verified: whoever is on the way can read the token and change Findings."


@contextmanager
def opened(context: click.Context, *, changes: bool = False) -> Iterator[Workspace]:
    """The workspace of this run. A command that ``changes`` something is refused when read-only."""
    settings = given(context).settings()
    if changes and settings.read_only:
        raise UsageError(
            f"'{context.command_path}' changes something, and this is read-only.",
            safe="Nothing was changed.",
            do="Leave out --read-only, or read_only in the config file.",
        )
    problem = zone_problem()
    if problem:
        print(f"Warning: {inert(problem)}", file=sys.stderr)
    workspace = open_workspace(settings)
    if workspace.server is not None and not workspace.server.verify:
        print(f"Warning: {inert(_UNVERIFIED.format(workspace.server.url))}", file=sys.stderr)
    try:
        yield workspace
    finally:
        workspace.close()
    if workspace.store.made:
        # Else an empty list would look as if nothing had been there.
        print(f"There was no store at {inert(workspace.store.name)}: a new, empty one was made.", file=sys.stderr)


def open_workspace(settings: Settings) -> Workspace:
    """Put everything together as the settings say."""
    from dojo_tui import wiring

    return wiring.open_workspace(
        settings.store,
        read_only=settings.read_only,
        discover_hold=settings.discover_hold,
        sync_hold=settings.sync_hold,
        destination=settings.destination,
        configured=settings.configured,
    )


def all_connectors(workspace: Workspace) -> list[ConnectorRow]:
    """Every Connector, by label."""
    from dojo_tui.store import connectors

    with workspace.store.database.read() as connection:
        return connectors.all_connectors(connection)


def connectors_named(workspace: Workspace, labels: Iterable[str]) -> list[ConnectorRow]:
    """The Connectors with these labels, each once, in the order typed; raises NotFoundError for the first unknown."""
    by_label = {row.label: row for row in all_connectors(workspace)}
    return [_named(by_label, label) for label in dict.fromkeys(labels)]


def connector_named(workspace: Workspace, label: str) -> ConnectorRow:
    """The Connector with this label; raises NotFoundError."""
    return connectors_named(workspace, [label])[0]


def _named(by_label: Mapping[str, ConnectorRow], label: str) -> ConnectorRow:
    try:
        return by_label[label]
    except KeyError:
        known = (
            f"There are: {', '.join(by_label)}." if by_label else "There are none yet: add one with 'connectors add'."
        )
        raise NotFoundError(f"There is no Connector '{label}'.", do=near(label, by_label) or known) from None


def confirmed(question: str, stays: str, *, yes: bool) -> None:
    """Ask before a destructive act, saying what stays (P6). Without a terminal only ``--yes`` will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"{question} This needs a yes, and there is no terminal to ask on.",
            safe="Nothing was changed.",
            do="Add --yes if you mean it.",
        )
    click.echo(stays, err=True)
    if not click.confirm(question, default=False, err=True):
        raise click.Abort
