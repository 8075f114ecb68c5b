"""Mapping rules as a list, in their order."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dojo_tui.model.text import number
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.details import fact
from dojo_tui.ui.lists.words import key_line, no_match
from dojo_tui.ui.widgets.columns import Column, Query
from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from dojo_tui.services.rules import Caught, Into, Preview
    from dojo_tui.store.rules import RuleRow
    from dojo_tui.wiring import Workspace


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan with an id for the list."""

    id: int
    into: Into


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
            (("By a Record's name a rule maps it to a Product, or ignores it:", ""),),
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
    lines: list[Line] = [((number(caught.count, "Record"), "accent" if caught.count else "dim"),)]
    if caught.earlier:
        lines.append(((f"{caught.earlier:,} more match it, but an earlier rule decides them.", "warn"),))
    for sample in caught.samples:
        becomes: Span = ("ignored", "dim") if sample.product is None else (plain(sample.product, 60), "accent")
        lines.append(((plain(sample.name, 80), ""), (" → ", "dim"), becomes))
    if caught.problem_count:
        many = number(caught.problem_count, "Record")
        lines.append(((f"{many} would stay New: no Product can have this name:", "bad"),))
        lines += [((f"{plain(sample.name, 80)} → “{plain(sample.product, 60)}”", "bad"),) for sample in caught.problems]
    return lines


class PlanSource:
    """What the rules would do now: a line for each rule and Product."""

    noun = "lines"
    columns = (
        Column("Records", 7, right=True),
        Column("What becomes of them", 18, grow=3),
        Column("Product", 16, grow=1, drop=1),
        Column("By the rule", 12, grow=2, drop=2),
    )

    def __init__(self, preview: Preview) -> None:
        self.lines = [line for caught in preview.rules for line in caught.into]
        self._patterns = [plain(caught.rule.pattern, 80) for caught in preview.rules]

    def ids(self, query: Query) -> array[int]:
        """All of them, in the order of the rules."""
        return array("q", range(len(self.lines)))

    def rows(self, ids: Sequence[int]) -> list[PlanLine]:
        """Lines with the ids of the list."""
        return [PlanLine(number, self.lines[number]) for number in ids]

    def cells(self, row: Any) -> Sequence[Span]:
        """One line."""
        into: Into = row.into
        becomes: Span = ("- ignored", "dim") if into.product is None else (f"→ {plain(into.product, 120)}", "accent")
        made: Span = ("", "") if into.product is None else ("is there", "dim")
        if into.new:
            made = (f"new, {plain(into.product_type, 60)}" if into.product_type else "new, usual type", "warn")
        return (f"{into.count:,}", ""), becomes, made, (self._patterns[into.rule], "dim")

    def empty(self, query: Query) -> list[Line]:
        """There is always something: nothing else is shown."""
        return []


def plan_sentences(preview: Preview) -> tuple[str, str]:
    """What applying all rules now would do, and what comes of that."""
    many = number(preview.looked_at, "New Record")
    made = len(preview.new_products)
    new = f"{number(made, 'Product is', 'Products are')} made. " if made else ""
    return (
        f"Of {many}: {preview.mapped:,} mapped, {preview.ignored:,} ignored, {preview.left:,} left as they are.",
        f"{new}{keyed('{undo} takes it back.')}",
    )


def _searched(row: RuleRow) -> str:
    return f"{row.pattern} {row.product or 'ignore'} {row.product_type or ''} {row.connector_label or ''}".casefold()
