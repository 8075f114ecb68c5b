"""Schedules, across clock changes in places that do it differently (P14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo_tui.model.schedule import Schedule, parse

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


def runs(schedule: Schedule, start: datetime, zone: tzinfo, count: int) -> list[datetime]:
    found = []
    for _ in range(count):
        run = schedule.next_after(start, zone)
        assert run is not None
        found.append(run)
        start = run
    return found


def local(schedule: str, start: str, zone: tzinfo, count: int = 3) -> list[str]:
    """The next runs as the zone's clocks show them, with their offset."""
    moments = runs(parse(schedule), datetime.fromisoformat(start).astimezone(UTC), zone, count)
    return [run.astimezone(zone).strftime("%a %d %H:%M %z") for run in moments]


@pytest.mark.parametrize(
    "text",
    [
        "off",
        "every 6h",
        "every 30m",
        "every 1m",
        "daily 02:30",
        "weekly mon 02:30",
        "weekly sun 23:59",
        "cron 0 3 * * 1-5",
    ],
)
def test_what_is_parsed_is_written_the_same(text: str) -> None:
    assert str(parse(text)) == text
    assert parse(text).describe()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "off"),
        (" OFF ", "off"),
        ("every 90m", "every 90m"),
        ("every 60m", "every 1h"),
        ("Daily 2:05", "daily 02:05"),
        ("weekly Monday 02:30", "weekly mon 02:30"),
        ("CRON 0 3 * * MON", "cron 0 3 * * mon"),
        ("6h", "every 6h"),
        ("90m", "every 90m"),
        ("1d", "every 24h"),
        ("every 1w", "every 168h"),
        ("0 3 * * 1-5", "cron 0 3 * * 1-5"),
        ("@daily", "cron 0 0 * * *"),
        ("@Hourly", "cron 0 * * * *"),
    ],
)
def test_other_spellings_are_understood(text: str, wanted: str) -> None:
    assert str(parse(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "hourly",
        "every",
        "every 6",
        "every 0m",
        "every -5m",
        "every 6 h",
        "every 99999h",
        "daily",
        "daily 24:00",
        "daily 2:5",
        "daily 02:60",
        "weekly 02:30",
        "weekly m 02:30",
        "weekly xyz 02:30",
        "cron",
        "cron 0 3 * *",
        "cron 0 3 * * * *",
        "cron 0 0 30 2 *",
        "cron @fortnightly",
        "@reboot",
        "1y",
        "99w",
        "0d",
        "cron 99 * * * *",
    ],
)
def test_what_is_wrong_is_told_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="use "):
        parse(text)


def test_descriptions_are_words() -> None:
    assert parse("every 1h").describe() == "every hour"
    assert parse("every 45m").describe() == "every 45 minutes"
    assert parse("daily 02:30").describe() == "every day at 02:30"
    assert parse("weekly fri 18:00").describe() == "every Friday at 18:00"


def test_off_never_runs() -> None:
    assert parse("off").next_after(datetime.now(UTC), BERLIN) is None


@pytest.mark.parametrize("schedule", ["daily 02:30", "cron 30 2 * * *"])
def test_p14_a_time_that_spring_skips_runs_once_at_the_first_that_exists(schedule: str) -> None:
    assert local(schedule, "2026-03-28T12:00+01:00", BERLIN) == [
        "Sun 29 03:00 +0200",
        "Mon 30 02:30 +0200",
        "Tue 31 02:30 +0200",
    ]
    assert local(schedule, "2026-03-07T12:00-05:00", NEW_YORK) == [
        "Sun 08 03:00 -0400",
        "Mon 09 02:30 -0400",
        "Tue 10 02:30 -0400",
    ]


@pytest.mark.parametrize("schedule", ["daily 02:15", "cron 15 2 * * *"])
def test_p14_a_change_of_half_an_hour(schedule: str) -> None:
    assert local(schedule, "2026-10-03T12:00+10:30", LORD_HOWE) == [
        "Sun 04 02:30 +1100",
        "Mon 05 02:15 +1100",
        "Tue 06 02:15 +1100",
    ]
    assert local(schedule.replace("2:15", "1:45").replace("15 2", "45 1"), "2026-04-04T12:00+11:00", LORD_HOWE) == [
        "Sun 05 01:45 +1100",
        "Mon 06 01:45 +1030",
        "Tue 07 01:45 +1030",
    ]


@pytest.mark.parametrize("schedule", ["daily 02:30", "cron 30 2 * * *"])
def test_p14_a_time_that_autumn_shows_twice_runs_once(schedule: str) -> None:
    assert local(schedule, "2026-10-24T12:00+02:00", BERLIN) == [
        "Sun 25 02:30 +0200",
        "Mon 26 02:30 +0100",
        "Tue 27 02:30 +0100",
    ]
    # Asked for between the two, or after a restart in the second hour, it does not run again.
    for moment in ("2026-10-25T02:45+02:00", "2026-10-25T02:10+01:00"):
        assert local(schedule, moment, BERLIN, 1) == ["Mon 26 02:30 +0100"]


@pytest.mark.parametrize("schedule", ["daily 01:30", "cron 30 1 * * *"])
def test_p14_autumn_in_new_york(schedule: str) -> None:
    assert local(schedule, "2026-10-31T12:00-04:00", NEW_YORK) == [
        "Sun 01 01:30 -0400",
        "Mon 02 01:30 -0500",
        "Tue 03 01:30 -0500",
    ]


def test_p14_an_interval_is_time_that_passed_whatever_clocks_show() -> None:
    assert local("every 6h", "2026-03-28T22:00+01:00", BERLIN) == [
        "Sun 29 05:00 +0200",
        "Sun 29 11:00 +0200",
        "Sun 29 17:00 +0200",
    ]


def test_p14_a_weekly_run_falls_on_its_day_also_across_a_change() -> None:
    assert local("weekly sun 02:30", "2026-03-24T12:00+01:00", BERLIN, 2) == [
        "Sun 29 03:00 +0200",
        "Sun 05 02:30 +0200",
    ]


def test_p14_a_zone_that_skips_a_whole_day() -> None:
    # Samoa had no 30 December 2011.
    apia = ZoneInfo("Pacific/Apia")
    assert local("daily 12:00", "2011-12-29T13:00-10:00", apia, 3) == [
        "Sat 31 00:00 +1400",
        "Sat 31 12:00 +1400",
        "Sun 01 12:00 +1400",
    ]


@given(
    start=st.integers(1_577_836_800, 2_051_222_400),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("Asia/Kathmandu"), UTC]),
)
def test_p14_every_local_day_has_exactly_one_run(start: int, minute: int, zone: tzinfo) -> None:
    schedule = parse(f"daily {minute // 60:02}:{minute % 60:02}")
    found = runs(schedule, datetime.fromtimestamp(start, UTC), zone, 10)
    assert all(earlier < later for earlier, later in pairwise(found))
    days = [run.astimezone(zone).date() for run in found]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
