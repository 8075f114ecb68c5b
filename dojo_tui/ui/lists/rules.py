"""Mapping rules as a list, in their order."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.base import Column, Query
from dojo_tui.ui.lists.details import fact
from dojo_tui.ui.lists.words import key_line, no_match
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.services.rules import Caught, Preview
    from dojo_tui.store.rules import RuleRow
    from dojo_tui.wiring import Workspace


class RuleSource:
    """All rules: few enough to be read whole."""

    noun = "Rules"
    columns = (
        Column("", 3, right=True),
        Column("Name matches", 20, grow=3),
        Column("What it does", 20, grow=3),
        Column("Catches now", 11, right=True, drop=1),
        Column("Connector", 12, grow=1, drop=2),
    )

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._rows: dict[int, RuleRow] = {}
        self.caught: Mapping[int, Caught] = {}
        """What each catches now, by its id; counted after the list is shown."""

    def ids(self, query: Query) -> array[int]:
        """Those with all the words, in their order."""
        rows = self._workspace.rules.all()
        words = query.text.casefold().split()
        rows = [row for row in rows if all(word in _searched(row) for word in words)]
        self._rows = {row.id: row for row in rows}
        return array("q", (row.id for row in rows))

    def rows(self, ids: Sequence[int]) -> list[RuleRow]:
        """Those that were read."""
        return [self._rows[identifier] for identifier in ids if identifier in self._rows]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line of the list."""
        caught = self.caught.get(row.id)
        count: Span = ("…", "dim") if caught is None else (f"{caught.count:,}", "" if caught.count else "dim")
        connector: Span = (plain(row.connector_label), "") if row.connector_label else ("all", "dim")
        return (str(row.position), "dim"), (plain(row.pattern), ""), does(row), count, connector

    def empty(self, query: Query) -> list[Line]:
        """What a rule is for."""
        if query.text:
            return [no_match("No rule")]
        return [
            (("There is no mapping rule yet.", "strong"),),
            (("A rule says by a Record's name to which Product it belongs, or that it is ignored:", ""),),
            (("  acme/*-{api,web}", "accent"), ("  →  ", "dim"), ("{1}", "accent")),
            key_line("{add_rule} adds one. Every Discover applies them to what is New."),
        ]


def does(row: Any) -> Span:
    """What becomes of a Record that it catches."""
    return ("- ignore", "dim") if row.product is None else (f"→ {plain(row.product)}", "accent")


def rule_lines(row: Any) -> list[Line]:
    """One rule in full."""
    lines: list[Line] = [
        ((plain(row.pattern), "strong"),),
        (),
        fact("Does", "ignores what matches" if row.product is None else f"maps to {row.product}"),
    ]
    if row.product_type:
        lines.append(fact("Product Type", f"{row.product_type}, of a Product that has to be made"))
    return [
        *lines,
        fact("Connector", row.connector_label or "all"),
        fact("Place", f"{row.position}; the first decides"),
    ]


def caught_lines(caught: Caught) -> list[Line]:
    """What a rule would do with the Records that are New now."""
    lines: list[Line] = [((f"{_records(caught.count)}", "accent" if caught.count else "dim"),)]
    if caught.earlier:
        lines.append(((f"{caught.earlier:,} more match it, but an earlier rule decides them.", "warn"),))
    for sample in caught.samples:
        becomes: Span = ("ignored", "dim") if sample.product is None else (plain(sample.product, 60), "accent")
        lines.append(((plain(sample.name, 80), ""), (" → ", "dim"), becomes))
    if caught.problem_count:
        lines.append(((f"{_records(caught.problem_count)} would stay New: no Product can have this name:", "bad"),))
        lines += [((f"{plain(sample.name, 80)} → “{plain(sample.product, 60)}”", "bad"),) for sample in caught.problems]
    return lines


def preview_sentences(preview: Preview) -> list[str]:
    """What applying all rules now would do."""
    made = f", {len(preview.new_products):,} of their Products new" if preview.new_products else ""
    told = f"{preview.mapped:,} would be mapped{made}, {preview.ignored:,} ignored, {preview.left:,} left."
    rules = [f"{caught.count:>7,}  {plain(str(caught.rule), 80)}" for caught in preview.rules if caught.count]
    return [f"Of {_records(preview.looked_at)} that are New: {told}", *rules, keyed("{undo} takes it back.")]


def _searched(row: RuleRow) -> str:
    return f"{row.pattern} {row.product or 'ignore'} {row.product_type or ''} {row.connector_label or ''}".casefold()


def _records(count: int) -> str:
    return f"{count:,} Record{'' if count == 1 else 's'}"
