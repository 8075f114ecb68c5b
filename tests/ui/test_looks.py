"""Every screen and dialog has its pictures."""

from __future__ import annotations

import importlib
import pkgutil

from textual.screen import Screen

from dojo_tui.ui import screens
from tests.ui import test_destination_snapshots, test_mapping_snapshots, test_snapshots

BASES = {"Page", "TextPage", "ListPage", "Dialog", "Form", "Scrolled", "OneSizeScreen"}
"""What others are made of; nobody sees these themselves."""


def test_every_screen_is_compared_with_its_pictures() -> None:
    there = set()
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        named = vars(importlib.import_module(module.name)).values()
        there |= {one.__name__ for one in named if isinstance(one, type) and issubclass(one, Screen)}
    shown = {
        *(scene.shows for scene in test_snapshots.SCREENS.values()),
        *(scene.shows for scene in test_snapshots.FINDINGS.values()),
        *(scene.shows for scene in test_snapshots.FIRST.values()),
        *(scene.shows for scene in test_mapping_snapshots.SCREENS.values()),
        *(scene.shows for _, scene, _ in test_destination_snapshots.SCREENS.values()),
        "CheckScreen",
    }
    assert there - BASES - {"Screen", "ModalScreen"} == shown
