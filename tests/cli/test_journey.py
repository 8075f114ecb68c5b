"""The main job from the shell: discover, map, sync, look."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from dojo_tui.model.clock import Clock
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import connectors
from tests.cli.conftest import Cli

RECORD_FIELDS = {
    "id",
    "connector",
    "vendor_id",
    "name",
    "state",
    "product",
    "first_discovered_at",
    "last_discovered_at",
    "finalized_at",
    "last_synced_at",
}
OPERATION_FIELDS = {
    "id",
    "connector",
    "type",
    "status",
    "trigger",
    "started_at",
    "ended_at",
    "duration_s",
    "counts",
    "errors",
}
FINDING_FIELDS = {
    "id",
    "record",
    "product",
    "test",
    "title",
    "severity",
    "active",
    "mitigated_at",
    "file_path",
    "line",
    "cwe",
    "vulnerability_ids",
    "component_name",
    "component_version",
    "unique_id",
    "description",
    "verified",
    "false_p",
    "out_of_scope",
    "risk_accepted",
    "under_review",
    "is_mitigated",
}


def test_discover_map_sync_list(cli: Cli) -> None:
    cli.report("web", ["xss@app/view.py:10", "sqli@app/db.py:20"])
    cli.report("api", ["ssrf@api/fetch.py:5"])
    cli.add()

    (discover,) = cli.json("discover")["operations"]
    assert discover.keys() >= OPERATION_FIELDS
    assert discover["counts"] == {"new": 2, "known": 0, "updated": 0, "missing": 0, "mapped": 0}
    assert (discover["type"], discover["status"], discover["trigger"]) == ("Discover", "Completed", "Manual")
    assert discover["errors"] == []

    records = cli.json("records", "list")
    assert all(record.keys() >= RECORD_FIELDS for record in records)
    assert [(record["name"], record["state"], record["product"]) for record in records] == [
        ("api", "New", None),
        ("web", "New", None),
    ]
    assert datetime.fromisoformat(records[0]["first_discovered_at"]).utcoffset() is not None

    web = cli.record("web")["id"]
    cli("records", "map", web, "--product", "Shop")
    assert cli.record("web")["state"] == "Good"
    assert [product["name"] for product in cli.json("products", "list")] == ["Shop"]

    (sync,) = cli.json("sync")["operations"]
    assert sync.keys() >= OPERATION_FIELDS
    assert sync["counts"] == {
        "records": 1,
        "created": 2,
        "closed": 0,
        "reactivated": 0,
        "updated": 0,
        "untouched": 0,
        "failed": 0,
        "skipped": 0,
    }

    findings = cli.json("findings", "list")
    assert all(finding.keys() >= FINDING_FIELDS for finding in findings)
    assert {finding["file_path"] for finding in findings} == {"app/view.py", "app/db.py"}
    assert {(finding["record"], finding["product"]) for finding in findings} == {(web, "Shop")}


def test_p2_only_what_is_mapped_flows(mapped: Cli) -> None:
    mapped("sync")
    assert {finding["record_name"] for finding in mapped.json("findings", "list")} == {"web"}


def test_a_sync_of_nothing_says_what_is_missing(cli: Cli) -> None:
    cli.report("web", ["xss@app/view.py:10"])
    cli.add()
    cli("discover")
    assert "None of its Records is mapped" in cli("sync").out
    assert cli.json("sync")["operations"][0]["status"] == "Completed"


def test_the_next_report_closes_and_the_one_before_reactivates(mapped: Cli) -> None:
    mapped("sync")
    mapped.report("web", ["xss@app/view.py:10"], at="2026-03-02T00:00:00Z")
    (second,) = mapped.json("sync")["operations"]
    assert (second["counts"]["closed"], second["counts"]["untouched"]) == (1, 1)
    (closed,) = mapped.json("findings", "list", "--inactive")
    assert closed["mitigated_at"] is not None
    mapped.report("web", ["xss@app/view.py:10", "sqli@app/db.py:20"], at="2026-03-03T00:00:00Z")
    (third,) = mapped.json("sync")["operations"]
    assert third["counts"]["reactivated"] == 1
    assert len(mapped.json("findings", "list", "--active")) == 2


def test_a_dry_run_shows_the_plan_and_changes_nothing(mapped: Cli) -> None:
    (plan,) = mapped.json("sync", "--dry-run")["operations"]
    assert plan["dry_run"]
    assert plan["counts"]["created"] == 2
    assert plan["outcomes"][0]["counts"]["created"] == 2
    assert mapped.json("findings", "list") == []
    assert "2 created" in mapped("sync", "--dry-run").out


def test_one_record_can_be_synced_alone(mapped: Cli) -> None:
    mapped("records", "map", mapped.record("api")["id"], "--product", "Shop")
    (sync,) = mapped.json("sync", "--record", mapped.record("api")["id"])["operations"]
    assert sync["counts"]["records"] == 1
    assert {finding["record_name"] for finding in mapped.json("findings", "list")} == {"api"}


def test_listings_can_be_narrowed(mapped: Cli) -> None:
    mapped("sync")
    web = mapped.record("web")["id"]
    assert [row["name"] for row in mapped.json("records", "list", "--state", "new")] == ["api"]
    both = mapped.json("records", "list", "--state", "New", "--state", "Good")
    assert {row["name"] for row in both} == {"api", "web"}
    assert mapped.json("records", "list", "--connector", "scans", "--filter", "product:shop")[0]["id"] == web
    assert len(mapped.json("findings", "list", "--record", web)) == 2
    assert len(mapped.json("findings", "list", "--product", "Shop", "--connector", "scans", "--active")) == 2
    assert [row["type"] for row in mapped.json("operations", "list")] == ["Sync", "Discover"]
    assert [row["type"] for row in mapped.json("operations", "list", "--type", "discover")] == ["Discover"]


def test_an_operation_is_shown_with_outcomes_and_log(mapped: Cli) -> None:
    (sync,) = mapped.json("sync")["operations"]
    shown = mapped.json("operations", "show", sync["id"])
    assert [(outcome["record_name"], outcome["status"]) for outcome in shown["outcomes"]] == [("web", "Done")]
    assert {key: shown[key] for key in OPERATION_FIELDS} == {key: sync[key] for key in OPERATION_FIELDS}
    assert f"Operation {sync['id']}: Sync of scans" in mapped("operations", "show", sync["id"]).out


def test_what_failed_is_retried_alone(mapped: Cli) -> None:
    (sync,) = mapped.json("sync")["operations"]
    assert "nothing failed in it" in mapped("operations", "retry", sync["id"], expect=2).err
    report = next((mapped.reports / "web").glob("*.sarif"))
    whole = report.read_bytes()
    report.write_bytes(whole[:100])
    (broken,) = mapped.json("sync", expect=1)["operations"]
    shown = mapped.json("operations", "show", broken["id"])
    assert shown["outcomes"][0]["cause"] == "report"
    assert shown["helps"][0] == f"dojo-tui operations retry {broken['id']}"
    told = mapped("operations", "show", broken["id"]).out
    assert f"  web:\n    dojo-tui operations retry {broken['id']}  # run again only what failed" in told
    report.write_bytes(whole)
    (again,) = mapped.json("operations", "retry", broken["id"])["operations"]
    assert (again["status"], again["counts"]["records"]) == ("Completed", 1)


def test_ignore_restore_delete_undo_redo(mapped: Cli) -> None:
    web = mapped.record("web")["id"]
    mapped("records", "ignore", web)
    assert mapped.record("web")["state"] == "Ignored"
    mapped("records", "undo")
    assert mapped.record("web")["product"] == "Shop"
    mapped("records", "redo")
    assert mapped.record("web")["state"] == "Ignored"
    mapped("records", "restore", web)
    assert mapped.record("web")["state"] == "New"
    mapped("records", "delete", web, "--yes")
    assert [row["name"] for row in mapped.json("records", "list")] == ["api"]
    mapped("records", "undo")
    assert mapped.record("web")["id"] == web
    acts = [row["act"] for row in mapped.json("records", "history", web)]
    assert len(acts) >= 4


def test_p6_removing_a_connector_keeps_findings(mapped: Cli) -> None:
    mapped("sync")
    mapped("connectors", "remove", "scans", "--yes")
    assert mapped.json("connectors", "list") == []
    assert len(mapped.json("findings", "list")) == 2
    assert len(mapped.json("operations", "list")) == 2


def test_auto_map(cli: Cli) -> None:
    cli.report("web", ["xss@app/view.py:10"])
    cli.add("scans", "--auto-map", "--min-severity", "Low")
    (discover,) = cli.json("discover", "scans")["operations"]
    assert discover["counts"]["mapped"] == 1
    assert cli.record("web")["product"] == "web"


def test_schedules_are_kept_and_run_due_runs_what_is_due(cli: Cli) -> None:
    cli.report("web", ["xss@app/view.py:10"])
    cli.add("scans", "--discover-every", "6h", "--sync-every", "0 */4 * * *")
    (connector,) = cli.json("connectors", "list")
    assert connector["discover_every"] == "every 6h"
    assert connector["sync_every"] == "cron 0 */4 * * *"
    assert cli.json("run-due")["operations"] == [] or cli.json("records", "list")


def test_fault_17_run_due_tells_of_a_run_that_was_planned_by_a_wrong_clock(cli: Cli, clock: Clock) -> None:
    cli.report("web", ["xss@app/view.py:10"])
    cli.add("scans", "--sync-every", "6h")
    store = open_store(str(cli.store), clock=clock)
    with store.database.write() as connection:
        connection.execute(update(connectors).values(sync_due_at=datetime(2040, 1, 1, tzinfo=UTC)))
    store.close()
    assert "Warning: scans: the next Sync was planned for 20" in cli("run-due").err
    assert "planned" not in cli("run-due").err
    (connector,) = cli.json("connectors", "list")
    assert "2040" not in json.dumps(connector)


def test_connectors_edit_and_check(mapped: Cli) -> None:
    mapped("connectors", "edit", "scans", "--label", "builds", "--auto-map", "--min-severity", "High")
    (connector,) = mapped.json("connectors", "list")
    assert (connector["label"], connector["auto_map"], connector["min_severity"]) == ("builds", True, "High")
    assert mapped.json("connectors", "check", "builds")["connectors"][0]["veps"] == 2
    assert "2 units found" in mapped("connectors", "check").out


def test_a_check_of_several_tells_each(mapped: Cli, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    mapped("connectors", "add", "reports", "--label", "gone", "--location", gone)
    gone.rmdir()
    checked = mapped.json("connectors", "check", expect=1)["connectors"]
    assert [(one["label"], one["works"], one["veps"]) for one in checked] == [("gone", False, None), ("scans", True, 2)]
    said = mapped("connectors", "check", expect=1).out
    assert "gone (reports): does not work" in said
    assert "is not a directory" in said
    assert "scans (reports): works" in said


def test_tools_lists_fields(cli: Cli) -> None:
    (tool,) = (tool for tool in cli.json("tools") if tool["name"] == "reports")
    assert {"name", "title", "location", "options"} <= tool.keys()
    assert "dojo-tui connectors add reports" in cli("tools").out


def test_fault_19_filters_and_orders_of_the_listings(mapped: Cli) -> None:
    mapped("sync")
    rows = mapped.json("findings", "list", "--filter", "product:shop connector:scans record:web is:active")
    assert len(rows) == 2
    assert mapped.json("findings", "list", "--filter", "severity:<info OR product:blog") == []
    assert len(mapped.json("findings", "list", "--filter", "found:<1d")) == 2
    refused = mapped("findings", "list", "--filter", "trigger:manual", expect=2).err
    assert "There is no field 'trigger' here. There are severity, is, product, connector" in refused
    assert "There is no field 'cve' here" in mapped("operations", "list", "--filter", "cve:x", expect=2).err
    titles = [row["file_path"] for row in mapped.json("findings", "list", "--sort", "file_path")]
    assert titles == ["app/db.py", "app/view.py"]
    assert [row["file_path"] for row in mapped.json("findings", "list", "--sort", "file_path", "--reverse")] == titles[
        ::-1
    ]
    names = [row["name"] for row in mapped.json("records", "list", "--sort", "product_name", "--reverse")]
    assert names == ["web", "api"]
    assert [row["type"] for row in mapped.json("operations", "list", "--sort", "type")] == ["Discover", "Sync"]
    assert "Use one of active, component_name" in mapped("findings", "list", "--sort", "colour", expect=2).err
