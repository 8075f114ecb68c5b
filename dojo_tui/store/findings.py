"""Findings as lists show them: ids first, rows by page, or streamed."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, select

from dojo_tui.model.severity import Severity
from dojo_tui.store.finding_filter import FIELDS
from dojo_tui.store.ids import chunks, fetch_ids
from dojo_tui.store.search import Ask
from dojo_tui.store.tables import engagements, findings, products, records, tests


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One held Finding with the names of what it belongs to.

    ``record_id`` and ``record_name`` are None when its Record was deleted.
    """

    id: int
    record_id: int | None
    record_name: str | None
    product_name: str
    test_id: int
    test_title: str
    title: str
    severity: Severity
    active: bool
    verified: bool
    false_p: bool
    out_of_scope: bool
    risk_accepted: bool
    under_review: bool
    is_mitigated: bool
    mitigated_at: datetime | None
    """When it was closed; of what was dismissed, since when no report has it."""
    created_at: datetime
    date: date | None
    file_path: str
    line: int | None
    logical_location: str
    cwe: int | None
    cwes: tuple[int, ...]
    vulnerability_ids: tuple[str, ...]
    component_name: str
    component_version: str
    unique_id: str
    rule_id: str
    scanner: str
    description: str
    mitigation: str
    impact: str
    references: str
    endpoints: tuple[str, ...]
    tags: tuple[str, ...]
    snippet: str
    nb_occurences: int
    fix_version: str
    cvssv3: str
    cvssv3_score: float | None
    epss_score: float | None

    @property
    def gone(self) -> bool:
        """It was dismissed, and the tool does not report it any more."""
        return self.mitigated_at is not None and (self.false_p or self.out_of_scope or self.risk_accepted)

    @property
    def place(self) -> str:
        """A line of a file; else an address, or the resource or object that its logical location names."""
        if self.file_path:
            return f"{self.file_path}:{self.line}" if self.line else self.file_path
        return self.endpoints[0] if self.endpoints else self.logical_location

    @property
    def component(self) -> str:
        """The component with its version; empty if it is about none."""
        return f"{self.component_name} {self.component_version}".strip()


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """How many Findings of one severity are open, or closed."""

    active: bool
    severity: Severity
    count: int


@dataclass(frozen=True, slots=True)
class FindingQuery:
    """Which Findings, in which order.

    ``text`` is the filter language of ``store/search.py`` with the fields of
    ``store/finding_filter.py``; other words are looked for in the title, the
    file or logical location, the rule, the component and the ids. ``sort`` is one of SORTS.
    """

    product_ref: str | None = None
    record_id: int | None = None
    connector_id: int | None = None
    active: bool | None = None
    destination_id: int | None = None
    """Of this server, or with None of the embedded destination; unless ``everywhere``."""
    everywhere: bool = True
    text: str = ""
    sort: str = "severity"
    descending: bool = True
    now: datetime | None = None
    """In the zone of the person; must be given for filters by time."""


def _of_test(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of a Finding's Test or Product, to sort by."""
    joined = tests.join(engagements).join(products)
    found = select(func.lower(column)).select_from(joined).where(tests.c.id == findings.c.test_id)
    return found.correlate(findings).scalar_subquery()


SORTS: dict[str, ColumnElement[Any]] = {
    "id": findings.c.id,
    "severity": findings.c.severity,
    "title": func.lower(findings.c.title),
    "file_path": func.coalesce(func.nullif(findings.c.file_path, ""), findings.c.logical_location),
    "line": findings.c.line,
    "active": findings.c.active,
    "component_name": func.lower(findings.c.component_name),
    "rule_id": findings.c.rule_id,
    "created_at": findings.c.created_at,
    "mitigated_at": findings.c.mitigated_at,
    "scanner": func.lower(findings.c.scanner),
    "cwe": findings.c.cwe,
    "cvssv3_score": findings.c.cvssv3_score,
    "epss_score": findings.c.epss_score,
    "product_name": _of_test(products.c.name),
    "connector": _of_test(tests.c.title),
}
"""What a list of Findings can be sorted by."""

_NAMES = ("record_id", "record_name", "product_name", "test_title")
_LISTS = ("cwes", "vulnerability_ids", "endpoints", "tags")

_SOURCE = (
    findings.join(tests)
    .join(engagements)
    .join(products)
    .outerjoin(records, and_(records.c.connector_id == tests.c.connector_id, records.c.scope == findings.c.scope))
)
_COLUMNS = select(
    records.c.id.label("record_id"),
    records.c.name.label("record_name"),
    products.c.name.label("product_name"),
    tests.c.title.label("test_title"),
    *(findings.c[field.name] for field in fields(FindingRow) if field.name not in _NAMES),
).select_from(_SOURCE)


def finding_ids(connection: Connection, query: FindingQuery) -> array[int]:
    """Ids of the Findings that ``query`` asks for, in its order."""
    return fetch_ids(connection, _chosen(connection, query, select(findings.c.id)).order_by(*_order(query)))


def finding_groups(connection: Connection, query: FindingQuery) -> list[FindingGroup]:
    """How many Findings ``query`` asks for, in the groups in which they come when they are sorted by severity."""
    severity, active = findings.c.severity, findings.c.active
    statement = _chosen(connection, query, select(active, severity, func.count())).group_by(active, severity)
    worst_last = query.sort == "severity" and not query.descending
    statement = statement.order_by(active.desc(), severity.asc() if worst_last else severity.desc())
    return [FindingGroup(bool(is_so), Severity(of), count) for is_so, of, count in connection.execute(statement)]


def finding_rows(connection: Connection, ids: Iterable[int]) -> list[FindingRow]:
    """The Findings with these ids, in the order of ``ids``; those that are gone are left out."""
    rows: list[FindingRow] = []
    for chunk in chunks(ids):
        found = {row["id"]: row for row in connection.execute(_COLUMNS.where(findings.c.id.in_(chunk))).mappings()}
        rows.extend(_row(found[identifier]) for identifier in chunk if identifier in found)
    return rows


def stream_findings(connection: Connection, query: FindingQuery) -> Iterator[FindingRow]:
    """The Findings that ``query`` asks for, in its order, without holding them all."""
    for chunk in chunks(finding_ids(connection, query)):
        yield from finding_rows(connection, chunk)


def _chosen(connection: Connection, query: FindingQuery, statement: Select[Any]) -> Select[Any]:
    statement = statement.select_from(findings)
    if query.product_ref is not None:
        of_product = select(tests.c.id).join(engagements).where(engagements.c.product_id == int(query.product_ref))
        statement = statement.where(findings.c.test_id.in_(of_product))
    if not query.everywhere:
        here = products.c.destination_id.is_not_distinct_from(query.destination_id)
        of_destination = select(tests.c.id).select_from(tests.join(engagements).join(products)).where(here)
        statement = statement.where(findings.c.test_id.in_(of_destination))
    if query.connector_id is not None:
        of_connector = select(tests.c.id).where(tests.c.connector_id == query.connector_id)
        statement = statement.where(findings.c.test_id.in_(of_connector))
    if query.record_id is not None:
        record = connection.execute(
            select(records.c.connector_id, records.c.scope).where(records.c.id == query.record_id)
        ).one_or_none()
        of_record = select(tests.c.id).where(tests.c.connector_id == (record.connector_id if record else None))
        statement = statement.where(
            findings.c.test_id.in_(of_record), findings.c.scope == (record.scope if record else None)
        )
    if query.active is not None:
        statement = statement.where(findings.c.active.is_(query.active))
    return statement.where(*FIELDS.where(query.text, Ask(connection, query.now)))


def _order(query: FindingQuery) -> list[ColumnElement[Any]]:
    try:
        column = SORTS[query.sort]
    except KeyError:
        raise ValueError(f"cannot sort Findings by {query.sort!r}: use one of {', '.join(SORTS)}") from None
    first = column.desc() if query.descending else column.asc()
    if query.sort in ("mitigated_at", "line", "cwe", "cvssv3_score", "epss_score"):
        first = first.nulls_last()
    if query.sort == "severity":
        # What is open comes first, then by place, so that the list reads like the code.
        return [findings.c.active.desc(), first, findings.c.file_path, findings.c.line, findings.c.id]
    return [first, findings.c.id]


def _row(row: RowMapping) -> FindingRow:
    values: dict[str, Any] = dict(row)
    for name in _LISTS:
        values[name] = tuple(json.loads(values[name])) if values[name] else ()
    return FindingRow(**{**values, "severity": Severity(values["severity"])})
