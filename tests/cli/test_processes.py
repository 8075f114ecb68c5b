"""The command as a process: pipes, signals, neighbours, memory."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import signal
import subprocess
import sys
import termios
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.cli.progress import ERASE, ProgressLine
from dojo_tui.model.clock import Clock
from dojo_tui.model.operation import OperationType, Status, Trigger
from dojo_tui.services.events import OperationChanged, Progress
from dojo_tui.store.open import open_store
from dojo_tui.store.operations import OperationQuery, operation_ids, operation_rows
from tests.cli.conftest import Cli, Result
from tests.waiting import PATIENCE, eventually


def test_a_reader_that_has_enough_is_no_error(mapped: Cli) -> None:
    mapped.report("web", [f"r{number}@a.py:{number}" for number in range(1, 3000)], name="more.sarif", scanner="Other")
    mapped("sync")
    for form in ([], ["--json"]):
        process = mapped.start("findings", "list", *form)
        assert process.stdout
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
        process.stderr.close()
        assert process.wait(timeout=PATIENCE) == 0


SLOW_TOOL = """
import pathlib, time
from dojo_tui.connectors.base import BaseTool, Fetch, Field, Vep

class Slow(BaseTool):
    name = "slow"
    title = "A tool that answers slowly"
    location = Field("location", "A directory")
    options = (Field("deaf", "Never look whether it was cancelled, and hang in the listing"),)

    def validate(self, config):
        pass

    def list_veps(self, config, run):
        yield Vep("unit", "unit")
        if "deaf" in config.options:
            self.hang(config, lambda: None)

    def fetch(self, config, vendor_id, run):
        self.hang(config, run.check)
        return Fetch([])

    def hang(self, config, check):
        (pathlib.Path(config.location) / "reading").touch()
        while not (pathlib.Path(config.location) / "go-on").exists():
            check()
            time.sleep(0.01)
"""


@dataclass
class Slow:
    """A Connector of a third-party package that hangs until it is told to go on."""

    cli: Cli
    env: dict[str, str]
    place: Path

    def run(self, *arguments: str) -> Result:
        """Run a command that knows the package."""
        return self.cli.process(*arguments, env=self.env)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command and wait until the Tool hangs."""
        process = self.cli.start(*arguments, env=self.env, **options)
        eventually(lambda: (self.place / "reading").exists() or process.poll() is not None, "the Tool is asked")
        assert process.poll() is None, process.communicate()
        return process

    def go_on(self) -> None:
        """Let every fetch end."""
        (self.place / "go-on").touch()

    def newest(self) -> dict[str, Any]:
        """The newest Operation."""
        found: dict[str, Any] = json.loads(self.run("operations", "list", "--json").out)[0]
        return found

    def statuses(self) -> list[str]:
        """Of the Syncs, the newest first."""
        query = OperationQuery(type=OperationType.SYNC, sort="id", descending=True)
        with closing(open_store(str(self.cli.store), clock=Clock())) as store, store.database.read() as connection:
            return [str(row.status) for row in operation_rows(connection, operation_ids(connection, query))]


@pytest.fixture
def slow(cli: Cli, tmp_path: Path) -> Slow:
    """A package with a Tool, installed by its entry point, and a mapped Record of it."""
    package = tmp_path / "package"
    info = package / "slow_tool-1.0.dist-info"
    info.mkdir(parents=True)
    (package / "slow_tool.py").write_text(SLOW_TOOL)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-tool\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dojo_tui.connectors]\nslow = slow_tool:Slow\n")
    place = tmp_path / "place"
    place.mkdir()
    made = Slow(cli, {"PYTHONPATH": str(package)}, place)
    for arguments in (
        ["connectors", "add", "slow", "--label", "slow", "--location", str(place), "--auto-map"],
        ["discover"],
    ):
        done = made.run(*arguments)
        assert done.code == 0, done.err
    return made


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_p7_a_signal_cancels_cleanly(slow: Slow, number: signal.Signals) -> None:
    process = slow.start("sync", "--json")
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    (sync,) = json.loads(out)["operations"]
    assert sync["status"] == "Cancelled"
    slow.go_on()
    assert slow.run("sync").code == 0


@pytest.mark.parametrize("setting", ["interrupt", "finish", "nohup"])
def test_p7_a_dropped_terminal_means_what_the_setting_says(slow: Slow, tmp_path: Path, setting: str) -> None:
    """With a terminal of its own, which is closed while the Sync runs."""
    config = tmp_path / "config.toml"
    config.write_text(f'on_hangup = "{"finish" if setting == "finish" else "interrupt"}"\n')
    told = signal.SIG_IGN if setting == "nohup" else signal.SIG_DFL
    master, terminal = pty.openpty()

    def own_terminal() -> None:
        signal.signal(signal.SIGHUP, told)
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    options: dict[str, Any] = {"stdin": terminal, "stderr": terminal, "start_new_session": True}
    process = slow.start("--config", str(config), "sync", "--json", **options, preexec_fn=own_terminal)
    os.close(terminal)
    os.close(master)
    if setting != "interrupt":
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        slow.go_on()
    out, _ = process.communicate(timeout=PATIENCE)
    (sync,) = json.loads(out)["operations"]
    ended = (129, "Interrupted") if setting == "interrupt" else (0, "Completed")
    assert (process.returncode, sync["status"]) == ended
    assert slow.newest()["status"] == sync["status"]


def test_p7_what_does_not_listen_is_left_as_interrupted(slow: Slow) -> None:
    slow.run("connectors", "edit", "slow", "--option", "deaf=yes")
    code = (
        "import sys\nfrom dojo_tui.cli import root, running\n"
        "running.PATIENCE_SECONDS = 0.3\nsys.exit(root.main(sys.argv[1:]))"
    )
    slow.cli.command = [sys.executable, "-c", code]
    process = slow.start("discover", "--json")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert json.loads(out)["operations"][0]["status"] == "Interrupted"


def test_p7_a_second_signal_leaves_at_once_and_the_operation_is_interrupted(slow: Slow) -> None:
    slow.run("connectors", "edit", "slow", "--option", "deaf=yes")
    master, terminal = pty.openpty()
    try:
        process = slow.start("discover", stderr=terminal)
        os.close(terminal)
        process.send_signal(signal.SIGINT)
        # Two signals sent at the same instant may arrive as one: wait for what the first one says.
        said = b""
        while b"press ctrl-C again" not in said:
            said += os.read(master, 4096)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    finally:
        os.close(master)
    assert process.returncode == 130
    assert slow.newest()["status"] == "Interrupted"


def test_p7_a_killed_sync_is_interrupted_and_runs_again(slow: Slow) -> None:
    process = slow.start("sync")
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert slow.newest()["status"] == "Interrupted"
    slow.go_on()
    done = slow.run("sync", "--json")
    assert json.loads(done.out)["operations"][0]["status"] == "Completed"


def test_p8_a_second_process_waits_for_its_turn(slow: Slow) -> None:
    first = slow.start("sync", "--json")
    second = slow.cli.start("sync", "--json", env=slow.env)
    eventually(lambda: slow.statuses() == ["Queued", "Running"], "the second one waits")
    assert second.poll() is None
    slow.go_on()
    outs = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in (first, second)]
    one, two = (out["operations"][0] for out in outs)
    assert (one["status"], two["status"]) == ("Completed", "Completed")
    assert two["started_at"] >= one["ended_at"]


def test_an_operation_is_cancelled_from_another_process(slow: Slow) -> None:
    process = slow.start("sync")
    running = slow.newest()
    assert running["status"] == "Running"
    assert slow.run("operations", "cancel", str(running["id"])).code == 0
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert slow.newest()["status"] == "Cancelled"
    assert slow.run("operations", "cancel", str(running["id"])).code == 2


def test_two_processes_discover_and_map_at_once(mapped: Cli) -> None:
    for number in range(20):
        mapped.report(f"more{number}", [f"r@a{number}.py:1"])
    processes = [mapped.start("discover", "--json") for _ in range(3)]
    results = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], results
    assert sum(json.loads(out)["operations"][0]["counts"]["new"] for out, _ in results) == 20
    assert len(mapped.json("records", "list")) == 22


def test_a_tool_that_cannot_be_used_is_named(cli: Cli, slow: Slow) -> None:
    (Path(slow.env["PYTHONPATH"]) / "slow_tool.py").write_text("raise RuntimeError('no licence')")
    done = slow.run("tools", "--json")
    names = [tool["name"] for tool in json.loads(done.out)]
    assert names[0] == "reports"
    assert "slow" not in names
    assert "slow" in done.err


@pytest.mark.slow
def test_p8_two_processes_fifty_times(mapped: Cli) -> None:
    for _ in range(50):
        processes = [mapped.start("sync", "--json") for _ in range(2)]
        for process in processes:
            out, err = process.communicate(timeout=PATIENCE)
            assert (process.returncode, err) == (0, "")
            assert json.loads(out)["operations"][0]["status"] == "Completed"
    with closing(open_store(str(mapped.store), clock=Clock())) as store, store.database.read() as connection:
        query = OperationQuery(type=OperationType.SYNC, sort="started_at", descending=False)
        rows = operation_rows(connection, operation_ids(connection, query))
    assert len(rows) == 100
    for before, after in pairwise(rows):
        assert before.ended_at is not None
        assert after.started_at is not None
        assert before.ended_at <= after.started_at


@pytest.mark.slow
def test_100_000_findings_are_listed_in_flat_memory(cli: Cli) -> None:
    cli.report("web", [f"r{number % 50}@a/{number}.py:{number % 900 + 1}" for number in range(100_000)])
    cli.add("scans", "--auto-map")
    cli("discover")
    cli("sync")
    code = (
        "import resource, sys\nfrom dojo_tui.cli.root import main\n"
        "code = main(sys.argv[1:])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\nsys.exit(code)"
    )

    def megabytes(*arguments: str) -> tuple[int, int]:
        command = [sys.executable, "-c", code, "--store", str(cli.store), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stderr.split()[-1]), len(json.loads(done.stdout))

    few, _ = megabytes("findings", "list", "--json", "--filter", "rule:nothing")
    all_of_them, count = megabytes("findings", "list", "--json")
    assert count == 100_000
    assert all_of_them - few < 25


def test_progress_is_one_line_that_is_taken_away() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    seconds = 0.0
    line = ProgressLine(stream, every=0, width=lambda: 40, now=lambda: seconds)
    queued = OperationChanged(1, 1, "scans\x1b[2J", OperationType.SYNC, Trigger.MANUAL, Status.RUNNING, {})
    line(queued)
    line(Progress(1, 3, 10, "web \u202e with a name that is longer than the line", {"created": 2}))
    seconds = 7.0
    line.tick()
    line.clear()
    line.tick()
    shown = stream.getvalue().split(ERASE)
    assert shown[0] == ""
    assert "Sync running" in shown[1]
    assert "3 of 10" in shown[2]
    assert "2 created" in shown[2]
    assert shown[3].startswith("  7 s  ")
    assert shown[-1] == ""
    assert all(len(part) < 40 and "\n" not in part and "\x1b" not in part for part in shown)


def test_progress_says_nothing_where_nobody_looks(mapped: Cli) -> None:
    result = mapped.process("sync")
    assert result.err == ""
    assert "scans: Sync completed" in result.out
