"""What goes wrong: exit codes, words, and stdout that stays valid."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

HOSTILE = "evil\x1b[31m[bold]\u202egnp\x07\u200b"


def test_an_unknown_label_names_those_like_it(mapped: Cli) -> None:
    result = mapped("sync", "scasn", expect=2)
    assert "There is no Connector 'scasn'." in result.err
    assert "Did you mean 'scans'?" in result.err
    assert result.out == ""


def test_an_error_is_json_on_stderr_when_json_is_asked_for(mapped: Cli) -> None:
    result = mapped("discover", "nowhere", "--json", expect=2)
    assert result.out == ""
    said = json.loads(result.err)["error"]
    assert said["exit_code"] == 2
    assert "nowhere" in said["what"]


def test_a_line_that_cannot_be_parsed_is_told_as_json_too(cli: Cli) -> None:
    said = json.loads(cli("sync", "--recod", "1", "--json", expect=2).err)["error"]
    assert "--recod" in said["what"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["records", "map", "999", "--product", "X"],
        ["records", "map", "1"],
        ["records", "map", "one", "--product", "X"],
        ["records", "list", "--state", "Lost"],
        ["records", "list", "--connector", "none"],
        ["findings", "list", "--product", "none"],
        ["findings", "list", "--record", "999"],
        ["operations", "show", "999"],
        ["operations", "cancel", "999"],
        ["sync", "--record", "999"],
        ["connectors", "add", "nessus", "--label", "x", "--location", "."],
        ["connectors", "add", "reports", "--label", "x", "--location", "missing-directory"],
        ["connectors", "add", "reports", "--label", " ", "--location", "."],
        ["connectors", "add", "reports", "--label", "x", "--location", ".", "--option", "colour=red"],
        ["connectors", "add", "reports", "--label", "x", "--location", ".", "--option", "depth"],
        ["connectors", "add", "reports", "--label", "x", "--location", ".", "--option", "depth=deep"],
        ["connectors", "add", "reports", "--label", "x", "--location", ".", "--sync-every", "sometimes"],
        ["connectors", "add", "reports", "--label", "x", "--location", ".", "--min-severity", "Grave"],
        ["connectors", "edit", "none", "--auto-map"],
        ["--config", "missing.toml", "records", "list"],
    ],
    ids=" ".join,
)
def test_usage_errors_exit_2_and_change_nothing(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments, expect=2)
    assert result.out == ""
    assert result.err.startswith("Error: ")
    assert cli.json("connectors", "list") == []


def test_a_label_is_given_once(mapped: Cli) -> None:
    again = mapped("connectors", "add", "reports", "--label", "scans", "--location", mapped.reports, expect=2)
    assert "scans" in again.err
    assert len(mapped.json("connectors", "list")) == 1


@pytest.mark.parametrize("key", ["password", "api_key", "apikey", "token", "client-secret", "db_password"])
def test_p10_an_option_takes_no_secret_and_does_not_repeat_it(cli: Cli, key: str) -> None:
    cli.reports.mkdir()
    add = ["connectors", "add", "reports", "--label", "x", "--location", str(cli.reports)]
    result = cli(*add, "--option", f"{key}=hunter2", expect=2)
    assert "hunter2" not in result.err + result.out
    assert "secret" in result.err


def test_one_failed_record_of_two_exits_1_and_is_named(mapped: Cli) -> None:
    mapped("records", "map", mapped.record("api")["id"], "--product", "Shop")
    (mapped.reports / "api" / "scan.sarif").write_text('{"version": "2.1.0", "runs": [')
    (sync,) = mapped.json("sync", expect=1)["operations"]
    assert sync["status"] == "Partly failed"
    assert (sync["counts"]["records"], sync["counts"]["failed"]) == (1, 1)
    (said,) = (error for error in sync["errors"] if "scan.sarif" in error)
    assert said.startswith("api: ")
    assert "failed" in mapped("sync", expect=1).out


def test_all_failed_exits_1(mapped: Cli) -> None:
    (mapped.reports / "web" / "scan.sarif").write_text("no json")
    (sync,) = mapped.json("sync", expect=1)["operations"]
    assert sync["status"] == "Failed"


def test_p3_a_location_that_is_gone_fails_and_marks_nothing_missing(mapped: Cli) -> None:
    mapped.reports.rename(mapped.reports.with_name("elsewhere"))
    (discover,) = mapped.json("discover", expect=1)["operations"]
    assert discover["errors"]
    assert mapped.record("web")["state"] == "Good"


def test_p9_a_large_change_is_held_until_it_is_accepted(cli: Cli) -> None:
    cli.report("web", [f"r{number}@a.py:{number}" for number in range(1, 41)])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli.report("web", ["r1@a.py:1"], at="2026-03-02T00:00:00Z")
    (held,) = cli.json("sync", expect=3)["operations"]
    assert held["status"] == "Held"
    assert held["held"]
    assert len(cli.json("findings", "list", "--active")) == 40
    assert "--accept-large-change" in cli("sync", expect=3).out
    (accepted,) = cli.json("sync", "--accept-large-change")["operations"]
    assert accepted["counts"]["closed"] == 39


def test_p9_the_thresholds_are_settings(cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[hold.sync]\nshare = 0.1\nleast = 1\n")
    cli.report("web", ["a@a.py:1", "b@a.py:2", "c@a.py:3"])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    cli.report("web", ["a@a.py:1", "b@a.py:2"], at="2026-03-02T00:00:00Z")
    cli("--config", str(config), "sync", expect=3)
    cli("sync")


def test_read_only_refuses_every_change_and_lists(mapped: Cli) -> None:
    web = str(mapped.record("web")["id"])
    for arguments in (
        ["discover"],
        ["sync"],
        ["run-due"],
        ["records", "ignore", web],
        ["records", "undo"],
        ["records", "delete", web, "--yes"],
        ["connectors", "remove", "scans", "--yes"],
        ["connectors", "add", "reports", "--label", "x", "--location", str(mapped.reports)],
    ):
        result = mapped(*arguments, "--read-only", expect=2)
        assert "read-only" in result.err
    assert len(mapped.json("records", "list", "--read-only")) == 2
    assert mapped.record("web")["state"] == "Good"


def test_p6_destructive_acts_need_a_yes_where_nobody_can_be_asked(mapped: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    web = mapped.record("web")["id"]
    result = mapped.process("records", "delete", web, stdin=subprocess.DEVNULL)
    assert result.code == 2
    assert "--yes" in result.err
    assert mapped.process("connectors", "remove", "scans", stdin=subprocess.DEVNULL).code == 2
    assert len(mapped.json("records", "list")) == 2


def test_p6_a_person_is_asked_and_told_what_stays(mapped: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    web = mapped.record("web")["id"]
    for answer, code in (("\n", 130), ("n\n", 130), ("", 130), ("y\n", 0)):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        assert mapped.record("web")
        result = mapped("records", "delete", web, expect=code)
        assert "Delete 1 Record?" in result.err
        assert "Findings, Tests and Engagements stay" in result.err
    assert [row["name"] for row in mapped.json("records", "list")] == ["api"]


def test_p9_a_discover_that_loses_too_much_is_held(cli: Cli) -> None:
    for number in range(12):
        cli.report(f"unit{number}", [f"r@a{number}.py:1"])
    cli.add("scans", "--auto-map")
    cli("discover")
    for number in range(10):
        (cli.reports / f"unit{number}" / "scan.sarif").unlink()
    (held,) = cli.json("discover", expect=3)["operations"]
    assert held["status"] == "Held"
    assert held["errors"] + held["held"]
    assert cli.json("records", "list", "--state", "Missing") == []
    (accepted,) = cli.json("discover", "--accept-large-change")["operations"]
    assert accepted["counts"]["missing"] == 10


def test_p11_hostile_text_is_inert_in_tables_errors_and_json(cli: Cli) -> None:
    result = {
        "ruleId": HOSTILE,
        "message": {"text": f"{HOSTILE} in a title"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 1}}}],
    }
    cli.report(HOSTILE.replace("\x07", ""), [result])
    cli.add()
    label = ["--label", HOSTILE, "--location", str(cli.reports)]
    pieces = [
        cli("discover"),
        cli("sync", HOSTILE, expect=2),
        cli("connectors", "add", "reports", *label, expect=2),
        cli("connectors", "add", HOSTILE, *label, expect=2),
        cli(HOSTILE, expect=2),
        cli("records", "list", f"--{HOSTILE}", expect=2),
    ]
    (record,) = cli.json("records", "list")
    pieces.append(cli("records", "map", record["id"], "--product", HOSTILE, expect=2))
    pieces.append(cli("records", "map", record["id"], "--product", "evil"))
    pieces.append(cli("sync"))
    for noun in ("connectors", "records", "products", "findings", "operations"):
        pieces += [cli(noun, "list"), cli(noun, "list", "--json")]
    pieces.append(cli("operations", "show", "1"))
    for piece in pieces:
        printed = (piece.out + piece.err).replace("\n", "")
        assert printed.isprintable(), printed
        assert "\u202e" not in printed
    assert cli.json("products", "list")[0]["name"].startswith("evil")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("store = 3", "'store' must be a text"),
        ("colour = 'red'", "unknown setting 'colour'"),
        ("read_only = 'yes'", "'read_only' must be true or false"),
        ("[hold.sync]\nshare = 2", "'hold.sync.share'"),
        ("[hold.discover]\nleast = 0", "'hold.discover.least'"),
        ("hold = 1", "'hold' must be a table"),
        ("theme = 'pink'", "'theme' must be one of"),
        ("no toml", "not valid TOML"),
    ],
)
def test_a_wrong_config_is_refused_with_its_place(cli: Cli, tmp_path: Path, text: str, word: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    result = cli("--config", str(config), "records", "list", expect=2)
    assert word in result.err


def test_the_config_file_says_the_store_and_read_only(cli: Cli, tmp_path: Path) -> None:
    store = tmp_path / "other.sqlite"
    config = tmp_path / "config" / "dojo-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'store = "{store}"\n')
    done = cli.process("connectors", "list")  # --store is stronger
    assert done.code == 0
    assert not store.exists()
    from dojo_tui.cli.root import main

    assert main(["connectors", "list"]) == 0
    assert store.exists()
    config.write_text("read_only = true\n")
    cli("records", "undo", expect=2)


def test_a_file_that_is_no_store_is_left_alone(cli: Cli) -> None:
    cli.store.write_text("not a database, but somebody's notes " * 50)
    before = cli.store.read_bytes()
    result = cli("records", "list", expect=1)
    assert result.err.startswith("Error: ")
    assert cli.store.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_cannot_be_written_is_told(mapped: Cli) -> None:
    mapped.store.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    mapped.store.chmod(stat.S_IRUSR)
    try:
        result = mapped("discover", expect=1)
        assert "Give yourself" in result.err
    finally:
        mapped.store.parent.chmod(stat.S_IRWXU)


def test_a_fault_of_the_program_is_told_without_a_traceback(mapped: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("with a hunter2 in it")

    monkeypatch.setattr("dojo_tui.cli.workspace.all_connectors", broken)
    monkeypatch.setattr("dojo_tui.cli.connectors.all_connectors", broken)
    result = mapped("connectors", "list", expect=1)
    assert "RuntimeError" in result.err
    assert "hunter2" not in result.err
    assert "Traceback" not in result.err
