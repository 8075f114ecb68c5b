"""GitHub Advanced Security: the kit, and what is GitHub's own."""

from __future__ import annotations

import tracemalloc
from functools import partial

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.demo.servers.github import GitHub, Repository, alerts, code, dependency, secret
from dojo_tui.model.check import Mark
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.testing import Call, Check, Reply, Subject, ToolServer, conformance
from dojo_tui.tools.github.connector_security import TOOL
from tests.tools.github import at as github_at
from tests.tools.github.at import TOKEN, all_three, serve

CODE, DEPENDABOT, SECRETS = "GitHub code scanning", "GitHub Dependabot", "GitHub secret scanning"
At = partial(github_at.At, TOOL)
# Which repositories there are is tried with github-repositories, which lists in the same way.
SUBJECT = Subject(TOOL, serve, options={"owner": "acme"}, things=30, flaws=65)


@pytest.mark.parametrize("check", conformance(SUBJECT), ids=str)
def test_conformance(check: Check) -> None:
    check()


# --- one repository ---------------------------------------------------------------


def test_p1_a_rename_keeps_the_record_and_its_findings(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [all_three()]), owner="acme")
    (before,), held = at.veps(), set(at.findings())
    at.github.repositories[0].name = "store"
    (after,) = at.veps()
    assert (before.vendor_id, before.name) == ("7", "acme/shop")
    assert (after.vendor_id, after.name) == ("7", "acme/store")
    assert set(at.findings()) == held == {"7:code:1", "7:dependabot:1", "7:secret:1"}


def test_a_rename_between_two_requests_is_followed(server: ToolServer) -> None:
    """GitHub redirects the old name to the repository's number."""
    at = At(server, GitHub("acme", [all_three()]))
    moved = f"{server.url}/api/v3/repositories/7/dependabot/alerts"

    def redirect(call: Call) -> Reply:
        return Reply({"message": "Moved Permanently"}, 301, {"location": f"{moved}?per_page={call.query['per_page']}"})

    server.on("GET", "/api/v3/repos/acme/shop/dependabot/alerts", redirect)
    assert set(at.findings()) == {"7:code:1", "7:dependabot:1", "7:secret:1"}


def test_p3_a_repository_that_is_gone_is_a_failure_not_three_skips(server: ToolServer) -> None:
    at = At(server, GitHub("acme", []))
    with pytest.raises(ConnectorError, match="cannot be seen"):
        at.fetch()


# --- families ---------------------------------------------------------------------


def test_p3_a_family_that_is_not_enabled_is_skipped_with_its_reason(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [Repository(7, "shop", alerts(dependabot=[]))]))
    fetch = at.fetch()
    assert fetch.findings == []
    assert set(fetch.skipped) == {CODE, SECRETS}
    assert "not enabled" in fetch.skipped[CODE]
    assert "(403)" in fetch.skipped[CODE]
    assert "(404)" in fetch.skipped[SECRETS]


def test_p3_a_family_that_was_not_chosen_is_skipped_and_not_asked(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [all_three()]), families="dependabot")
    fetch = at.fetch()
    assert [finding.scanner for finding in fetch.findings] == [DEPENDABOT]
    assert fetch.skipped.keys() == {CODE, SECRETS}
    assert not [call.path for call in server.calls if "scanning" in call.path]


def test_a_family_that_does_not_exist_is_refused_before_it_is_saved() -> None:
    config = Config("GitHub", "https://api.github.com", {"families": "dependabot, licences"})
    with pytest.raises(UsageError, match="licences is none of code-scanning, dependabot, secret-scanning"):
        TOOL.validate(config)


RATE_LIMITS = {
    "primary": (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1772442030"}, "API rate limit exceeded"),
    "secondary": (403, {"retry-after": "60"}, "You have exceeded a secondary rate limit."),
    "secondary without a header": (403, {}, "You have exceeded a secondary rate limit. Please wait a few minutes."),
    "429": (429, {"retry-after": "60"}, "Too many requests"),
}


@pytest.mark.parametrize("limit", RATE_LIMITS)
def test_a_rate_limit_is_waited_for(server: ToolServer, limit: str) -> None:
    at = At(server, GitHub("acme", [all_three()]))
    status, headers, message = RATE_LIMITS[limit]
    refused: list[str] = []

    def once(call: Call, _number: int, reply: Reply) -> Reply:
        if "code-scanning" in call.path and not refused:
            refused.append(call.path)
            return Reply({"message": message}, status, headers)
        return reply

    server.twist = once
    fetch = at.fetch()
    assert (len(fetch.findings), dict(fetch.skipped)) == (3, {})
    assert 0 < at.run.waited < 120


@pytest.mark.parametrize("limit", RATE_LIMITS)
def test_p3_a_rate_limit_that_lasts_is_a_failure_never_a_skip(server: ToolServer, limit: str) -> None:
    at = At(server, GitHub("acme", [all_three()]))
    status, headers, message = RATE_LIMITS[limit]
    server.twist = lambda call, _number, reply: (
        Reply({"message": message}, status, headers) if "dependabot" in call.path else reply
    )
    with pytest.raises(ConnectorError, match="too much was asked"):
        at.fetch()


def test_no_permission_is_a_skip_and_not_waited_for(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [all_three()]))
    refusal = Reply({"message": "Resource not accessible by personal access token"}, 403, {
        "x-ratelimit-remaining": "4989", "x-accepted-github-permissions": "vulnerability_alerts=read",
    })  # fmt: skip
    server.twist = lambda call, _number, reply: refusal if "dependabot" in call.path else reply
    fetch = at.fetch()
    assert set(fetch.skipped) == {DEPENDABOT}
    assert "may not read" in fetch.skipped[DEPENDABOT]
    assert len(fetch.findings) == 2
    assert at.run.waited == 0


# --- how it is asked --------------------------------------------------------------


def test_secrets_are_hidden_and_dependabot_is_paged_by_its_cursor(server: ToolServer) -> None:
    many = Repository(7, "shop", alerts(
        code_scanning=[code(n, f"Code {n}", "") for n in range(250)],
        dependabot=[dependency(n, f"Flaw {n}", "") for n in range(250)],
        secret_scanning=[secret(n, f"Key {n}") for n in range(150)],
    ))  # fmt: skip
    at = At(server, GitHub("acme", [many]))
    assert len(at.findings()) == 650
    queries = [call.query for call in server.calls if call.path.endswith("/dependabot/alerts")]
    assert [query.get("after") for query in queries] == [None, "c100", "c200"]
    assert all("page" not in query for query in queries)
    asked = [call for call in server.calls if "secret-scanning" in call.path]
    assert [call.query["hide_secret"] for call in asked] == ["true", "true"]
    for call in server.calls:
        assert call.headers["accept"] == "application/vnd.github+json"
        assert call.headers["x-github-api-version"] == "2022-11-28"
        assert call.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_secret_that_an_old_server_shows_all_the_same_is_not_taken(server: ToolServer) -> None:
    row = {**secret(1, "A key"), "secret": "AKIA-do-not-keep-me"}
    at = At(server, GitHub("acme", [Repository(7, "shop", alerts(secret_scanning=[row]))]))
    (found,) = at.fetch().findings
    assert "do-not-keep-me" not in f"{found!r}{at.run.lines}"


def test_long_texts_that_many_alerts_share_are_kept_once(server: ToolServer) -> None:
    help_text = "How to repair it. " * 1_000
    rows = [code(n, "Injection", f"Alert {n}", help=help_text) for n in range(600)]
    at = At(server, GitHub("acme", [Repository(7, "shop", alerts(code_scanning=rows))]))
    tracemalloc.start()
    fetch = at.fetch()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {finding.mitigation for finding in fetch.findings} == {help_text}
    assert kept < 600 * len(help_text) / 4


# --- the check --------------------------------------------------------------------


def test_the_check_says_who_with_which_scopes_and_what_would_be_skipped(server: ToolServer) -> None:
    github = GitHub("acme", [Repository(7, "shop", alerts(dependabot=[]))])
    checked = At(server, github, owner="acme").check()
    assert (checked.works, checked.who, checked.rights) == (True, "octavia", ("repo", "read:org", "security_events"))
    assert "4,990 of 5,000 requests are left" in checked.notes[0]
    assert list(checked.skips) == [CODE, SECRETS]
    assert checked.skips[CODE].startswith("code scanning is not enabled")
    assert any(step.told.endswith("tried at acme/shop") for step in checked.steps)
    assert checked.skips[SECRETS].startswith("secret scanning is not enabled")
    assert all("give the secret's owner the right" in step.do for step in checked.steps if step.mark is Mark.SKIPPED)


def test_the_check_knows_apps_which_are_no_users(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [all_three()]), owner="acme")
    server.on("GET", "/api/v3/user", Reply({"message": "Resource not accessible by integration"}, 403))
    assert at.check().who == "a GitHub App, which is no user"


def test_the_check_fails_for_a_token_that_is_not_accepted(server: ToolServer) -> None:
    with pytest.raises(ConnectorError, match="not accepted"):
        At(server, GitHub("acme", [], token="another")).check()
