"""Reading a report: the format by its content, never by its name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

from dojo_tui.model.finding import Finding
from dojo_tui.reports import generic
from dojo_tui.reports.errors import PlacedError
from dojo_tui.reports.jsonstream import JsonReader
from dojo_tui.reports.run import Check, RunHead, ScannerRun, Survey, counted, made
from dojo_tui.reports.sarif.parts import Parts
from dojo_tui.reports.sarif.results import Results
from dojo_tui.reports.sarif.survey import survey_runs
from dojo_tui.reports.sarif.versions import check_version
from dojo_tui.reports.source import opened

SARIF = "SARIF 2.1.0"
GENERIC = "Generic Findings Import"

_LEAVE_OUT = "If it is no report, leave it out with the Connector's option 'exclude'."
_SHOWN_KEYS = 8


def survey(path: Path, check: Check, *, eager: bool = False) -> Survey:
    """Read a report to its end; raise ReportError unless all of it can be used.

    ``eager`` lets the first pass build Findings where it can, which saves the
    second; use it where the Findings will most likely be wanted.
    """
    with opened(path) as (chunks, stamp):
        reader = JsonReader(chunks)
        if not reader.peek():
            raise PlacedError("is empty: not even an empty report")
        if reader.peek() != "{":
            raise PlacedError("is not a report: it does not start with a JSON object", do=_LEAVE_OUT)
        format_, heads = _survey_document(reader, check, eager=eager)
        reader.finish()
        return Survey(path=path, format=format_, stamp=stamp, heads=heads)


def findings(surveyed: Survey, wanted: Collection[int], check: Check) -> dict[int, list[Finding]]:
    """The Findings of the wanted runs (indexes into ``heads``), in the report's order."""
    heads = surveyed.heads
    if all(heads[index].findings is not None for index in wanted):
        return {index: heads[index].findings or [] for index in wanted}
    found: dict[int, list[Finding]] = {index: [] for index in wanted}
    with opened(surveyed.path, surveyed.stamp) as (chunks, _):
        reader = JsonReader(chunks)
        for key in reader.members():
            if key == "runs" and surveyed.format == SARIF:
                for index in reader.elements():
                    if index in found:
                        _read_run(reader, heads[index], found[index], check)
                    else:
                        reader.skip()
            elif key == "findings" and surveyed.format == GENERIC and 0 in found:
                make = generic.reader(heads[0])
                found[0].extend(made(reader, make, check))
            else:
                reader.skip()
        reader.finish()
    return found


def read_report(path: Path, check: Check) -> list[ScannerRun]:
    """All runs of a report with their Findings; a run's ``failure`` is for the caller to judge."""
    surveyed = survey(path, check, eager=True)
    found = findings(surveyed, range(len(surveyed.heads)), check)
    return [
        ScannerRun(scanner=head.scanner, ended_at=head.ended_at, failure=head.failure, findings=found[index])
        for index, head in enumerate(surveyed.heads)
    ]


def _survey_document(reader: JsonReader, check: Check, *, eager: bool) -> tuple[str, list[RunHead]]:
    meta: dict[str, Any] = {}
    keys: list[str] = []
    runs: list[RunHead] | None = None
    count: int | None = None
    for key in reader.members():
        keys.append(key)
        if key == "runs":
            # What an older version calls otherwise would be told as broken.
            check_version(meta.get("version"), meta.get("$schema"))
            runs = (runs or []) + survey_runs(reader, check, eager=eager)
        elif key == "findings":
            count = (count or 0) + counted(reader, check)
        elif key in generic.META or key in ("version", "$schema"):
            meta[key] = reader.value()
        else:
            reader.skip()
    if runs is not None:
        check_version(meta.get("version"), meta.get("$schema"))
        if not runs:
            raise PlacedError("is SARIF without any run: it says nothing about any scanner")
        return SARIF, runs
    if count is not None:
        return GENERIC, [generic.head(meta, keys, count)]
    shown = ", ".join(keys[:_SHOWN_KEYS]) or "none"
    raise PlacedError(
        f"is JSON, but neither SARIF 2.1.0 nor DefectDojo's Generic Findings Import (its keys: {shown})", do=_LEAVE_OUT
    )


def _read_run(reader: JsonReader, head: RunHead, into: list[Finding], check: Check) -> None:
    results = Results(head.scanner, cast(Parts, head.parts))
    for key in reader.members():
        if key == "results" and reader.peek() == "[":
            into.extend(made(reader, results.findings, check))
        else:
            reader.skip()
    head.dropped = results.dropped
