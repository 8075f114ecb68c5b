"""The demo's GitHub organisation: what its repositories hold at first, and what happens there meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dojo_tui.demo.servers.github import GitHub, Repository, alerts, code, dependency, secret
from dojo_tui.demo.servers.listening import Listening

OWNER = "orchard-goods"
RENAMED, NEW_NAME = 700_102, "fulfilment-api"
DELETED = 700_103
CHANGING = 700_101


def organisation() -> GitHub:
    """As it is at first."""
    return GitHub(OWNER, [
        Repository(700_101, "storefront", alerts(
            code_scanning=[
                code(1, "SQL query built from user-controlled sources", "This query depends on the search term."),
                code(2, "Reflected cross-site scripting", "The name is written into the page as it is.",
                     rule="py/reflective-xss", cwe=79, severity="medium", path="storefront/views.py", line=118),
                code(3, "Path injection", "A file name comes from the request.", rule="py/path-injection", cwe=22,
                     state="dismissed", reason="false positive", path="storefront/media.py", line=61),
                code(4, "Hard-coded credentials", "A password stands in the code.", rule="py/hardcoded-credentials",
                     cwe=798, severity="critical", state="fixed", path="storefront/mail.py", line=9),
            ],
            dependabot=[
                dependency(1, "examplelib reads files outside of its folder", "An archive can name any file.", cwe=22),
                dependency(2, "tinyhttp smuggles requests", "Two lengths in one request are both believed.",
                           package="tinyhttp", severity="critical", score=9.8, fix="", cwe=444),
                dependency(3, "colourful is slow for long names", "A pattern backtracks.", package="colourful",
                           severity="low", score=3.1, cwe=1333, state="dismissed", reason="tolerable_risk"),
            ],
            secret_scanning=[secret(1, "Example Cloud API Key", validity="active")],
        )),
        Repository(700_102, "warehouse-api", alerts(
            code_scanning=[code(1, "Uncontrolled command line", "A command is built from a label's text.", cwe=78,
                                rule="go/command-injection", severity="critical", path="print/label.go", line=27)],
            dependabot=[dependency(1, "gridlock deadlocks on half-open connections", "Nobody closes them.",
                                   ecosystem="go", package="example.org/gridlock", manifest="go.mod", cwe=833)],
        ), language="Go"),
        Repository(700_103, "price-feed", alerts(dependabot=[])),
        Repository(700_104, "infrastructure", alerts(secret_scanning=[
            secret(1, "Example Registry Token", path="ci/publish.sh", line=14),
            secret(2, "Example Chat Webhook", state="resolved", reason="revoked", path="ci/notify.sh"),
        ]), language="HCL"),
        Repository(700_105, "handbook", private=False, language="Markdown"),
        Repository(700_100, "storefront-2019", archived=True, language="PHP"),
    ])  # fmt: skip


def _rename(github: GitHub) -> None:
    found = github.repository(RENAMED)
    if found is not None:
        found.name = NEW_NAME


def _delete(github: GitHub) -> None:
    github.repositories = [one for one in github.repositories if one.id != DELETED]


def _restore(github: GitHub) -> None:
    github.repositories = [*github.repositories, *(one for one in organisation().repositories if one.id == DELETED)]


AFTER_DISCOVER: Mapping[int, Callable[[GitHub], None]] = {1: _rename, 2: _delete, 3: _restore}
"""What happens after so many Discovers, so that the next one sees it."""


def _fix(repository: Repository) -> None:
    repository.alerts["code-scanning"][0].update(state="fixed", fixed_at="2026-03-04T08:00:00Z")


def _dismiss(repository: Repository) -> None:
    decided = {"state": "dismissed", "dismissed_at": "2026-03-05T08:00:00Z", "dismissed_reason": "tolerable_risk"}
    repository.alerts["dependabot"][1].update(decided)


def _disable(repository: Repository) -> None:
    repository.alerts.pop("secret-scanning", None)


AFTER_SYNC: Mapping[int, Callable[[Repository], None]] = {1: _fix, 2: _dismiss, 3: _disable}
"""What happens to one repository after so many Syncs of it."""


class GitHubDemo(Listening):
    """The demo's server: its story goes on with each Discover and each Sync."""

    tool = "github-security"
    label = "github"
    secret = "a-token-for-the-demo-only"  # noqa: S105 -- it opens nothing but this

    def __init__(self) -> None:
        super().__init__()
        self.options = {"owner": OWNER}
        self.github = organisation()
        self.github.token = self.secret
        self._syncs = 0
        self.github.serve(self._server)

    def discovered(self) -> None:
        """A repository is renamed, then one is deleted, then it is back."""
        with self._lock:
            self._discovers += 1
            happens = AFTER_DISCOVER.get(self._discovers)
            if happens is not None:
                happens(self.github)

    def synced(self, name: str) -> None:
        """An alert is fixed, then one is dismissed, then secret scanning is switched off."""
        with self._lock:
            changing = self.github.repository(CHANGING)
            if changing is not None and name == f"{OWNER}/{changing.name}":
                self._syncs += 1
                happens = AFTER_SYNC.get(self._syncs)
                if happens is not None:
                    happens(changing)
