"""The steps of a check at a server: in which order, and of what a failure is one."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from dojo_tui.connectors.api import Api, Family, Server, Setup, Unavailable, Who
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import Vep
from dojo_tui.connectors.fields import secret, server
from dojo_tui.connectors.row import Row
from dojo_tui.http.auth import bearer
from dojo_tui.model.check import About, Checked, Mark, Step
from dojo_tui.model.clock import Clock
from dojo_tui.model.finding import Finding
from dojo_tui.testing import Reply, ToolServer
from dojo_tui.wiring import Workspace, open_workspace

KEY = "k-1234567"


class Small(ApiTool):
    """Things, and two kinds of Findings of each."""

    name, title = "small", "Small"
    location = server("Where")
    secrets = (secret("key"),)
    verify: bool | str = True
    tells = True

    def server(self, setup: Setup) -> Server:
        return Server(setup.location, bearer(setup.secret()), verify=self.verify)

    def who(self, api: Api) -> Who | None:
        if not self.tells:
            return None
        me = api.get("/me")
        return Who(me.must("name"), tuple(me.texts("rights")), ("It has a note.",))

    def veps(self, api: Api) -> Iterator[Vep]:
        for name in api.get("/things").texts("names"):
            yield Vep(name, name)

    def families(self, setup: Setup) -> tuple[Family, ...]:
        return (Family("Code", self._code, self._finding, skips={404: "not enabled"}),
                Family("Images", self._images, self._finding))  # fmt: skip

    def _code(self, api: Api, vendor_id: str) -> Iterator[Row]:
        yield api.get(f"/things/{vendor_id}/code")

    def _images(self, api: Api, vendor_id: str) -> Iterator[Row]:
        raise Unavailable("nothing was scanned yet")

    def _finding(self, row: Row, vendor_id: str) -> Finding | None:
        return None


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALL_KEY", KEY)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def tool() -> Small:
    return Small()


@pytest.fixture
def workspace(tmp_path: Path, clock: Clock, tool: Small) -> Iterator[Workspace]:
    workspace = open_workspace(str(tmp_path / "store.sqlite"), clock=clock, tools={"small": tool})
    yield workspace
    workspace.close()


@pytest.fixture
def at() -> Iterator[ToolServer]:
    with ToolServer() as server:
        serve(server)
        yield server


def serve(server: ToolServer) -> None:
    server.on("GET", "/me", {"name": "Ada", "rights": ["read", "list"]})
    server.on("GET", "/things", {"names": ["a", "b"]})
    server.on("GET", "/things/a/code", {})


def check(workspace: Workspace, url: str, **more: Any) -> Checked:
    return workspace.connectors.check(workspace.connectors.add("small", "It", url, secret="env:SMALL_KEY", **more))


def marks(checked: Checked) -> list[tuple[About, Mark]]:
    return [(step.about, step.mark) for step in checked.steps]


OK = Mark.OK
BEFORE = [(About.SECRET, OK), (About.REACHED, OK), (About.WAY, OK)]
WHO = [(About.WHO, OK), (About.RIGHTS, OK), (About.NOTE, OK)]


def test_every_step_of_a_tool_that_works(workspace: Workspace, at: ToolServer) -> None:
    checked = check(workspace, at.url)
    assert marks(checked) == [*BEFORE, *WHO, (About.VEPS, OK), (About.FAMILY, OK), (About.FAMILY, Mark.SKIPPED)]
    assert (checked.works, checked.veps, checked.who, checked.rights) == (True, 2, "Ada", ("read", "list"))
    assert checked.skips == {"Images": "nothing was scanned yet"}
    assert checked.steps[-1].do == "A Sync leaves what is held of it as it is."
    assert [call.path for call in at.calls] == ["/me", "/things", "/things/a/code"]


def test_each_step_is_told_when_it_is_made(workspace: Workspace, at: ToolServer) -> None:
    connector = workspace.connectors.add("small", "It", at.url, secret="env:SMALL_KEY")
    told: list[tuple[Step, int]] = []
    checked = workspace.connectors.check(connector, told=lambda step: told.append((step, len(at.calls))))
    assert Checked.of(step for step, _ in told) == checked
    asked = {step.about: calls for step, calls in told if step.mark is OK}
    assert (asked[About.SECRET], asked[About.WHO], asked[About.VEPS]) == (0, 1, 2)
    tried = [step.about for step, _ in told if step.mark is Mark.TRYING]
    assert tried == [About.SETTINGS, About.SECRET, About.REACHED, About.VEPS, About.FAMILY, About.FAMILY]


@pytest.mark.parametrize(
    ("place", "status", "about", "before"),
    [
        ("/me", 401, About.WHO, BEFORE),
        ("/me", 403, About.RIGHTS, BEFORE),
        ("/me", 404, About.ANSWER, BEFORE),
        ("/me", 503, About.ANSWER, BEFORE),
        ("/things", 401, About.WHO, [*BEFORE, *WHO]),
        ("/things", 403, About.RIGHTS, [*BEFORE, *WHO]),
        ("/things", 400, About.VEPS, [*BEFORE, *WHO]),
        ("/things/a/code", 500, About.FAMILY, [*BEFORE, *WHO, (About.VEPS, OK)]),
        ("/things/a/code", 401, About.FAMILY, [*BEFORE, *WHO, (About.VEPS, OK)]),
    ],
)
def test_of_what_a_refusal_is_one(
    workspace: Workspace, at: ToolServer, place: str, status: int, about: About, before: list[tuple[About, Mark]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    at.on("GET", place, Reply({"message": f"not with {KEY}"}, status))
    checked = check(workspace, at.url)
    assert marks(checked)[: len(before) + 1] == [*before, (about, Mark.FAILED)]
    (failed,) = checked.failures
    assert (failed.told.endswith(f"({status}): not with ***"), bool(failed.safe), bool(failed.do)) == (True, True, True)
    assert not checked.works


def test_a_kind_that_the_tool_says_is_not_there_is_skipped(workspace: Workspace, at: ToolServer) -> None:
    at.on("GET", "/things/a/code", Reply({}, 404))
    checked = check(workspace, at.url)
    assert checked.skips["Code"] == "not enabled"
    assert checked.works


def test_a_redirect_elsewhere_is_an_answer(workspace: Workspace, at: ToolServer) -> None:
    at.on("GET", "/me", Reply(b"", 302, {"Location": "https://login.example.org/"}))
    checked = check(workspace, at.url)
    assert marks(checked) == [*BEFORE, (About.ANSWER, Mark.FAILED)]
    assert "nothing was sent there" in checked.failures[0].told


def test_a_tool_that_does_not_tell_who_we_are(workspace: Workspace, tool: Small, at: ToolServer) -> None:
    tool.tells = False
    checked = check(workspace, at.url)
    assert marks(checked)[:5] == [*BEFORE, (About.WHO, OK), (About.VEPS, OK)]
    assert checked.who == ""
    at.on("GET", "/things", Reply({}, 401))
    workspace.connectors.remove(1)
    assert marks(check(workspace, at.url)) == [*BEFORE, (About.WHO, Mark.FAILED)]


def test_a_tool_with_nothing_in_it(workspace: Workspace, at: ToolServer) -> None:
    at.on("GET", "/things", {"names": []})
    checked = check(workspace, at.url)
    assert marks(checked)[-1] == (About.VEPS, Mark.LOOK)
    assert (checked.works, checked.veps) == (True, 0)
    assert "what the secret's owner may see" in checked.steps[-1].do


def test_a_tool_that_sends_us_away_for_long(workspace: Workspace, at: ToolServer) -> None:
    at.on("GET", "/me", Reply({}, 429, {"Retry-After": "3600"}))
    checked = check(workspace, at.url)
    assert marks(checked) == [*BEFORE, (About.ANSWER, Mark.FAILED)]
    assert len(at.calls) == 1


# --- the way there -----------------------------------------------------------------


def test_the_way_to_the_world_outside_is_better_encrypted(
    workspace: Workspace, at: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", at.url)
    checked = check(workspace, "http://tool.invalid")
    assert (checked.way, checked.works) == ("not encrypted (http)", True)
    (way,) = (step for step in checked.steps if step.about is About.WAY)
    assert (way.mark, way.do) == (Mark.LOOK, "Whoever is on the way can read the secret: use https if the tool can.")


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[ToolServer]:
    """Its authority is in ``authority.pem``."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    with ToolServer(context) as server:
        serve(server)
        yield server


def test_a_certificate_of_an_unknown_authority(workspace: Workspace, secured: ToolServer) -> None:
    checked = check(workspace, secured.url)
    assert marks(checked) == [(About.SECRET, OK), (About.REACHED, OK), (About.WAY, Mark.FAILED)]
    assert checked.failures[0].told.startswith(f"The certificate of {secured.url} is not trusted: ")
    assert "SSL_CERT_FILE" in checked.failures[0].do
    assert secured.calls == []


def test_a_certificate_of_a_known_authority(
    workspace: Workspace, secured: ToolServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    checked = check(workspace, secured.url)
    assert marks(checked)[:3] == BEFORE
    assert checked.way.startswith("TLSv1.3, certificate verified, valid until ")


def test_a_certificate_that_nobody_looks_at(workspace: Workspace, tool: Small, secured: ToolServer) -> None:
    tool.verify = False
    checked = check(workspace, secured.url)
    (way,) = (step for step in checked.steps if step.about is About.WAY)
    assert (way.told, way.mark) == ("TLSv1.3, not verified", Mark.LOOK)


def test_no_tls_where_it_is_expected(workspace: Workspace, at: ToolServer) -> None:
    checked = check(workspace, at.url.replace("http:", "https:"))
    assert marks(checked)[1:] == [(About.REACHED, OK), (About.WAY, Mark.FAILED)]
    assert "does not speak TLS as it should" in checked.failures[0].told


# --- before it comes to that -------------------------------------------------------


def test_what_is_not_stored_yet(workspace: Workspace, at: ToolServer) -> None:
    ask = workspace.connectors.check_unsaved
    assert ask("small", at.url, secret={"secret": "env:SMALL_KEY"}, options={}).works
    for tool, location, given, said in (
        ("small", at.url, KEY, "The secret must be a reference"),
        ("small", at.url, "", "The secret is needed"),
        ("small", "", "env:SMALL_KEY", "location is needed"),
        ("small", "not an address", "env:SMALL_KEY", "location: it must be an address"),
        ("other", at.url, "env:SMALL_KEY", "There is no Tool 'other'"),
    ):
        (step,) = ask(tool, location, secret={"secret": given}, options={}).steps
        assert (step.about, step.mark) == (About.SETTINGS, Mark.FAILED)
        assert step.told.startswith(said)
        assert step.safe
        assert KEY not in f"{step.told}{step.safe}{step.do}"


@pytest.mark.parametrize(
    ("reference", "said"),
    [("env:NOT_SET_ANYWHERE", "is not set"), ("file:/not/there", "cannot be read"), ("command:false", "exit code 1")],
)
def test_a_secret_that_cannot_be_read(workspace: Workspace, at: ToolServer, reference: str, said: str) -> None:
    checked = workspace.connectors.check_unsaved("small", at.url, secret={"secret": reference}, options={})
    assert marks(checked) == [(About.SECRET, Mark.FAILED)]
    assert said in checked.failures[0].told
    assert at.calls == []


def test_p10_the_arguments_of_a_command_are_not_told(workspace: Workspace, at: ToolServer) -> None:
    reference = {"secret": f"command:echo {KEY}"}
    told: list[Step] = []
    checked = workspace.connectors.check_unsaved("small", at.url, secret=reference, options={}, told=told.append)
    assert checked.steps[0].told == "read from command:echo"
    assert KEY not in repr(told)


def test_a_fault_of_a_tool_is_one_of_the_step_it_was_at(
    workspace: Workspace, tool: Small, at: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_api: Api) -> Iterator[Vep]:
        raise KeyError(KEY)

    monkeypatch.setattr(tool, "veps", broken)
    checked = check(workspace, at.url)
    assert marks(checked) == [*BEFORE, *WHO, (About.VEPS, Mark.FAILED)]
    assert checked.failures[0].told == "Unexpected error (KeyError): '***'"


def test_a_step_is_called_by_its_name_or_by_what_it_is_about() -> None:
    step = Step(About.NOTE, Mark.LOOK, "careful")
    assert (step.title, replace(step, name="Mine").title) == ("Note", "Mine")
