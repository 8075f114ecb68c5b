"""The imitation as a process of its own; kill -9 takes nothing that was written."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.defectdojo_server import DojoServer, Remote, State, generic, upload


class Process:
    """A server that can be killed."""

    def __init__(self, state: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.defectdojo_server", "--state", str(state), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.remote = Remote(said["url"], said["token"])

    def kill(self) -> None:
        """kill -9."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self.remote.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "dojo.state"


@pytest.fixture
def process(state: Path) -> Iterator[Process]:
    process = Process(state, "--seconds-per-finding", "0.02")
    yield process
    process.kill()


def test_a_kill_in_the_middle_leaves_what_was_created(state: Path, process: Process) -> None:
    remote = process.remote
    engagement = remote.engagement(remote.product("Shop")["id"], "Global Connectors")
    test = remote.test(engagement["id"], "connector-1")["id"]
    remote.reimport(test, [generic(1)], build_id="first")
    report = [generic(number) for number in range(2, 500)]

    def send() -> None:
        own = Remote(remote.url, remote.token)
        with pytest.raises(httpx.HTTPError):
            own.call("POST", "reimport-scan/", **upload(report, test=test, build_id="second"))
        own.close()

    aside = Thread(target=send)
    aside.start()
    while len(remote.findings(test=test)) < 5:
        pass
    process.kill()
    aside.join()
    again = Process(state)
    try:
        rows = again.remote.findings(test=test)
        assert 5 <= len(rows) < 499
        assert all(row["active"] for row in rows)
        assert again.remote.get("tests", test)["build_id"] == "first"
        again.remote.reimport(test, report)
        assert len(again.remote.findings(test=test, active=True)) == 498
    finally:
        again.kill()


def test_the_file_keeps_everything(state: Path) -> None:
    with DojoServer(State(state)) as server:
        remote = Remote(server.url, server.token)
        engagement = remote.engagement(remote.product("Shop")["id"], "Global Connectors")
        test, gone = (remote.test(engagement["id"], title)["id"] for title in ("kept", "gone"))
        remote.reimport(test, [generic(1), generic(2)], build_id="run")
        remote.reimport(test, [generic(1)])
        remote.reimport(gone, [generic(1)])
        remote.delete("tests", gone)
        told = remote.findings(), remote.tests(), remote.products(), remote.test_imports(test)
        remote.close()
    with state.open("ab") as file:
        file.write(pickle.dumps(("findings", 99, {"id": 99}))[:-5])
    with DojoServer(State(state)) as server:
        remote = Remote(server.url, server.token)
        assert (remote.findings(), remote.tests(), remote.products(), remote.test_imports(test)) == told
        assert remote.test(engagement["id"], "new")["id"] > gone
        remote.close()
    with DojoServer(State(state)) as server:
        remote = Remote(server.url, server.token)
        assert len(remote.tests()) == 2
        remote.close()
