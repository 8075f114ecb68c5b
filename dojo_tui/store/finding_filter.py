"""The filter of lists of Findings: its fields, what they mean in SQL, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select

from dojo_tui.model.severity import Severity
from dojo_tui.store.search import (
    Ask,
    Fault,
    Field,
    Fields,
    contains,
    number_field,
    ranked_field,
    text_field,
    time_field,
    within,
    wrong_time,
)
from dojo_tui.store.tables import connectors, engagements, findings, products, records, tests

_TABLE = findings.c
_DISMISSED = or_(_TABLE.false_p, _TABLE.risk_accepted, _TABLE.out_of_scope)
STATES: dict[str, ColumnElement[bool]] = {
    "active": _TABLE.active,
    "closed": not_(_TABLE.active),
    "mitigated": and_(_TABLE.is_mitigated, not_(_DISMISSED)),
    "false-positive": _TABLE.false_p,
    "risk-accepted": _TABLE.risk_accepted,
    "out-of-scope": _TABLE.out_of_scope,
    "decided": _TABLE.triaged,
    "dismissed": _DISMISSED,
    "gone": and_(_DISMISSED, _TABLE.mitigated_at.is_not(None)),
    "under-review": _TABLE.under_review,
    "verified": _TABLE.verified,
}
"""The words of ``is:``. ``decided`` is by a person here, ``dismissed`` by anybody;
``gone`` is what was dismissed and is not reported any more."""


def _words(value: str, ask: Ask, _negated: bool) -> ColumnElement[bool]:
    named = (_TABLE.title, _TABLE.file_path, _TABLE.logical_location, _TABLE.rule_id, _TABLE.component_name)
    return contains(ask.dialect, (*named, _TABLE.vulnerability_ids), value)


def _is(value: str, _ask: Ask) -> ColumnElement[bool]:
    return or_(false(), *(STATES[word] for word in _states(value)))


def _states(word: str) -> list[str]:
    typed = word.lower().replace("_", "-").replace(" ", "-")
    return [typed] if typed in STATES else [state for state in STATES if state.startswith(typed)]


def _wrong_state(value: str) -> str | None:
    return None if _states(value) else f"No Finding is '{value}': use {', '.join(STATES)}."


def _cwe(value: str, ask: Ask) -> ColumnElement[bool]:
    # The list is JSON: one of these stands on either side of a number in it.
    number = value.lower().removeprefix("cwe-").lstrip("0")
    whole = [contains(ask.dialect, (_TABLE.cwes,), f"{a}{number}{b}") for a in ("[", " ") for b in (",", "]")]
    return or_(*whole) if number.isdecimal() else false()


def _wrong_cwe(value: str) -> str | None:
    return None if value.lower().removeprefix("cwe-").isdecimal() else f"'{value}' is no CWE: write cwe:79."


def _in_test(chosen: Callable[[Select[Any], str, Ask], Select[Any]]) -> Callable[[str, Ask], ColumnElement[bool]]:
    """Findings of the Tests that ``chosen`` leaves of all."""
    return lambda value, ask: _TABLE.test_id.in_(chosen(select(tests.c.id), value, ask))


def _of_product(statement: Select[Any], value: str, ask: Ask) -> Select[Any]:
    joined = statement.select_from(tests.join(engagements).join(products))
    return joined.where(contains(ask.dialect, (products.c.name,), value))


def _of_connector(statement: Select[Any], value: str, ask: Ask) -> Select[Any]:
    joined = statement.outerjoin_from(tests, connectors, connectors.c.id == tests.c.connector_id)
    return joined.where(contains(ask.dialect, (connectors.c.label, tests.c.title), value))


def _record(value: str, ask: Ask) -> ColumnElement[bool]:
    same = and_(records.c.connector_id == tests.c.connector_id, records.c.scope == _TABLE.scope)
    found = select(records.c.id).select_from(records.join(tests, tests.c.connector_id == records.c.connector_id))
    named = contains(ask.dialect, (records.c.name, records.c.vendor_id), value)
    return found.where(same, tests.c.id == _TABLE.test_id, named).correlate(findings).exists()


def _tool(value: str, ask: Ask) -> ColumnElement[bool]:
    of_tool = select(tests.c.id).join_from(tests, connectors, connectors.c.id == tests.c.connector_id)
    used = of_tool.where(contains(ask.dialect, (connectors.c.tool,), value))
    return or_(contains(ask.dialect, (_TABLE.scanner,), value), _TABLE.test_id.in_(used))


def _seen(value: str, ask: Ask) -> ColumnElement[bool] | None:
    """What the last report had was seen when its Test was brought up to date; else when it was last changed."""
    synced = within(tests.c.updated_at, value, ask)
    changed = within(_TABLE.updated_at, value, ask)
    if synced is None or changed is None:
        return None
    of_test = _TABLE.test_id.in_(select(tests.c.id).where(synced))
    return or_(and_(_TABLE.reported, of_test), and_(not_(_TABLE.reported), changed))


FIELDS = Fields(
    "Findings",
    (
        ranked_field("severity", _TABLE.severity, {one.label: int(one) for one in Severity}, ">=high"),
        Field("is", _is, _wrong_state, "active", ("state", "status")),
        Field("product", _in_test(_of_product)),
        Field("connector", _in_test(_of_connector)),
        Field("record", _record),
        Field("tool", _tool),
        text_field("scanner", (_TABLE.scanner,)),
        text_field("place", (_TABLE.file_path, _TABLE.endpoints, _TABLE.logical_location)),
        text_field("file", (_TABLE.file_path,)),
        number_field("line", (_TABLE.line,), ">100"),
        text_field("rule", (_TABLE.rule_id,)),
        text_field("cve", (_TABLE.vulnerability_ids,)),
        Field("cwe", _cwe, _wrong_cwe, "79"),
        text_field("component", (_TABLE.component_name, _TABLE.component_version)),
        text_field("title", (_TABLE.title,), "name"),
        text_field("tag", (_TABLE.tags,)),
        text_field("endpoint", (_TABLE.endpoints,)),
        text_field("service", (_TABLE.service,)),
        text_field("id", (_TABLE.unique_id,)),
        number_field("cvss", (_TABLE.cvssv3_score, _TABLE.cvssv4_score), ">=7"),
        number_field("epss", (_TABLE.epss_score,), ">=10%"),
        time_field("found", _TABLE.created_at),
        Field("seen", _seen, wrong_time, "<7d"),
        time_field("closed", _TABLE.mitigated_at),
    ),
    _words,
)
"""Fields of the filter language. ``found`` is the first time, ``seen`` the last one, ``closed`` its mitigation."""


def asks_for_state(text: str) -> bool:
    """Whether a filter itself says which states are wanted."""
    return FIELDS.asks(text, "is") or FIELDS.asks(text, "closed")


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter: fields and words that no Finding can have."""
    return FIELDS.faults(text)
