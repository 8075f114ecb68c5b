"""The store is deleted, replaced or broken while the app is open: one sentence, the screen stays, nothing is made."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.ui.conftest import AppMaker
from tests.ui.driving import Hand, drive
from tests.ui.test_acts import rows

STORE = "store.sqlite"
WALK = (
    "j",
    "3",
    "j",
    "enter",
    "escape",
    "2",
    "f",
    "escape",
    "m",
    "escape",
    "1",
    "i",
    "C",
    "j",
    "escape",
    "H",
    "escape",
)


def deleted(path: Path) -> None:
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()


def replaced(path: Path) -> None:
    deleted(path)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id)")


def broken(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    path.with_name(f"{path.name}-wal").write_bytes(b"")


def files(path: Path) -> list[str]:
    return sorted(part.name for part in path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize("harm", [deleted, replaced, broken])
def test_fault_15_the_app_stays_and_says_what_happened(
    make_app: AppMaker, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path, kept = tmp_path / STORE, tmp_path / "kept"

    async def script(hand: Hand) -> None:
        before = rows(hand)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(kept)) as copy:
            source.backup(copy)
        harm(path)
        left = files(path)
        for key in WALK:
            await hand.press(key)
            assert hand.app.is_running
        await hand.press("f5")
        assert hand.app.is_running
        assert "store" in hand.page.told
        assert "store failed" in hand.screen.splitlines()[0]
        if harm is deleted:
            assert "is gone: it was deleted or moved" in hand.page.told or "There is no store at" in hand.page.told
            assert files(path) == left == []
        # What was put back is used again.
        deleted(path)
        shutil.copy(kept, path)
        await hand.press("f5")
        assert "The store is open again." in hand.page.told
        assert "store failed" not in hand.screen
        assert rows(hand) == before
        await hand.press("1", "i")
        assert len([row for row in rows(hand) if row.state == "Ignored"]) == 5

    drive(make_app(), script)


def test_fault_22_a_store_that_cannot_be_opened_says_so_everywhere(make_app: AppMaker, tmp_path: Path) -> None:
    (tmp_path / STORE).write_text("this is no database, but a text that somebody keeps here")

    async def script(hand: Hand) -> None:
        for key in ("1", "m", "2", "s", "3", "C"):
            await hand.press(key)
            assert "could not be opened" in hand.screen
            assert "still being opened" not in hand.screen
            assert "is not an SQLite database" in hand.page.told

    drive(make_app(empty=True), script)
