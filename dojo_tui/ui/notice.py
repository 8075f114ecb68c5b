"""The end of a long Operation, told to somebody who looks elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dojo_tui.ui.lists.details import brief_outcome
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.store.operations import OperationRow
    from dojo_tui.ui.host import Host

LONGEST = 200


def announce(app: Host, ids: set[int]) -> None:
    """Ring or send a notice, if the person wants that and one of these took long."""
    workspace, wanted = app.workspace, app.preferences
    if workspace is None or wanted.notice == "off":
        return

    def read() -> list[OperationRow]:
        from dojo_tui.store.operations import operation_rows

        with workspace.store.database.read() as connection:
            return [row for row in operation_rows(connection, sorted(ids)) if lasted_long(row, wanted.notice_after)]

    def tell(rows: Sequence[OperationRow]) -> None:
        if rows and wanted.notice == "bell":
            app.bell()
        elif rows:
            app.send(sequence(brief_outcome(rows)[0], os.environ))

    app.jobs.apart(read, tell)


def lasted_long(row: OperationRow, seconds: float) -> bool:
    """Whether it ran that long."""
    return row.duration_s is not None and row.duration_s >= seconds


def sequence(text: str, environment: Mapping[str, str]) -> str:
    """OSC 9 with inert text; tmux hands on what is wrapped for it."""
    told = f"\x1b]9;{plain(text, LONGEST)}\x07"
    return "\x1bPtmux;" + told.replace("\x1b", "\x1b\x1b") + "\x1b\\" if environment.get("TMUX") else told
