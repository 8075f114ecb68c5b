"""The line on top: destination and health, what runs, what failed, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dojo_tui.ui.health import health_words
from dojo_tui.ui.lists.operations import kind
from dojo_tui.ui.lists.times import when
from dojo_tui.ui.lists.words import STATUSES
from dojo_tui.ui.widgets.bar import Part
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.ui.host import Host
    from dojo_tui.wiring import Workspace

BLOCKS = 8
ROOMY = 110
"""From this width on there is room for how long it will take."""


def top_parts(app: Host) -> tuple[list[Part], list[Part]]:
    """Left: destination, running, trouble. Right: the next scheduled run."""
    workspace, snapshot = app.workspace, app.snapshot
    left = [Part(" dojo-tui ", "strong")]
    if workspace is None:
        if app.failed_to_open:
            return [*left, Part("✗ the store could not be opened", "bad")], []
        return [*left, Part("opening the store …", "dim")], []
    left += _destination(app, workspace)
    if app.store_failed:
        left.append(Part("✗ the store failed ", "bad", "refresh"))
    if app.read_only:
        left.append(Part(" read-only ", "warn"))
    for row in snapshot.running[:2]:
        left.append(Part("│ ", "dim"))
        left.append(Part(f"▶ {kind(row)} {plain(row.connector_label, 24)} ", "accent", "operations"))
        left.append(Part(_progress(app, row.id) + " ", "", "operations"))
    if len(snapshot.running) > 2:
        left.append(Part(f"+{len(snapshot.running) - 2} more ", "accent", "operations"))
    if snapshot.trouble:
        worst = snapshot.trouble[0]
        more = f" +{len(snapshot.trouble) - 1}" if len(snapshot.trouble) > 1 else ""
        word, style = STATUSES[worst.status]
        left.append(Part("│ ", "dim"))
        left.append(Part(f"{word}: {worst.type} {plain(worst.connector_label, 24)}{more} ", style, "operations"))
    right = []
    if snapshot.due is not None:
        due = snapshot.due
        what = f"{due.type} {plain(due.label, 20)} " if app.screen.size.width >= 100 else ""
        right = [Part(f"next: {what}{when(app.clock, due.at)} ", "dim", "connectors")]
    elif not snapshot.running and app.screen.size.width >= 60:
        right = [Part("nothing scheduled ", "dim", "connectors")]
    return left, right


def _destination(app: Host, workspace: Workspace) -> list[Part]:
    """Its name and its health, as the last contact with it told."""
    name, server = Part(plain(workspace.destination.name, 30), "", "destinations"), workspace.server
    if server is None:
        return [name, Part(" ✓ ", "good", "destinations")]
    word, style = health_words(app.health.of(server))
    parts = [name, Part(f" {word} ", style, "destinations")]
    if server.url.startswith("https:") and not server.verify:
        parts.append(Part("! not verified ", "bad", "destinations"))
    return parts


def _progress(app: Host, operation_id: int) -> str:
    progress = app.progress(operation_id)
    if progress is None:
        return "…"
    if not progress.total:
        pace = app.pace(operation_id) if app.screen.size.width >= ROOMY else ""
        return f"{progress.done:,} … {pace}".rstrip()
    filled = BLOCKS * progress.done // progress.total
    pace = app.pace(operation_id) if app.screen.size.width >= ROOMY else ""
    return f"{'█' * filled}{'░' * (BLOCKS - filled)} {progress.done:,}/{progress.total:,} {pace}".rstrip()
