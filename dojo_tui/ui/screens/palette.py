"""The palette's entries: every command of the place, from the registry."""

from __future__ import annotations

from dojo_tui.ui import commands
from dojo_tui.ui.command import GROUPS, Context
from dojo_tui.ui.screens.picker import Entry


def command_entries(context: Context) -> list[Entry]:
    """Commands of the place the person is in; those that cannot run say why."""
    entries = []
    for command in commands.at(context.place):
        reason = command.why_not(context)
        if command.id == "palette":
            continue
        detail = reason or command.help_in(context.place)
        entries.append(Entry(command.title, detail, command, command.keys_short, off=bool(reason)))
    # What cannot be done now sinks, and what moves or marks stands below what acts.
    entries.sort(key=lambda entry: (entry.off, GROUPS.index(entry.value.group)))
    return entries
