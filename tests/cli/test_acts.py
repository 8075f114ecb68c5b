"""Mapping acts from the shell: what they leave behind, what taking them back would do, and the list of all."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli
from tests.defectdojo_server.remote import Remote
from tests.defectdojo_server.server import DojoServer
from tests.waiting import PATIENCE


def test_a_remap_is_planned_and_closes_what_was_imported_before(mapped: Cli) -> None:
    web, api = mapped.record("web")["id"], mapped.record("api")["id"]
    mapped("records", "map", api, "--product", "Shop")
    mapped("sync")
    plan = mapped("--read-only", "records", "map", web, "--product", "Web", "--dry-run").out
    assert "2 active Findings would stay as they are in Shop; with --close-old they are closed." in plan
    told = mapped.json("records", "map", web, api, "--product", "Web", "--dry-run", "--close-old")
    assert (told["would_close"], told["product"], told["count"]) == (3, "Web", 2)
    assert [(one["name"], one["product"], sum(one["active"].values())) for one in told["leaving"]] == [
        ("api", "Shop", 1),
        ("web", "Shop", 2),
    ]
    assert [row["name"] for row in mapped.json("products", "list")] == ["Shop"]
    assert mapped.record("web")["product"] == "Shop"
    done = mapped("records", "map", web, "--product", "Web", "--close-old").out
    assert done.startswith("Mapped 1 Record to Web.\nscans: Close completed in ")
    assert "1 record, 2 closed\n  done      web: Closed 2 Findings in Shop." in done
    assert [row["record_name"] for row in mapped.json("findings", "list", "--active")] == ["api"]
    assert "Would take back: map 1 Record → Web, of " in (shown := mapped("records", "undo", "--dry-run").out)
    assert "2 Findings that it closed in Shop stay closed until the next Sync" in shown
    assert mapped.json("records", "undo", "--dry-run")["stay_closed"] == 2
    assert mapped.json("records", "map", api, "--product", "Web", "--close-old")["operations"][0]["type"] == "Close"
    assert "1 Record was mapped to Web already." in mapped("records", "map", api, "--product", "Web", "--close-old").out


def test_all_acts_are_listed_and_filtered(mapped: Cli) -> None:
    web = mapped.record("web")["id"]
    mapped("records", "ignore", web)
    mapped("records", "undo")
    acts = mapped.json("records", "history")
    assert [(row["act"], row["count"], row["product"], row["undone"]) for row in acts] == [
        ("undo", 1, "Shop", False),
        ("ignore", 1, None, True),
        ("map", 1, "Shop", False),
    ]

    def found(*options: str) -> list[str]:
        return [row["act"] for row in mapped.json("records", "history", *options)]

    assert found("--limit", "2") == ["undo", "ignore"]
    assert found("--filter", "act:map") == ["map"]
    assert found("--filter", "!is:undone product:shop") == ["undo", "map"]
    assert found("--filter", "record:web when:<1h ignore") == ["ignore"]
    assert found("--filter", "record:api") == found("--filter", "by:nobody") == found("--filter", "when:>1d") == []
    assert "ignore 1 Record" in mapped("records", "history").out
    assert "There is no act 'mop'" in mapped("records", "history", "--filter", "act:mop", expect=2).err
    mapped("records", "history", web, "--limit", "3", expect=2)
    newest = mapped.json("records", "history")[0]
    of_it = mapped.json("records", "history", "--act", newest["id"])
    assert len(of_it) == newest["count"] > 0
    assert web in [row["id"] for row in of_it]
    assert "There is no act 999." in mapped("records", "history", "--act", "999", expect=2).err
    assert mapped.json("records", "redo", "--dry-run")["act"] == "ignore"
    mapped("records", "redo")
    assert mapped("records", "redo", "--dry-run").out == "There is nothing to redo.\n"
    assert mapped("rules", "undo", "--dry-run").out == "There is nothing that rules did at a Discover.\n"


def test_p7_kill_9_while_the_server_closes_leaves_nothing_undone(
    mapped: Cli, dojo_server: DojoServer, dojo: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFECTDOJO_TOKEN", dojo_server.token)
    mapped("destinations", "add", dojo_server.url, "--use")
    web, api = mapped.record("web")["id"], mapped.record("api")["id"]
    mapped("records", "map", web, api, "--product", "Shop")
    mapped("sync")
    fault = dojo_server.fails(path="reimport-scan/", hold="closed", hold_count=1)
    process = mapped.start("records", "map", web, "--product", "Web", "--close-old")
    assert fault.reached.wait(PATIENCE)
    process.kill()
    process.communicate()
    fault.release()
    (closed,) = mapped.json("operations", "list", "--type", "Close")
    assert closed["status"] == "Interrupted"
    assert mapped.record("web")["product"] == "Web"
    (again,) = mapped.json("operations", "retry", closed["id"])["operations"]
    assert (again["type"], again["status"], again["counts"]["records"]) == ("Close", "Completed", 1)
    assert {row["service"] for row in dojo.findings(active=True)} == {"api"}
    assert [row["record_name"] for row in mapped.json("findings", "list", "--active")] == ["api"]
    (synced,) = mapped.json("sync")["operations"]
    assert (synced["counts"]["created"], synced["counts"]["closed"]) == (2, 0)


def test_fault_21_undo_says_what_it_would_take_back_where_something_newer_happened(mapped: Cli) -> None:
    mapped.report("shop", ["xss@app/shop.py:10"])
    mapped("connectors", "edit", "scans", "--auto-map")
    mapped("discover")
    for _ in range(2):
        told = mapped("records", "undo", expect=2).err
        assert "The last act that can be taken back is 'map 1 Record → Shop'" in told
        assert "Newer, and stays: map 2 Records" in told
        assert "dojo-tui records undo --yes" in told
    assert mapped.record("web")["product"] == "Shop"
    assert "Would take back: map 1 Record" in mapped("records", "undo", "--dry-run").out
    assert "Took back: map 1 Record." in mapped("records", "undo", "--yes").out
    assert mapped.record("web")["state"] == "New"
