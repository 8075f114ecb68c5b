"""Floor 2: report formats. A file goes in, the runs it holds and their Findings come out.

``survey`` reads a report once to its end: only then is it known to be whole,
of a known format, and whose runs it holds. ``findings`` reads the wanted runs
of a surveyed report. ``read_report`` does both.
"""

from dojo_tui.reports.errors import ReportChangedError, ReportError, sentence
from dojo_tui.reports.read import findings, read_report, survey
from dojo_tui.reports.run import Check, RunHead, ScannerRun, Survey

__all__ = [
    "Check",
    "ReportChangedError",
    "ReportError",
    "RunHead",
    "ScannerRun",
    "Survey",
    "findings",
    "read_report",
    "sentence",
    "survey",
]
