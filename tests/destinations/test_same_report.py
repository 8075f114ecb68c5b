"""The same report changes nothing, in whatever order it stands: all reports at hand (issue 10)."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.clock import Clock
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action, Reimport
from dojo_tui.model.target import Target
from dojo_tui.reports import ReportError, read_report
from dojo_tui.store.open import open_store
from tests.rows import add_connector
from tests.shared import SHARED, each, shared_files

pytestmark = pytest.mark.slow

PATTERNS = ("reports/**/*.sarif.gz", "cases/**/*.sarif", "cases/**/*.json", "report-formats/samples/**/*.sarif")
FILES = sorted({file for pattern in PATTERNS for file in shared_files(pattern)})


def findings(file: Path) -> list[Finding] | None:
    """What a report says; None for one that cannot be read (which is another test's matter)."""
    try:
        return [finding for run in read_report(file, lambda: None) for finding in run.findings]
    except ReportError:
        return None


def shuffled(file: Path, to: Path, source: random.Random) -> Path:
    """The same report with its runs, results and places in another order."""
    raw = file.read_bytes()
    document: Any = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    for run in document.get("runs", ()) if isinstance(document, dict) else ():
        # An index into the results of another list would point elsewhere; results themselves are pointed at by nothing.
        source.shuffle(run.get("results") or [])
    if isinstance(document, dict) and isinstance(document.get("findings"), list):
        source.shuffle(document["findings"])
    target = to / "shuffled.sarif"
    target.write_text(json.dumps(document), encoding="utf-8")
    return target


@pytest.mark.parametrize("file", each(FILES, "reports"), ids=lambda file: str(file.relative_to(SHARED)))
def test_the_same_report_changes_nothing_in_whatever_order(file: Path, tmp_path: Path, clock: Clock) -> None:
    first = findings(file)
    if first is None:
        # It is refused as a whole: nothing of it could change anything.
        with pytest.raises(ReportError):
            read_report(file, lambda: None)
        return
    again = findings(shuffled(file, tmp_path, random.Random(7)))
    assert again is not None
    store = open_store(str(tmp_path / "store.sqlite"), clock=clock)
    try:
        destination = EmbeddedDestination(store.database, clock)
        connector = add_connector(store.database, clock, "scans")
        target = Target(destination.find_or_create_product("Shop").ref, connector, "scans", "app")
        created = destination.reimport(target, Fetch(first), Reimport(), Unattended())[Action.CREATED]
        for report in (first, again):
            summary = destination.reimport(target, Fetch(report), Reimport(), Unattended())
            assert not summary.held
            assert {action: number for action, number in summary.counts.items() if number} == (
                {Action.UNTOUCHED: created} if created else {}
            )
    finally:
        store.close()
