"""P7 with a server: kill -9 of either side at random instants; one Sync later all is there, and nothing twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import func, select

from dojo_tui.destinations.defectdojo.desk import Limits, Parts, Patience, Quiet
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError
from dojo_tui.store.tables import sent_scopes
from tests.conftest import Moment
from tests.defectdojo_server import FOREIGN, DojoServer, Remote
from tests.destinations.defectdojo import child
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, newer, older

ROOT = Path(__file__).parents[3]
SEED = 20260302
RECORDS = 3
STAGES = ["request", "response", "created", "created", "closed"]


class Patient(Watcher):
    """Waits in earnest, since the server may be at work, in earnest too."""

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def scopes_of(number: int) -> list[str]:
    return [f"round {number} record {record}" for record in range(RECORDS)]


# --- of the client --------------------------------------------------------------------------


class Client:
    """A process that syncs."""

    def __init__(self, world: World, scopes: list[str]) -> None:
        command = [sys.executable, "-m", "tests.destinations.defectdojo.child", str(world.path), world.row.url]
        self.process = subprocess.Popen(
            [*command, world.token, world.product, *scopes],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert self._out.readline() == "ready\n"

    @property
    def _out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def kill(self) -> list[str]:
        """Which lines it had said."""
        self.process.send_signal(signal.SIGKILL)
        said, _ = self.process.communicate()
        return said.split()


def kill_clients(folder: Path, template: Path, times: int, *, duplicates: bool = False) -> None:
    """``duplicates``: what is synced was reported first by another Connector, and is closed there by now."""
    source = random.Random(SEED)
    in_the_middle = 0
    with DojoServer(seconds_per_finding=0.002) as server:
        remote = Remote(server.url, server.token)
        world = World(folder, remote, Clock(), Moment(), template=template, limits=child.LIMITS)
        remote.set_deduplication(on=duplicates)
        other = world.connector()
        for number in range(times):
            scopes = scopes_of(number)
            for scope in scopes:
                if duplicates:
                    world.sync(*older(), scope=scope, connector=other)
                world.sync(*older(), scope=scope)
                if duplicates:
                    world.sync(scope=scope, connector=other, accept_large_change=True)
            client = Client(world, scopes)
            # A random request of about twenty, and there a random place; some of these there are not, so it ends well.
            stage = source.choice(STAGES)
            asked = {"created": "reimport-scan/", "closed": "reimport-scan/"}.get(stage, "*")
            # Of the three reports of a Record two create, and the last one closes.
            report = 3 * source.randrange(RECORDS) + (1 if stage == "created" else 3)
            nth = source.randrange(1, 8 * RECORDS) if asked == "*" else report
            # Half of the servers have a proxy in front, which answered in their place and made the client wait.
            meanwhile = asked == "reimport-scan/" and number % 2 == 1
            strange = source.choice(list(FOREIGN.values())) if meanwhile else {}
            fault = server.fails(
                path=asked, nth=nth, hold=stage, hold_count=source.randrange(1, 3), meanwhile=meanwhile, **strange
            )
            client.go()
            while not fault.reached.wait(0.01) and client.process.poll() is None:
                pass
            said = client.kill()
            in_the_middle += "done" not in said
            server.faults.clear()
            for scope in scopes:
                world.sync(*newer(), scope=scope, caller=Patient(), accept_large_change=True)
                assert_newer(world, scope)
            assert unsettled(world) == 0
        world.agree()
        world.close()
        remote.close()
        assert server.mistakes == []
    # Some of the requests that were chosen there are not, so some clients end well.
    assert in_the_middle >= times // 3


def unsettled(world: World) -> int:
    """How many attempts there are whose end was not seen."""
    with world.database.read() as connection:
        found = connection.execute(select(func.count()).where(sent_scopes.c.build_id != "")).scalar_one()
    return int(found)


def test_p7_a_killed_client(imitation: DojoServer, tmp_path: Path, empty_store: Path) -> None:
    kill_clients(tmp_path, empty_store, 2)


def test_p7_a_killed_client_at_a_server_that_deduplicates(
    imitation: DojoServer, tmp_path: Path, empty_store: Path
) -> None:
    kill_clients(tmp_path, empty_store, 2, duplicates=True)


@pytest.mark.slow
def test_p7_a_client_killed_fifty_times(imitation: DojoServer, tmp_path: Path, empty_store: Path) -> None:
    kill_clients(tmp_path, empty_store, 50)


# --- of the server --------------------------------------------------------------------------


class Server:
    """A server as a process of its own, which keeps its state in a file and its port when it starts again."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._port = 0
        self.token = ""
        self.url = ""
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.defectdojo_server", "--state", str(self._state)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port), "--seconds-per-finding", "0.002"],
            stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.url, self.token = said["url"], said["token"]
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.closed:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()


class Counting(Watcher):
    """Calls something after so many requests."""

    def __init__(self, moment: Moment, number: int, then: Callable[[], None]) -> None:
        super().__init__(moment)
        self._left = number
        self._then = then

    def log(self, message: str) -> None:
        super().log(message)
        if message.startswith(("GET ", "POST ", "PATCH ")):
            self._left -= 1
            if self._left == 0:
                self._then()


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "dojo.state")
    yield server
    server.kill()


def kill_servers(server: Server, folder: Path, template: Path, times: int) -> None:
    source = random.Random(SEED)
    moment = Moment()
    limits = Limits(
        patience=Patience(least=20.0, each=0.0),
        quiet=Quiet(20.0, 0.0, 0.0),
        parts=Parts(first=3, least=1),
        look_again=10.0,
        unreachable=0.0,
    )
    remote = Remote(server.url, server.token)
    world = World(folder, remote, Clock(now=lambda: moment.now), moment, template=template, limits=limits)
    failed = 0
    for number in range(times):
        scopes = scopes_of(number)
        for scope in scopes:
            world.sync(*older(), scope=scope)
        # After a random request, and then at a random instant of what follows.
        timer = threading.Timer(source.uniform(0.0, 0.03), server.kill)
        watcher = Counting(moment, source.randrange(1, 7 * RECORDS), timer.start)
        try:
            for scope in scopes:
                world.sync(*newer(), scope=scope, caller=watcher, accept_large_change=True)
        except DestinationError:
            failed += 1
        timer.cancel()
        with suppress(RuntimeError):  # it was never started
            timer.join()
        server.kill()
        server.start()
        for scope in scopes:
            world.sync(*newer(), scope=scope, caller=Watcher(moment), accept_large_change=True)
            assert_newer(world, scope)
    world.agree()
    world.close()
    remote.close()
    assert failed >= times // 2


def test_p7_a_killed_server(imitation: DojoServer, killed: Server, tmp_path: Path, empty_store: Path) -> None:
    kill_servers(killed, tmp_path, empty_store, 3)


@pytest.mark.slow
def test_p7_a_server_killed_fifty_times(
    imitation: DojoServer, killed: Server, tmp_path: Path, empty_store: Path
) -> None:
    kill_servers(killed, tmp_path, empty_store, 50)
