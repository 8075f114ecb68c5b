"""``dojo-tui rules``: what becomes of New Records by their names."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.base import group as make_group
from dojo_tui.cli.exporting import export_options, exported
from dojo_tui.cli.output import Column, listing, number, write_object, write_table
from dojo_tui.cli.records import DRY_RUN, take_back, tell
from dojo_tui.cli.report import SHOWN
from dojo_tui.cli.shapes import preview_json, rule_json
from dojo_tui.cli.workspace import confirmed, connector_named, opened
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.model.rules import Rule
    from dojo_tui.services.rules import Into, Preview
    from dojo_tui.store.rules import RuleRow
    from dojo_tui.wiring import Workspace

PATTERN = click.argument("pattern", metavar="PATTERN")
POSITION = click.argument("position", metavar="POSITION", type=click.IntRange(min=1))
PRODUCT = click.option(
    "--product", metavar="NAME", help="Product to map to, e.g. Shop or '{1}'; made if there is none."
)
PRODUCT_TYPE = click.option("--product-type", metavar="NAME", help="Product Type of a Product that has to be made.")
IGNORE = click.option("--ignore", is_flag=True, help="Ignore what matches.")
CONNECTOR = click.option("--connector", "label", metavar="LABEL", help="Only for Records of this Connector.")


@make_group("rules")
def command() -> None:
    r"""Map or ignore New Records by their names, at every Discover and on demand.

    The first rule that matches decides. PATTERN is a glob for the whole name, in any case: * is any text, ? one
    character, [a-z] one of these, {api,web} one of these words. Each * and {…} is captured: {1}, {2} … in the name of
    the Product; {name} is the whole name.
    """


@command.command("list")
@export_options()
@click.pass_context
def rules_list(context: click.Context) -> None:
    """List the rules, in order."""
    with opened(context) as workspace:
        rules = workspace.rules.all()
        if exported(context, rules, rule_json, "Rule"):
            return
        listing(
            rules,
            [
                Column("POSITION", lambda row: str(row.position), right=True),
                Column("CONNECTOR", lambda row: row.connector_label or "all", at_most=20),
                Column("NAME MATCHES", lambda row: row.pattern, at_most=50),
                Column("PRODUCT", lambda row: "(ignore)" if row.product is None else row.product, at_most=40),
                Column("PRODUCT TYPE", lambda row: row.product_type or "-", at_most=20),
            ],
            rule_json,
            as_json=given(context).as_json,
            empty="No rules. 'dojo-tui rules add' adds one.",
        )


@command.command("add")
@PATTERN
@PRODUCT
@PRODUCT_TYPE
@IGNORE
@CONNECTOR
@click.option("--at", type=click.IntRange(min=1), metavar="POSITION", help="Put it there instead of last.")
@click.pass_context
def rules_add(
    context: click.Context,
    pattern: str,
    product: str | None,
    product_type: str | None,
    ignore: bool,
    label: str | None,
    at: int | None,
) -> None:
    """Add a rule."""
    with opened(context, changes=True) as workspace:
        rule = _rule(workspace, pattern, product, product_type, ignore, label)
        _told(context, workspace.rules.add(rule, at), "Added")


@command.command("edit")
@POSITION
@click.option("--name", "pattern", metavar="PATTERN", help="Another pattern.")
@PRODUCT
@PRODUCT_TYPE
@IGNORE
@CONNECTOR
@click.option("--all-connectors", is_flag=True, help="For Records of every Connector.")
@click.pass_context
def rules_edit(
    context: click.Context,
    position: int,
    pattern: str | None,
    product: str | None,
    product_type: str | None,
    ignore: bool,
    label: str | None,
    all_connectors: bool,
) -> None:
    """Change a rule; what is not given stays."""
    with opened(context, changes=True) as workspace:
        row = _at(workspace, position)
        if label is not None and all_connectors:
            raise UsageError("--connector and --all-connectors do not go together.", safe="Nothing was changed.")
        ignores = ignore or (row.product is None and product is None)
        rule = _rule(
            workspace,
            row.pattern if pattern is None else pattern,
            None if ignore else product if product is not None else row.product,
            product_type if product_type is not None or ignores else row.product_type,
            ignores,
            label or (None if all_connectors else row.connector_label),
        )
        _told(context, workspace.rules.edit(row.id, rule), "Changed")


@command.command("move")
@POSITION
@click.argument("to", metavar="TO", type=click.IntRange(min=1))
@click.pass_context
def rules_move(context: click.Context, position: int, to: int) -> None:
    """Move a rule to another position."""
    with opened(context, changes=True) as workspace:
        _told(context, workspace.rules.move(_at(workspace, position).id, to), "Moved")


@command.command("remove")
@click.argument("positions", metavar="POSITION...", type=click.IntRange(min=1), nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rules_remove(context: click.Context, positions: tuple[int, ...], yes: bool) -> None:
    """Remove rules; what they mapped stays mapped."""
    with opened(context, changes=True) as workspace:
        rows = [_at(workspace, position) for position in dict.fromkeys(positions)]
        confirmed(f"Remove {number(len(rows), 'rule')}?", "What they mapped or ignored stays so.", yes=yes)
        count = workspace.rules.remove([row.id for row in rows])
        _say(context, {"count": count}, f"Removed {number(count, 'rule')}.")


@command.command("preview")
@CONNECTOR
@click.option("--samples", type=click.IntRange(0, 1_000), default=5, show_default=True, help="Records shown of a rule.")
@click.pass_context
def rules_preview(context: click.Context, label: str | None, samples: int) -> None:
    """Show what each rule would catch now."""
    with opened(context) as workspace:
        connector_id = connector_named(workspace, label).id if label else None
        _show(context, workspace.rules.preview(connector_id=connector_id, samples=samples))


@command.command("apply")
@CONNECTOR
@click.option(
    "--rule",
    "positions",
    metavar="POSITION",
    type=click.IntRange(min=1),
    multiple=True,
    help="Only what this rule decides; repeat for several.",
)
@click.option(
    "--product", "wanted", metavar="NAME", multiple=True, help="Only what goes to this Product; repeat for several."
)
@DRY_RUN
@click.pass_context
def rules_apply(
    context: click.Context, label: str | None, positions: tuple[int, ...], wanted: tuple[str, ...], dry_run: bool
) -> None:
    """Let the rules decide about all New Records now, as one act; 'records undo' takes it back.

    --dry-run shows what each rule would do, and --rule and --product choose some of it.
    """
    with opened(context, changes=not dry_run) as workspace:
        connector_id = connector_named(workspace, label).id if label else None
        numbers = {_at(workspace, position).position - 1 for position in positions}
        if dry_run or wanted or positions:
            plan = workspace.rules.preview(connector_id=connector_id, samples=0 if wanted else 5)
            chosen = [
                line.key
                for caught in plan.rules
                for line in caught.into
                if (not numbers or line.rule in numbers) and (not wanted or line.product in wanted)
            ]
            if dry_run:
                _show(context, _of(plan, chosen) if wanted or positions else plan)
                return
            rules = [caught.rule for caught in plan.rules]
            tell(context, workspace.rules.apply(connector_id=connector_id, only=chosen, shown=rules))
        else:
            tell(context, workspace.rules.apply(connector_id=connector_id))


@command.command("undo")
@DRY_RUN
@click.pass_context
def rules_undo(context: click.Context, dry_run: bool) -> None:
    """Take back what the rules did at the last Discover; the next one leaves those Records alone."""
    with opened(context, changes=not dry_run) as workspace:
        from dojo_tui.services.rules import BY

        take_back(context, workspace, BY, dry_run=dry_run, nothing="There is nothing that rules did at a Discover.")


@command.command("export")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before a file is replaced.")
@click.pass_context
def rules_export(context: click.Context, file: Path | None, yes: bool) -> None:
    """Write the rules as TOML, to FILE or to standard output."""
    with opened(context) as workspace:
        text = workspace.rules.export()
    if file is None:
        sys.stdout.write(text)
        return
    if file.exists():
        confirmed(f"Replace {file}?", "What it holds now is lost.", yes=yes)
    file.write_text(text, encoding="utf-8")


@command.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True))
@click.option("--append", is_flag=True, help="Keep the rules there are, and put these behind them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rules_import(context: click.Context, file: Path, append: bool, yes: bool) -> None:
    """Read rules from a TOML FILE (- is standard input), in place of those there are: all or none."""
    with opened(context, changes=True) as workspace:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{file} is no text in UTF-8.", safe="Nothing was changed.") from None
        there = len(workspace.rules.all())
        if there and not append:
            confirmed(f"Replace {number(there, 'rule')}?", "What they mapped or ignored stays so.", yes=yes)
        count = workspace.rules.load(text, append=append)
        _say(context, {"count": count}, f"Read {number(count, 'rule')}.")


def _rule(
    workspace: Workspace, pattern: str, product: str | None, product_type: str | None, ignore: bool, label: str | None
) -> Rule:
    from dojo_tui.model.rules import Rule

    if ignore == (product is not None):
        raise UsageError("A rule needs either --product or --ignore.", safe="Nothing was changed.")
    return Rule(pattern, product, product_type, connector_named(workspace, label).id if label else None)


def _at(workspace: Workspace, position: int) -> RuleRow:
    rows = workspace.rules.all()
    if position > len(rows):
        raise NotFoundError(
            f"There is no rule at position {position}.",
            safe="Nothing was changed.",
            do="'dojo-tui rules list' shows them.",
        )
    return rows[position - 1]


def _of(plan: Preview, chosen: Collection[tuple[int, str | None]]) -> Preview:
    """The plan of only some of its lines."""
    rules = [replace(caught, into=[line for line in caught.into if line.key in chosen]) for caught in plan.rules]
    lines = [line for caught in rules for line in caught.into]
    for caught in rules:
        caught.count = sum(line.count for line in caught.into)
        caught.samples = [one for one in caught.samples if one.product in {line.product for line in caught.into}]
    mapped = sum(line.count for line in lines if line.product is not None)
    ignored = sum(line.count for line in lines if line.product is None)
    new = sorted({line.product for line in lines if line.new and line.product is not None}, key=str.lower)
    return replace(
        plan, rules=rules, mapped=mapped, ignored=ignored, left=plan.looked_at - mapped - ignored, new_products=new
    )


def _show(context: click.Context, preview: Preview) -> None:
    if given(context).as_json:
        write_object(preview_json(preview))
        return
    for place, caught in enumerate(preview.rules, 1):
        said = [number(caught.count, "Record")]
        if caught.earlier:
            said.append(f"{caught.earlier:,} more caught by an earlier rule")
        if caught.problem_count:
            said.append(f"{caught.problem_count:,} left New, since the Product would have no valid name")
        print(inert(f"{place}. {caught.rule}: {', '.join(said)}"))
        write_table(
            caught.into[:SHOWN],
            [
                Column("", lambda _: "   "),
                Column("RECORDS", lambda row: f"{row.count:,}", right=True),
                Column("PRODUCT", lambda row: "(ignore)" if row.product is None else row.product, at_most=40),
                Column("PRODUCT TYPE", _made, at_most=40),
            ],
        )
        if len(caught.into) > SHOWN:
            print(f"     and {number(len(caught.into) - SHOWN, 'more Product')}: --json has all of them")
        write_table(
            caught.samples,
            [
                Column("", lambda _: "   "),
                Column("NAME", lambda row: row.name, at_most=50),
                Column("PRODUCT", lambda row: "(ignore)" if row.product is None else row.product, at_most=40),
            ],
        )
    new = f", {number(len(preview.new_products), 'Product')} of them new" if preview.new_products else ""
    print(
        f"Of {number(preview.looked_at, 'New Record')}: {preview.mapped:,} would be mapped{new}, "
        f"{preview.ignored:,} ignored, {preview.left:,} left."
    )


def _made(line: Into) -> str:
    if line.product is None:
        return "-"
    return f"is made, {line.product_type or 'of the usual type'}" if line.new else "is there"


def _told(context: click.Context, row: RuleRow, done: str) -> None:
    if given(context).as_json:
        write_object(rule_json(row))
    else:
        print(inert(f"{done}: rule {row.position}, {row.rule}"))


def _say(context: click.Context, shape: dict[str, int], sentence: str) -> None:
    if given(context).as_json:
        write_object(shape)
    else:
        print(sentence)
