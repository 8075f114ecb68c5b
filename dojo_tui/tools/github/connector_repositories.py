"""GitHub repositories as assets: Products in the Product Type of their owner, without Findings."""

from __future__ import annotations

from dojo_tui.sdk import secret
from dojo_tui.tools.github.repositories import GitHub


class GitHubRepositories(GitHub):
    """Its listing is all there is to it."""

    name, title = "github-repositories", "GitHub repositories (assets)"
    assets = True
    secrets = (secret("token that may read the metadata of the repositories"),)


TOOL = GitHubRepositories()
