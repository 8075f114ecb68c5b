"""Compares an answer with a recorded one: everything but ids, which are matched one to one, and moments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

# Which table an id in a field of this name is of.
TABLES = {
    "test": "tests",
    "test_id": "tests",
    "engagement": "engagements",
    "engagement_id": "engagements",
    "product": "products",
    "product_id": "products",
    "test__engagement__product": "products",
    "prod_type": "product_types",
    "product_type_id": "product_types",
    "test_type": "test_types",
    "found_by": "test_types",
    "finding": "findings",
    "finding_id": "findings",
    "findings_list": "findings",
    "findings_affected": "findings",
    "duplicate_finding": "findings",
    "test_import": "test_imports",
    "environment": "development_environments",
    "notes": "notes",
    "author": "users",
    "user": "users",
    "test_import_finding_action_set": "actions",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_MIDNIGHT = "T00:00:00Z"


class Ids:
    """Which of our ids stands for which recorded one, by table."""

    def __init__(self) -> None:
        self._ours: dict[str, dict[int, int]] = defaultdict(dict)

    def bind(self, table: str, recorded: int, ours: int) -> bool:
        """Learn a pair; False if it contradicts what is known."""
        known = self._ours[table]
        if recorded not in known and ours not in known.values():
            known[recorded] = ours
        return known.get(recorded) == ours

    def ours(self, table: str, recorded: object) -> Any:
        """Our id for a recorded one; itself where there is none, as for ids that never were."""
        try:
            return self._ours[table].get(int(str(recorded)), recorded)
        except ValueError:
            return recorded

    def fields(self, given: Mapping[str, Any], table: str = "") -> dict[str, Any]:
        """The fields of a request with our ids."""
        names = {**TABLES, "id": table}
        return {name: self.ours(names[name], cell) if name in names else cell for name, cell in given.items()}

    def path(self, path: str) -> str:
        """A path with our id."""
        parts = path.split("/")
        return "/".join(str(self.ours(before, part)) for before, part in zip(["", *parts], parts, strict=False))


def differences(recorded: Any, ours: Any, ids: Ids, table: str, place: str = "") -> Iterator[str]:
    """What differs, as sentences."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield from _of_objects(recorded, ours, ids, table, place)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield f"{place}: {len(recorded)} entries recorded, {len(ours)} here"
        for at, (theirs, own) in enumerate(zip(recorded, ours, strict=False)):
            yield from differences(theirs, own, ids, table, f"{place}[{at}]")
    elif _is_moment(recorded) and _is_moment(ours):
        if recorded.endswith(_MIDNIGHT) and recorded != ours:
            yield f"{place}: {recorded} recorded, {ours} here"
    elif recorded != ours or type(recorded) is not type(ours):
        yield f"{place}: {recorded!r} recorded, {ours!r} here"


def _of_objects(
    recorded: Mapping[str, Any], ours: Mapping[str, Any], ids: Ids, table: str, place: str
) -> Iterator[str]:
    if missing := sorted(recorded.keys() - ours.keys()):
        yield f"{place}: lacks {missing}"
    if strange := sorted(ours.keys() - recorded.keys()):
        yield f"{place}: has {strange}"
    for name in sorted(recorded.keys() & ours.keys(), key=lambda name: name != "id"):
        theirs, own, here = recorded[name], ours[name], f"{place}.{name}"
        kind = table if name == "id" else TABLES.get(name)
        if place.endswith("prefetch"):
            yield from differences(list(theirs.values()), list(own.values()), ids, kind or table, here)
        elif kind is not None and _all_ids(theirs) and _all_ids(own):
            yield from _of_ids(theirs, own, ids, kind, here)
        elif name in ("next", "previous") and theirs and own:
            yield from _of_links(theirs, own, ids, table, here)
        else:
            yield from differences(theirs, own, ids, kind or table, here)


def _all_ids(cell: Any) -> bool:
    return type(cell) is int or (isinstance(cell, list) and bool(cell) and all(type(each) is int for each in cell))


def _of_ids(recorded: Any, ours: Any, ids: Ids, table: str, place: str) -> Iterator[str]:
    theirs, own = ([cell] if isinstance(cell, int) else sorted(cell) for cell in (recorded, ours))
    if len(theirs) != len(own):
        yield f"{place}: {len(theirs)} recorded, {len(own)} here"
    elif len(theirs) == 1:
        if not ids.bind(table, theirs[0], own[0]):
            yield f"{place}: {theirs[0]} recorded of {table}, {own[0]} here, which stands for another"
    elif sorted(map(str, (ids.ours(table, each) for each in theirs))) != sorted(map(str, own)):
        unknown = [each for each in theirs if ids.ours(table, each) == each]
        if not unknown:
            yield f"{place}: {theirs} recorded of {table}, {own} here"


def _of_links(recorded: str, ours: str, ids: Ids, table: str, place: str) -> Iterator[str]:
    theirs, own = urlsplit(recorded), urlsplit(ours)
    wanted = [(name, str(each)) for name, each in ids.fields(dict(parse_qsl(theirs.query)), table).items()]
    if theirs.path != own.path or wanted != parse_qsl(own.query):
        yield f"{place}: {recorded} recorded, {ours} here"


def _is_moment(cell: Any) -> bool:
    return isinstance(cell, str) and _MOMENT.fullmatch(cell) is not None
