"""Findings written as rows, in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Date, Dialect, bindparam, insert, update

from dojo_tui.model.finding import Finding
from dojo_tui.model.reimport import Change, Report, Update
from dojo_tui.store.finding_evidence import DISMISSED
from dojo_tui.store.ids import chunks
from dojo_tui.store.tables import findings
from dojo_tui.store.types import UtcDateTime

_BATCH = 2000


class Writer:
    """Writes one Record's Findings inside one transaction."""

    def __init__(self, connection: Connection, test_id: int, scope: str, now: datetime, today: date) -> None:
        self._connection = connection
        self._test_id = test_id
        self._scope = scope
        self._now = now
        self._today = today

    def create(self, report: Report, indices: Sequence[int]) -> None:
        """Insert the Findings at ``indices`` of ``report``.

        The driver is given finished rows: SQLAlchemy's own handling of each
        of the many columns would take longer than the database does.
        """
        dialect = self._connection.dialect
        stored = _Stored(dialect)
        now = stored.time(self._now)
        frame = (self._test_id, self._scope, True, False, now, now)
        for start in range(0, len(indices), _BATCH):
            rows = [self._row(report, index, stored, frame) for index in indices[start : start + _BATCH]]
            if dialect.positional:
                self._insert_together(rows)
            else:
                named = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
                self._connection.exec_driver_sql(_statement(dialect), named)

    def _insert_together(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Several rows with each step of SQLite, which takes a third less time than one by one.

        Python's lock is given up for the time of a step only: that is when threads that fetch can work.
        """
        one = _statement(self._connection.dialect)
        head, _, values = one.partition(" VALUES ")
        whole = len(rows) - len(rows) % _TOGETHER
        starts = range(0, whole, _TOGETHER)
        if starts:
            several = f"{head} VALUES {', '.join([values] * _TOGETHER)}"
            joined = [tuple(chain.from_iterable(rows[start : start + _TOGETHER])) for start in starts]
            self._connection.exec_driver_sql(several, joined)
        if rest := rows[whole:]:
            self._connection.exec_driver_sql(one, list(rest))

    def _row(self, report: Report, index: int, stored: _Stored, frame: tuple[Any, ...]) -> tuple[Any, ...]:
        finding = report.findings[index]
        facts = _facts(finding, report.places[index], report.contents[index])
        triage = _triage(finding, self._now)
        found = stored.day(finding.date or self._today)
        row: tuple[Any, ...] = _in_order((*stored.facts(facts), *triage[:-1], stored.time(triage[-1]), found, *frame))
        return row

    def update(self, updates: Iterable[Update]) -> None:
        """Bring held Findings to what the report says; a person's triage stays."""
        kinds: Mapping[Change, list[dict[str, Any]]] = {change: [] for change in Change}
        for one in updates:
            row = dict(zip(_FACTS, _facts(one.finding, one.place, one.content), strict=True))
            if one.change is Change.TRIAGE:
                row.update(zip(_TRIAGE, _triage(one.finding, self._now), strict=True))
            row["key"] = one.id
            row["reported"] = True
            row["updated_at"] = self._now
            kinds[one.change].append(row)
        for change, rows in kinds.items():
            statement = update(findings).where(findings.c.id == bindparam("key"))
            if change is Change.REOPEN:
                statement = statement.values(active=~DISMISSED, is_mitigated=False, mitigated_at=None)
            for start in range(0, len(rows), _BATCH):
                self._connection.execute(statement, rows[start : start + _BATCH])

    def show(self, created: Mapping[int, Finding]) -> None:
        """Bring Findings that were written but not shown yet into the state that the tool reports."""
        plain = [key for key, finding in created.items() if not finding.dismissed]
        for ids in chunks(plain):
            statement = update(findings).where(findings.c.id.in_(ids))
            self._connection.execute(statement.values(active=True, reported=True))
        for key, finding in created.items():
            if finding.dismissed:
                values = dict(zip(_TRIAGE, _triage(finding, self._now), strict=True))
                self._connection.execute(update(findings).where(findings.c.id == key).values(reported=True, **values))


_FRAME = ("date", "test_id", "scope", "reported", "triaged", "created_at", "updated_at")
"""Columns that hold what we say of a Finding."""

_TRIAGE = (
    "active",
    "verified",
    "false_p",
    "out_of_scope",
    "risk_accepted",
    "under_review",
    "is_mitigated",
    "mitigated_at",
)
"""Columns that hold a decision, the tool's or a person's."""


def _triage(finding: Finding, now: datetime) -> tuple[Any, ...]:
    """The values of ``_TRIAGE`` as the tool reports them."""
    return (
        not finding.dismissed,
        finding.verified,
        finding.false_p,
        finding.out_of_scope,
        finding.risk_accepted,
        finding.under_review,
        finding.is_mitigated,
        (finding.mitigated_at or now) if finding.is_mitigated else None,
    )


_FACTS = (
    "place",
    "content",
    "title",
    "wording",
    "severity",
    "description",
    "mitigation",
    "impact",
    "references",
    "steps_to_reproduce",
    "severity_justification",
    "scanner",
    "rule_id",
    "unique_id",
    "cwe",
    "cwes",
    "vulnerability_ids",
    "cvssv3",
    "cvssv3_score",
    "cvssv4",
    "cvssv4_score",
    "epss_score",
    "epss_percentile",
    "known_exploited",
    "ransomware_used",
    "kev_date",
    "component_name",
    "component_version",
    "fix_available",
    "fix_version",
    "effort_for_fixing",
    "planned_remediation_date",
    "planned_remediation_version",
    "file_path",
    "line",
    "column",
    "end_line",
    "end_column",
    "snippet",
    "context",
    "logical_location",
    "subject",
    "endpoints",
    "param",
    "payload",
    "service",
    "sast_source_object",
    "sast_sink_object",
    "sast_source_line",
    "sast_source_file_path",
    "scanner_confidence",
    "static_finding",
    "dynamic_finding",
    "publish_date",
    "tags",
    "nb_occurences",
)
"""Columns that hold what the report says: everything but triage and dates."""


def _facts(finding: Finding, place: int, content: int) -> tuple[Any, ...]:
    """The values of ``_FACTS``."""
    return (
        place,
        content,
        finding.title,
        finding.wording,
        int(finding.severity),
        finding.description,
        finding.mitigation,
        finding.impact,
        finding.references,
        finding.steps_to_reproduce,
        finding.severity_justification,
        finding.scanner,
        finding.rule_id,
        finding.unique_id,
        finding.cwes[0] if finding.cwes else None,
        _list(finding.cwes),
        _list(finding.vulnerability_ids),
        finding.cvssv3,
        finding.cvssv3_score,
        finding.cvssv4,
        finding.cvssv4_score,
        finding.epss_score,
        finding.epss_percentile,
        finding.known_exploited,
        finding.ransomware_used,
        finding.kev_date,
        finding.component_name,
        finding.component_version,
        finding.fix_available,
        finding.fix_version,
        finding.effort_for_fixing,
        finding.planned_remediation_date,
        finding.planned_remediation_version,
        finding.file_path,
        finding.line,
        finding.column,
        finding.end_line,
        finding.end_column,
        finding.snippet,
        finding.context,
        finding.logical_location,
        finding.subject,
        _list(finding.endpoints),
        finding.param,
        finding.payload,
        finding.service,
        finding.sast_source_object,
        finding.sast_sink_object,
        finding.sast_source_line,
        finding.sast_source_file_path,
        finding.scanner_confidence,
        finding.static_finding,
        finding.dynamic_finding,
        finding.publish_date,
        _list(finding.tags),
        finding.nb_occurences,
    )


_COLUMNS = tuple(column.name for column in findings.columns if not column.primary_key)
_TOGETHER = 999 // len(_COLUMNS)
"""Rows of one INSERT: any SQLite takes so many values."""


@lru_cache(maxsize=4)
def _statement(dialect: Dialect) -> str:
    return str(insert(findings).compile(dialect=dialect, column_keys=_COLUMNS))


_in_order = itemgetter(*map((*_FACTS, *_TRIAGE, *_FRAME).index, _COLUMNS))
"""Brings the values of ``(*_FACTS, *_TRIAGE, *_FRAME)`` into the order of the table, which an INSERT names them in."""

_DAYS = tuple(index for index, name in enumerate(_FACTS) if isinstance(findings.c[name].type, Date))


def _list(values: Sequence[Any]) -> str:
    return json.dumps(values) if values else ""


class _Stored:
    """How a dialect keeps moments and days, for rows that are handed to the driver as they are."""

    def __init__(self, dialect: Dialect) -> None:
        self._time = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
        self._day = Date().dialect_impl(dialect).bind_processor(dialect)

    def time(self, moment: datetime | None) -> Any:
        return self._time(moment) if self._time else moment

    def day(self, day: date | None) -> Any:
        return self._day(day) if self._day else day

    def facts(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """``values`` of ``_FACTS`` with the days among them converted."""
        if all(values[index] is None for index in _DAYS):
            return values
        return tuple(self.day(value) if index in _DAYS else value for index, value in enumerate(values))
