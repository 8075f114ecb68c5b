"""What the command says of Operations that were held, that only half worked, or whose end cannot be saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dojo_tui.model.errors import StoreError
from dojo_tui.store import leases, operation_writes
from tests.cli.conftest import Cli

MANY = [f"rule@app/file{number}.py:1" for number in range(40)]


@pytest.fixture
def large(cli: Cli) -> Cli:
    """A Record with forty Findings, and a report that has none of them any more."""
    cli.report("web", MANY)
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli.report("web", ["other@app/new.py:1"], at="2026-03-02T00:00:00Z")
    return cli


def test_a_full_disk_is_a_failure(mapped: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise StoreError("The disk is full.", safe="The step was rolled back; everything before it is saved.")

    monkeypatch.setattr(operation_writes, "end", full)
    # What cannot be ended keeps its Connector until its lease runs out: nobody waits half a minute for that here.
    monkeypatch.setattr(leases, "LEASE_TIME", timedelta(seconds=1))
    result = mapped("sync", expect=1)
    assert "scans: Sync failed: 1 record, 2 created" in result.out
    assert "The disk is full." in result.out
    (row,) = mapped.json("sync", "--dry-run", expect=1)["operations"]
    assert row["status"] == "Failed"
    assert row["counts"]["untouched"] == 2


def test_what_can_be_read_is_listed_although_nothing_can_be_written(
    mapped: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("dojo_tui.services.operations.interrupt_dead", full)
    assert len(mapped.json("records", "list")) == 2


def test_p9_a_held_sync_can_be_looked_at(large: Cli) -> None:
    held = large("sync", expect=3)
    assert "--dry-run" in held.out
    plan = large("sync", "--dry-run", expect=3)
    assert "1 created, 40 closed" in plan.out.splitlines()[0]
    assert "  held      web: 1 created, 40 closed; It would close 40 of 40" in plan.out
    assert "--dry-run" not in plan.out
    (row,) = large.json("sync", "--dry-run", expect=3)["operations"]
    assert (row["counts"]["closed"], row["counts"]["created"]) == (40, 1)
    large("sync", "--accept-large-change")


def test_p9_a_held_discover_says_what_its_records_are(cli: Cli) -> None:
    for number in range(12):
        cli.report(f"p{number}", ["rule@a.py:1"])
    cli.add("scans", "--auto-map")
    cli("discover")
    for number in range(11):
        (cli.reports / f"p{number}" / "scan.sarif").unlink()
    held = cli("discover", expect=3)
    assert "stays Good until you confirm" in held.out
    assert "did not see it." in held.out
    assert "--dry-run" not in held.out
    assert "--accept-large-change" in held.out


def test_a_sync_says_what_the_minimum_severity_closed(mapped: Cli) -> None:
    mapped("sync")
    mapped("connectors", "edit", "scans", "--min-severity", "Critical")
    for arguments in (["sync", "--dry-run"], ["sync"]):
        assert "2 closed by the minimum severity, not by the tool" in mapped(*arguments).out


def test_a_folder_with_too_long_a_name_is_told(cli: Cli) -> None:
    deep = "/".join(["d" * 100] * 3)
    cli.report(deep, ["rule@a.py:1"])
    cli.report("web", ["rule@a.py:1"])
    cli.add("scans", "--auto-map")
    said = cli("discover").out
    assert "1 mapped" in said
    assert "stays New: its name has 302 characters" in said
    assert cli.record("web")["state"] == "Good"


def test_p1_a_folder_that_is_renamed_after_a_new_scan_was_synced_keeps_its_record(mapped: Cli) -> None:
    mapped("sync")
    record = mapped.record("web")["id"]
    mapped.report("web", ["xss@app/view.py:12"], at="2026-03-02T00:00:00Z")
    mapped("sync")
    (mapped.reports / "web").rename(mapped.reports / "shop")
    mapped("discover")
    assert (mapped.record("shop")["id"], mapped.record("shop")["state"]) == (record, "Good")
    assert len(mapped.json("records", "list")) == 2


def test_p1_folders_that_changed_places_are_told(mapped: Cli) -> None:
    for old, new in (("web", "x"), ("api", "web"), ("x", "api")):
        (mapped.reports / old).rename(mapped.reports / new)
    said = mapped("discover").out
    assert "done      web: web now holds something else; what it held is at api." in said
    for old, new in (("web", "x"), ("api", "web"), ("x", "api")):
        (mapped.reports / old).rename(mapped.reports / new)
    (row,) = mapped.json("discover")["operations"]
    assert len(row["notes"]) == 2


def test_older_reports_of_a_scanner_are_told(mapped: Cli) -> None:
    mapped.report("web", ["xss@app/view.py:10"], name="newer.sarif", at="2026-03-02T00:00:00Z")
    assert "1 older report left out: scan.sarif" in mapped("sync").out


def test_p14_a_wrong_zone_is_a_warning(mapped: Cli) -> None:
    result = mapped.process("records", "list", env={"TZ": "Foo/Bar"})
    assert result.code == 0
    assert result.err == (
        "Warning: TZ='Foo/Bar' is no time zone that is known here: times are shown, and schedules meant, in UTC.\n"
    )
    assert mapped.process("records", "list", env={"TZ": "EST5EDT,M3.2.0,M11.1.0"}).err == ""


def test_fault_3_a_folder_that_nobody_can_read_alone_is_held_with_its_option(cli: Cli) -> None:
    for number in (1, 2):
        cli.report("web", [f"rule@app/part{number}.py:1"], name=f"report-{number}.sarif")
    cli.add("my scans", "--auto-map")
    cli("discover")
    for more in ((), ("--dry-run",), ("--accept-large-change",)):
        held = cli("sync", *more, expect=3)
        assert "1 Finding if only the newest counts (report-2.sarif), 2 Findings if all count" in held.out
        assert "dojo-tui connectors edit 'my scans' --option NAME=VALUE" in held.out
        assert "--accept-large-change" not in held.out
    assert cli.json("findings", "list") == []
    cli("connectors", "edit", "my scans", "--option", "several=all")
    assert "2 created" in cli("sync").out
