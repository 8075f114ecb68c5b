"""Foreign text is read in time that grows with its length, whatever it holds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.waiting import PATIENCE

PIECES = [
    "a.",
    "a/",
    "a",
    "a-",
    "x+",
    "a1",
    "'a",
    "host: a ",
    "info ",
    "[a](",
    "<a",
    "@a",
    "::",
    "…!",
    "a,",
    "arn:",
    "0.",
]
READERS = {
    "subject": "from dojo_tui.model.subject import subject as read",
    "bare": "from dojo_tui.model.subject import bare as read",
    "files of a notification": "from dojo_tui.reports.sarif.notifications import _FILE\n"
    "def read(text): list(_FILE.finditer(text))",
    "a Link header": "from dojo_tui.http.pages import next_link\nfrom dojo_tui.model.errors import ConnectorError\n"
    "def read(text):\n    try: next_link(text)\n    except ConnectorError: pass",
    "markup": "from dojo_tui.connectors.markup import plain as read",
    "CWEs": "from dojo_tui.model.values import cwes\ndef read(text): cwes([text])",
    "vulnerability ids": "from dojo_tui.model.values import vulnerability_ids as ids\ndef read(text): ids([text])",
}
"""What reads texts of a tool or a report, by what is read."""


@pytest.mark.parametrize("reader", READERS)
def test_p11_no_text_takes_long(reader: str) -> None:
    """A text of 100,000 characters takes what is quadratic minutes, in a process of its own that can be killed."""
    code = f"{READERS[reader]}\nimport sys\nfor piece in sys.argv[1:]: read(piece * (100_000 // len(piece)))"
    done = subprocess.run([sys.executable, "-c", code, *PIECES], check=False, timeout=PATIENCE)
    assert done.returncode == 0
