"""Mapping rules as TOML: ordered, and read whole before anything is changed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from dojo_tui.model.rules import NOTHING_CHANGED, Rule, RuleError
from dojo_tui.store.rules import RuleRow

_KEYS = ("connector", "name", "product", "product_type", "ignore")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def dump(rows: Iterable[RuleRow]) -> str:
    """Write a list of rules."""
    tables = []
    for row in rows:
        lines = ["[[rule]]"]
        if row.connector_label is not None:
            lines.append(f"connector = {_quoted(row.connector_label)}")
        lines.append(f"name = {_quoted(row.pattern)}")
        lines.append("ignore = true" if row.product is None else f"product = {_quoted(row.product)}")
        if row.product_type is not None:
            lines.append(f"product_type = {_quoted(row.product_type)}")
        tables.append("\n".join(lines) + "\n")
    return "\n".join(tables)


def load(text: str, connectors: Mapping[str, int]) -> list[Rule]:
    """Read a list of rules; ``connectors`` are ids by label. Raises RuleError naming the rule and what is wrong."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"This is not TOML: {error}.", safe=NOTHING_CHANGED) from None
    unknown = sorted(set(read) - {"rule"})
    tables = read.get("rule", [])
    if unknown or not isinstance(tables, list):
        what = f"'{unknown[0]}' is not known here" if unknown else "'rule' is no list"
        raise RuleError(f"{what}: rules are written as [[rule]].", safe=NOTHING_CHANGED)
    return [_rule(table, number, connectors) for number, table in enumerate(tables, 1)]


def _rule(table: Any, number: int, connectors: Mapping[str, int]) -> Rule:
    def wrong(what: str) -> RuleError:
        return RuleError(f"Rule {number}: {what}.", safe=NOTHING_CHANGED)

    if not isinstance(table, dict):
        raise wrong("it is no table")
    for key, value in table.items():
        if key not in _KEYS:
            raise wrong(f"'{key}' is not known: there are {', '.join(_KEYS)}")
        if not isinstance(value, bool if key == "ignore" else str):
            raise wrong(f"'{key}' must be {'true' if key == 'ignore' else 'a text'}")
    if "name" not in table:
        raise wrong("'name' is missing: the pattern that a Record's name must match")
    ignored = table.get("ignore", False)
    if ignored == ("product" in table):
        raise wrong("it needs either 'product' or 'ignore = true'")
    label = table.get("connector")
    if label is not None and label not in connectors:
        raise wrong(f"there is no Connector '{label}'")
    return Rule(
        table["name"], table.get("product"), table.get("product_type"), None if label is None else connectors[label]
    )


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(one) or (one if one.isprintable() else _escaped(one)) for one in text) + '"'


def _escaped(one: str) -> str:
    return f"\\u{ord(one):04X}" if ord(one) < 0x10000 else f"\\U{ord(one):08X}"
