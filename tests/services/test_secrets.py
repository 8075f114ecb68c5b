"""References to secrets: what is stored, what is resolved when, and that no secret shows anywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from dojo_tui.connectors.base import Config, Field, Run
from dojo_tui.model.errors import CancelledError, ConnectorError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import Status
from dojo_tui.model.secret import HIDDEN
from dojo_tui.services import secrets
from dojo_tui.store.connectors import connector
from dojo_tui.store.operations import log_lines
from tests.services.fakes import FakeTool, World

VALUE = "hunter2-s3cr3t"
FIELD = Field("secret", "Who we are.")


@pytest.mark.parametrize("text", ["", "e", "env", "env:", "env:KEY", " file:/x", "comm", "keyring:a/b"])
def test_what_may_become_a_reference(text: str) -> None:
    assert secrets.may_become_reference(text)


@pytest.mark.parametrize("text", [VALUE, "ENV:KEY", "environment", "evn:KEY", "x:env", f"{VALUE}:env", "ghp_0123"])
def test_p10_what_will_never_be_a_reference(text: str) -> None:
    assert not secrets.may_become_reference(text)


def resolve(reference: str, check: Callable[[], None] = lambda: None) -> str:
    return secrets.resolve(secrets.checked(reference, FIELD), check).reveal()


@pytest.mark.parametrize(
    "text",
    [
        VALUE, "ghp_0123456789abcdef0123456789abcdef0123", "env:", "env:not a name", "env:a-b", "file:relative/path",
        "keyring:service", "command:", "command:'", "vault:x", "env:A\nB", "ENV:NAME", f"https://{VALUE}@x",
    ],
)  # fmt: skip
def test_p10_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        secrets.checked(text, FIELD)
    assert VALUE not in str(refused.value)
    assert "ghp_" not in str(refused.value)


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOL_KEY", f"{VALUE}\n")
    assert resolve("env:TOOL_KEY") == VALUE
    monkeypatch.delenv("TOOL_KEY")
    with pytest.raises(ConnectorError, match="TOOL_KEY is not set"):
        resolve("env:TOOL_KEY")


def test_a_command_without_a_shell() -> None:
    assert resolve(f"command:{sys.executable} -c 'print(\"{VALUE}\\nuser: me; $HOME\")'") == VALUE


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("exit(3)", "exit code 3"),
        ("print()", "is empty"),
        ("print('a\\tb')", "control characters"),
        (None, "cannot be run"),
    ],
)
def test_a_command_that_gives_no_secret(command: str | None, why: str) -> None:
    reference = f'command:{sys.executable} -c "{command}"' if command else "command:/no/such/command"
    with pytest.raises(ConnectorError, match=why):
        resolve(reference)


def test_a_command_that_waits_is_left_when_cancelled() -> None:
    looked: list[int] = []

    def check() -> None:
        looked.append(1)
        if len(looked) == 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        resolve(f"command:{sys.executable} -c 'import time; time.sleep(60)'", check)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{VALUE}\n")
    file.chmod(0o600)
    assert resolve(f"file:{file}") == VALUE
    for mode in (0o640, 0o604, 0o666):
        file.chmod(mode)
        with pytest.raises(ConnectorError, match=r"can be read by others.*chmod 600"):
            resolve(f"file:{file}")
    for place in (tmp_path, tmp_path / "gone"):
        with pytest.raises(ConnectorError):
            resolve(f"file:{place}")


def test_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {("dtrack", "me/too"): VALUE}
    fake = SimpleNamespace(get_password=lambda service, user: held.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", fake)
    assert resolve("keyring:dtrack/me/too") == VALUE
    with pytest.raises(ConnectorError, match="nothing for"):
        resolve("keyring:dtrack/you")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConnectorError, match="not installed"):
        resolve("keyring:dtrack/me")


def test_several_secrets_are_packed_by_name() -> None:
    both = {"access-key": "env:A", "secret-key": "env:B"}
    assert secrets.unpack(secrets.pack(both)) == both
    assert secrets.pack({"secret": "env:A"}) == "env:A"
    assert secrets.unpack("env:A") == {"secret": "env:A"}
    assert secrets.pack({"secret": ""}) is None


class Careless(FakeTool):
    """Says its secret wherever it can."""

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        value = config.secrets["secret"].reveal()
        run.log(f"asking with {value}")
        raise ValueError(f"https://tool/?key={value} failed")


@pytest.fixture
def tool() -> FakeTool:
    return Careless()


def test_p10_a_careless_tool_shows_its_secret_nowhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOL_KEY", VALUE)
    world.workspace.connectors.edit(world.connector_id, secret="env:TOOL_KEY")
    world.list("a")
    world.discover()
    world.map("Shop", "a")
    ran = world.sync()
    assert ran.status is Status.FAILED
    with world.workspace.store.database.read() as connection:
        log = "".join(line.message for line in log_lines(connection, ran.id))
        stored = connector(connection, world.connector_id).secret
    assert stored == "env:TOOL_KEY"
    told = f"{log}{ran.error}{world.outcomes(ran)}{world.events!r}"
    assert f"asking with {HIDDEN}" in log
    assert VALUE not in told


def test_a_secret_that_is_not_there_fails_the_operation_and_changes_nothing(world: World) -> None:
    world.list("a")
    world.discover()
    world.workspace.connectors.edit(world.connector_id, secret="env:NOT_SET_ANYWHERE")
    world.list()
    ran = world.discover()
    assert ran.status is Status.FAILED
    assert "NOT_SET_ANYWHERE is not set" in ran.error
    assert set(world.states()) == {"a"}


def test_a_tool_that_needs_a_secret_is_not_added_without(world: World) -> None:
    world.tool.secrets = (Field("key", "The key.", required=True), Field("more", "More."))
    add = world.workspace.connectors.add
    with pytest.raises(UsageError, match="The key is needed"):
        add("fake", "Second", "place")
    with pytest.raises(UsageError, match="must be a reference"):
        add("fake", "Second", "place", secret=VALUE)
    with pytest.raises(UsageError, match="has no secret 'other'"):
        add("fake", "Second", "place", secret={"key": "env:A", "other": "env:B"})
    made = add("fake", "Second", "place", secret={"key": "env:A", "more": "env:B"})
    world.workspace.connectors.edit(made, secret={"more": ""})
    with world.workspace.store.database.read() as connection:
        assert secrets.unpack(connector(connection, made).secret) == {"key": "env:A"}
    with pytest.raises(UsageError, match="The key is needed"):
        world.workspace.connectors.edit(made, secret={"key": ""})
