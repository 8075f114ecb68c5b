"""Palette, help, theme, and the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dojo_tui.services.preferences import PLAY_DEMO
from dojo_tui.ui.command import Context

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host


def palette(app: Host, context: Context) -> None:
    """Every command of this place, by name."""
    from dojo_tui.ui.screens.palette import command_entries
    from dojo_tui.ui.screens.picker import Entry, Picker

    def chosen(entry: Entry | None) -> None:
        if entry is not None:
            app.run_command(entry.value)

    app.push_screen(Picker("Commands", command_entries(context)), chosen)


def help_(app: Host, context: Context) -> None:
    """What every key does here."""
    from dojo_tui.ui.screens.help import HelpScreen

    if not isinstance(app.page, HelpScreen):
        app.push_screen(HelpScreen(context))


def refresh(app: Host, _context: Context) -> None:
    """Read everything again and paint the whole terminal; a store that was gone or broken is opened anew."""
    if app.store_failed:
        app.reopen_store()
        return
    app.changed(records=True, operations=True)
    app.screen.refresh(repaint=True)
    app.tell("Read anew.", "dim")


def theme(app: Host, _context: Context) -> None:
    """Choose other colours, looking at each."""
    from dojo_tui.ui.screens.picker import Entry
    from dojo_tui.ui.screens.theme_picker import ThemePicker

    looks = app.looks

    def chosen(entry: Entry | None) -> None:
        if entry is None:
            return
        looks.keep(app.memory, entry.value)
        if looks.named:
            app.tell(f"{entry.title} until the app ends: {looks.named_by} names {looks.named}.", "dim")
        else:
            lasts = ", at the next start too" if app.memory.lasts else ", until the app ends"
            app.tell(f"Theme: {entry.title}{lasts}.", "dim")

    app.push_screen(ThemePicker(looks, app.theme), chosen)


def demo(app: Host, _context: Context) -> None:
    """Leave this store as it is for a while, and look at a world that is thrown away."""
    app.exit(PLAY_DEMO)


def suspend(app: Host, _context: Context) -> None:
    """Stop the process, as ctrl+z does with other programs; ``fg`` goes on."""
    app.action_suspend_process()


def quit_(app: Host, _context: Context) -> None:
    """End; what runs is stopped within a second and recorded as Interrupted."""
    app.exit(0)
