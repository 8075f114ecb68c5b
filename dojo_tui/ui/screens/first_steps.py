"""From the first Connector to the first Records: it is checked, discovered when the person says so, and shown."""

from __future__ import annotations

from collections.abc import Callable

from dojo_tui.connectors.base import Tool
from dojo_tui.model.check import Checked, Step
from dojo_tui.model.operation import OperationType
from dojo_tui.ui.commands import key_of, keyed
from dojo_tui.ui.screens.check import CheckScreen
from dojo_tui.ui.screens.picker import Entry, Picker
from dojo_tui.ui.starting import start
from dojo_tui.ui.widgets.plain import plain


class FirstCheck(CheckScreen):
    """The check of what was just saved; what works is offered to be discovered."""

    def __init__(self, connector_id: int, label: str, tool: Tool) -> None:
        super().__init__(label, tool.title, self._check)
        self._connector_id = connector_id
        self._called = plain(label, 40)

    def _check(self, cancelled: Callable[[], None], told: Callable[[Step], None]) -> Checked:
        workspace = self.app.workspace
        assert workspace is not None, "a Connector was saved"
        return workspace.connectors.check(self._connector_id, cancelled, told)

    def done(self, checked: Checked) -> None:
        """Go on, if it works and is still looked at."""
        if not checked.works:
            ways = keyed("{back} goes back; {connectors} lists it, {edit} there changes it")
            self.say(f"It is saved, and does not work yet. {ways}.", "warn")
        elif self.app.screen is self:
            entries = [
                Entry("Discover now", "ask it what there is; nothing is imported by that", value=True),
                Entry("Not now", keyed("it is saved; {discover} discovers later"), value=False),
            ]
            self.app.push_screen(Picker(f"{self._called} is saved and works. What next?", entries), self._chosen)

    def _chosen(self, entry: Entry | None) -> None:
        app = self.app
        if entry is None:
            return
        app.run_id("unmapped")
        if entry.value:
            start(app, OperationType.DISCOVER, [(self._connector_id, self._called, None)])
        else:
            app.tell(f"✓ {self._called} saved. {key_of('discover')} discovers what it has.", "good")
