"""What a DefectDojo server tells of its things, read strictly: what is not as promised raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from dojo_tui.model.errors import DestinationError
from dojo_tui.model.target import ServerProduct
from dojo_tui.model.text import clean
from dojo_tui.model.values import at, whole

Raw = Mapping[str, Any]

_NUMBERS = range(-(2**63) + 1, 2**63)
"""Those that a database can hold."""
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class User:
    """Whose token it is."""

    id: int
    name: str
    is_superuser: bool
    is_staff: bool = False
    """Sees and changes everything, and may delete."""


@dataclass(frozen=True, slots=True)
class ServerEngagement:
    """An Engagement; a closed one is not active, but still takes imports."""

    id: int
    product_id: int
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class ServerTest:
    """A Test, and how Findings are matched there."""

    id: int
    engagement_id: int
    title: str
    test_type_name: str
    scan_type: str
    algorithm: str
    hash_fields: tuple[str, ...]
    """Empty: those that the server has by default."""
    build_id: str
    tags: tuple[str, ...] = ()
    description: str = ""
    lead: int | None = None
    environment: int | None = None


@dataclass(frozen=True, slots=True)
class ServerFinding:
    """What tells which of our Findings it is, whether it is open, and what people decided."""

    id: int
    active: bool
    false_p: bool
    out_of_scope: bool
    risk_accepted: bool
    unique_id: str
    service: str
    hash_code: str
    is_mitigated: bool = False
    duplicate: bool = False
    duplicate_of: int | None = None
    """The one it is a duplicate of, in whatever Test of the Product."""


class Delta(NamedTuple):
    """How many Findings a reimport changed."""

    created: int
    closed: int
    reactivated: int


def unreadable(where: str) -> DestinationError:
    """An answer that is none."""
    return DestinationError(
        f"DefectDojo answered without {where}, or with something else there.",
        do="It may be of a version that this program does not know.",
    )


def user(row: Raw) -> User:
    """Read ``user_profile/``."""
    inner = row.get("user")
    if not isinstance(inner, Mapping):
        raise unreadable("a user")
    return User(number(inner, "id"), text(inner, "username"), flag(inner, "is_superuser"), bool(inner.get("is_staff")))


def product(row: Raw, product_type: str) -> ServerProduct:
    """Read one of ``products/``."""
    return ServerProduct(number(row, "id"), text(row, "name"), product_type)


def engagement(row: Raw) -> ServerEngagement:
    """Read one of ``engagements/``."""
    active = flag(row, "active") and text(row, "status") != "Completed"
    return ServerEngagement(number(row, "id"), number(row, "product"), text(row, "name"), active)


def test(row: Raw) -> ServerTest:
    """Read one of ``tests/``."""
    fields, tags = row.get("hash_code_fields"), row.get("tags")
    return ServerTest(
        id=number(row, "id"),
        engagement_id=number(row, "engagement"),
        title=text(row, "title"),
        test_type_name=text(row, "test_type_name"),
        scan_type=text(row, "scan_type"),
        algorithm=text(row, "deduplication_algorithm"),
        hash_fields=tuple(map(str, fields)) if isinstance(fields, list) else (),
        build_id=text(row, "build_id"),
        tags=tuple(name for name in tags if isinstance(name, str)) if isinstance(tags, list) else (),
        description=text(row, "description"),
        lead=whole(row.get("lead")),
        environment=whole(row.get("environment")),
    )


def finding(row: Raw) -> ServerFinding:
    """Read one of ``findings/``."""
    return ServerFinding(
        id=number(row, "id"),
        active=flag(row, "active"),
        false_p=flag(row, "false_p"),
        out_of_scope=flag(row, "out_of_scope"),
        risk_accepted=flag(row, "risk_accepted"),
        unique_id=text(row, "unique_id_from_tool"),
        service=text(row, "service"),
        hash_code=text(row, "hash_code"),
        is_mitigated=flag(row, "is_mitigated"),
        duplicate=flag(row, "duplicate"),
        duplicate_of=None if row.get("duplicate_finding") is None else number(row, "duplicate_finding"),
    )


def delta(row: Raw) -> Delta | None:
    """Read the answer to a reimport; None where it does not tell, or only what there is now."""
    statistics = row.get("statistics")
    groups = statistics.get("delta") if isinstance(statistics, Mapping) else None
    totals = [at(groups, f"{name}.total.total") for name in ("created", "closed", "reactivated")]
    if not all(isinstance(total, int) for total in totals):
        return None
    return Delta(*totals)


def number(row: Raw, name: str) -> int:
    """A whole number that can be stored."""
    found = row.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found not in _NUMBERS:
        raise unreadable(name)
    return found


def text(row: Raw, name: str) -> str:
    """A text that can be stored; nothing is the empty one."""
    found = row.get(name)
    if found is not None and not isinstance(found, str):
        raise unreadable(name)
    return clean(found or "", _LONGEST)


def flag(row: Raw, name: str) -> bool:
    """Yes or no."""
    found = row.get(name)
    if not isinstance(found, bool):
        raise unreadable(name)
    return found
