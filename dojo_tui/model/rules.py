"""Mapping rules: an ordered list, of which the first that matches a name decides what becomes of the Record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dojo_tui.model.errors import UsageError
from dojo_tui.model.patterns import Pattern, PatternError, Template

NOTHING_CHANGED = "Nothing was changed."


class RuleError(UsageError):
    """A rule is wrong: says which, and where."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``name matches PATTERN -> Product``, or ``-> ignore``."""

    pattern: str
    product: str | None
    """Name of the Product, with ``{1}`` and ``{name}``; None: ignore."""
    product_type: str | None = None
    """Of a Product that has to be made."""
    connector_id: int | None = None
    """None: for every Connector."""

    def __str__(self) -> str:
        """In one line, as the history tells it."""
        return f"{self.pattern} -> {'ignore' if self.product is None else self.product}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says about one name."""

    number: int
    """Of the rule in the list, from 0."""
    product: str | None
    """None: ignore."""


class RuleList:
    """Compiled rules, in order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises RuleError for the first that is wrong."""
        self.rules = list(rules)
        self._compiled = [_compile(rule, number) for number, rule in enumerate(self.rules, 1)]

    def decide(self, connector_id: int, name: str) -> Decision | None:
        """What the first rule that matches says; None when none does."""
        return next(self._all(connector_id, name), None)

    def matching(self, connector_id: int, name: str) -> list[Decision]:
        """Every rule that matches, the one that decides first."""
        return list(self._all(connector_id, name))

    def _all(self, connector_id: int, name: str) -> Iterator[Decision]:
        for number, (rule, (pattern, template)) in enumerate(zip(self.rules, self._compiled, strict=True)):
            if rule.connector_id is not None and rule.connector_id != connector_id:
                continue
            captured = pattern.match(name)
            if captured is not None:
                yield Decision(number, template.fill(name, captured) if template else None)


def check(rule: Rule, number: int) -> None:
    """Raise RuleError when the rule, at that place of its list (from 1), is wrong."""
    _compile(rule, number)


def _compile(rule: Rule, number: int) -> tuple[Pattern, Template | None]:
    where = f"Rule {number} ({rule})"
    try:
        pattern = Pattern(rule.pattern)
    except PatternError as error:
        raise RuleError(
            f"{where}: its pattern is wrong at character {error.place}: {error.what}.", safe=NOTHING_CHANGED
        ) from None
    if rule.product is None:
        if rule.product_type is not None:
            raise RuleError(f"{where}: what is ignored has no Product Type.", safe=NOTHING_CHANGED)
        return pattern, None
    try:
        return pattern, Template(rule.product, pattern.captures)
    except PatternError as error:
        raise RuleError(
            f"{where}: its Product is wrong at character {error.place}: {error.what}.", safe=NOTHING_CHANGED
        ) from None
