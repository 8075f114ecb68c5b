"""Lists: paging, ordering and filters with the quirks of each (facts.md, section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tests.defectdojo_server.answers import invalid
from tests.defectdojo_server.findings import value
from tests.defectdojo_server.state import Row, State

DEFAULT_LIMIT = 25
Keep = Callable[[Row], bool]
Filter = Callable[[State, str, str], Keep]
"""By the state, the parameter's name and its text: which rows to keep."""

_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


def column(row: Row, name: str) -> Any:
    """A column, also of a row that leaves out defaults."""
    return row[name] if name in row else value(row, name)


def exact(_state: State, name: str, text: str) -> Keep:
    """The whole text, case-sensitive."""
    return lambda row: column(row, name) == text


def contains(_state: State, name: str, text: str) -> Keep:
    """A part of the text, whatever its case."""
    return lambda row: text.lower() in (column(row, name) or "").lower()


def same(of: str) -> Filter:
    """The whole text of another column, whatever its case."""
    return lambda _state, _name, text: lambda row: (column(row, of) or "").lower() == text.lower()


def either(_state: State, name: str, text: str) -> Keep:
    """One of a list with commas, case-sensitive."""
    return lambda row: column(row, name) in text.split(",")


def boolean(_state: State, name: str, text: str) -> Keep:
    """True or false, in several spellings; anything else is no filter at all."""
    wanted = {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    return lambda row: wanted is None or bool(column(row, name)) == wanted


def _numbers(name: str, text: str) -> set[int]:
    try:
        return {int(part) for part in text.split(",")}
    except ValueError:
        raise invalid({name: [("Enter a number.", "invalid")]}) from None


def numbers(_state: State, name: str, text: str) -> Keep:
    """One of a list of numbers."""
    wanted = _numbers(name, text)
    return lambda row: column(row, name) in wanted


def number(_state: State, name: str, text: str) -> Keep:
    """One number."""
    wanted = _numbers(name, text.replace(",", "x"))
    return lambda row: column(row, name) in wanted


def choice(table: str) -> Filter:
    """An object that exists: another one is refused, not answered with an empty list."""

    def of(state: State, name: str, text: str) -> Keep:
        if state.get(table, text) is None:
            raise invalid({name: [(_NO_CHOICE, "invalid_choice")]})
        return lambda row: column(row, name) == int(text)

    return of


def up(*path: tuple[str, str]) -> Filter:
    """A number list about an object further up: ``(table, column)`` for each step."""

    def of(state: State, name: str, text: str) -> Keep:
        wanted = _numbers(name, text)

        def keep(row: Row) -> bool:
            for table, step in path:
                row = state.tables[table][row[step]]
            return row["id"] in wanted

        return keep

    return of


_TO_TEST = ("tests", "test")
_TO_ENGAGEMENT = ("engagements", "engagement")
_TO_PRODUCT = ("products", "product")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list can be asked."""

    filters: Mapping[str, Filter]
    orders: frozenset[str] = frozenset()
    default_order: str = "id"
    prefetch: Mapping[str, str] | None = None
    """None: no ``prefetch`` in the answer; else what may be prefetched, and from which table."""


_FLAGS = ("active", "duplicate", "dynamic_finding", "false_p", "is_mitigated", "out_of_scope", "static_finding")
_PARTS = (
    "title",
    "description",
    "file_path",
    "hash_code",
    "unique_id_from_tool",
    "component_name",
    "component_version",
)

LISTINGS: Mapping[str, Listing] = {
    "product_types": Listing(
        {"id": number, "name": exact, "critical_product": boolean, "key_product": boolean},
        default_order="name",
        prefetch={},
    ),
    "products": Listing(
        {"id": numbers, "name": contains, "name_exact": same("name"), "description": contains, "prod_type": numbers},
        orders=frozenset({"id", "name", "created", "prod_type"}),
        default_order="name",
        prefetch={"prod_type": "product_types"},
    ),
    "engagements": Listing(
        {
            "id": number,
            "name": exact,
            "product": choice("products"),
            "active": boolean,
            "status": exact,
            "version": exact,
            "product__prod_type": up(_TO_PRODUCT, ("product_types", "prod_type")),
        },
        orders=frozenset({"name", "version", "target_start", "target_end", "status", "lead", "created", "updated"}),
        default_order="-target_start",
    ),
    "tests": Listing(
        {
            "id": number,
            "title": exact,
            "engagement": choice("engagements"),
            "test_type": choice("test_types"),
            **dict.fromkeys(("scan_type", "version", "build_id", "commit_hash", "branch_tag"), exact),
        },
        orders=frozenset(
            {
                *("title", "version", "target_start", "target_end", "test_type", "lead", "branch_tag", "build_id"),
                *("commit_hash", "engagement", "created", "updated"),
            }
        ),
        prefetch={"engagement": "engagements", "test_type": "test_types", "environment": "development_environments"},
    ),
    "findings": Listing(
        {
            **dict.fromkeys((*_FLAGS, "verified", "under_review", "fix_available"), boolean),
            **dict.fromkeys(_PARTS, contains),
            "id": numbers,
            "cwe": numbers,
            "test": choice("tests"),
            "exact_title": same("title"),
            "service": exact,
            "vuln_id_from_tool": exact,
            "severity": either,
            "risk_accepted": boolean,
            "test__engagement": up(_TO_TEST, _TO_ENGAGEMENT),
            "test__engagement__product": up(_TO_TEST, _TO_ENGAGEMENT, _TO_PRODUCT),
            "test__test_type": up(_TO_TEST, ("test_types", "test_type")),
        },
        orders=frozenset(
            {
                *(*_FLAGS, "component_name", "component_version", "created", "last_status_update", "last_reviewed"),
                *("cwe", "date", "found_by", "id", "numerical_severity", "planned_remediation_date", "severity"),
                *("sla_expiration_date", "reviewers", "title", "under_defect_review", "under_review", "verified"),
            }
        ),
        prefetch={"test": "tests"},
    ),
    "test_imports": Listing(
        {
            "test": choice("tests"),
            **dict.fromkeys(("version", "build_id", "commit_hash", "branch_tag"), exact),
        },
        orders=frozenset({"id", "created", "modified", "version", "branch_tag", "build_id", "commit_hash"}),
        default_order="-id",
        prefetch={"test": "tests"},
    ),
    "test_types": Listing({"name": exact}),
    "development_environments": Listing({}),
    "system_settings": Listing({}),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows, and where its neighbours are."""

    rows: Sequence[Row]
    count: int
    next: str | None
    previous: str | None


def _whole(text: str | None, default: int, least: int) -> int:
    try:
        number = int(text or "")
    except ValueError:
        return default
    return number if number >= least else default


def page(state: State, table: str, rows: Iterable[Row], query: Mapping[str, str], address: str) -> Page:
    """Filter, order and cut. ``address`` is the list's own URL, as the server sees it."""
    listing = LISTINGS[table]
    keeps = [
        listing.filters[name](state, name, text) for name, text in query.items() if text and name in listing.filters
    ]
    found = [row for row in rows if all(keep(row) for keep in keeps)]
    order = query.get("o") or listing.default_order
    if query.get("o") and listing.orders and not set(order.replace("-", "").split(",")) <= listing.orders:
        bad = next(part for part in order.split(",") if part.removeprefix("-") not in listing.orders)
        text = f"Select a valid choice. {bad} is not one of the available choices."
        raise invalid({"o": [(text, "invalid_choice")]})
    for part in reversed((order if listing.orders else listing.default_order).split(",")):
        name = part.removeprefix("-")
        if name != "id" or part != name:  # rows come in the order of their ids
            found.sort(key=partial(_rank, name), reverse=part != name)
    limit, offset = _whole(query.get("limit"), DEFAULT_LIMIT, 1), _whole(query.get("offset"), 0, 0)

    def link(at: int) -> str:
        changed = {**query, "limit": str(limit), "offset": str(at)}
        if at <= 0:
            del changed["offset"]
        return f"{address}?{urlencode(sorted(changed.items()))}"

    return Page(
        found[offset : offset + limit],
        len(found),
        link(offset + limit) if offset + limit < len(found) else None,
        link(offset - limit) if offset > 0 else None,
    )


def _rank(name: str, row: Row) -> tuple[bool, Any]:
    cell = column(row, name)
    return (cell is not None, cell if cell is not None else 0)
