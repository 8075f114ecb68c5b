"""Mapping rules: keep the list, show what it would catch, apply it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import NotFoundError, UsageError
from dojo_tui.model.rules import NOTHING_CHANGED, Decision, Rule, RuleList
from dojo_tui.model.text import number
from dojo_tui.services import rules_file
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.choices import Choice, Counts, carry_out
from dojo_tui.services.mapping import Change
from dojo_tui.services.names import suggested_name
from dojo_tui.services.products import Products
from dojo_tui.store import connectors, mapping, rules, suggestions
from dojo_tui.store.database import Database
from dojo_tui.store.open import Store
from dojo_tui.store.rules import RuleRow
from dojo_tui.store.suggestions import Named

__all__ = ["BY", "Caught", "Into", "Preview", "RuleRow", "Rules", "Sample"]

BY = mapping.RULES
"""Who did what the rules did at a Discover."""

_SAMPLES = 5
_CHECK = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """A Record that a rule catches."""

    record_id: int
    name: str
    product: str | None
    """None: it would be ignored."""


@dataclass(slots=True)
class Into:
    """What one rule would do with some of the Records that it decides: one line of a plan."""

    rule: int
    """Its place in the list, from 0."""
    product: str | None
    """None: they would be ignored."""
    count: int = 0
    new: bool = False
    """The Product would be made."""
    product_type: str | None = None
    """Of a Product that would be made; None: the usual one."""

    @property
    def key(self) -> tuple[int, str | None]:
        """What names it."""
        return self.rule, self.product


@dataclass(slots=True)
class Caught:
    """What one rule would do with the Records that are New now."""

    rule: Rule
    count: int = 0
    """So many it decides."""
    earlier: int = 0
    """So many more match it, but an earlier rule decides them."""
    into: list[Into] = field(default_factory=list)
    """To which Products, those with the most Records first."""
    samples: list[Sample] = field(default_factory=list)
    problems: list[Sample] = field(default_factory=list)
    """Some that stay New, because what it gives cannot be the name of a Product."""
    problem_count: int = 0


@dataclass(slots=True)
class Preview:
    """What a list of rules would do with the Records that are New now. Nothing is changed."""

    rules: list[Caught]
    """Each of the list, in order."""
    looked_at: int
    mapped: int = 0
    ignored: int = 0
    left: int = 0
    """No rule catches them."""
    new_products: list[str] = field(default_factory=list)
    """Names of Products that would be made."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What the rules did."""

    batch: int
    """The act's number in the history; 0 when nothing was changed."""
    counts: Counts
    refused: int
    """So many stayed New, because what their rule gives cannot be the name of a Product."""
    sentence: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be written: rule and name of the Product (None: ignore), and the Records."""

    groups: Mapping[tuple[int, str | None], list[int]]
    preview: Preview


class Rules:
    """The list of rules. A UsageError means that nothing was changed."""

    def __init__(self, store: Store, destination: Destination, clock: Clock, who: str) -> None:
        self._database = store.database
        self._destination = destination
        self._clock = clock
        self._who = who

    # --- the list ---------------------------------------------------------------

    def all(self) -> list[RuleRow]:
        """Every rule, in order."""
        with self._database.read() as connection:
            return rules.all_rules(connection)

    def add(self, rule: Rule, at: int | None = None) -> RuleRow:
        """Add a rule, last or at a place (from 1)."""
        with self._database.write() as connection:
            rows = _locked(connection)
            place = len(rows) if at is None else min(max(at, 1) - 1, len(rows))
            wanted = [row.rule for row in rows]
            wanted.insert(place, rule)
            _check(connection, wanted)
            ids = [row.id for row in rows]
            ids.insert(place, rules.add(connection, rule))
            rules.order(connection, ids)
            return rules.all_rules(connection)[place]

    def edit(self, rule_id: int, rule: Rule) -> RuleRow:
        """Put another rule in the place of one."""
        with self._database.write() as connection:
            rows = _locked(connection)
            place = _place(rows, rule_id)
            _check(connection, [rule if row.id == rule_id else row.rule for row in rows])
            rules.change(connection, rule_id, rule)
            return rules.all_rules(connection)[place]

    def move(self, rule_id: int, to: int) -> RuleRow:
        """Move a rule to a place (from 1); beyond the end is the last."""
        with self._database.write() as connection:
            rows = _locked(connection)
            _place(rows, rule_id)
            ids = [row.id for row in rows if row.id != rule_id]
            place = min(max(to, 1) - 1, len(ids))
            ids.insert(place, rule_id)
            rules.order(connection, ids)
            return rules.all_rules(connection)[place]

    def remove(self, ids: Collection[int]) -> int:
        """Remove rules; what they decided stays."""
        with self._database.write() as connection:
            rows = _locked(connection)
            for rule_id in ids:
                _place(rows, rule_id)
            rules.remove(connection, list(ids))
            rules.order(connection, [row.id for row in rows if row.id not in ids])
        return len(set(ids))

    def export(self) -> str:
        """The list as TOML."""
        return rules_file.dump(self.all())

    def load(self, text: str, *, append: bool = False) -> int:
        """Put the list in a TOML text in the place of this one, or behind it; how many. All or none."""
        with self._database.write() as connection:
            rows = _locked(connection)
            labels = {row.label: row.id for row in connectors.all_connectors(connection)}
            new = rules_file.load(text, labels)
            RuleList(new)
            if not append:
                rules.remove(connection, [row.id for row in rows])
                rows = []
            ids = [rules.add(connection, rule) for rule in new]
            rules.order(connection, [*(row.id for row in rows), *ids])
        return len(new)

    # --- what it would catch, and catching it -----------------------------------

    def preview(
        self,
        wanted: Iterable[Rule] | None = None,
        *,
        connector_id: int | None = None,
        token: CancelToken | None = None,
        samples: int = _SAMPLES,
    ) -> Preview:
        """What these rules (by default the list) would do with the Records that are New now.

        For a rule that is being typed, give the list with it in its place.
        Raises RuleError for the first that is wrong.
        """
        compiled = RuleList([row.rule for row in self.all()] if wanted is None else wanted)
        with self._database.read() as connection:
            names = suggestions.new_records(connection, connector_id)
        return _plan(compiled, names, Products(self._destination), (token or CancelToken()).check, samples).preview

    def apply(
        self,
        *,
        connector_id: int | None = None,
        token: CancelToken | None = None,
        only: Collection[tuple[int, str | None]] | None = None,
        shown: Sequence[Rule] | None = None,
    ) -> Change:
        """Map or ignore every New Record (of a Connector) that a rule catches, as one act.

        ``only`` are lines of a plan, by their keys: what the others would do
        is left undone. ``shown`` is the list that the plan was made of: when
        the rules are others by now, nothing is done.
        """
        compiled = RuleList(row.rule for row in self.all())
        if shown is not None and list(shown) != compiled.rules:
            raise UsageError("The rules were changed meanwhile.", safe=NOTHING_CHANGED, do="Look at the plan again.")
        with self._database.read() as connection:
            names = suggestions.new_records(connection, connector_id)
        check = (token or CancelToken()).check
        applied = carry_rules_out(
            self._database, self._destination, self._clock, compiled, names, self._who, check, only
        )
        return Change(applied.batch, "map", applied.counts.both, applied.sentence)


def _plan(
    compiled: RuleList, names: Sequence[Named], products: Products, check: Callable[[], None], samples: int
) -> _Plan:
    caught = [Caught(rule) for rule in compiled.rules]
    preview = Preview(caught, len(names))
    groups: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    new: set[str] = set()
    for seen, record in enumerate(names):
        if seen % _CHECK == 0:
            check()
        matching = compiled.matching(record.connector_id, record.name)
        if not matching:
            preview.left += 1
            continue
        for other in matching[1:]:
            caught[other.number].earlier += 1
        _count(caught[matching[0].number], record, matching[0], groups, preview, samples)
    for (rule, product), ids in groups.items():
        line = Into(rule, product, len(ids))
        if product is not None and product not in products:
            line.new, line.product_type = True, compiled.rules[rule].product_type
            new.add(product)
        caught[rule].into.append(line)
    for one in caught:
        one.into.sort(key=lambda line: (-line.count, (line.product or "").lower()))
    preview.new_products = sorted(new, key=str.lower)
    return _Plan(groups, preview)


def _count(
    into: Caught,
    record: Named,
    decision: Decision,
    groups: dict[tuple[int, str | None], list[int]],
    preview: Preview,
    samples: int,
) -> None:
    product = decision.product
    if product is not None:
        try:
            product = suggested_name(product)
        except UsageError:
            into.problem_count += 1
            preview.left += 1
            if len(into.problems) < samples:
                into.problems.append(Sample(record.id, record.name, product))
            return
    into.count += 1
    if product is None:
        preview.ignored += 1
    else:
        preview.mapped += 1
    groups[decision.number, product].append(record.id)
    if len(into.samples) < samples:
        into.samples.append(Sample(record.id, record.name, product))


def _locked(connection: Connection) -> list[RuleRow]:
    rules.lock(connection)
    return rules.all_rules(connection)


def _place(rows: Sequence[RuleRow], rule_id: int) -> int:
    for place, row in enumerate(rows):
        if row.id == rule_id:
            return place
    raise NotFoundError(f"There is no rule with the id {rule_id}.", safe=NOTHING_CHANGED)


def _check(connection: Connection, wanted: Sequence[Rule]) -> None:
    """Raise RuleError or NotFoundError when one of these rules is wrong."""
    RuleList(wanted)
    known = {row.id for row in connectors.all_connectors(connection)}
    if any(rule.connector_id is not None and rule.connector_id not in known for rule in wanted):
        raise NotFoundError("There is no such Connector.", safe=NOTHING_CHANGED)


def carry_rules_out(
    database: Database,
    destination: Destination,
    clock: Clock,
    compiled: RuleList,
    names: Sequence[Named],
    who: str,
    check: Callable[[], None],
    only: Collection[tuple[int, str | None]] | None = None,
) -> Applied:
    """Do what the rules say about these Records. Products are found or made first, outside the transaction."""
    products = Products(destination)
    plan = _plan(compiled, names, products, check, 0)
    choices: list[Choice] = []
    refused = sum(caught.problem_count for caught in plan.preview.rules)
    if only is not None:
        refused = 0  # what was chosen has a name that a Product can have
    for (place, name), ids in plan.groups.items():
        check()
        if only is not None and (place, name) not in only:
            continue
        rule = compiled.rules[place]
        if name is None:
            choices.append(Choice(ids, None, None, str(rule)))
            continue
        try:
            product = products.named(name, rule.product_type)
        except UsageError:
            refused += len(ids)
        else:
            choices.append(Choice(ids, product.ref, product.name, str(rule)))
    batch, counts = 0, Counts()
    if choices:
        with database.write() as connection:
            act = mapping.new_act(connection, "map", clock.now(), who)
            counts = carry_out(connection, choices, act)
            batch = act.batch if counts.both else 0
    return Applied(batch, counts, refused, _sentence(counts, refused))


def _sentence(counts: Counts, refused: int) -> str:
    parts = [
        f"Rules mapped {number(counts.mapped, 'Record')}" if counts.mapped or not counts.ignored else "Rules",
        f"ignored {number(counts.ignored, 'Record')}" if counts.ignored else "",
    ]
    said = (" and " if counts.mapped else " ").join(part for part in parts if part) + "."
    stay = (
        f" {number(refused, 'Record')} stayed New: what the rule gives cannot be the name of a Product."
        if refused
        else ""
    )
    return said + stay
