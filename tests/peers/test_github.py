"""GitHub: Prism with the official descriptions accepts what we ask, and finds our own server's answers valid."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.demo.servers.github import REFUSALS
from dojo_tui.demo.servers.github_story import OWNER, GitHubDemo, organisation
from dojo_tui.model.check import Checked
from dojo_tui.model.errors import ConnectorError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.secret import Secret
from dojo_tui.testing import Call, Reply, TestRun, ToolServer
from dojo_tui.tools.github import connector_repositories as github_repositories
from dojo_tui.tools.github import connector_security as github_security

pytestmark = pytest.mark.peers

Peer = Callable[..., str]
PRISM, READY = "node_modules/.bin/prism", r"listening on (http://[\d.:]+)"
EDITIONS = ("api.github.com", "ghes-3.19")
CODE, DEPENDABOT, SECRETS = "GitHub code scanning", "GitHub Dependabot", "GitHub secret scanning"
ALERTS = "/repos/{owner}/{repo}/%s/alerts"
PATHS = (
    "/user", "/users/{username}", "/orgs/{org}/repos", "/user/repos", "/repos/{owner}/{repo}",
    *(ALERTS % kind for kind in ("code-scanning", "dependabot", "secret-scanning")),
)  # fmt: skip


def _description(installed: Path, edition: str) -> dict[str, Any]:
    """What an edition's official description says of the paths that we use, below ``/api/v3``."""
    whole = json.loads((installed / f"node_modules/@octokit/openapi/generated/{edition}.json").read_text("utf-8"))
    paths = {path: {"get": whole["paths"][path]["get"]} for path in PATHS}
    # GitHub's redirects lead to the number of a repository; the description leaves these addresses out.
    numbered = {**paths["/repos/{owner}/{repo}"]["get"], "operationId": "repos/by-number", "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
    ]}  # fmt: skip
    paths["/repositories/{id}"] = {"get": numbered}
    kept: dict[str, Any] = {"openapi": whole["openapi"], "info": whole["info"], "components": {}}
    kept["paths"] = {f"/api/v3{path}": item for path, item in paths.items()}
    rest: list[Any] = [paths]
    while rest:
        one = rest.pop()
        if isinstance(one, list):
            rest += one
        elif isinstance(one, dict):
            # The Link headers of the examples would lead us to github.com.
            one.pop("headers", None) if "description" in one and "content" in one else None
            rest += one.values()
            if isinstance(one.get("$ref"), str):
                _, _, kind, name = one["$ref"].split("/")
                known = kept["components"].setdefault(kind, {})
                if name not in known:
                    known[name] = whole["components"][kind][name]
                    rest.append(known[name])
    return kept


class Mock:
    """GitHub as Prism plays it from an official description."""

    def __init__(self, server: ToolServer, url: str, description: dict[str, Any]) -> None:
        self.server, self.url, self.description = server, url, description
        self.codes: dict[str, int] = {}
        """Statuses to answer with, by a part of the path."""
        self.kind = "Organization"
        server.twist = self._forward

    def _forward(self, call: Call, _number: int, _reply: Reply) -> Reply:
        # The description calls by one name what GitHub gives for either.
        assert call.headers["accept"] == "application/vnd.github+json"
        headers = {"accept": "application/json", "authorization": call.headers["authorization"]}
        code = next((code for part, code in self.codes.items() if part in call.path), None)
        if code is not None:
            headers["prefer"] = f"code={code}"
        asked = urllib.request.Request(f"{self.url}{call.path}?{urlencode(call.query)}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                reply = Reply(json.load(answer), answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.read(), error.code)
        if call.path.startswith("/api/v3/users/"):
            return Reply({**reply.body, "type": self.kind})
        return reply

    def undeclared(self) -> set[tuple[str, str]]:
        """Parameters that we sent and the description does not know: GitHub would ignore them."""
        found = set()
        for call in self.server.calls:
            (item,) = (item for path, item in self.description["paths"].items() if _fits(path, call.path))
            declared = {self._name(parameter) for parameter in item["get"].get("parameters", [])}
            found |= {(call.path, name) for name in call.query if name not in declared}
        return found

    def _name(self, parameter: dict[str, Any]) -> str:
        named = self.description["components"]["parameters"]
        return str((named[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter)["name"])

    def config(self, **options: str) -> Config:
        return Config("GitHub", self.server.url, options, secrets={"secret": Secret("ghp_" + "x" * 36)})

    def fetch(self) -> Fetch:
        with TestRun() as run:
            return github_security.TOOL.fetch(self.config(), "1296269", run)


def _fits(template: str, path: str) -> bool:
    parts, asked = template.split("/"), path.split("/")
    return len(parts) == len(asked) and all(
        part in (one, f"{{{part[1:-1]}}}") for part, one in zip(parts, asked, strict=True)
    )


@pytest.fixture(params=EDITIONS)
def mock(request: pytest.FixtureRequest, installed: Path, peer: Peer, tmp_path: Path) -> Iterator[Mock]:
    description = _description(installed, request.param)
    file = tmp_path / "github.json"
    file.write_text(json.dumps(description), encoding="utf-8")
    url = peer(PRISM, "mock", "--port", "0", str(file), ready=READY)
    with ToolServer() as server:
        yield Mock(server, url, description)


def test_every_request_is_valid_and_the_examples_are_read(mock: Mock) -> None:
    for tool in (github_security.TOOL, github_repositories.TOOL):
        for options, kind in (({"owner": "octocat"}, "Organization"), ({"owner": "octocat"}, "User"), ({}, "")):
            mock.kind = kind
            with TestRun() as run:
                (found,) = tool.list_veps(mock.config(**options), run)
            assert (found.vendor_id, found.name, found.product_type) == ("1296269", "octocat/Hello-World", "octocat")
    fetch = mock.fetch()
    assert dict(fetch.skipped) == {}
    told = {finding.unique_id: finding for finding in fetch.findings}
    assert {"1296269:code:3", "1296269:code:4", "1296269:dependabot:1", "1296269:dependabot:2"} <= told.keys()
    assert told["1296269:code:4"].cwes == (22,)
    assert (told["1296269:code:3"].active, told["1296269:code:3"].false_p) == (False, True)
    django = told["1296269:dependabot:2"]
    assert (django.component_name, django.fix_version, django.active) == ("django", "2.0.2", False)
    assert django.risk_accepted
    assert django.vulnerability_ids == ("GHSA-rf4j-j272-fj86", "CVE-2018-6188")
    assert told["1296269:secret:2"].false_p
    assert mock.undeclared() == set()


def test_the_check_is_valid_too(mock: Mock) -> None:
    with TestRun() as run:
        found = Checked.of(github_security.TOOL.check(mock.config(owner="octocat"), run))
    assert (found.veps, found.who, dict(found.skips)) == (1, "octocat", {})


REFUSED = (
    ("code-scanning", 403, CODE), ("code-scanning", 404, CODE), ("dependabot", 403, DEPENDABOT),
    ("dependabot", 404, DEPENDABOT), ("secret-scanning", 404, SECRETS),
)  # fmt: skip
FAILED = (
    ("/code-scanning/", 503), ("/secret-scanning/", 503), ("/dependabot/", 400), ("/dependabot/", 422),
    ("/code-scanning/", 304), ("/repositories/", 404), ("/repositories/", 403),
)  # fmt: skip


def test_p3_every_status_of_the_description_is_a_skip_or_a_failure(mock: Mock) -> None:
    for path, code, skipped in REFUSED:
        mock.codes = {f"/{path}/": code}
        fetch = mock.fetch()
        assert set(fetch.skipped) == {skipped}, (path, code)
        assert {finding.scanner for finding in fetch.findings} == {CODE, DEPENDABOT, SECRETS} - {skipped}
    for path, code in FAILED:
        mock.codes = {path: code}
        with pytest.raises(ConnectorError):
            mock.fetch()
    for code in (401, 403, 422):
        mock.codes = {"/user/repos": code}
        with pytest.raises(ConnectorError), TestRun() as run:
            list(github_repositories.TOOL.list_veps(mock.config(), run))


@pytest.mark.parametrize("edition", EDITIONS)
def test_our_own_server_tells_what_github_would(edition: str, installed: Path, peer: Peer, tmp_path: Path) -> None:
    """Its users and repositories lack most of GitHub's addresses; all that it does tell is valid."""
    file = tmp_path / "github.json"
    file.write_text(json.dumps(_description(installed, edition)), encoding="utf-8")
    with GitHubDemo() as demo:
        url = peer(PRISM, "proxy", "--port", "0", "--errors", str(file), demo.url, ready=READY)

        def told(path: str, again: int = 2) -> tuple[int, set[str]]:
            headers = {"authorization": f"Bearer {demo.secret}"}
            try:
                with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v3{path}", headers=headers)) as answer:
                    return answer.status, set()
            except urllib.error.HTTPError as error:
                with error:
                    said = json.load(error)
                if error.code == 500 and "validation" not in said and again:
                    # No judgement: Prism did not reach us, as when it takes a connection that was just let go.
                    return told(path, again - 1)
                return error.code, {one["message"] for one in said.get("validation", [])}

        for path in ("/user", f"/users/{OWNER}", f"/orgs/{OWNER}/repos", "/user/repos", "/repositories/700101"):
            status, violations = told(path)
            left_out = {text for text in violations if "must have required property" in text or "in oneOf" in text}
            assert (status, violations - left_out) == (500, set()), path
        for repository in organisation().repositories:
            for kind, (refusal, _) in REFUSALS.items():
                status = 200 if kind in repository.alerts else refusal
                assert told(f"/repos/{OWNER}/{repository.name}/{kind}/alerts") == (status, set())
