"""The form of a Connector with a secret, checked before it is saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from dojo_tui.testing import ToolServer
from dojo_tui.ui.app import DojoApp
from dojo_tui.ui.screens.connector_form import ConnectorForm
from tests.ui.checking import KEY, added, connectors, lines
from tests.ui.driving import NORMAL, SMALL, Hand, drive


def fill(hand: Hand, **values: str) -> None:
    """What a person wants to stand in the fields."""
    form = hand.app.screen
    assert isinstance(form, ConnectorForm)
    for name, value in values.items():
        form._inputs[name.replace("_", "-") if name.startswith("secret") else name].value = value


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
def test_p10_from_a_pasted_secret_to_a_connector_that_works(
    app: DojoApp, server: ToolServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def script(hand: Hand) -> None:
        await hand.press("C", "n")
        await hand.type("dependency")
        await hand.press("enter")
        await hand.type("mine")
        await hand.press("tab")
        await hand.type(server.url)
        await hand.press("tab", "tab")
        # The secret itself is refused by a check and by saving, and not repeated outside of its field.
        await hand.type(KEY)
        assert KEY not in hand.screen
        assert "•" * len(KEY) in hand.screen
        await hand.press("f3")
        refused = lines(hand)["Settings"]
        assert refused.startswith("✗ failed: The secret must be a reference: env:NAME, command:pass show x, ")
        assert KEY not in hand.screen
        await hand.press("escape")
        assert "The secret must be a reference" in hand.screen
        assert KEY not in hand.screen
        focused = hand.app.screen.focused
        assert isinstance(focused, Input)
        assert focused.value == KEY
        await hand.press("f2")
        assert isinstance(hand.app.screen, ConnectorForm)
        assert "The secret must be a reference" in hand.screen
        assert connectors(hand) == []
        assert server.calls == []
        # A reference to the wrong place, then to the right one.
        focused.value = f"file:{tmp_path / 'key'}"
        await hand.rest()
        assert "file:/" in hand.screen
        await hand.press("ctrl+t")
        assert "cannot be read: No such file" in lines(hand)["Secret"]
        (tmp_path / "key").write_text(KEY)
        await hand.press("t")
        assert "can be read by others" in lines(hand)["Secret"]
        (tmp_path / "key").chmod(0o600)
        await hand.press("t")
        assert "✓ works" in hand.screen
        await hand.press("escape")
        focused.value = "env:DTRACK_KEY"
        await hand.press("f3")
        assert lines(hand)["Secret"] == "✓ ok: read from env:DTRACK_KEY"
        assert lines(hand)["Known as"] == "✓ ok: Readers"
        assert "Check: mine  Dependency-Track" in hand.screen
        assert connectors(hand) == [], "a check stores nothing"
        await hand.press("escape", "f2")
        assert [(row.label, row.secret) for row in connectors(hand)] == [("mine", "env:DTRACK_KEY")]
        assert "mine is saved and works. What next?" in hand.screen
        await hand.press("escape")
        assert "✓ works  Discover would find 1." in hand.screen
        await hand.press("escape", "d")
        await hand.operations()

    drive(app, script, size)
    (tmp_path / "key").unlink()
    assert not any(KEY.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_check_of_what_is_being_edited_leaves_what_is_stored(app: DojoApp, server: ToolServer) -> None:
    async def script(hand: Hand) -> None:
        await added(hand, server.url)
        await hand.press("E")
        fill(hand, location="tool example", label="")
        await hand.press("f3")
        assert lines(hand)["Settings"].startswith("✗ failed: location: it must be an address")
        await hand.press("escape")
        focused = hand.app.screen.focused
        assert isinstance(focused, Input)
        assert focused.value == "tool example"
        fill(hand, location=f"{server.url}/elsewhere")
        await hand.press("f3")
        assert "is not there (404)" in lines(hand)["Answer"]
        assert "Check: not saved yet" in hand.screen
        await hand.press("escape", "escape")
        assert [(row.label, row.location) for row in connectors(hand)] == [("mine", server.url)]

    drive(app, script)
