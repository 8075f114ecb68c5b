"""The filter of lists of Findings: its fields, what they mean in SQL, and what is wrong with one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, not_, or_

from dojo_tui.model.severity import Severity
from dojo_tui.store.search import Fault, Term, contains, terms, unknown_field
from dojo_tui.store.tables import findings

FIELDS = ("severity", "is", "file", "rule", "scanner", "cve", "cwe", "component", "title", "tag", "endpoint")
"""Fields of the filter language."""

_TABLE = findings.c
_TEXTS = {
    "file": (_TABLE.file_path,),
    "rule": (_TABLE.rule_id,),
    "scanner": (_TABLE.scanner,),
    "cve": (_TABLE.vulnerability_ids,),
    "component": (_TABLE.component_name, _TABLE.component_version),
    "title": (_TABLE.title,),
    "tag": (_TABLE.tags,),
    "endpoint": (_TABLE.endpoints,),
    "": (_TABLE.title, _TABLE.file_path, _TABLE.rule_id, _TABLE.component_name, _TABLE.vulnerability_ids),
}
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
    "under-review": _TABLE.under_review,
    "verified": _TABLE.verified,
}
"""The words of ``is:``. ``decided`` is by a person here, ``dismissed`` by anybody."""


def condition(dialect: str, term: Term) -> ColumnElement[bool]:
    """One term as SQL. A word of ``severity:`` or ``is:`` may be half typed."""
    match term.field:
        case "severity":
            return _TABLE.severity.in_([int(one) for one in _severities(term.value)])
        case "is":
            return or_(false(), *(STATES[word] for word in _states(term.value)))
        case "cwe":
            # The list is JSON: one of these stands on either side of a number in it.
            number = term.value.lower().removeprefix("cwe-").lstrip("0")
            whole = [contains(dialect, (_TABLE.cwes,), f"{a}{number}{b}") for a in ("[", " ") for b in (",", "]")]
            return or_(*whole) if number.isdecimal() else false()
        case _:
            return contains(dialect, _TEXTS[term.field], term.value)


def asks_for_state(text: str) -> bool:
    """Whether a filter itself says which states are wanted."""
    return any(term.field == "is" for term in terms(text, FIELDS))


def faults(text: str) -> list[Fault]:
    """What a person should be told about a filter: fields and words that no Finding can have."""
    found = []
    for term in terms(text, FIELDS):
        wrong = _wrong(term) if term.field else unknown_field(term, FIELDS)
        if wrong is not None:
            found.append(Fault(f"{term.field}:{term.value}" if term.field else term.value, wrong))
    return found


def _wrong(term: Term) -> str | None:
    """What is wrong with the value of a field."""
    if term.field == "severity" and not _severities(term.value):
        return f"There is no severity '{term.value}': use {', '.join(one.label for one in Severity)}."
    if term.field == "is" and not _states(term.value):
        return f"No Finding is '{term.value}': use {', '.join(STATES)}."
    if term.field == "cwe" and not term.value.lower().removeprefix("cwe-").isdecimal():
        return f"'{term.value}' is no CWE: write cwe:79."
    return None


def _severities(word: str) -> list[Severity]:
    return [severity for severity in Severity if severity.label.lower().startswith(word.lower())]


def _states(word: str) -> list[str]:
    typed = word.lower().replace("_", "-").replace(" ", "-")
    return [typed] if typed in STATES else [state for state in STATES if state.startswith(typed)]
