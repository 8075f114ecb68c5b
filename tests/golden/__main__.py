"""Write the golden files anew: ``python -m tests.golden``. Look at the difference before you commit it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.golden.exports import EXPECTED, alone, exports
from tests.golden.world import build

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        alone(Path(name) / "home")
        workspace = build(Path(name))
        for file, text in exports(workspace, Path(name)):
            path = EXPECTED / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        workspace.close()
