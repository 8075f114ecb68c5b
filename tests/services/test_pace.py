"""How fast it goes, and how long it will take."""

from __future__ import annotations

import pytest

from dojo_tui.services.pace import Pace, about, per_time


def test_nothing_is_foretold_from_nothing() -> None:
    pace = Pace()
    assert pace.words == ""
    pace.note(0, 0, 10)
    assert (pace.rate, pace.left) == (None, None)
    pace.note(1, 5, 10)
    assert pace.words == ""


def test_rate_and_time_left() -> None:
    pace = Pace()
    for second in range(0, 25, 4):
        pace.note(second, second // 4, 66)
    assert pace.rate == 0.25
    assert pace.left == 240
    assert pace.words == "15/min, about 4 min left"


def test_only_the_last_minute_counts() -> None:
    pace = Pace()
    for second in range(20):
        pace.note(second, second * 100, 10_000)
    for number in range(10):
        pace.note(40 + 10 * number, 1900 + number, 10_000)
    assert pace.rate is not None
    assert pace.rate < 0.2


def test_what_waits_changes_nothing_that_is_drawn() -> None:
    pace = Pace()
    pace.note(0, 0, 10)
    pace.note(5, 5, 10)
    told = pace.words
    pace.note(50, 5, 10)
    assert pace.words == told == "1.0/s, about 10 s left"


def test_a_listing_without_a_total_has_a_rate_only() -> None:
    pace = Pace()
    pace.note(0, 0, None)
    pace.note(10, 1200, None)
    assert pace.words == "120/s"


@pytest.mark.parametrize(("rate", "words"), [(2.5, "2.5/s"), (0.5, "30/min"), (0.001, "3.6/h"), (1234, "1,234/s")])
def test_rates_in_words(rate: float, words: str) -> None:
    assert per_time(rate) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "10 s"), (34, "30 s"), (150, "2 min"), (3600, "60 min"), (9000, "2.5 h")]
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert about(seconds) == words
