"""Which colours? What is behind the picker shows each as the cursor comes to it."""

from __future__ import annotations

from dojo_tui.ui.screens.picker import Entry, Picker
from dojo_tui.ui.theme import TITLES, Looks


class ThemePicker(Picker):
    """Answers with an Entry whose value is a theme's name, or empty: what suits the terminal."""

    hint = "type to find a theme"

    def __init__(self, looks: Looks, shown: str) -> None:
        automatic = f"what suits this terminal: {TITLES[looks.suited]}"
        entries = [Entry("Automatic", automatic, "")]
        entries += [Entry(title, _note(looks, name), name) for name, title in TITLES.items()]
        super().__init__("Theme", entries)
        self._looks, self._before = looks, shown
        self._list.moved = self._preview

    def find(self, words: str) -> None:
        """What is found first is shown at once; before anything is typed the cursor is on the one that is in use."""
        super().find(words)
        if not words and self._before in TITLES:
            self._list.move_to(list(TITLES).index(self._before) + 1)
        self._preview()

    def _preview(self) -> None:
        row = self._list.current
        if row is not None:
            self.app.theme = row.entry.value or self._looks.suited

    def action_give_up(self) -> None:
        """As it was."""
        self.app.theme = self._before
        super().action_give_up()


def _note(looks: Looks, name: str) -> str:
    """The word for it on a command line, and whether that is what was said there."""
    said = f", named by {looks.named_by}" if name == looks.named else ""
    own = ", the terminal's own colours" if name.startswith("ansi") else ""
    return f"{name}{own}{said}"
