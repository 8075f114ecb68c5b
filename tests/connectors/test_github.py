"""Both connectors to GitHub: the kit, and what is GitHub's own."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from dojo_tui.connectors import github_repositories, github_security
from dojo_tui.connectors.base import Config, Fetch, Tool, Vep
from dojo_tui.connectors.github import base
from dojo_tui.demo.servers.github import GitHub, Repository, alerts, code, dependency, secret
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.finding import Finding
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.testing import Check, Reply, Subject, TestRun, ToolServer, World, conformance

SECURITY, ASSETS = github_security.TOOL, github_repositories.TOOL
CODE, DEPENDABOT, SECRETS = "GitHub code scanning", "GitHub Dependabot", "GitHub secret scanning"


def _repository(number: int, name: str, flaws: list[tuple[int, str, str]]) -> Repository:
    return Repository(number, name, alerts(
        code_scanning=[code(n, title, text) for n, title, text in flaws if n % 3 == 0],
        dependabot=[dependency(n, title, text) for n, title, text in flaws if n % 3 == 1],
        secret_scanning=[secret(n, title) for n, title, _ in flaws if n % 3 == 2],
    ))  # fmt: skip


def _serve(server: ToolServer, world: World) -> None:
    # What is told in pages of 20 takes several, in each family.
    GitHub("acme", [
        _repository(thing.number, thing.name, [(flaw.number, flaw.title, flaw.text) for flaw in thing.flaws])
        for thing in world.things
    ], most=20).serve(server)  # fmt: skip


SUBJECTS = {
    "of an organisation": Subject(SECURITY, _serve, options={"owner": "acme"}, things=30, flaws=65),
    "of whoever the token sees": Subject(SECURITY, _serve, things=30, flaws=5),
    "assets of an organisation": Subject(ASSETS, _serve, options={"owner": "acme"}, things=50),
    "assets of whoever the token sees": Subject(ASSETS, _serve, things=30),
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
