"""Which Product? Type to find one, or to name a new one."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from dojo_tui.destinations.base import Product
from dojo_tui.destinations.held import DEFAULT_PRODUCT_TYPE
from dojo_tui.ui.lists.base import Query
from dojo_tui.ui.screens.picker import Entry, EntrySource, Picker
from dojo_tui.ui.widgets.plain import plain

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

    def __init__(self, what: str, suggestion: str, *, mapped: bool = False) -> None:
        super().__init__(f"Map {what} to which Product?")
        self._word = "now" if mapped else "suggested"
        self._suggestion = suggestion.strip()
        self._products: list[Product] = []
        self._entries: list[Entry] = []
        self._names: dict[str, Product] = {}
        self._arrived_yet = False
        self._chosen_ahead = False

    @property
    def height(self) -> int:
        """Entries come later: room for many."""
        return self.tallest

    def on_mount(self) -> None:
        """Ask the destination, in a thread."""
        super().on_mount()
        workspace = self.app.workspace
        assert workspace is not None, "commands run once the store is open"
        self.app.jobs.apart(workspace.destination.products, self._arrived, self._failed)

    def _arrived(self, products: list[Product]) -> None:
        if not self.is_attached:
            return
        self._arrived_yet = True
        self._products = products
        self._names = {product.name: product for product in products}
        self._entries = [
            Entry(plain(product.name), plain(product.product_type), value=Choice(product.name, product))
            for product in products
        ]
        suggested = self._names.get(self._suggestion)
        if suggested is not None:
            at = products.index(suggested)
            entry = self._entries.pop(at)
            self._entries.insert(0, Entry(entry.title, f"{self._word} · {entry.detail}", entry.value, style="accent"))
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
        self.app.tell_error(error)
        self.dismiss(None)

    def entries_for(self, words: str) -> EntrySource:
        """Products with these words; a name that is not there yet can be made."""
        name = words.strip() or ("" if self._suggestion in self._names else self._suggestion)
        if not self._arrived_yet:
            return _Products([], "Looking for the Products …")
        if not name or name in self._names:
            return _Products(self._entries)
        new = Entry(f"+ create NEW “{plain(name, 120)}”", "a new Product", value=Choice(name), style="accent")
        found = EntrySource(self._entries)
        if not words.strip():
            return EntrySource([new, *self._entries])
        # What was typed finds Products first; making a new one is the last entry.
        return _WithNew(found, new)

    def chosen(self, entry: Entry) -> None:
        """A new Product needs a type; an existing one is the answer."""
        choice: Choice = entry.value
        if choice.product is not None:
            self.dismiss(entry)
            return
        types = sorted({product.product_type for product in self._products})

        def typed(kind: Entry | None) -> None:
            if kind is not None:
                self.dismiss(Entry(entry.title, value=Choice(choice.name, None, kind.value or None)))

        self.app.push_screen(TypePicker(choice.name, types), typed)


class _Products(EntrySource):
    """Those that exist."""

    def __init__(
        self, entries: list[Entry], nothing: str = "There is no Product yet: type a name for the first one."
    ) -> None:
        super().__init__(entries)
        self.nothing = nothing


class _WithNew(EntrySource):
    """What was found, and then the new one."""

    def __init__(self, found: EntrySource, new: Entry) -> None:
        super().__init__([*found.entries, new])
        self._searched[-1] = ""
        self._new = len(self.entries) - 1

    def ids(self, query: Query) -> array[int]:
        """Entries with all the words, and the new one at the end."""
        ids = super().ids(query)
        ids.append(self._new)
        return ids


class TypePicker(Picker):
    """The Product Type of a new Product."""

    hint = "type to find a Product Type, or to name a new one"

    def __init__(self, name: str, types: list[str]) -> None:
        super().__init__(f"Which Product Type gets “{plain(name, 60)}”?")
        self._types = types
        # Its name is listed once, not beside itself.
        others = [kind for kind in types if kind != DEFAULT_PRODUCT_TYPE]
        self._base = [Entry(DEFAULT_PRODUCT_TYPE, DEFAULT_TYPE, value="")]
        self._base += [Entry(plain(kind), "", value=kind) for kind in others]

    def entries_for(self, words: str) -> EntrySource:
        """Types with these words; another one can be made."""
        name = words.strip()
        if not name or name in (*self._types, DEFAULT_PRODUCT_TYPE):
            return EntrySource(self._base)
        return _WithNew(EntrySource(self._base), Entry(f"+ create NEW type “{plain(name, 80)}”", value=name))
