"""Creates, changes and deletes objects, and refuses with the words of the real server (facts.md, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.defectdojo_server import duplicates
from tests.defectdojo_server.answers import Problem, broken, detail, forbidden, invalid, not_found
from tests.defectdojo_server.findings import SEVERITIES, hash_code, save_changed, save_new, value
from tests.defectdojo_server.state import ENGAGEMENT, PRODUCT, PRODUCT_TYPE, TEST, Row, State, User, stamp

MODELS = {
    "product_types": "Product_Type",
    "products": "Product",
    "engagements": "Engagement",
    "test_types": "Test_Type",
    "tests": "Test",
    "findings": "Finding",
    "test_imports": "Test_Import",
    "development_environments": "Development_Environment",
    "system_settings": "System_Settings",
}
Check = Callable[[State, Any], Any]
"""Gives the value to keep; raises ``WrongError``."""


class WrongError(Exception):
    """A value that a field does not take."""

    def __init__(self, text: str, code: str = "invalid") -> None:
        super().__init__(text)
        self.problem: Problem = (text, code)


def text(limit: int | None = None, *, blank: bool = True) -> Check:
    """A text, trimmed."""

    def check(_state: State, given: Any) -> str:
        if isinstance(given, bool | dict | list):
            raise WrongError("Not a valid string.")
        said = str(given).strip()
        if "\0" in said:
            raise WrongError("Null characters are not allowed.", "null_characters_not_allowed")
        if not said and not blank:
            raise WrongError("This field may not be blank.", "blank")
        if limit is not None and len(said) > limit:
            raise WrongError(f"Ensure this field has no more than {limit} characters.", "max_length")
        return said

    return check


def flag(_state: State, given: Any) -> bool:
    """True or false."""
    known = {"true": True, "1": True, "false": False, "0": False}.get(str(given).lower())
    if known is None:
        raise WrongError("Must be a valid boolean.")
    return known


def whole(_state: State, given: Any) -> int:
    """A whole number."""
    try:
        return int(str(given))
    except ValueError:
        raise WrongError("A valid integer is required.") from None


def decimal(_state: State, given: Any) -> float:
    """A number."""
    try:
        return float(str(given))
    except ValueError:
        raise WrongError("A valid number is required.") from None


def day(_state: State, given: Any) -> str:
    """A date."""
    try:
        return str(date.fromisoformat(given))
    except (TypeError, ValueError):
        raise WrongError("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.") from None


def moment(_state: State, given: Any) -> str:
    """A moment, or a day."""
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        form = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]"
        raise WrongError(f"Datetime has wrong format. Use one of these formats instead: {form}.") from None
    return stamp(at if at.tzinfo else at.replace(tzinfo=UTC))


def reference(table: str) -> Check:
    """The id of something that exists."""

    def check(state: State, given: Any) -> int:
        if isinstance(given, bool) or state.get(table, given) is None:
            raise WrongError(f'Invalid pk "{given}" - object does not exist.', "does_not_exist")
        return int(given)

    return check


def several(table: str) -> Check:
    """The ids of things that exist."""
    one = reference(table)
    return lambda state, given: [one(state, each) for each in given]


def one_of(*choices: str) -> Check:
    """One of a few words."""

    def check(_state: State, given: Any) -> str:
        if given not in choices:
            raise WrongError(f'"{given}" is not a valid choice.', "invalid_choice")
        return str(given)

    return check


def severity(_state: State, given: Any) -> str:
    """A severity of a finding."""
    if given not in SEVERITIES:
        raise WrongError(f"Severity must be one of the following: {list(SEVERITIES)}")
    return str(given)


def tags(_state: State, given: Any) -> list[str]:
    """Words without spaces, commas and quotes."""
    for tag in given:
        if any(mark in tag for mark in " ,'\""):
            raise WrongError(f"Invalid tag: {tag!r}. Tags should not contain spaces, commas, or quotes.")
    return list(given)


def labels(key: str) -> Check:
    """A list of objects with one text each, kept as a list of the texts."""
    return lambda _state, given: [each[key] for each in given]


@dataclass(frozen=True, slots=True)
class Kind:
    """What an object of a table takes; what is not named here is ignored, as there."""

    blank: Row
    checks: Mapping[str, Check]
    required: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    """The field that decides about rights, and its table."""
    unique: str = ""
    """How a taken name is told."""
    never_null: frozenset[str] = frozenset()


_RUN = {name: text(150) for name in ("build_id", "commit_hash", "branch_tag")}
_FINDING_TEXTS = (
    *("mitigation", "impact", "steps_to_reproduce", "severity_justification", "references", "sast_source_object"),
    *("sast_sink_object", "fix_version", "cvssv3", "cvssv4", "effort_for_fixing", "planned_remediation_version"),
)
_FINDING_FLAGS = (
    *("active", "verified", "false_p", "duplicate", "out_of_scope", "risk_accepted", "under_review", "is_mitigated"),
    *("under_defect_review", "known_exploited", "ransomware_used", "fix_available"),
    *("static_finding", "dynamic_finding", "push_to_jira"),
)
KINDS: Mapping[str, Kind] = {
    "product_types": Kind(
        PRODUCT_TYPE,
        {"name": text(255, blank=False), "description": text(4000), "critical_product": flag, "key_product": flag},
        required=("name",),
        unique="product_ type with this name already exists.",
    ),
    "products": Kind(
        PRODUCT,
        {
            "name": text(255, blank=False),
            "description": text(4000, blank=False),
            "tags": tags,
            "prod_type": reference("product_types"),
            "external_audience": flag,
            "internet_accessible": flag,
            "enable_simple_risk_acceptance": flag,
        },
        required=("name", "description", "prod_type"),
        parent=("prod_type", "product_types"),
        unique="product with this name already exists.",
    ),
    "engagements": Kind(
        ENGAGEMENT,
        {
            "name": text(300),
            "description": text(2000),
            "version": text(100),
            "tags": tags,
            "active": flag,
            "product": reference("products"),
            "target_start": day,
            "target_end": day,
            "lead": whole,
            **_RUN,
            "engagement_type": one_of("Interactive", "CI/CD"),
            "status": one_of(
                "Not Started", "Blocked", "Cancelled", "Completed", "In Progress", "On Hold", "Waiting for Resource"
            ),
            "deduplication_on_engagement": flag,
        },
        required=("product", "target_start", "target_end"),
        parent=("product", "products"),
    ),
    "test_types": Kind(
        {"name": "", "static_tool": False, "dynamic_tool": False, "active": True},
        {"name": text(200, blank=False), "static_tool": flag, "dynamic_tool": flag, "active": flag},
        required=("name",),
        unique="test_ type with this name already exists.",
    ),
    "tests": Kind(
        TEST,
        {
            "engagement": reference("engagements"),
            "scan_type": text(blank=False),
            "title": text(255),
            "description": text(),
            "target_start": moment,
            "target_end": moment,
            "percent_complete": whole,
            "version": text(100),
            **_RUN,
            "lead": whole,
            "test_type": reference("test_types"),
            "tags": tags,
            "environment": reference("development_environments"),
        },
        required=("target_start", "target_end", "test_type"),
        parent=("engagement", "engagements"),
    ),
    "findings": Kind(
        {},
        {
            **dict.fromkeys(_FINDING_TEXTS, text()),
            **dict.fromkeys(_FINDING_FLAGS, flag),
            "test": reference("tests"),
            "title": text(511, blank=False),
            "description": text(blank=False),
            "severity": severity,
            "numerical_severity": text(4),
            "found_by": several("test_types"),
            "tags": tags,
            **dict.fromkeys(("date", "publish_date", "planned_remediation_date", "kev_date", "sla_start_date"), day),
            **dict.fromkeys(("line", "cwe", "nb_occurences", "sast_source_line", "mitigated_by"), whole),
            **dict.fromkeys(("cvssv3_score", "cvssv4_score", "epss_score", "epss_percentile"), decimal),
            "mitigated": moment,
            "file_path": text(4000),
            "service": text(200),
            "component_name": text(500),
            "component_version": text(100),
            "unique_id_from_tool": text(500),
            "vuln_id_from_tool": text(500),
            "vulnerability_ids": labels("vulnerability_id"),
            "cwes": labels("cwe"),
        },
        required=("title", "severity", "description", "active", "verified", "numerical_severity", "found_by"),
        parent=("test", "tests"),
        never_null=frozenset({"title", "severity", "description", "active", "verified"}),
    ),
    "system_settings": Kind({}, {"enable_deduplication": flag, "delete_duplicates": flag, "max_dupes": whole}),
}


def _checked(state: State, table: str, given: Mapping[str, Any], required: Iterable[str], held: Row | None) -> Row:
    """The values to keep, or all that is wrong with them."""
    kind = KINDS[table]
    good: Row = {}
    problems: dict[str, list[Problem]] = {
        name: [("This field is required.", "required")] for name in required if name not in given
    }
    for name, check in kind.checks.items():
        if name not in given:
            continue
        if given[name] is None and name not in kind.required and name not in kind.never_null:
            good[name] = None
            continue
        try:
            if given[name] is None:
                raise WrongError("This field may not be null.", "null")
            good[name] = check(state, given[name])
        except WrongError as wrong:
            problems[name] = [wrong.problem]
    if kind.unique and "name" in good and any(row is not held for row in state.where(table, name=good["name"])):
        problems["name"] = [(kind.unique, "unique")]
    if problems:
        order = list(kind.checks)
        raise invalid({name: problems[name] for name in sorted(problems, key=order.index)})
    return good


def create(state: State, user: User, table: str, given: Mapping[str, Any]) -> Row:
    """Make an object."""
    kind = KINDS[table]
    if kind.parent is not None:
        name, above = kind.parent
        if name not in given:
            raise detail(400, f"Unable to check for permissions: Attribute '{name}' is required")
        if state.get(above, given[name]) is None:
            raise not_found(MODELS[above])
    if not user.may_change:
        raise forbidden()
    good = _checked(state, table, given, kind.required, None)
    if table == "engagements":
        _in_order(good)
    if table == "findings":
        return _create_finding(state, user, good)
    now = state.stamp()
    times: Row = {name: now for name in ("created", "updated") if name in kind.blank}
    return state.add(table, {**kind.blank, **times, **good})


def _in_order(dates: Mapping[str, Any]) -> None:
    if dates["target_start"] > dates["target_end"]:
        raise invalid({"non_field_errors": [("Your target start date exceeds your target end date", "invalid")]})


def _create_finding(state: State, user: User, good: Row) -> Row:
    _consistent(good)
    good.pop("push_to_jira", None)
    good["hash_code"] = hash_code(good)
    return save_new(state, good, user, state.stamp())


def _consistent(flags: Mapping[str, Any]) -> None:
    """Flags that exclude each other."""
    wrong = ""
    if (flags.get("active") or flags.get("verified")) and flags.get("duplicate"):
        wrong = "Duplicate findings cannot be verified or active"
    elif flags.get("false_p") and flags.get("verified"):
        wrong = "False positive findings cannot be verified."
    elif flags.get("active") and flags.get("risk_accepted"):
        wrong = "Active findings cannot be risk accepted."
    if wrong:
        raise invalid({"non_field_errors": [(wrong, "invalid")]})


def change(state: State, user: User, table: str, row: Row, given: Mapping[str, Any], *, whole_object: bool) -> None:
    """PATCH, or PUT."""
    if not user.may_change:
        raise forbidden()
    kind = KINDS[table]
    required = kind.required if whole_object else ()
    good = _checked(state, table, {k: v for k, v in given.items() if k != "test" or table != "findings"}, required, row)
    if table == "engagements":
        _in_order({**row, **good})
    if table == "findings":
        good.pop("push_to_jira", None)
        _consistent({name: value(row, name) for name in _FINDING_FLAGS} | good)
        if good.get("risk_accepted") and not value(row, "risk_accepted"):
            _may_accept(state, row)
        save_changed(state, row, user, good)
        if state.deduplicates():
            duplicates.mark(state, user, [row])
        return
    row.update(good)
    if "updated" in row:
        row["updated"] = state.stamp()
    state.save(table, row)


def _may_accept(state: State, row: Row) -> None:
    engagement = state.tables["engagements"][state.tables["tests"][row["test"]]["engagement"]]
    if not state.tables["products"][engagement["product"]]["enable_simple_risk_acceptance"]:
        wrong = "Simple risk acceptance is disabled for this product, use the UI to accept this finding."
        raise invalid({"non_field_errors": [(wrong, "invalid")]})


def delete(state: State, user: User, table: str, row: Row) -> None:
    """Delete an object with all that is in it; a test that an import writes to cannot be."""
    if not user.may_change:
        raise forbidden()
    if table == "tests" and state.running[row["id"]]:
        raise broken()
    state.drop(table, row["id"])
