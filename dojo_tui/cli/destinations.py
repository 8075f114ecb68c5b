"""``dojo-tui destinations``: where Findings go, the embedded store or a DefectDojo server."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.checks import print_steps, steps_json
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, listing, write_object
from dojo_tui.cli.settings import DESTINATION_VARIABLE
from dojo_tui.cli.workspace import confirmed, opened
from dojo_tui.model.errors import UsageError
from dojo_tui.model.text import inert
from dojo_tui.services.settings import EMBEDDED, MOST_AT_ONCE

if TYPE_CHECKING:
    from dojo_tui.model.check import Checked
    from dojo_tui.services.destinations import Server
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.wiring import Workspace

URL = click.argument("url", metavar="URL")
REFERENCE_HELP = (
    "Where the token is, never the token: env:NAME, 'command:pass show x', keyring:service/user, file:/path."
)
CA_HELP = "Trust the authority whose certificate (PEM) is in this file."
INSECURE_HELP = "Do not verify the certificate: whoever is on the way can read the token."
TYPE_HELP = "Product Type of Products that are made without naming one."
AT_ONCE_HELP = f"How many requests it gets at the same time, 1 to {MOST_AT_ONCE}; 4 unless said otherwise."


@make_group("destinations")
def command() -> None:
    """List, add, choose, check or remove DefectDojo servers; move to one."""


@command.command("list")
@export_options()
@click.pass_context
def destinations_list(context: click.Context) -> None:
    """List the destinations; the one in use is marked."""
    with opened(context) as workspace:
        rows: list[DestinationRow | None] = [None, *workspace.destinations.rows()]
        if exported(context, rows, lambda row: _shape(workspace, row), "Destination"):
            return
        listing(
            rows,
            [
                Column("USED", lambda row: "yes" if _is_used(workspace, row) else ""),
                Column("DESTINATION", lambda row: row.url if row else EMBEDDED, at_most=50),
                Column("TOKEN", lambda row: (row.secret or "-") if row else "-", at_most=30),
                Column("CERTIFICATES", _certificates, at_most=40),
                Column("PRODUCT TYPE", lambda row: row.product_type if row else "-", at_most=30),
                Column("RECORDS", lambda row: f"{workspace.destinations.mapped(row):,}", right=True),
            ],
            lambda row: _shape(workspace, row),
            as_json=given(context).as_json,
            empty="",
        )


@command.command("add")
@URL
@click.option("--token", metavar="REFERENCE", help=f"{REFERENCE_HELP} Without it, env:DEFECTDOJO_TOKEN.")
@click.option("--ca", "ca_file", metavar="FILE", help=CA_HELP)
@click.option("--insecure", is_flag=True, help=INSECURE_HELP)
@click.option("--product-type", metavar="NAME", help=TYPE_HELP)
@click.option("--at-once", type=int, metavar="NUMBER", help=AT_ONCE_HELP)
@click.option("--use", "choose", is_flag=True, help="Send Findings there from now on.")
@click.pass_context
def destinations_add(
    context: click.Context,
    url: str,
    token: str | None,
    ca_file: str | None,
    insecure: bool,
    product_type: str | None,
    at_once: int | None,
    choose: bool,
) -> None:
    """Add a DefectDojo server, at the address of its web pages."""
    said: dict[str, Any] = {"secret": token, "ca_file": ca_file, "product_type": product_type, "at_once": at_once}
    with opened(context, changes=True) as workspace:
        row = workspace.destinations.add(
            url, verify=not insecure, **{name: value for name, value in said.items() if value is not None}
        )
        sentence = workspace.destinations.choose(row.url) if choose else ""
        _tell(context, workspace, row, f"Added {row.url}. Next: dojo-tui destinations check {row.url}", sentence)


@command.command("edit")
@URL
@click.option("--address", metavar="URL", help="The server, with all its data, is at another address now.")
@click.option("--token", metavar="REFERENCE", help=REFERENCE_HELP)
@click.option("--ca", "ca_file", metavar="FILE", help=f"{CA_HELP} Empty for the system's.")
@click.option("--insecure/--verify", "insecure", default=None, help=f"{INSECURE_HELP} Or verify it again.")
@click.option("--product-type", metavar="NAME", help=TYPE_HELP)
@click.option("--at-once", type=int, metavar="NUMBER", help=AT_ONCE_HELP)
@click.pass_context
def destinations_edit(
    context: click.Context,
    url: str,
    address: str | None,
    token: str | None,
    ca_file: str | None,
    insecure: bool | None,
    product_type: str | None,
    at_once: int | None,
) -> None:
    """Change those settings of a server that are given."""
    if all(one is None for one in (address, token, ca_file, insecure, product_type, at_once)):
        raise UsageError("Nothing was given that is to change.", do="See 'dojo-tui destinations edit --help'.")
    with opened(context, changes=True) as workspace:
        row = workspace.destinations.edit(
            url,
            address=address,
            secret=token,
            ca_file=ca_file,
            verify=None if insecure is None else not insecure,
            product_type=product_type,
            at_once=at_once,
        )
        _tell(context, workspace, row, f"Changed {row.url}.")


@command.command("use")
@URL
@click.pass_context
def destinations_use(context: click.Context, url: str) -> None:
    """Send Findings to this server from now on, or with 'embedded' into the store."""
    with opened(context, changes=True) as workspace:
        row = None if url.strip() == EMBEDDED else workspace.destinations.get(url)
        sentence = workspace.destinations.choose(row.url if row else None)
        settings = given(context).settings()
        stronger = settings.destination or (settings.configured.url if settings.configured else "")
        if stronger:
            place = f"--destination or {DESTINATION_VARIABLE}" if settings.destination else "the config file"
            print(f"Warning: {place} says {inert(stronger)}, which is stronger.", file=sys.stderr)
        _tell(context, workspace, row, sentence)


@command.command("check")
@click.argument("url", metavar="[URL]", required=False)
@click.pass_context
def destinations_check(context: click.Context, url: str | None) -> int:
    """Say whether a server can be used, step by step: the way, the token, rights, settings. Changes nothing."""
    with opened(context) as workspace:
        server = _server(workspace, url)
        if server is None:
            if given(context).as_json:
                write_object({"destination": EMBEDDED, "works": True, "steps": []})
            else:
                print("The embedded destination is in use: it is part of the store, and needs nothing else.")
            return ExitCode.DONE
        result = workspace.destinations.check(server)
    if given(context).as_json:
        write_object(_check_json(server, result))
    else:
        _print_check(server, result)
    return ExitCode.DONE if result.works else ExitCode.FAILED


@command.command("remove")
@URL
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def destinations_remove(context: click.Context, url: str, yes: bool) -> None:
    """Forget a server to which no Record is mapped; everything on it stays."""
    with opened(context, changes=True) as workspace:
        row = workspace.destinations.get(url)
        workspace.destinations.removable(row)
        confirmed(
            f"Remove the destination {inert(row.url)}?",
            "Everything on that server stays. What this store remembers of it (its Products, and what was sent to it) "
            "is forgotten: added again, it would be a new one.",
            yes=yes,
        )
        sentence = workspace.destinations.remove(row.url)
        if given(context).as_json:
            write_object({"removed": row.url, "sentence": sentence})
        else:
            print(inert(sentence))


@command.command("migrate")
@click.option("--to", "url", metavar="URL", help="A server that was added; without it, the one in use.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def destinations_migrate(context: click.Context, url: str | None, dry_run: bool, yes: bool) -> int:
    """Move what is in the embedded destination to a server: Products, open and dismissed Findings, mappings.

    Closed Findings are history, and stay. It can be interrupted, and run again.
    """
    with opened(context, changes=not dry_run) as workspace:
        from dojo_tui.cli.migrating import migrate

        server = workspace.server if url is None else workspace.destinations.get(url)
        if server is None:
            raise UsageError(
                "The embedded destination is in use: say where to move with --to.",
                safe="Nothing was changed.",
                do="'dojo-tui destinations list' shows the servers, 'destinations add' adds one.",
            )
        return migrate(context, workspace, server, dry_run=dry_run, yes=yes)


@command.command("tag")
@click.argument("url", metavar="[URL]", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
@click.pass_context
def destinations_tag(context: click.Context, url: str | None, dry_run: bool) -> int:
    """Add what our older Tests on a server lack: tags, lead, environment, description. What is there stays."""
    with opened(context, changes=not dry_run) as workspace:
        from dojo_tui.cli.tagging import tag

        server = workspace.server if url is None else workspace.destinations.get(url)
        if server is None:
            raise UsageError(
                "The embedded destination is in use, and needs no tags.",
                safe="Nothing was changed.",
                do="Name a server: 'dojo-tui destinations list' shows them.",
            )
        return tag(context, workspace, server, dry_run=dry_run)


def _server(workspace: Workspace, url: str | None) -> DestinationRow | Server | None:
    """The server that is meant: by its address, or the one in use, with what the config file says of it."""
    if url is None or url.strip() == EMBEDDED:
        return workspace.server if url is None else None
    server = workspace.destinations.server(url)
    used = workspace.server
    return used if used is not None and used.url == server.url else server


def _is_used(workspace: Workspace, row: DestinationRow | None) -> bool:
    return (row.id if row else None) == (workspace.server.id if workspace.server else None)


def _certificates(row: DestinationRow | None) -> str:
    if row is None:
        return "-"
    return (row.ca_file or "the system's") if row.verify else "NOT VERIFIED"


def _shape(workspace: Workspace, row: DestinationRow | None) -> Mapping[str, Any]:
    """A destination. ``token`` is where the token is kept, never the token."""
    return {
        "destination": row.url if row else EMBEDDED,
        "in_use": _is_used(workspace, row),
        "chosen": row.chosen if row else not any(one.chosen for one in workspace.destinations.rows()),
        "token": row.secret if row else None,
        "ca_file": (row.ca_file or None) if row else None,
        "verify": row.verify if row else None,
        "product_type": row.product_type if row else None,
        "at_once": row.at_once if row else None,
        "records": workspace.destinations.mapped(row),
    }


def _tell(context: click.Context, workspace: Workspace, row: DestinationRow | None, *sentences: str) -> None:
    said = " ".join(sentence for sentence in sentences if sentence)
    if given(context).as_json:
        now = workspace.destinations.get(row.url) if row else None
        write_object({**_shape(workspace, now), "sentence": said})
    else:
        print(inert(said))


def _check_json(server: DestinationRow | Server, result: Checked) -> Mapping[str, Any]:
    return {
        "destination": server.url,
        "works": result.works,
        "way": result.way,
        "who": result.who,
        "rights": list(result.rights),
        "products": result.veps,
        "notes": list(result.notes),
        **steps_json(result),
    }


def _print_check(server: DestinationRow | Server, result: Checked) -> None:
    print(f"{inert(server.url)}: {'works' if result.works else 'does not work'}")
    print_steps(result)
