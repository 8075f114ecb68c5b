"""``dojo-tui destinations``, and what a server changes for the other commands."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.defectdojo_server.remote import Remote
from tests.defectdojo_server.server import DojoServer
from tests.defectdojo_server.state import NOBODYS_TOKEN
from tests.waiting import PATIENCE

URL = "https://dojo.example.com"


@pytest.fixture
def server(dojo_server: DojoServer, monkeypatch: pytest.MonkeyPatch) -> DojoServer:
    monkeypatch.setenv("DEFECTDOJO_TOKEN", dojo_server.token)
    return dojo_server


def used(cli: Cli, *options: str) -> str:
    """Which destination a command uses."""
    used: str = next(row["destination"] for row in cli.json(*options, "destinations", "list") if row["in_use"])
    return used


def config(cli: Cli, text: str) -> str:
    file = cli.store.parent / "config.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def titles(remote: Remote, product: str) -> list[str]:
    (row,) = [one for one in remote.products() if one["name"] == product]
    return sorted(one["title"] for one in remote.findings(row["id"]) if one["active"])


# --- which there are --------------------------------------------------------------------------


def test_a_server_is_added_listed_used_and_removed(cli: Cli) -> None:
    assert used(cli) == "embedded"
    assert "Added https://dojo.example.com" in cli("destinations", "add", f"{URL}/api/v2/", "--token", "env:MINE").out
    assert "from now on" in cli("destinations", "use", URL).out
    assert used(cli) == URL
    assert "chosen" in cli("destinations", "remove", URL, "--yes", expect=2).err
    cli("destinations", "use", "embedded")
    assert "stays" in cli("destinations", "remove", URL, "--yes").out
    assert [row["destination"] for row in cli.json("destinations", "list")] == ["embedded"]


def test_the_list_tells_all_but_the_token(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "c0ffee" * 6)
    cli("destinations", "add", URL, "--token", "env:MINE", "--product-type", "Web", "--use")
    assert cli.json("destinations", "list")[1] == {
        "destination": URL,
        "in_use": True,
        "chosen": True,
        "token": "env:MINE",
        "ca_file": None,
        "verify": True,
        "product_type": "Web",
        "at_once": 4,
        "records": 0,
    }
    assert "c0ffee" not in cli("destinations", "list").out


def test_a_token_itself_is_refused_and_not_repeated(cli: Cli) -> None:
    refused = cli("destinations", "add", URL, "--token", "c0ffeec0ffee", expect=2)
    assert "reference" in refused.err
    assert "c0ffee" not in refused.out + refused.err


def test_an_edit_changes_what_is_given(cli: Cli) -> None:
    cli("destinations", "add", URL)
    cli("destinations", "edit", URL, expect=2)
    cli("destinations", "edit", URL, "--token", "env:OTHER", "--address", "https://new.example.com")
    row = cli.json("destinations", "list")[1]
    assert (row["destination"], row["token"]) == ("https://new.example.com", "env:OTHER")


def test_without_verification_every_run_says_so(cli: Cli) -> None:
    cli("destinations", "add", URL, "--insecure", "--use")
    for command in (("records", "list"), ("connectors", "list")):
        assert "not verified" in cli(*command).err
    assert "NOT VERIFIED" in cli("destinations", "list").out
    cli("destinations", "edit", URL, "--verify")
    assert "not verified" not in cli("records", "list").err


def test_what_is_typed_is_stronger_than_the_environment_the_config_file_and_the_choice(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("destinations", "add", "https://chosen.example.com", "--use")
    file = config(cli, '[destination]\nurl = "https://config.example.com"\ntoken = "env:CONFIG"\n')
    assert used(cli) == "https://chosen.example.com"
    assert used(cli, "--config", file) == "https://config.example.com"
    monkeypatch.setenv("DOJO_TUI_DESTINATION", "https://environment.example.com")
    assert used(cli, "--config", file) == "https://environment.example.com"
    assert used(cli, "--config", file, "--destination", "embedded") == "embedded"
    tokens = {row["destination"]: row["token"] for row in cli.json("destinations", "list")}
    assert tokens["https://config.example.com"] == "env:CONFIG"
    assert tokens["https://environment.example.com"] == "env:DEFECTDOJO_TOKEN"


def test_a_choice_that_does_not_count_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("destinations", "add", URL)
    monkeypatch.setenv("DOJO_TUI_DESTINATION", "embedded")
    assert "stronger" in cli("destinations", "use", URL).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[destination]\ntoken = "env:X"\n', "'destination.url' is needed"),
        ('[destination]\nurl = "https://x.example"\ninsecure = true\n', "unknown setting 'destination.insecure'"),
        ('[destination]\nurl = "https://x.example"\nverify = "no"\n', "'destination.verify' must be true or false"),
        ('[destination]\nurl = "x.example"\n', "does not start with https://"),
        ('[destination]\nurl = "https://x.example"\ntoken = "c0ffee"\n', "must be a reference"),
    ],
)
def test_a_wrong_config_file_is_told(cli: Cli, text: str, said: str) -> None:
    refused = cli("--config", config(cli, text), "records", "list", expect=2)
    assert said in refused.err
    assert "c0ffee" not in refused.err


def test_read_only_changes_nothing(cli: Cli) -> None:
    cli("destinations", "list")
    for arguments in (("add", URL), ("use", "embedded"), ("remove", URL)):
        assert "read-only" in cli("--read-only", "destinations", *arguments, expect=2).err
    assert "read-only" in cli("--read-only", "--destination", URL, "records", "list", expect=2).err


def test_nothing_is_imported_for_a_server_that_is_not_asked(cli: Cli) -> None:
    cli("destinations", "add", URL, "--use")
    code = (
        "import sys\nfrom dojo_tui.cli.root import main\n"
        f"code = main(['--store', {str(cli.store)!r}, 'records', 'list'])\n"
        "print([name for name in ('httpx', 'textual') if name in sys.modules])\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


# --- the check ----------------------------------------------------------------------------------


def test_the_check_of_a_good_server(cli: Cli, server: DojoServer) -> None:
    cli("destinations", "add", server.url, "--use")
    said = cli("destinations", "check").out
    assert said.startswith(f"{server.url}: works\n")
    assert "DefectDojo 3.2.0" in said
    found = cli.json("destinations", "check", server.url)
    assert (found["works"], found["who"], found["products"], found["errors"]) == (True, "admin", 0, [])
    assert {step["result"] for step in found["steps"]} == {"ok"}
    assert server.token not in said + json.dumps(found)


def test_a_server_can_be_checked_before_it_is_added(cli: Cli, server: DojoServer) -> None:
    assert cli.json("destinations", "check", server.url)["works"]
    assert len(cli.json("destinations", "list")) == 1


def test_the_check_of_what_does_not_work_fails(cli: Cli, server: DojoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECTDOJO_TOKEN", NOBODYS_TOKEN)
    said = cli("destinations", "check", server.url, expect=1).out
    assert "does not work" in said
    assert "authorised users" in said
    monkeypatch.setenv("DEFECTDOJO_TOKEN", "c0ffee" * 6)
    said = cli("destinations", "check", server.url, expect=1).out
    assert "does not accept the token" in said
    assert "c0ffee" not in said
    assert "/login" not in cli("destinations", "check", f"{server.url}/elsewhere", expect=1).err


def test_the_embedded_destination_needs_no_check(cli: Cli) -> None:
    assert "embedded" in cli("destinations", "check").out
    assert cli.json("destinations", "check", "embedded")["works"]


# --- other commands -------------------------------------------------------------------------------


def test_products_are_those_of_the_server_now_with_their_pages(cli: Cli, server: DojoServer, dojo: Remote) -> None:
    cli("destinations", "add", server.url, "--use")
    assert cli.json("products", "list") == []
    made = dojo.product("Shop")
    (row,) = cli.json("products", "list")
    assert (row["name"], row["link"]) == ("Shop", f"{server.url}/product/{made['id']}")
    assert row["link"] in cli("products", "list").out


def test_a_sync_goes_to_the_server_and_a_full_one_sends_all_of_it_again(
    mapped: Cli, server: DojoServer, dojo: Remote
) -> None:
    mapped("--destination", server.url, "records", "map", mapped.record("web")["id"], "--product", "Shop")
    mapped("--destination", server.url, "sync")
    assert titles(dojo, "Shop") == ["Sqli Found", "Xss Found"]

    def reports() -> int:
        return sum("reimport" in seen.path for seen in server.requests)

    assert reports() == 1
    mapped("--destination", server.url, "sync")
    assert reports() == 1
    assert "--full" in mapped("--destination", server.url, "sync", "--full", "--dry-run", expect=2).err
    mapped("--destination", server.url, "sync", "--full", "--record", mapped.record("web")["id"])
    assert reports() == 2
    mapped("--destination", server.url, "sync", "--full")
    assert reports() == 3


# --- moving -----------------------------------------------------------------------------------------


@pytest.fixture
def filled(mapped: Cli, server: DojoServer) -> Cli:
    mapped("records", "map", mapped.record("api")["id"], "--product", "Api")
    mapped("sync")
    mapped("destinations", "add", server.url)
    return mapped


def test_moving_is_planned_asked_done_and_told(filled: Cli, server: DojoServer, dojo: Remote) -> None:
    assert "--to" in filled("destinations", "migrate", expect=2).err
    plan = filled.json("destinations", "migrate", "--to", server.url, "--dry-run")
    assert [(one["name"], one["open"]["Medium"], one["product_exists"]) for one in plan["records"]] == [
        ("api", 1, False),
        ("web", 2, False),
    ]
    assert dojo.products() == []
    asked = filled("destinations", "migrate", "--to", server.url, expect=2)
    assert "2 Records with 3 Findings would go" in asked.out
    assert "--yes" in asked.err
    assert dojo.products() == []
    said = filled("destinations", "migrate", "--to", server.url, "--yes").out
    assert "2 Records moved." in said
    assert f"destinations use {server.url}" in said
    assert titles(dojo, "Shop") == ["Sqli Found", "Xss Found"]
    filled("destinations", "use", server.url)
    assert "3 untouched" in filled("sync").out
    # What stays in the embedded destination is not listed a second time.
    assert len(filled.json("findings", "list")) == 3
    assert len(filled.json("--destination", "embedded", "findings", "list")) == 3
    assert "nothing to move" in filled("destinations", "migrate", "--yes").err


def test_what_was_not_moved_is_told_and_fails(filled: Cli, server: DojoServer) -> None:
    server.fails(path="reimport-scan/", die_after=0)
    done = filled.json("destinations", "migrate", "--to", server.url, "--yes", expect=1)
    assert (done["moved"], done["failed"]) == (1, 1)
    assert [one["status"] for one in done["records"]] == ["Failed", "Moved"]
    assert filled.json("destinations", "migrate", "--to", server.url, "--yes")["moved"] == 1


@pytest.mark.parametrize("stage", ["start", "created", "closing"])
def test_p7_a_move_that_was_killed_is_completed_by_the_next(
    filled: Cli, server: DojoServer, dojo: Remote, stage: Any
) -> None:
    hold = server.fails(path="reimport-scan/", nth=2, hold=stage, hold_count=1 if stage == "created" else 0)
    process = filled.start("destinations", "migrate", "--to", server.url, "--yes")
    assert hold.reached.wait(PATIENCE)
    process.kill()
    process.communicate()
    hold.release()
    done = filled.json("destinations", "migrate", "--to", server.url, "--yes")
    assert [one["name"] for one in done["records"]] == ["web"]
    assert done["moved"] == 1
    assert titles(dojo, "Shop") == ["Sqli Found", "Xss Found"]
    assert titles(dojo, "Api") == ["Ssrf Found"]
    assert "3 untouched" in filled("--destination", server.url, "sync").out


@pytest.mark.slow
def test_p7_a_move_that_is_killed_again_and_again_comes_to_the_same_end(
    cli: Cli, server: DojoServer, dojo: Remote
) -> None:
    names = [f"app{number:02}" for number in range(12)]
    for name in names:
        cli.report(name, [f"rule{number}@{name}/f.py:{10 * number}" for number in range(1, 6)])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli("destinations", "add", server.url)
    for turn in range(25):
        process = cli.start("destinations", "migrate", "--to", server.url, "--yes")
        time.sleep(0.5 + 0.07 * turn)
        process.kill()
        process.communicate()
    cli("destinations", "migrate", "--to", server.url, "--yes")
    for name in names:
        assert Counter(titles(dojo, name)) == Counter(f"Rule{number} Found" for number in range(1, 6))
    assert "60 untouched" in cli("--destination", server.url, "sync").out


def test_fault_12_the_check_says_what_an_old_test_lacks_and_tag_adds_it(cli: Cli, server: DojoServer) -> None:
    cli("destinations", "add", server.url, "--use")
    cli.report("web", ["xss@app/view.py:10"])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    assert "Labels" not in cli("destinations", "check").out
    with Remote(server.url, server.token) as remote:
        (test,) = remote.rows("tests")
        remote.change("tests", test["id"], tags=["ours"], lead=None)

        said = cli("destinations", "check").out
        assert "1 of our Tests lacks: tag dojo-tui, tag reports, lead" in said
        assert "destinations tag" in said
        plan = cli("destinations", "tag", "--dry-run").out
        assert "1 Test would be changed" in plan
        assert remote.rows("tests")[0]["tags"] == ["ours"]
        assert "1 Test changed." in cli("destinations", "tag").out
        (test,) = remote.rows("tests")
        assert sorted(test["tags"]) == ["dojo-tui", "ours", "reports"]
        assert test["lead"] is not None
        assert cli.json("destinations", "tag") == {"destination": server.url, "dry_run": False, "tests": []}
        assert "needs no tags" in cli("--destination", "embedded", "destinations", "tag", expect=2).err
