"""GitHub repositories as assets: the kit, and which repositories there are (for the alerts as well)."""

from __future__ import annotations

from functools import partial

import pytest

from dojo_tui.demo.servers.github import GitHub, Repository
from dojo_tui.model.errors import ConnectorError
from dojo_tui.testing import Check, Reply, Subject, ToolServer, conformance
from dojo_tui.tools.github.connector_repositories import TOOL
from dojo_tui.tools.github.repositories import base
from tests.tools.github import at as github_at
from tests.tools.github.at import all_three, serve

At = partial(github_at.At, TOOL)
SUBJECTS = {
    "of an organisation": Subject(TOOL, serve, options={"owner": "acme"}, things=50),
    "of whoever the token sees": Subject(TOOL, serve, things=30),
}


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{name}: {check}")
        for name, subject in SUBJECTS.items()
        for check in conformance(subject)
    ],
)
def test_conformance(check: Check) -> None:
    check()


def test_archived_repositories_are_an_option(server: ToolServer) -> None:
    github = GitHub("acme", [Repository(1, "old", archived=True), Repository(2, "new")])
    assert At(server, github, owner="acme").names() == ["acme/new"]
    assert At(server, github, owner="acme", archived="yes").names() == ["acme/old", "acme/new"]


def test_the_owner_may_be_an_organisation_a_user_or_left_out(server: ToolServer) -> None:
    github = GitHub("acme", [Repository(1, "shop"), Repository(2, "dotfiles", owner="octavia")])
    assert At(server, github, owner="ACME").names() == ["acme/shop"]
    assert At(server, github, owner="octavia").names() == ["octavia/dotfiles"]
    assert At(server, github).names() == ["acme/shop", "octavia/dotfiles"]


@pytest.mark.parametrize("answer", [{}, {"type": "Bot"}, {"login": "acme"}])
def test_p3_an_owner_of_no_known_kind_is_no_empty_one(server: ToolServer, answer: dict[str, str]) -> None:
    at = At(server, GitHub("acme", [Repository(1, "shop")]), owner="acme")
    server.on("GET", "/api/v3/users/acme", answer)
    with pytest.raises(ConnectorError):
        at.veps()


def test_p3_a_listing_that_leaves_organisations_out_is_incomplete(server: ToolServer) -> None:
    at = At(server, GitHub("acme", [Repository(1, "shop")]))
    sso = {"x-github-sso": "partial-results; organizations=21955855,20582480"}
    server.twist = lambda _call, _number, reply: Reply(reply.body, reply.status, {**reply.headers, **sso})
    with pytest.raises(ConnectorError, match="single sign-on"):
        at.veps()


def test_an_asset_belongs_to_its_owner(server: ToolServer) -> None:
    github = GitHub("acme", [Repository(1, "shop", language="Go"), Repository(2, "dotfiles", owner="octavia")])
    shop, dotfiles = At(server, github).veps()
    assert (shop.vendor_id, shop.name, shop.product_type) == ("1", "acme/shop", "acme")
    assert (dotfiles.name, dotfiles.product_type) == ("octavia/dotfiles", "octavia")
    assert shop.details["language"] == "Go"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://github.com", "https://api.github.com"),
        ("https://github.example.org", "https://github.example.org/api/v3"),
        ("https://github.example.org/api/v3", "https://github.example.org/api/v3"),
        ("https://octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://api.octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://github.com.example.org", "https://github.com.example.org/api/v3"),
    ],
)
def test_where_the_interface_is(location: str, expected: str) -> None:
    assert base(location) == expected


def test_the_check_says_when_permissions_are_not_told(server: ToolServer) -> None:
    github = GitHub("acme", [all_three()], scopes=None)
    checked = At(server, github).check()
    assert "GitHub does not tell what a token of this kind may do" in checked.notes[0]
    assert checked.works
    assert not checked.skips
