"""The form of a mapping rule, which shows while one types what the rule would catch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import Input

from dojo_tui.model.errors import CancelledError, DojoTuiError
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.lists.rules import caught_lines
from dojo_tui.ui.screens.form import Form
from dojo_tui.ui.widgets.plain import Line, plain
from dojo_tui.ui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from dojo_tui.model.rules import Rule
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.services.rules import Caught
    from dojo_tui.store.rules import RuleRow

ROOM = 6
SAMPLES = 3
HINT: list[Line] = [((" * any text, ? one character, {api,web} one of these; * and {…} become {1}, {2} …", "dim"),)]


class RuleForm(Form):
    """Adds a rule, or edits one."""

    has_check = False
    room = ROOM

    def __init__(self, row: RuleRow | None = None, pattern: str = "") -> None:
        super().__init__()
        self._row, self._pattern = row, pattern
        self._preview = TextPane(HINT, name="preview", focusable=False)
        self._token: CancelToken | None = None

    def heading(self) -> str:
        """Its place in the list."""
        return f"Edit rule {self._row.position}" if self._row is not None else "New mapping rule"

    def fields(self) -> Iterator[Widget]:
        """What it catches, and what becomes of it."""
        row = self._row
        yield from self.field("pattern", "Name matches *", "acme/*-{api,web}", row.pattern if row else self._pattern)
        product = (row.product or "") if row else ""
        yield from self.field("product", "Product", "its name, like Shop or {1}; empty: ignore what matches", product)
        kind = "of a Product that has to be made; empty: the usual one"
        yield from self.field("product_type", "Product Type", kind, (row.product_type or "") if row else "")
        only = "only for Records of this one; empty: of all"
        yield from self.field("connector", "Connector", only, (row.connector_label or "") if row else "")

    def below(self) -> Iterator[Widget]:
        """What it would catch."""
        self._preview.styles.height = ROOM
        yield self._preview

    def on_mount(self) -> None:
        """What it catches as it is."""
        super().on_mount()
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        """With every letter."""
        super().on_input_changed(event)
        self._look()

    def _rule(self) -> Rule:
        from dojo_tui.model.rules import Rule

        label = self.value("connector")
        known = {row.label: row.id for row in self.app.snapshot.connectors}
        if label and label not in known:
            raise ValueError(f"Connector: there is none called {plain(label, 40)}.")
        product = self.value("product") or None
        return Rule(self.value("pattern"), product, self.value("product_type") or None, known.get(label))

    def _look(self) -> None:
        """Show what it would catch. A newer look makes an older one void, also while that is at work."""
        from dojo_tui.services.cancel import CancelToken

        if self._token is not None:
            self._token.cancel()
            self._token = None
        workspace, row = self.app.workspace, self._row
        try:
            rule = self._rule()
        except ValueError as error:
            self._show([((f" {error}", "bad"),)])
            return
        if workspace is None or not rule.pattern:
            self._show(HINT)
            return
        self._token = token = CancelToken()

        def look() -> Caught:
            rows = workspace.rules.all()
            wanted = [rule if row is not None and one.id == row.id else one.rule for one in rows]
            place = next((at for at, one in enumerate(rows) if row is not None and one.id == row.id), len(rows))
            if place == len(rows):
                wanted.append(rule)
            return workspace.rules.preview(wanted, token=token, samples=SAMPLES).rules[place]

        self.app.jobs.read(f"rule {id(self)}", look, self._looked, self._not_looked)

    def _looked(self, caught: Caught) -> None:
        self._show([((" Catches now: ", "dim"), *line) if not number else ((" ", ""), *line)
                    for number, line in enumerate(caught_lines(caught))])  # fmt: skip

    def _not_looked(self, error: Exception) -> None:
        if isinstance(error, CancelledError):
            return
        what = error.what if isinstance(error, DojoTuiError) else f"{type(error).__name__}: {error}"
        self._show([((" ", ""), (plain(what, 300), "bad"))])

    def _show(self, lines: list[Line]) -> None:
        if self.is_attached:
            self._preview.show(lines, top=True)

    def saving(self) -> Callable[[], object]:
        """Add it, or change it."""
        workspace, row, rule = self.app.workspace, self._row, self._rule()
        assert workspace is not None, "a form is saved once the store is open"
        if row is not None:
            return lambda: workspace.rules.edit(row.id, rule)
        return lambda: workspace.rules.add(rule)

    def saved(self, result: object) -> None:
        """Say what comes next."""
        self.app.changed(records=True)
        self.app.tell(keyed("✓ Saved. Every Discover applies the rules; {apply_rules} applies them now."), "good")
