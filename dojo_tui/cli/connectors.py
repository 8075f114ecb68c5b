"""``dojo-tui connectors``: configured connections to Tools."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given, near
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.checks import check_json, print_check
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, listing, local, number, write_object
from dojo_tui.cli.shapes import connector_json
from dojo_tui.cli.workspace import all_connectors, confirmed, connector_named, connectors_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.connectors.base import Tool
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.wiring import Workspace

SEVERITIES = click.Choice([severity.label for severity in Severity], case_sensitive=False)
SCHEDULE_HELP = "'6h', '1d', 'daily 02:30', 'weekly mon 02:30', a cron expression, '@daily', or 'off'."
REFERENCE_HELP = (
    "Where the secret is, never the secret: env:NAME, 'command:pass show x', keyring:service/user, file:/path."
)
_REFERENCE = re.compile(r"(env|command|keyring|file):")
_LIKE_A_SECRET = re.compile(r"pass(word|wd|phrase)?$|secret|token|api_?key|credential|private_?key", re.IGNORECASE)


@make_group("connectors")
def command() -> None:
    """List, add, edit, check or remove Connectors."""


@command.command("list")
@export_options()
@click.pass_context
def connectors_list(context: click.Context) -> None:
    """List the Connectors."""
    with opened(context) as workspace:
        clock = workspace.clock
        if exported(context, all_connectors(workspace), connector_json, "Connector"):
            return
        listing(
            all_connectors(workspace),
            [
                Column("LABEL", lambda row: row.label, at_most=24),
                Column("TOOL", lambda row: row.tool),
                Column("LOCATION", lambda row: row.location, at_most=50),
                Column("AUTO-MAP", lambda row: "yes" if row.auto_map else "no"),
                Column("MIN SEVERITY", lambda row: row.min_severity.label),
                Column("DISCOVER", lambda row: row.discover_schedule or "off"),
                Column("NEXT", lambda row: local(row.discover_due_at, clock)),
                Column("SYNC", lambda row: row.sync_schedule or "off"),
                Column("NEXT", lambda row: local(row.sync_due_at, clock)),
            ],
            connector_json,
            as_json=given(context).as_json,
            empty="No Connectors yet. 'dojo-tui tools' shows what can be connected.",
        )


@command.command("add")
@click.argument("tool", metavar="TOOL")
@click.option("--label", required=True, help="Its name in this program.")
@click.option("--location", required=True, metavar="PLACE", help="Where the tool is: a folder, an address.")
@click.option(
    "--option", "pairs", metavar="KEY=VALUE", multiple=True, help="A field of the Tool; see 'dojo-tui tools'."
)
@click.option("--secret", "secrets", metavar="[NAME=]REFERENCE", multiple=True, help=REFERENCE_HELP)
@click.option("--auto-map", is_flag=True, help="Map what is discovered to a Product of its own name.")
@click.option("--min-severity", type=SEVERITIES, default=Severity.INFO.label, show_default=True)
@click.option("--discover-every", metavar="SCHEDULE", default="off", help=SCHEDULE_HELP)
@click.option("--sync-every", metavar="SCHEDULE", default="off", help=SCHEDULE_HELP)
@click.pass_context
def connectors_add(
    context: click.Context,
    tool: str,
    label: str,
    location: str,
    pairs: tuple[str, ...],
    secrets: tuple[str, ...],
    auto_map: bool,
    min_severity: str,
    discover_every: str,
    sync_every: str,
) -> None:
    """Add a Connector to a TOOL, for instance 'reports'."""
    options = _options(pairs)
    with opened(context, changes=True) as workspace:
        if tool not in workspace.tools:
            hint = near(tool, workspace.tools) or f"There are: {', '.join(workspace.tools)}."
            raise NotFoundError(f"There is no Tool '{tool}'.", safe="Nothing was added.", do=hint)
        workspace.connectors.add(
            tool,
            label,
            location,
            secret=_secrets(secrets, workspace.tools[tool]),
            options=options,
            auto_map=auto_map,
            min_severity=Severity.parse(min_severity),
            discover_schedule=discover_every,
            sync_schedule=sync_every,
        )
        _tell(context, connector_named(workspace, label.strip()), "added. Next: dojo-tui discover")


@command.command("edit")
@click.argument("label", metavar="LABEL")
@click.option("--label", "new_label", metavar="TEXT", help="Rename it.")
@click.option("--location", metavar="PLACE")
@click.option("--option", "pairs", metavar="KEY=VALUE", multiple=True, help="Change a field; an empty VALUE resets it.")
@click.option("--secret", "secrets", metavar="[NAME=]REFERENCE", multiple=True, help=REFERENCE_HELP)
@click.option("--auto-map/--no-auto-map", default=None)
@click.option("--min-severity", type=SEVERITIES)
@click.option("--discover-every", metavar="SCHEDULE", help=SCHEDULE_HELP)
@click.option("--sync-every", metavar="SCHEDULE", help=SCHEDULE_HELP)
@click.pass_context
def connectors_edit(
    context: click.Context,
    label: str,
    new_label: str | None,
    location: str | None,
    pairs: tuple[str, ...],
    secrets: tuple[str, ...],
    auto_map: bool | None,
    min_severity: str | None,
    discover_every: str | None,
    sync_every: str | None,
) -> None:
    """Change those settings of a Connector that are given."""
    options = _options(pairs)
    given_any = (new_label, location, auto_map, min_severity, discover_every, sync_every)
    if not options and all(one is None for one in given_any):
        raise UsageError("Nothing was given that is to change.", do="See 'dojo-tui connectors edit --help'.")
    with opened(context, changes=True) as workspace:
        row = connector_named(workspace, label)
        workspace.connectors.edit(
            row.id,
            label=new_label,
            location=location,
            secret=_secrets(secrets, workspace.tools.get(row.tool)),
            options=options or None,
            auto_map=auto_map,
            min_severity=Severity.parse(min_severity) if min_severity else None,
            discover_schedule=discover_every,
            sync_schedule=sync_every,
        )
        _tell(context, connector_named(workspace, (new_label or label).strip()), "changed.")


@command.command("check")
@click.argument("labels", metavar="[LABEL]...", nargs=-1)
@click.pass_context
def connectors_check(context: click.Context, labels: tuple[str, ...]) -> int:
    """Say, step by step, whether it is reachable, as whom it knows us, how much there is, and what is skipped."""
    with opened(context) as workspace:
        rows = connectors_named(workspace, labels) if labels else all_connectors(workspace)
        checked = [(row, workspace.connectors.check(row.id)) for row in rows]
    if given(context).as_json:
        write_object({"connectors": [check_json(row, result) for row, result in checked]})
    else:
        for row, result in checked:
            print_check(row, result)
    return ExitCode.DONE if all(result.works for _, result in checked) else ExitCode.FAILED


@command.command("remove")
@click.argument("label", metavar="LABEL")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def connectors_remove(context: click.Context, label: str, yes: bool) -> None:
    """Remove a Connector and its Records; Findings that were imported stay."""
    with opened(context, changes=True) as workspace:
        row = connector_named(workspace, label)
        records = _record_count(workspace, row.id)
        confirmed(
            f"Remove the Connector '{inert(row.label)}' and its {number(records, 'Record')}?",
            "Findings, Tests, Engagements and the history of Operations stay.",
            yes=yes,
        )
        sentence = workspace.connectors.remove(row.id)
        if given(context).as_json:
            write_object({"removed": row.label, "sentence": sentence})
        else:
            print(inert(sentence))


def _record_count(workspace: Workspace, connector_id: int) -> int:
    from dojo_tui.store.records import record_counts

    with workspace.store.database.read() as connection:
        return sum(record_counts(connection, connector_id).values())


def _secrets(given_: Iterable[str], tool: Tool | None) -> dict[str, str] | None:
    """References by their field's name; without a name it is the Tool's first secret."""
    found: dict[str, str] = {}
    fields = [field.name for field in tool.secrets] if tool is not None else []
    for text in given_:
        name, equals, reference = text.partition("=")
        if _REFERENCE.match(text) or not equals or name not in fields:
            # What follows "=" of an unknown name may be a secret: it is not looked at, and not repeated.
            name, reference = (fields[0] if fields else "secret"), text
        if name in found:
            raise UsageError(f"The {name} is given twice.")
        found[name] = reference
    return found or None


def _options(pairs: Iterable[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UsageError(f"--option wants KEY=VALUE, not '{key}'.")
        if _LIKE_A_SECRET.search(key):
            # The value is not repeated here: it may be the secret (P10).
            raise UsageError(
                f"--option {key} looks like a secret, and options are stored and shown in clear.",
                safe="Nothing was stored; it may be in your shell's history now.",
            )
        if key in options:
            raise UsageError(f"--option {key} is given twice.")
        options[key] = value
    return options


def _tell(context: click.Context, row: ConnectorRow, done: str) -> None:
    if given(context).as_json:
        write_object(connector_json(row))
    else:
        print(f"Connector '{inert(row.label)}' {done}")
