"""A tool on loopback for the tests of checks, and how what a check says is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dojo_tui.store.connectors import all_connectors
from dojo_tui.testing import Call, Reply, ToolServer
from tests.ui.driving import Hand

KEY = "hunter2-s3cr3t-key"


def dtrack(server: ToolServer, name: str = "Readers", project: str = "shop") -> None:
    """A Dependency-Track with one project that accepts one key."""

    def answer(body: Any) -> Callable[[Call], Reply]:
        total = str(len(body)) if isinstance(body, list) else "1"
        return lambda call: (
            Reply(body, headers={"X-Total-Count": total})
            if call.headers.get("x-api-key") == KEY
            else Reply({"message": f"{call.headers.get('x-api-key')} is not valid"}, 401)
        )

    server.on("GET", "/api/v1/team/self", answer({"name": name, "permissions": [{"name": "VIEW_PORTFOLIO"}]}))
    server.on("GET", "/api/v1/project", answer([{"uuid": "1", "name": project, "version": "1"}]))
    server.on("GET", "/api/v1/finding/project/1", answer([]))


async def added(hand: Hand, location: str, tool: str = "dependency-track", **more: Any) -> None:
    """A Connector is there, and under the cursor."""
    workspace = hand.app.workspace
    assert workspace is not None
    workspace.connectors.add(tool, "mine", location, secret="env:DTRACK_KEY", **more)
    hand.app.changed(records=True)
    await hand.press("C")


def lines(hand: Hand) -> dict[str, str]:
    """Each step by its title: its word, and all that is said of it."""
    found: dict[str, str] = {}
    title = ""
    pane = hand.app.screen.query_one("#text")
    for line in pane._lines:  # type: ignore[attr-defined]
        if not line:
            break
        label, text = line[0][0], line[1][0]
        if label.strip():
            word, title = label[:10].strip(), label[10:].strip()
            found[title] = f"{word}: {text}"
        else:
            found[title] += f" | {text}"
    return found


def connectors(hand: Hand) -> list[Any]:
    assert hand.app.workspace is not None
    with hand.app.workspace.store.database.read() as connection:
        return list(all_connectors(connection))
