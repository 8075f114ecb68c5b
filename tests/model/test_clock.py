"""The person's zone, whatever TZ says (P14)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dojo_tui.model.clock import Clock, zone_problem
from dojo_tui.model.schedule import parse

WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.fixture
def set_tz(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def offsets(name: str, patch: pytest.MonkeyPatch) -> tuple[timedelta | None, timedelta | None]:
    patch.setenv("TZ", name)
    patch.setattr("tzlocal.unix._cache_tz", None)  # it remembers the zone for as long as the process lives
    time.tzset()
    clock = Clock()
    return clock.local(WINTER).utcoffset(), clock.local(SUMMER).utcoffset()


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [("UTC-14", 14, 14), ("EST5EDT,M3.2.0,M11.1.0", -5, -4), ("<+03>-3", 3, 3), ("Europe/Berlin", 1, 2)],
)
def test_p14_rules_of_posix_are_zones_too(set_tz: pytest.MonkeyPatch, name: str, winter: int, summer: int) -> None:
    assert offsets(name, set_tz) == (timedelta(hours=winter), timedelta(hours=summer))
    assert zone_problem() == ""


@pytest.mark.parametrize("name", ["Foo/Bar", "../../etc/passwd", "UTC+25", "nonsense"])
def test_p14_a_wrong_zone_stops_nothing_and_is_told(set_tz: pytest.MonkeyPatch, name: str) -> None:
    assert offsets(name, set_tz) == (timedelta(0), timedelta(0))
    assert repr(name) in zone_problem()
    assert "UTC" in zone_problem()


def test_p14_an_hour_that_comes_twice_keeps_its_order(set_tz: pytest.MonkeyPatch) -> None:
    offsets("EST5EDT,M3.2.0,M11.1.0", set_tz)
    clock = Clock()
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    shown = [clock.local(first + timedelta(hours=hours)) for hours in (0, 1)]
    assert [f"{moment:%H:%M %Z}" for moment in shown] == ["01:30 EDT", "01:30 EST"]
    assert [moment.astimezone(UTC) for moment in shown] == [first, first + timedelta(hours=1)]


@pytest.mark.parametrize("text", ["daily 02:30", "cron 30 2 * * *"])
def test_p14_a_time_that_such_a_zone_skips_runs_once_after_it(set_tz: pytest.MonkeyPatch, text: str) -> None:
    offsets("EST5EDT,M3.2.0,M11.1.0", set_tz)
    run = parse(text).next_after(datetime(2026, 3, 7, 12, tzinfo=UTC), Clock().zone)
    assert run == datetime(2026, 3, 8, 7, tzinfo=UTC)
