"""Counts by key and Product."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dojo_tui.model.tally import Tally


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.sampled_from([1, 1, 2])), max_size=30), st.data()
)
def test_it_counts_as_counters_do(choices: list[tuple[str, int, int]], data: st.DataObject) -> None:
    tally = Tally()
    plain = {"a": Counter[int](), "b": Counter[int]()}
    for key, product, times in choices:
        tally.add(key, product, times)
        plain[key][product] += times
    for key, product, times in data.draw(st.permutations(choices))[: len(choices) // 2]:
        tally.add(key, product, -times)
        plain[key][product] -= times
    for key, counter in plain.items():
        total = sum(counter.values())
        most = tally.most(key)
        if not total:
            assert most is None
            continue
        assert most is not None
        product, number, share = most
        assert (number, share) == (max(counter.values()), number / total)
        assert counter[product] == number
