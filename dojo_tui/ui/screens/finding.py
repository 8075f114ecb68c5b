"""One Finding in full."""

from __future__ import annotations

from collections.abc import Iterable

from dojo_tui.ui.lists.details import finding_lines
from dojo_tui.ui.screens.text_page import TextPage
from dojo_tui.ui.widgets.plain import Line


class FindingScreen(TextPage):
    """Its facts and its description."""

    kind = "Finding"

    def heading(self) -> str:
        """Its title."""
        return str(self.row.title)

    def lines(self) -> Iterable[Line]:
        """Facts first."""
        return finding_lines(self.row, self.app.clock)
