"""Mapping rules: showing, adding, changing, ordering, applying, reading and writing them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dojo_tui.model.errors import UsageError
from dojo_tui.ui.actions.mapping import act
from dojo_tui.ui.command import Context
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.services.rules import Preview
    from dojo_tui.ui.host import Host
    from dojo_tui.ui.screens.rules_plan import Chosen
    from dojo_tui.wiring import Workspace

LARGEST = 10_000_000
"""Bytes; a longer file holds no list of rules."""


def _workspace(app: Host) -> Workspace:
    assert app.workspace is not None, "commands run once the store is open"
    return app.workspace


def rules(app: Host, _context: Context) -> None:
    """The screen of rules."""
    from dojo_tui.ui.screens.rules import RulesScreen

    if not isinstance(app.page, RulesScreen):
        app.push_screen(RulesScreen())


def add(app: Host, _context: Context) -> None:
    """An empty form."""
    from dojo_tui.ui.screens.rule_form import RuleForm

    app.push_screen(RuleForm())


def edit(app: Host, context: Context) -> None:
    """The same form, filled in."""
    from dojo_tui.ui.screens.rule_form import RuleForm

    app.push_screen(RuleForm(context.row))


def _move(app: Host, context: Context, step: int) -> None:
    workspace, row = _workspace(app), context.row
    app.jobs.write(lambda: workspace.rules.move(row.id, row.position + step), lambda _row: app.changed(records=True))


def up(app: Host, context: Context) -> None:
    """Decide earlier."""
    _move(app, context, -1)


def down(app: Host, context: Context) -> None:
    """Decide later."""
    _move(app, context, 1)


def remove(app: Host, context: Context) -> None:
    """Asks first, and says what stays."""
    from dojo_tui.ui.screens.confirm import Confirm

    workspace, row = _workspace(app), context.row

    def removed(_count: int) -> None:
        app.changed(records=True)
        app.tell("✓ Removed.", "good")

    app.push_screen(
        Confirm(
            f"Remove rule {row.position}?",
            [plain(str(row.rule), 200), "Stays: what it mapped or ignored."],
            "Remove it",
        ),
        lambda yes: app.jobs.write(lambda: workspace.rules.remove([row.id]), removed) if yes else None,
    )


def apply(app: Host, context: Context) -> None:
    """Show what each rule would do now; all of it, or what is marked, is done once somebody says so."""
    from dojo_tui.ui.screens.rules_plan import RulesPlan

    workspace = _workspace(app)
    connector_id = context.connector.id if context.connector is not None else None
    of = f" to {plain(context.connector.label, 30)}" if context.connector is not None else ""

    def ask(preview: Preview) -> None:
        if not preview.mapped + preview.ignored:
            app.tell("The rules catch nothing that is New now.", "warn")
            return
        if app.page is not None:
            app.page.hush()  # it is not being looked any more
        shown = [caught.rule for caught in preview.rules]

        def chosen(only: Chosen | None) -> None:
            if only is not None:
                act(
                    app,
                    lambda _mapper: workspace.rules.apply(connector_id=connector_id, only=only or None, shown=shown),
                )

        app.push_screen(RulesPlan(of, preview), chosen)

    app.tell("Looking what the rules catch …", "dim")
    app.jobs.read("apply rules", lambda: workspace.rules.preview(connector_id=connector_id, samples=0), ask)


def export(app: Host, _context: Context) -> None:
    """Ask for the file, and write it in a thread."""
    from dojo_tui.ui.screens.prompt import Prompt

    workspace = _workspace(app)

    def write(path: str) -> int:
        text, target = workspace.rules.export(), Path(path).expanduser()
        try:
            # Never over what is there: it may be another list.
            with target.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            raise UsageError(f"{path} is there already.", safe="It was not changed.", do="Choose a new name.") from None
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.", safe="Nothing was changed.") from None
        return text.count("[[rule]]")

    def named(path: str | None) -> None:
        if path:
            app.jobs.apart(
                lambda: write(path), lambda count: app.tell(f"✓ {count:,} rules written to {plain(path, 200)}", "good")
            )

    app.push_screen(Prompt("Export the rules", "Write to (TOML):", "rules.toml"), named)


def load(app: Host, _context: Context) -> None:
    """Ask for the file; the list in it takes the place of this one."""
    from dojo_tui.ui.screens.prompt import Prompt

    workspace = _workspace(app)

    def read(path: str) -> int:
        source = Path(path).expanduser()
        try:
            if source.stat().st_size > LARGEST:
                raise UsageError(f"{path} is too large for a list of rules.", safe="Nothing was changed.")
            text = source.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.", safe="Nothing was changed.") from None
        except UnicodeDecodeError:
            raise UsageError(f"{path} is no text in UTF-8.", safe="Nothing was changed.") from None
        return workspace.rules.load(text)

    def loaded(count: int) -> None:
        app.changed(records=True)
        app.tell(f"✓ {count:,} rules read.", "good")

    def named(path: str | None) -> None:
        if path:
            _replacing(app, workspace, lambda: app.jobs.write(lambda: read(path), loaded))

    app.push_screen(Prompt("Import rules", "Read from (TOML):", "rules.toml"), named)


def _replacing(app: Host, workspace: Workspace, go_on: Callable[[], None]) -> None:
    """Ask first when there are rules that go."""
    from dojo_tui.ui.screens.confirm import Confirm

    def ask(there: int) -> None:
        if not there:
            go_on()
            return
        app.push_screen(
            Confirm(
                f"Replace {there:,} rule{'' if there == 1 else 's'}?",
                ["The list in the file takes the place of this one; a wrong rule in it changes nothing.",
                 keyed("Stays: what they mapped or ignored. {export_rules} keeps the present list in a file first.")],
                "Replace",
            ),
            lambda yes: go_on() if yes else None,
        )  # fmt: skip

    app.jobs.read("rules", lambda: len(workspace.rules.all()), ask)
