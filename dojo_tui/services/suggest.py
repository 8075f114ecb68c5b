"""Suggestions: the most likely Product of each New Record, worked out, kept, and accepted as one act.

They are kept in the store, because a list of a hundred thousand Records
sorts and filters by them in SQL, and another process need not work them out
again. ``refresh`` brings them up to date and works out again only what a new
mapping or a new Product may change. Everything here is for a worker thread.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination
from dojo_tui.model.clock import Clock
from dojo_tui.model.names import Name, read
from dojo_tui.model.suggest import LEAST, THRESHOLD, Suggester, Suggestion
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.choices import Choice, carry_out
from dojo_tui.services.mapping import Change
from dojo_tui.store import mapping, suggestions
from dojo_tui.store.open import Store
from dojo_tui.store.suggestions import Basis, Kept, Named

__all__ = ["LEAST", "THRESHOLD", "Acceptable", "Suggested", "Suggestions"]

_VERSION = "1"
"""Of the algorithm: what another one kept is worked out again."""
_CHUNK = 2_500
_CHECK = 200
_MANY_PRODUCTS = 40
_MANY_CHANGES = 5_000
_PART = 5
_FRESH_SECONDS = 1.0
_FORMER = 0.99


@dataclass(frozen=True, slots=True)
class Suggested:
    """The most likely Product of one New Record."""

    record_id: int
    name: str
    product_ref: str
    product_name: str
    confidence: float
    """0 to 1."""
    why: str
    """A few words."""


@dataclass(frozen=True, slots=True)
class Acceptable:
    """What accepting would do: a preview."""

    threshold: float
    count: int
    """New Records with a suggestion that sure."""
    below: int
    """New Records among those asked for without one."""
    products: list[tuple[str, int]]
    """Name of each Product and how many Records it would get, most first."""


class Suggestions:
    """Suggest, keep, preview and accept."""

    def __init__(self, store: Store, destination: Destination, clock: Clock, who: str) -> None:
        self._database = store.database
        self._destination = destination
        self._clock = clock
        self._who = who
        self._lock = threading.RLock()
        self._refreshing = threading.Lock()
        self._suggester: Suggester | None = None
        self._products: list[tuple[str, str]] = []
        self._learned = 0
        self._looked_at = 0.0
        self._kept: tuple[Basis | None, frozenset[str]] = (None, frozenset())

    def suggest(self, ids: Sequence[int] | None = None, token: CancelToken | None = None) -> list[Suggested]:
        """Suggestions for those of these Records (by default all) that are New; those without one are left out.

        Worked out now, from what is mapped now, and not kept: for a few rows
        at hand, or where nothing can be written.
        """
        token = token or CancelToken()
        suggester = self._ready(fresh=ids is None)
        if ids is None:
            with self._database.read() as connection:
                ids = suggestions.new_ids(connection)
        found: list[Suggested] = []
        for start in range(0, len(ids), _CHECK):
            token.check()
            with self._database.read() as connection:
                some = suggestions.named(connection, ids[start : start + _CHECK])
            with self._lock:
                told = [(record, _best(suggester, record, read(record.name))) for record in some]
            found.extend(_suggested(record, best) for record, best in told if best is not None)
        return found

    def refresh(self, token: CancelToken | None = None, *, yielding: bool = False) -> int:
        """Bring what is kept up to date; how many Records were looked at.

        Cancelled, the next one goes on where this one was. With ``yielding``,
        what another process made of it with another destination is left
        alone: two that look after it by themselves must not undo each other's
        work for ever.
        """
        token = token or CancelToken()
        if self._database.read_only:
            return 0
        with self._refreshing:
            if self._settled(yielding=yielding):
                return 0
            suggester = self._ready()
            now = Basis(_digest(self._products), self._learned)
            with self._database.read() as connection:
                basis = suggestions.basis(connection)
                wanted = self._concerned(connection, basis, now, suggester)
            if wanted or basis != now:
                self._keep(suggester, wanted, token, now)
            self._kept = (now, suggester.known_by())
            return len(wanted)

    def preview(
        self, ids: Collection[int] | None = None, threshold: float = THRESHOLD, connector_id: int | None = None
    ) -> Acceptable:
        """What ``accept`` would do with what is kept: refresh first."""
        wanted = None if ids is None else list(ids)
        names = self._names()
        with self._database.read() as connection:
            found = _here(names, suggestions.over(connection, threshold, connector_id, wanted))
            asked = suggestions.count_new(connection, connector_id, wanted)
        counted: dict[str, int] = defaultdict(int)
        for _, _, product in found:
            counted[product] += 1
        products = sorted(counted.items(), key=lambda item: (-item[1], item[0].lower()))
        return Acceptable(threshold, len(found), asked - len(found), products)

    def accept(
        self, ids: Collection[int] | None = None, threshold: float = THRESHOLD, connector_id: int | None = None
    ) -> Change:
        """Map every New Record (of ``ids``) whose kept suggestion is at least that sure, as one act."""
        # Outside the transaction: the destination may be a server.
        names = self._names()
        with self._database.write() as connection:
            kept = suggestions.over(connection, threshold, connector_id, None if ids is None else list(ids))
            found = _here(names, kept)
            by_product: dict[tuple[str, str], list[int]] = defaultdict(list)
            for record_id, ref, name in found:
                by_product[ref, name].append(record_id)
            if not by_product:
                return Change(0, "map", 0, "No suggestion is that sure: nothing was mapped.")
            act = mapping.new_act(connection, "map", self._clock.now(), self._who)
            choices = [Choice(some, ref, name) for (ref, name), some in by_product.items()]
            count = carry_out(connection, choices, act).mapped
        products = len(by_product)
        what = f"{count:,} Record{'' if count == 1 else 's'} to {products:,} Product{'' if products == 1 else 's'}"
        return Change(act.batch, "map", count, f"Mapped {what}, as suggested.")

    # --- what is known ----------------------------------------------------------

    def _settled(self, *, yielding: bool) -> bool:
        """Whether there is nothing to do, found out without learning all that is mapped."""
        digest = _digest((product.ref, product.name) for product in self._destination.products())
        ours = self._kept[0]
        with self._database.read() as connection:
            basis = suggestions.basis(connection)
            if yielding and basis is not None and ours is not None and basis.products != digest == ours.products:
                return True
            now = Basis(digest, suggestions.last_change(connection))
            return basis == now and not suggestions.concerned(connection, (), (), ())

    def _names(self) -> dict[str, str]:
        """Name of each Product of the destination in use, by ref."""
        return {product.ref: product.name for product in self._destination.products()}

    def _ready(self, *, fresh: bool = True) -> Suggester:
        """The Suggester, knowing the Products and the mappings as they are now, or were a moment ago."""
        if not fresh and self._suggester is not None and time.monotonic() - self._looked_at < _FRESH_SECONDS:
            return self._suggester
        self._looked_at = time.monotonic()
        products = [(product.ref, product.name) for product in self._destination.products()]
        with self._lock, self._database.read() as connection:
            last = suggestions.last_change(connection)
            if self._suggester is None or products != self._products:
                self._suggester = Suggester(products)
                for connector_id, name, product in suggestions.mapped_names(connection):
                    self._suggester.learn(connector_id, name, product)
                self._products = products
            elif last != self._learned:
                for change in suggestions.changes_since(connection, self._learned):
                    if change.from_product:
                        self._suggester.learn(change.connector_id, change.name, change.from_product, -1)
                    if change.to_product:
                        self._suggester.learn(change.connector_id, change.name, change.to_product)
            self._learned = last
            return self._suggester

    def _concerned(
        self, connection: Connection, basis: Basis | None, now: Basis, suggester: Suggester
    ) -> Sequence[int]:
        """Records whose suggestion may be another one ``now`` than what is kept, or of which nothing is kept."""
        parts: set[str] | None = set()
        if basis is not None and basis.products != now.products:
            # Which Products are new, only this process knows, and only if nobody else was at work meanwhile.
            was, known_by = self._kept
            parts = _new_parts(known_by, suggester) if basis == was else None
        if basis is None or parts is None:
            return suggestions.new_ids(connection)
        keys: set[str] = set()
        prefixes: set[str] = set()
        for number, change in enumerate(suggestions.changes_since(connection, basis.change_id)):
            if number == _MANY_CHANGES:
                return suggestions.new_ids(connection)
            name = read(change.name)
            keys.add(name.key)
            prefixes.add(name.prefix)
        return suggestions.concerned(connection, keys, prefixes - {""}, parts)

    def _keep(self, suggester: Suggester, wanted: Sequence[int], token: CancelToken, now: Basis) -> None:
        """Forget what is to be worked out again, then fill the gaps: whoever is cancelled leaves gaps."""
        with self._database.write() as connection:
            suggestions.forget(connection, wanted)
            suggestions.keep_basis(connection, now)
        for start in range(0, len(wanted), _CHUNK):
            with self._database.read() as connection:
                some = suggestions.named(connection, wanted[start : start + _CHUNK])
            rows: list[Kept] = []
            for part in range(0, len(some), _CHECK):
                token.check()
                with self._lock:
                    rows.extend(_kept(suggester, record) for record in some[part : part + _CHECK])
            with self._database.write() as connection:
                suggestions.keep(connection, rows)


def _digest(products: Iterable[tuple[str, str]]) -> str:
    text = "\0".join([_VERSION, *(f"{ref}\1{name}" for ref, name in sorted(products))])
    return hashlib.sha256(text.encode()).hexdigest()


def _here(names: Mapping[str, str], kept: Iterable[tuple[int, str]]) -> list[tuple[int, str, str]]:
    """Those for a Product that is there: kept ones may be another destination's, or of a Product that is gone."""
    return [(record_id, ref, names[ref]) for record_id, ref in kept if ref in names]


def _best(suggester: Suggester, record: Named, name: Name) -> Suggestion | None:
    former = suggester.product(record.former_product) if record.former_product else None
    if former is not None:
        return Suggestion(*former, _FORMER, "it was mapped so before")
    return suggester.suggest(record.connector_id, name)


def _kept(suggester: Suggester, record: Named) -> Kept:
    name = read(record.name)
    best = _best(suggester, record, name)
    if best is None:
        return Kept(record.id, None, None, 0.0, "", name.key, name.prefix, name.text)
    return Kept(record.id, best.ref, best.product, best.confidence, best.why, name.key, name.prefix, name.text)


def _suggested(record: Named, best: Suggestion) -> Suggested:
    return Suggested(record.id, record.name, best.ref, best.product, best.confidence, best.why)


def _new_parts(before: frozenset[str], now: Suggester) -> set[str] | None:
    """Beginnings of what Products are known by since; None when so much changed that all is worked out again."""
    changed = before ^ now.known_by()
    if len(changed) > _MANY_PRODUCTS:
        return None
    return {part[:_PART] for key in changed for part in key.split()[:1]}
