"""Draw the pictures of the README from the real app on the demo's world.

    python -m screenshots.make [--png] [NAME…]

SVG; with --png (and cairosvg) PNG as well, to look at. The clock stands still, so the
same code draws the same pictures.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from dojo_tui.demo.world import build
from dojo_tui.model.clock import Clock
from dojo_tui.ui.app import DojoApp

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SIZES = {"80x24": (80, 24), "120x40": (120, 40), "160x48": (160, 48)}

PICTURES: tuple[tuple[str, str, str, str], ...] = (
    # name, size, theme, keys
    ("unmapped", "120x40", "dojo-dark", "space j space"),
    ("mapped", "120x40", "dojo-dark", "2 j j j"),
    ("mapped", "160x48", "dojo-dark", "2 j j j"),
    ("mapped", "80x24", "dojo-dark", "2 j j j"),
    ("map", "120x40", "dojo-dark", "m"),
    ("operations", "120x40", "dojo-dark", "3"),
    ("operation", "120x40", "dojo-dark", "2 S wait 3 enter"),
    ("plan", "120x40", "dojo-dark", "2 S wait j j j j p wait"),
    ("findings", "120x40", "dojo-dark", "2 j j f"),
    ("finding", "120x40", "dojo-dark", "2 j j f enter"),
    ("connectors", "120x40", "dojo-dark", "C"),
    ("connector-form", "120x40", "dojo-dark", "C E"),
    ("destinations", "120x40", "dojo-dark", "server D j"),
    ("palette", "120x40", "dojo-dark", "2 ctrl+p"),
    ("help", "120x40", "dojo-dark", "2 question_mark"),
    ("confirm", "120x40", "dojo-dark", "2 x"),
    ("light", "120x40", "dojo-light", "2 j j j"),
    ("ansi", "120x40", "ansi-dark", "2 j j j"),
)


async def rest(app: DojoApp, pilot: Pilot[int]) -> None:
    """Wait until nothing is being read, saved or drawn."""
    for _ in range(3):
        await app.jobs.settled()
        await pilot.pause()


async def wait(app: DojoApp) -> None:
    """Wait until no Operation runs."""
    workspace = app.workspace
    assert workspace is not None, "the store is open"
    await asyncio.get_running_loop().run_in_executor(None, lambda: workspace.operations.wait(timeout=60))
    app.changed(records=True, operations=True)


def add_server(app: DojoApp) -> None:
    """Make a server known; nobody asks it."""
    workspace = app.workspace
    assert workspace is not None, "the store is open"
    workspace.destinations.add("https://dojo.example.com", product_type="Web")


async def press(app: DojoApp, pilot: Pilot[int], keys: str) -> None:
    """Press keys; ``wait`` waits for Operations, ``server`` is one that was added."""
    driver = app._driver  # noqa: SLF001
    assert driver is not None, "the app runs"
    for key in keys.split():
        if key == "wait":
            await wait(app)
        elif key == "server":
            add_server(app)
        else:
            driver.send_message(events.Key(_character_to_key(key) if len(key) == 1 else key, None))
        await rest(app, pilot)


async def draw(size: str, theme: str, keys: str) -> str:
    """One picture as SVG."""
    clock = Clock(now=lambda: NOW, zone=ZoneInfo("Europe/Berlin"))
    # Always the same folder: its name is seen in the pictures.
    folder = Path(tempfile.gettempdir()) / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        app = DojoApp(lambda: build(folder, clock), theme=theme, scheduling=False)
        async with app.run_test(size=SIZES[size]) as pilot:
            await rest(app, pilot)
            await press(app, pilot, keys)
            svg = app.export_screenshot(title="dojo-tui")
        app.close_workspace()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    # No font from the network: the terminal's own kind of font does.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code", "font-family: Fira Code, DejaVu Sans Mono, Menlo, Consolas")
    # The reports were copied just now; their age is no part of the picture.
    return re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-03-01T12:00:00Z", svg)


def main(wanted: list[str]) -> int:
    """Draw all, or those that are named."""
    os.environ.update(COLORTERM="truecolor", TZ="UTC")
    png = "--png" in wanted
    names = [name for name in wanted if not name.startswith("--")]
    for name, size, theme, keys in PICTURES:
        if names and name not in names:
            continue
        svg = asyncio.run(draw(size, theme, keys))
        target = HERE / f"{name}-{size}.svg"
        target.write_text(svg, encoding="utf-8")
        if png:
            import cairosvg

            text = re.sub(r"font-family: [^;]*;", "font-family: DejaVu Sans Mono;", svg)
            cairosvg.svg2png(bytestring=text.encode(), write_to=str(target.with_suffix(".png")))
        sys.stdout.write(f"{target.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
