"""Which Product? Type to find one, or to name a new one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dojo_tui.model.target import Product
from dojo_tui.store.reimports import DEFAULT_PRODUCT_TYPE
from dojo_tui.ui.screens.picker import Entry, EntrySource, Picker, Row
from dojo_tui.ui.widgets.columns import Query
from dojo_tui.ui.widgets.plain import Line, plain

DEFAULT_TYPE = "the default type"


@dataclass(frozen=True, slots=True)
class Choice:
    """A Product that exists, or the name and type of a new one."""

    name: str
    product: Product | None = None
    product_type: str | None = None


class ProductPicker(Picker):
    """Existing Products, and always the way to a new one."""

    hint = "type to find a Product, or to name a new one"

    def __init__(self, what: str, suggestion: str, *, word: str = "suggested", own: str = "") -> None:
        """``suggestion``: the Product that stands first, with a ``word`` about it; ``own``: the name for a new one."""
        super().__init__(f"Map {what} to which Product?")
        self._word = word
        self._suggestion, self._own = suggestion.strip(), own.strip()
        self._products = _Products([])
        self._products.nothing = [(("Looking for the Products …", "dim"),)]
        self._arrived_yet = False
        self._chosen_ahead = False

    @property
    def height(self) -> int:
        """Entries come later: room for many."""
        return self.tallest

    def on_mount(self) -> None:
        """Ask the destination, in a thread."""
        workspace = self.app.workspace
        assert workspace is not None, "commands run once the store is open"
        server, destination = workspace.server, workspace.destination
        if server is not None and server.products_read_at is None:
            # As far as is known: a listing may have come meanwhile, and then this stands here for an instant only.
            self._products.nothing = [
                ((f"Asking {plain(destination.name, 40)} for its Products …", "dim"),),
                (("The first time that takes a while; ", "dim"), ("esc", "key"), (" does not stop it.", "dim")),
            ]
        super().on_mount()
        # Made in the thread too: a server may have tens of thousands.
        self.app.jobs.apart(
            lambda: _Products.of(destination.products(), self._suggestion, self._word), self._arrived, self._failed
        )

    def _arrived(self, products: _Products) -> None:
        if not self.is_attached:
            return
        self._arrived_yet = True
        self._products = products
        self.find(self._input.value)
        if self._chosen_ahead:
            self.action_choose()

    def action_choose(self) -> None:
        """Enter before the Products are known means the first of them, not a new one."""
        if self._arrived_yet:
            super().action_choose()
        else:
            self._chosen_ahead = True

    def _failed(self, error: Exception) -> None:
        # Who left already does not ask any more.
        if self.is_attached:
            self.dismiss(None)
            self.app.tell_error(error)

    def entries_for(self, words: str) -> EntrySource:
        """Products with these words; a name that is not there yet can be made."""
        known = self._products
        name = words.strip() or self._own
        if not self._arrived_yet or not name or name in known.names:
            return known
        new = Entry(f"+ create NEW “{plain(name, 120)}”", "a new Product", value=Choice(name), style="accent")
        # What was typed finds Products first; making a new one is the last entry. Before anything is typed, it
        # stands where it is seen: behind the likely one.
        likely = 1 if self._suggestion in known.names else 0
        return _WithNew(known, new, at=None if words.strip() else likely)

    def chosen(self, entry: Entry) -> None:
        """A new Product needs a type; an existing one is the answer."""
        choice: Choice = entry.value
        if choice.product is not None:
            self.dismiss(entry)
            return

        def typed(kind: Entry | None) -> None:
            if kind is not None:
                self.dismiss(Entry(entry.title, value=Choice(choice.name, None, kind.value or None)))

        workspace = self.app.workspace
        server = workspace.server if workspace is not None else None
        usual = server.product_type if server is not None else DEFAULT_PRODUCT_TYPE
        self.app.push_screen(TypePicker(choice.name, self._products.types, usual), typed)


class _Products(EntrySource):
    """Those that exist."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__(entries)
        self.nothing: list[Line] = [(("There is no Product yet: type a name for the first one.", "dim"),)]
        self.names: set[str] = set()
        self.types: list[str] = []

    def empty(self, query: Query) -> list[Line]:
        """Why there is none."""
        return self.nothing if not self.entries else super().empty(query)

    @classmethod
    def of(cls, products: Sequence[Product], suggestion: str, word: str) -> _Products:
        """In their order, but the suggested one first."""
        entries: list[Entry] = []
        for product in products:
            kind, choice = plain(product.product_type), Choice(product.name, product)
            if product.name == suggestion:
                entries.insert(0, Entry(plain(product.name), f"{word} · {kind}", choice, style="accent"))
            else:
                entries.append(Entry(plain(product.name), kind, choice))
        made = cls(entries)
        made.names = {product.name for product in products}
        made.types = sorted({product.product_type for product in products})
        return made


class _WithNew(EntrySource):
    """What there is, and a new one: at a place, or after what was found. Nothing of what there is is made anew."""

    def __init__(self, known: EntrySource, new: Entry, *, at: int | None = None) -> None:
        super().__init__([new])
        self._known, self._at = known, at
        self._number = len(known.entries)
        # Wide enough for both.
        self.columns = max(self.columns, known.columns, key=lambda columns: columns[0].width)

    def ids(self, query: Query) -> array[int]:
        """Entries with all the words, and the new one."""
        found, new = self._known.ids(query), array("q", [self._number])
        return found + new if self._at is None else found[: self._at] + new + found[self._at :]

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """The entries."""
        old = self._known.rows([number for number in ids if number != self._number])
        if self._number not in ids:
            return old
        return [*old, Row(self._number, self.entries[0])]


class TypePicker(Picker):
    """The Product Type of a new Product."""

    hint = "type to find a Product Type, or to name a new one"

    def __init__(self, name: str, types: list[str], usual: str) -> None:
        super().__init__(f"Which Product Type gets “{plain(name, 60)}”?")
        self._types = {*types, usual}
        # Its name is listed once, not beside itself.
        others = [Entry(plain(kind), "", value=kind) for kind in types if kind != usual]
        self._base = EntrySource([Entry(plain(usual), DEFAULT_TYPE, value=""), *others])

    def entries_for(self, words: str) -> EntrySource:
        """Types with these words; another one can be made."""
        name = words.strip()
        if not name or name in self._types:
            return self._base
        return _WithNew(self._base, Entry(f"+ create NEW type “{plain(name, 80)}”", value=name))
