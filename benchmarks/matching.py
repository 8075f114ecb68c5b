"""Matching 100,000 held against 100,000 reported findings, against reading the report."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import synthetic
from benchmarks.figures import Figure, median, timed
from dojo_tui.model import reimport
from dojo_tui.model.matching import Incoming, match
from dojo_tui.reports import read_report
from tests.model.held import held

NUMBER = 100_000


def run() -> list[Figure]:
    """A tenth of the findings moved; once as a sync plans it, once with every file compared in full."""
    before = synthetic.findings(NUMBER)
    after = synthetic.moved(before)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "report.sarif"
        synthetic.write_sarif(path, after)
        reading = median(lambda: read_report(path, lambda: None))
    rows = held(*before)
    by_id = {one.id: one for one in rows}
    report = reimport.read(after)
    planning = timed(lambda: reimport.plan(rows, reimport.read(after), lambda ids: [by_id[i] for i in ids]))
    incoming = [Incoming(finding, content) for finding, content in zip(after, report.contents, strict=True)]
    full = timed(lambda: match(rows, incoming))
    what = "reading the same report (SARIF)"
    return [
        Figure("planning 100,000 against 100,000, a tenth of the files edited", planning, reading, what, 2.0),
        Figure("the same, every file compared in full", full, reading, what, 2.0),
    ]
