"""Closed streams, full disks, empty values, numbers beyond any id: plain words, and the right exit code."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Cli
from tests.waiting import PATIENCE

BEYOND = 2**63
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where there is /dev/full")


def shell(cli: Cli, arguments: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run it with streams redirected by a shell."""
    line = f"{shlex.join([*COMMAND, '--store', str(cli.store)])} {arguments} {redirection}"
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["records", "ignore", BEYOND],
        ["records", "map", BEYOND, "--product", "X"],
        ["records", "history", BEYOND],
        ["findings", "list", "--record", BEYOND],
        ["operations", "show", BEYOND],
        ["operations", "cancel", 10**30],
        ["sync", "--record", BEYOND],
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)
def test_an_id_beyond_any_number_does_not_exist(mapped: Cli, arguments: list[str | int]) -> None:
    assert "There is no " in mapped(*arguments, expect=2).err


@pytest.mark.parametrize("noun", ["records", "connectors", "products", "findings", "operations"])
def test_a_bare_group_shows_its_help(cli: Cli, noun: str) -> None:
    result = cli(noun, expect=2)
    assert result.err.startswith(f"Usage: dojo-tui {noun} ")
    assert "\nCommands:\n" in result.err
    said = json.loads(cli("--json", noun, expect=2).err)["error"]
    assert said["what"] == "A subcommand is missing."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["records", "list", "--state", "Stale"], "No Record is like that.\n"),
        (["records", "list", "--filter", "zzz"], "No Record is like that.\n"),
        (["operations", "list", "--status", "Failed"], "No Operation is like that.\n"),
        (["findings", "list", "--active"], "No Finding is like that.\n"),
        (["findings", "list"], "No Findings. 'dojo-tui sync' imports those of mapped Records.\n"),
    ],
)
def test_an_empty_list_says_whether_a_filter_emptied_it(mapped: Cli, arguments: list[str], said: str) -> None:
    assert mapped(*arguments).err == said


@pytest.mark.parametrize("option", ["--store", "--config"])
def test_an_empty_value_is_not_as_if_it_were_not_there(cli: Cli, option: str) -> None:
    assert "it is empty" in cli("records", "list", option, "", expect=2).err


def test_nothing_to_edit_is_told(mapped: Cli) -> None:
    assert "Nothing was given" in mapped("connectors", "edit", "scans", expect=2).err


def test_a_record_that_was_asked_for_and_cannot_be_synced_is_a_failure(mapped: Cli) -> None:
    new, good = mapped.record("api")["id"], mapped.record("web")["id"]
    for extra in ([], ["--dry-run"]):
        result = mapped("sync", "--record", new, *extra, expect=1)
        assert "skipped   api: New: only mapped Records are synced." in result.out
    mapped("sync", "--record", new, "--record", good)
    mapped("sync")


@pytest.mark.parametrize(("every", "stored"), [("1d", "every 24h"), ("@daily", "cron 0 0 * * *"), ("6h", "every 6h")])
def test_schedules_as_they_are_documented(mapped: Cli, every: str, stored: str) -> None:
    mapped("connectors", "edit", "scans", "--sync-every", every)
    assert mapped.json("connectors", "list")[0]["sync_every"] == stored
    wrong = mapped("connectors", "edit", "scans", "--sync-every", "sometimes", expect=2)
    assert "use 'off', '6h'" in wrong.err


def test_a_question_without_stdin_is_refused(mapped: Cli) -> None:
    done = shell(mapped, "connectors remove scans", "<&-")
    assert done.returncode == 2
    assert "Add --yes if you mean it." in done.stderr


@pytest.mark.parametrize("arguments", ["records list", "records list --json", "sync", "--help"])
def test_a_closed_stdout_is_one_that_nobody_reads(mapped: Cli, arguments: str) -> None:
    done = shell(mapped, arguments, ">&-")
    assert (done.returncode, done.stderr) == (0, "")


@needs_dev_full
@pytest.mark.parametrize("arguments", ["records list", "records list --json", "--help", "sync"])
def test_output_that_cannot_be_written_is_told(mapped: Cli, arguments: str) -> None:
    done = shell(mapped, arguments, ">/dev/full")
    assert done.returncode == 1
    assert "The output cannot be written: No space left on device." in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    if arguments == "sync":
        assert len(mapped.json("findings", "list")) == 2


def test_a_folder_that_was_removed_is_told(cli: Cli, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = shlex.join([*COMMAND, "--store", "store.sqlite", "records", "list"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"rmdir ../gone && exec {command}"],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("Error: The path of the store cannot be told")
