"""A set of ids that keeps no id."""

from __future__ import annotations

import tracemalloc

from dojo_tui.http.seen import Seen


def test_p3_each_id_is_new_once() -> None:
    seen = Seen()
    ids = [f"{number:032x}" for number in range(20_000)]
    assert all(seen.add(one) for one in ids)
    assert not any(seen.add(one) for one in ids)
    assert all(one in seen for one in ids)
    assert not any(one.upper() + "!" in seen for one in ids)


def test_p3_ids_of_another_kind_are_other_ids() -> None:
    seen = Seen()
    ids: list[object] = [0, 1, -1, -2, "1", "-1", "", ("1", ""), ("", "1"), (1, ""), 2**61 - 1, 2**61]
    assert [seen.add(one) for one in ids] == [True] * len(ids)


def test_an_id_takes_a_few_bytes_however_long_it_is() -> None:
    tracemalloc.start()
    try:
        seen = Seen()
        for number in range(50_000):
            seen.add(f"{number:0100}")
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 12 * 50_000
