"""Which Product was chosen how often, for each of very many keys, in little memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

_SHIFT = 32


class Tally:
    """Counts by key and Product.

    Nearly every key of a hundred thousand has one Product only, so that one
    is kept as a number beside the key's hash, and a Counter just where
    several Products were chosen. That two keys share a 64-bit hash is not
    worth guarding against: it would be one odd suggestion.
    """

    def __init__(self) -> None:
        self._one: dict[int, int] = {}
        self._several: dict[int, Counter[int]] = {}

    def add(self, key: Hashable, product: int, times: int) -> None:
        """Count a choice; a negative number takes it back."""
        hashed = hash(key)
        counter = self._several.get(hashed)
        if counter is not None:
            counter[product] += times
            return
        packed = self._one.get(hashed)
        if packed is None or packed >> _SHIFT == product:
            number = times + (0 if packed is None else packed & ((1 << _SHIFT) - 1))
            if number > 0:
                self._one[hashed] = product << _SHIFT | number
            else:
                self._one.pop(hashed, None)
            return
        del self._one[hashed]
        self._several[hashed] = Counter({packed >> _SHIFT: packed & ((1 << _SHIFT) - 1), product: times})

    def most(self, key: Hashable) -> tuple[int, int, float] | None:
        """The Product chosen most often, how often, and its share; None when there is none."""
        hashed = hash(key)
        packed = self._one.get(hashed)
        if packed is not None:
            return packed >> _SHIFT, packed & ((1 << _SHIFT) - 1), 1.0
        counter = self._several.get(hashed)
        total = sum(number for number in counter.values() if number > 0) if counter else 0
        if not counter or not total:
            return None
        product, number = max(counter.items(), key=lambda item: (item[1], -item[0]))
        return product, number, number / total
