"""Held Findings, read from their rows: as evidence for matching, and whole."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, or_, select

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.store.ids import among, chunks
from dojo_tui.store.tables import findings


class Trace(NamedTuple):
    """See ``model.reimport.Trace``."""

    id: int
    place: int
    content: int
    severity: int
    active: bool
    is_mitigated: bool
    reported: bool
    triaged: bool
    dismissed: bool


class Evidence(NamedTuple):
    """See ``model.reimport.HeldFinding``."""

    id: int
    place: int
    content: int
    severity: int
    active: bool
    is_mitigated: bool
    reported: bool
    triaged: bool
    dismissed: bool
    scanner: str
    rule_id: str
    title: str
    wording: str
    unique_id: str
    component_name: str
    component_version: str
    file_path: str
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    snippet: str
    logical_location: str
    param: str
    subject: str | None
    vulnerability_ids: tuple[str, ...]
    endpoints: tuple[str, ...]
    several: bool
    former_rules: tuple[str, ...]


DISMISSED = or_(findings.c.false_p, findings.c.out_of_scope, findings.c.risk_accepted)
"""Somebody decided that it is no work."""

_TRACE = select(
    findings.c.id,
    findings.c.place,
    findings.c.content,
    findings.c.severity,
    findings.c.active,
    findings.c.is_mitigated,
    findings.c.reported,
    findings.c.triaged,
    DISMISSED.label("dismissed"),
)
_SEVERAL = findings.c.description.like("%\n\nAlso at:\n- %").label("several")
"""A result with several places was one Finding once, whose description ended with the others."""
_OTHERS = [name for name in Evidence._fields if name not in (*Trace._fields, "several", "former_rules")]
_EVIDENCE = _TRACE.add_columns(*(findings.c[name] for name in _OTHERS), _SEVERAL)


def traces(connection: Connection, test_id: int, scope: str, *, without: Collection[str]) -> list[Trace]:
    """What one Record holds, oldest first, but for the scanners that are to be left alone."""
    chosen = _TRACE.where(findings.c.test_id == test_id, findings.c.scope == scope).order_by(findings.c.id)
    if without:
        chosen = chosen.where(findings.c.scanner.not_in(list(without)))
    return list(map(Trace._make, _fetch(connection, chosen)))


def active_of(connection: Connection, test_id: int, scope: str, scanners: Collection[str]) -> dict[str, int]:
    """How many active Findings of a Record each of these scanners has."""
    of_record = (findings.c.test_id == test_id, findings.c.scope == scope, findings.c.active)
    counted = select(findings.c.scanner, func.count()).where(*of_record, findings.c.scanner.in_(list(scanners)))
    return {row[0]: row[1] for row in connection.execute(counted.group_by(findings.c.scanner))}


def evidence(connection: Connection, ids: Collection[int]) -> list[Evidence]:
    """All that matching reads of the Findings with these ids, oldest first."""
    if not ids:
        return []
    chosen = _EVIDENCE.where(among(connection.dialect.name, findings.c.id, list(ids))).order_by(findings.c.id)
    rows = _fetch(connection, chosen)
    return [Evidence._make((*row[:-3], _tuple(row[-3]), _tuple(row[-2]), row[-1], ())) for row in rows]


def held_findings(connection: Connection, test_id: int, scope: str, *, after: int = 0) -> Iterator[tuple[int, Finding]]:
    """All Findings of one Record with their ids, oldest first, as they are shown; those made ``after`` that id."""
    chosen = _whole().where(findings.c.test_id == test_id, findings.c.scope == scope, findings.c.id > after)
    for row in connection.execute(chosen.order_by(findings.c.id)):
        yield row[0], _finding(row)


def whole_findings(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, Finding]]:
    """The Findings with these ids, in their order; those that are gone are left out."""
    for chunk in chunks(ids):
        found = {row[0]: row for row in connection.execute(_whole().where(findings.c.id.in_(chunk)))}
        yield from ((key, _finding(found[key])) for key in chunk if key in found)


def by_scanner(connection: Connection, ids: Iterable[int]) -> dict[str, array[int]]:
    """These Findings by their scanner, each scanner's in their order."""
    grouped: dict[str, array[int]] = {}
    for chunk in chunks(ids):
        rows = connection.execute(select(findings.c.id, findings.c.scanner).where(findings.c.id.in_(chunk)))
        scanners = {row.id: row.scanner for row in rows}
        for key in chunk:
            if key in scanners:
                grouped.setdefault(scanners[key], array("q")).append(key)
    return grouped


def _whole() -> Select[Any]:
    return select(findings.c.id, *(findings.c[name] for name in _HELD))


def _finding(row: Row[Any]) -> Finding:
    values = dict(zip(_HELD, row[1:], strict=True))
    for name in _LISTS:
        values[name] = _tuple(values[name])
    values["severity"] = Severity(values["severity"])
    return Finding(**values)


def _fetch(connection: Connection, chosen: Select[Any]) -> list[Any]:
    """The driver's own tuples: a hundred thousand of SQLAlchemy's row objects take as long as the query.

    None of the columns needs a conversion but those that the callers make.
    """
    result = connection.execute(chosen)
    try:
        cursor: Any = result.cursor
        return list(cursor.fetchall())
    finally:
        result.close()


def _tuple(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


_LISTS = ("cwes", "vulnerability_ids", "endpoints", "tags")
_HELD = tuple(field.name for field in fields(Finding) if field.name in findings.c)
"""What a Finding consists of; all of it is kept but the word that said nothing of its severity."""
