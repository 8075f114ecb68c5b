"""Mapping rules: order them, change them, see what they catch, apply them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dojo_tui.ui.bridge import Changes
from dojo_tui.ui.command import RULES
from dojo_tui.ui.commands import key_of
from dojo_tui.ui.lists.details import heading
from dojo_tui.ui.lists.rules import RuleSource, caught_lines, rule_lines
from dojo_tui.ui.screens.list_page import ListPage
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.columns import Query, Source
from dojo_tui.ui.widgets.plain import Line

if TYPE_CHECKING:
    from dojo_tui.services.rules import Caught


class RulesScreen(ListPage):
    """The list of rules. What each catches is counted beside it, and counted anew when something changed."""

    place = RULES
    default_sort = ""  # the order is what they are about: there is no other

    def on_mount(self) -> None:
        """Now the Workspace is known."""
        workspace = self.app.workspace
        assert workspace is not None, "rules are shown once the store is open"
        self._rules = RuleSource(workspace)
        self._list.switch(self._rules)
        super().on_mount()

    def concerned(self, changes: Changes) -> bool:
        """Other Records are caught."""
        return changes.records

    def _arrived(self, source: Source, ids: array[int], query: Query) -> None:
        super()._arrived(source, ids, query)
        workspace = self.app.workspace
        if workspace is None or not ids:
            return

        def count() -> Mapping[int, Caught]:
            # Read together: a rule that is added meanwhile is counted with the next change.
            rows = workspace.rules.all()
            found = workspace.rules.preview([row.rule for row in rows])
            return {row.id: caught for row, caught in zip(rows, found.rules, strict=True)}

        self.app.jobs.read(f"caught {id(self)}", count, self._counted)

    def _counted(self, caught: Mapping[int, Caught]) -> None:
        if self.is_attached:
            self._rules.caught = caught
            self._list.refresh()
            self.draw_side()

    def details(self, row: Any) -> list[Line]:
        """The rule in full."""
        caught = self._rules.caught.get(row.id)
        counted = caught_lines(caught) if caught is not None else [(("Counting …", "dim"),)]
        return [*rule_lines(row), (), heading("Catches now"), *counted]

    def open_row(self) -> None:
        """Edit the rule, or read it where nothing can be changed."""
        if not self.app.read_only:
            self.app.run_id("edit_rule")
        elif self.row is not None:
            self.app.push_screen(RuleScreen(self.row))

    def title_parts(self) -> tuple[list[Part], list[Part]]:
        """What is shown."""
        return [Part(" Mapping rules", "strong"), Part("  the first that matches a name decides", "dim")], (
            []
            if self.app.read_only
            else [Part(f"{key_of('add_rule')} ", "key", "add_rule"), Part("add one ", "", "add_rule")]
        )


class RuleScreen(TextPage):
    """One rule in full, where it cannot be edited."""

    kind = "Rule"

    def heading(self) -> str:
        """Its pattern."""
        return str(self.row.pattern)

    def lines(self) -> Iterable[Line]:
        """What it does."""
        return rule_lines(self.row)
