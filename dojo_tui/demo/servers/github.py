"""A GitHub on loopback: an organisation, its repositories and their alerts, paged as GitHub does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from dojo_tui.testing.server import Call, Reply, ToolServer

Json = dict[str, Any]

REFUSALS: Mapping[str, tuple[int, str]] = {
    "code-scanning": (403, "Advanced Security must be enabled for this repository to use code scanning."),
    "dependabot": (403, "Dependabot alerts are disabled for this repository."),
    "secret-scanning": (404, "Secret scanning is disabled on this repository."),
}
"""What GitHub says of a family of alerts that is not enabled."""
_BUDGET = 5_000


@dataclass
class Repository:
    """One repository; a family of alerts that is missing is not enabled."""

    id: int
    name: str
    alerts: dict[str, list[Json]] = field(default_factory=dict)
    archived: bool = False
    private: bool = True
    language: str = "Python"
    owner: str = ""
    """Empty: the organisation."""

    @property
    def slug(self) -> str:
        """What stands in its address."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.name)


@dataclass
class GitHub:
    """What the server knows; change it, and the next answer tells it."""

    organisation: str
    repositories: list[Repository] = field(default_factory=list)
    login: str = "octavia"
    token: str = ""
    """The only one that is accepted; empty for any."""
    scopes: str | None = "repo, read:org, security_events"
    base: str = "/api/v3"
    most: int = 100
    """Rows in a page, whatever is asked for."""

    def serve(self, server: ToolServer) -> None:
        """Answer as GitHub does."""
        here = _Here(self, server.url + self.base)
        for route, answer in (
            ("/user", here.user), ("/users/{}", here.account), ("/user/repos", here.mine),
            ("/orgs/{}/repos", here.owned), ("/repositories/{}", here.numbered),
            ("/repos/{}/{}/{}/alerts", here.alerts), ("/repositories/{}/{}/alerts", here.more_alerts),
        ):  # fmt: skip
            server.on("GET", self.base + route, here.checked(answer))

    def repository(self, id_: int | str) -> Repository | None:
        """The one with this number."""
        return next((one for one in self.repositories if str(one.id) == str(id_)), None)


@dataclass(frozen=True)
class _Here:
    github: GitHub
    url: str

    def checked(self, answer: Any) -> Any:
        """Ask for the token first, and tell the budget."""

        def give(call: Call) -> Reply:
            said = call.headers.get("authorization", "")
            if not said.startswith("Bearer ") or said != f"Bearer {self.github.token or said[7:]}":
                return Reply({"message": "Bad credentials", "status": "401"}, 401)
            reply: Reply = answer(call)
            headers = {"x-ratelimit-limit": str(_BUDGET), "x-ratelimit-remaining": str(_BUDGET - 10), **reply.headers}
            if self.github.scopes is not None:
                headers["x-oauth-scopes"] = self.github.scopes
            return Reply(reply.body, reply.status, headers)

        return give

    def user(self, call: Call) -> Reply:
        return Reply({"login": self.github.login, "id": 1, "type": "User"})

    def account(self, call: Call) -> Reply:
        kinds = {self.github.organisation.lower(): "Organization", self.github.login.lower(): "User"}
        kind = kinds.get(call.parts[0].lower())
        return Reply({"login": call.parts[0], "id": 2, "type": kind}) if kind else _nothing()

    def owned(self, call: Call) -> Reply:
        if call.parts[0].lower() != self.github.organisation.lower():
            return _nothing()
        return self.numbered_pages(call, [self.repository(one) for one in self.github.repositories if not one.owner])

    def mine(self, call: Call) -> Reply:
        return self.numbered_pages(call, [self.repository(one) for one in self.github.repositories])

    def numbered(self, call: Call) -> Reply:
        found = self.github.repository(call.parts[0])
        return Reply(self.repository(found)) if found else _nothing()

    def alerts(self, call: Call) -> Reply:
        owner, name, kind = call.parts
        named = (
            one
            for one in self.github.repositories
            if (one.owner or self.github.organisation, one.slug) == (owner, name)
        )
        return self._alerts(call, next(named, None), kind)

    def more_alerts(self, call: Call) -> Reply:
        return self._alerts(call, self.github.repository(call.parts[0]), call.parts[1])

    def _alerts(self, call: Call, repository: Repository | None, kind: str) -> Reply:
        if repository is None or kind not in REFUSALS:
            return _nothing()
        if kind not in repository.alerts:
            status, message = REFUSALS[kind]
            return Reply({"message": message, "status": str(status)}, status)
        path = f"{self.url}/repos/{repository.owner or self.github.organisation}/{repository.slug}"
        there = f"{path}/{kind}/alerts"
        rows = [{"url": f"{there}/{row['number']}", **row} for row in repository.alerts[kind]]
        if kind == "secret-scanning" and call.query.get("hide_secret") != "true":
            rows = [{**row, "secret": "shown-because-nobody-said-hide"} for row in rows]
        # GitHub's own links lead to the number of the repository, not to its name.
        link = f"{self.url}/repositories/{repository.id}/{kind}/alerts"
        return self.cursor_pages(call, rows, link) if kind == "dependabot" else self.numbered_pages(call, rows, link)

    def numbered_pages(self, call: Call, rows: list[Json], link: str = "") -> Reply:
        """Pages by number, told by the Link header only."""
        size, page = min(call.number("per_page", 30), self.github.most), call.number("page", 1)
        return self._page(call, rows, (page - 1) * size, size, link, {"page": str(page + 1)})

    def cursor_pages(self, call: Call, rows: list[Json], link: str) -> Reply:
        """Pages by a cursor; a number would not be understood."""
        if "page" in call.query:
            return Reply({"message": "Pagination using the `page` parameter is not supported."}, 400)
        size, start = min(call.number("per_page", 30), self.github.most), int(call.query.get("after", "c0")[1:])
        return self._page(call, rows, start, size, link, {"after": f"c{start + size}"})

    def _page(
        self, call: Call, rows: list[Json], start: int, size: int, link: str, following: Mapping[str, str]
    ) -> Reply:
        headers = {}
        if start + size < len(rows):
            query = urlencode({**call.query, **following})
            target = link or self.url + call.path.removeprefix(self.github.base)
            headers["link"] = f'<{target}?{query}>; rel="next", <{target}?per_page={size}>; rel="first"'
        return Reply(rows[start : start + size], headers=headers)

    def repository(self, one: Repository) -> Json:
        owner = one.owner or self.github.organisation
        return {
            "id": one.id, "name": one.slug, "full_name": f"{owner}/{one.name}", "private": one.private,
            "owner": {"login": owner, "id": 2, "type": "Organization"}, "archived": one.archived,
            "html_url": f"{self.url.removesuffix('/api/v3')}/{owner}/{one.slug}", "default_branch": "main",
            "visibility": "private" if one.private else "public", "language": one.language, "disabled": False,
        }  # fmt: skip


def _nothing() -> Reply:
    return Reply({"message": "Not Found", "status": "404"}, 404)


def code(number: int, title: str, text: str, *, state: str = "open", reason: str | None = None, **more: Any) -> Json:
    """An alert of code scanning; ``more``: rule, level, severity, cwe, path, line, help."""
    rule = more.get("rule", "py/sql-injection")
    level = more.get("severity", "high")
    line = more.get("line", 42)
    return {
        "number": number, "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z", "state": state,
        "html_url": f"https://github.example.org/security/code-scanning/{number}",
        "instances_url": f"https://github.example.org/api/v3/code-scanning/alerts/{number}/instances",
        "fixed_at": "2026-03-03T08:00:00Z" if state == "fixed" else None, "dismissed_by": None,
        "dismissed_at": "2026-03-03T08:00:00Z" if state == "dismissed" else None, "dismissed_reason": reason,
        "rule": {"id": rule, "name": rule, "severity": more.get("level", "error"), "security_severity_level": level,
                 "description": title, "full_description": "", "help": more.get("help", ""),
                 "tags": ["security", f"external/cwe/cwe-{more.get('cwe', 89):03}"]},
        "tool": {"name": "CodeQL", "guid": None, "version": "2.20.1"},
        "most_recent_instance": {
            "ref": "refs/heads/main", "analysis_key": "codeql.yml:analyze", "category": "/language:python",
            "environment": "{}", "state": state, "commit_sha": "0" * 40, "message": {"text": text},
            "location": {"path": more.get("path", "shop/cart.py"), "start_line": line, "end_line": line,
                         "start_column": 5, "end_column": 40},
            "classifications": [],
        },
    }  # fmt: skip


def dependency(
    number: int, title: str, text: str, *, state: str = "open", reason: str | None = None, **more: Any
) -> Json:
    """An alert of Dependabot; ``more``: package, ecosystem, severity, fix, ghsa, cve, cwe, score, manifest."""
    package = {"ecosystem": more.get("ecosystem", "pip"), "name": more.get("package", "examplelib")}
    fix, severity = more.get("fix", "2.4.1"), more.get("severity", "high")
    flaw = {"package": package, "severity": severity, "vulnerable_version_range": f"< {fix or '99'}",
            "first_patched_version": {"identifier": fix} if fix else None}  # fmt: skip
    ghsa, cve = more.get("ghsa", f"GHSA-xxxx-yyyy-{number:04}"), more.get("cve", f"CVE-2026-{number:05}")
    cvss = {"vector_string": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "score": more.get("score", 7.5)}
    return {
        "number": number, "state": state, "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
        "html_url": f"https://github.example.org/security/dependabot/{number}",
        "dismissed_at": "2026-03-03T08:00:00Z" if state == "dismissed" else None, "dismissed_by": None,
        "dismissed_reason": reason, "dismissed_comment": None,
        "fixed_at": "2026-03-03T08:00:00Z" if state == "fixed" else None,
        "auto_dismissed_at": "2026-03-03T08:00:00Z" if state == "auto_dismissed" else None,
        "dependency": {"package": package, "manifest_path": more.get("manifest", "requirements.txt"),
                       "scope": "runtime", "relationship": "direct"},
        "security_vulnerability": flaw,
        "security_advisory": {
            "ghsa_id": ghsa, "cve_id": cve, "summary": title, "description": text, "severity": severity,
            "vulnerabilities": [flaw], "cvss": cvss,
            "cvss_severities": {"cvss_v3": cvss, "cvss_v4": {"vector_string": None, "score": 0.0}},
            "epss": {"percentage": 0.0123, "percentile": 0.87},
            "cwes": [{"cwe_id": f"CWE-{more.get('cwe', 400)}", "name": "A weakness"}],
            "identifiers": [{"type": "GHSA", "value": ghsa}, {"type": "CVE", "value": cve}],
            "references": [{"url": f"https://advisories.example.org/{ghsa}"}],
            "published_at": "2026-02-20T00:00:00Z", "updated_at": "2026-02-21T00:00:00Z", "withdrawn_at": None,
        },
    }  # fmt: skip


def secret(number: int, title: str, *, state: str = "open", reason: str | None = None, **more: Any) -> Json:
    """An alert of secret scanning; ``more``: validity, path, line."""
    line = more.get("line", 3)
    blob = "https://github.example.org/api/v3/git/blobs/0"
    return {
        "number": number, "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z", "state": state,
        "html_url": f"https://github.example.org/security/secret-scanning/{number}", "locations_url": blob,
        "resolution": reason, "resolved_at": "2026-03-03T08:00:00Z" if state == "resolved" else None,
        "resolved_by": None, "resolution_comment": None, "secret_type": "example_api_key",
        "secret_type_display_name": title, "validity": more.get("validity", "unknown"), "publicly_leaked": False,
        "multi_repo": False, "push_protection_bypassed": False,
        "first_location_detected": {
            "path": more.get("path", "deploy/settings.py"), "start_line": line, "end_line": line, "start_column": 12,
            "end_column": 52, "blob_sha": "0" * 40, "blob_url": blob, "commit_sha": "0" * 40, "commit_url": blob,
        },
        "has_more_locations": False,
    }  # fmt: skip


def alerts(**kinds: Iterable[Json]) -> dict[str, list[Json]]:
    """The alerts of a Repository: ``alerts(code_scanning=[...])``; what is not named is not enabled."""
    return {kind.replace("_", "-"): list(rows) for kind, rows in kinds.items()}
