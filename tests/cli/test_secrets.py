"""Secrets and checks on the command line, with a tool on loopback."""

from __future__ import annotations

import re

import pytest

from dojo_tui.testing import Reply, ToolServer
from tests.cli.conftest import Cli

VALUE = "hunter2-s3cr3t-key"


@pytest.fixture
def server() -> ToolServer:
    """A Dependency-Track with one project that accepts one key."""
    server = ToolServer()
    for place, body in {
        "/api/v1/team/self": {"name": "Readers", "permissions": [{"name": "VIEW_PORTFOLIO"}]},
        "/api/v1/project": [{"uuid": "1", "name": "shop", "version": "1"}],
        "/api/v1/finding/project/1": [],
    }.items():
        server.on("GET", place, lambda call, body=body: answered(call.headers.get("x-api-key", ""), body))
    return server


def answered(key: str, body: object) -> Reply:
    if key != VALUE:
        return Reply({"message": f"{key} is not valid"}, 401)
    return Reply(body, headers={"X-Total-Count": str(len(body)) if isinstance(body, list) else "1"})


def test_a_connector_with_a_secret_is_added_and_checked(
    cli: Cli, server: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DTRACK_KEY", VALUE)
    with server:
        add = ("connectors", "add", "dependency-track", "--label", "dtrack", "--location", server.url)
        cli(*add, "--secret", "env:DTRACK_KEY")
        checked = cli("connectors", "check")
        assert "dtrack (dependency-track): works, 1 unit found" in checked.out
        for line in (
            r"ok +Secret +read from env:DTRACK_KEY",
            r"ok +Reached +http://127\.0\.0\.1:\d+/api, first answer after \d+ ms",
            r"ok +Encryption +not encrypted \(http\), but it does not leave this machine", r"ok +Known as +Readers",
            r"ok +May +VIEW_PORTFOLIO", r"ok +Found +1 Vendor-Equivalent Product; tried at shop 1",
            r"ok +Dependency-Track +can be read",
        ):  # fmt: skip
            assert re.search(rf"^  {line}$", checked.out, re.MULTILINE), line
        (told,) = cli.json("connectors", "check")["connectors"]
        assert (told["veps"], told["who"], told["rights"], told["skips"]) == (1, "Readers", ["VIEW_PORTFOLIO"], {})
        assert [(step["about"], step["result"]) for step in told["steps"]] == [
            (about, "ok") for about in ("secret", "reached", "way", "who", "rights", "veps", "family")
        ]
        monkeypatch.setenv("DTRACK_KEY", "wrong-key-1234")
        failed = cli("connectors", "check", expect=1)
    assert "the secret is not accepted" in failed.out
    assert "*** is not valid" in failed.out
    assert "wrong-key-1234" not in failed.out + failed.err


@pytest.mark.parametrize("text", [VALUE, f"secret={VALUE}", f"other={VALUE}", f"ENV:{VALUE}"])
def test_p10_what_is_no_reference_is_refused_and_not_repeated(cli: Cli, text: str) -> None:
    result = cli(
        "connectors", "add", "dependency-track", "--label", "d", "--location", "https://x.example", "--secret", text,
        expect=2,
    )  # fmt: skip
    assert "must be a reference" in result.err
    assert VALUE not in result.out + result.err


def test_a_needed_secret_is_asked_for(cli: Cli) -> None:
    result = cli("connectors", "add", "dependency-track", "--label", "d", "--location", "https://x.example", expect=2)
    assert "The secret is needed" in result.err
    assert "--secret env:…" in cli("tools").out


def test_a_login_does_not_belong_in_an_address(cli: Cli) -> None:
    result = cli(
        "connectors", "add", "dependency-track", "--label", "d", "--location", f"https://me:{VALUE}@x.example",
        "--secret", "env:A", expect=2,
    )  # fmt: skip
    assert "leave the login out" in result.err
    assert VALUE not in result.out + result.err
