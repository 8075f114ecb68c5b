"""GitHub on loopback, for the tests of both of its connectors."""

from __future__ import annotations

from dojo_tui.connectors.base import Config, Tool, Vep
from dojo_tui.demo.servers.github import GitHub, Repository, alerts, code, dependency, secret
from dojo_tui.model.check import Checked
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.secret import Secret
from dojo_tui.testing import TestRun, ToolServer, World

TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def _repository(number: int, name: str, flaws: list[tuple[int, str, str]]) -> Repository:
    return Repository(number, name, alerts(
        code_scanning=[code(n, title, text) for n, title, text in flaws if n % 3 == 0],
        dependabot=[dependency(n, title, text) for n, title, text in flaws if n % 3 == 1],
        secret_scanning=[secret(n, title) for n, title, _ in flaws if n % 3 == 2],
    ))  # fmt: skip


def serve(server: ToolServer, world: World) -> None:
    # What is told in pages of 20 takes several, in each family.
    GitHub("acme", [
        _repository(thing.number, thing.name, [(flaw.number, flaw.title, flaw.text) for flaw in thing.flaws])
        for thing in world.things
    ], most=20).serve(server)  # fmt: skip


class At:
    """A connector at a GitHub on loopback."""

    def __init__(self, tool: Tool, server: ToolServer, github: GitHub, **options: str) -> None:
        self.server, self.github, self.tool, self.run = server, github, tool, TestRun()
        self.config = Config("GitHub", server.url, options, secrets={"secret": Secret(TOKEN)})
        server.clear()
        github.serve(server)

    def veps(self) -> list[Vep]:
        with TestRun() as run:
            return list(self.tool.list_veps(self.config, run))

    def names(self) -> list[str]:
        return [vep.name for vep in self.veps()]

    def fetch(self, number: int = 7) -> Fetch:
        with self.run as run:
            return self.tool.fetch(self.config, str(number), run)

    def findings(self) -> dict[str, Finding]:
        return {finding.unique_id: finding for finding in self.fetch().findings}

    def check(self) -> Checked:
        with TestRun() as run:
            return Checked.of(self.tool.check(self.config, run))


def all_three() -> Repository:
    return Repository(7, "shop", alerts(
        code_scanning=[code(1, "Injection", "Text")], dependabot=[dependency(1, "A flaw", "Text")],
        secret_scanning=[secret(1, "A key")],
    ))  # fmt: skip
