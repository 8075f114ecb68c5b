"""A Burp Suite DAST on loopback: sites in folders, scans and their issues, all of them invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dojo_tui.testing.server import Call, Reply, ToolServer

Issue = Mapping[str, Any]
"""As GraphQL tells it, but for its serial number, which each scan gives anew."""

PATH = "/graphql/v1"


@dataclass(slots=True)
class Site:
    """One site. The report of its n-th scan is the n-th of ``reports``, and then the first again."""

    id: str
    name: str
    reports: Sequence[Sequence[Issue]] = ((),)
    """None for a site that was never scanned to the end."""
    folder: str = "0"
    url: str = "https://www.example.com"
    ephemeral: bool = False
    scans: int = 1
    """So many were completed."""

    def report(self, scan: str) -> Sequence[Issue]:
        """What the scan with this id found."""
        return self.reports[(int(scan.rpartition("-")[2]) - 1) % len(self.reports)]


@dataclass(slots=True)
class Burp:
    """What the server holds; ``play`` lets a server on loopback tell it."""

    sites: list[Site]
    key: str
    folders: Mapping[str, tuple[str, str | None]] = field(default_factory=lambda: {"0": ("All Sites", None)})
    """Name and outer folder, by id."""
    older: bool = False
    """Whether it is a server of the time before scan targets."""

    def play(self, server: ToolServer) -> None:
        """Answer at the only place there is."""
        server.on("POST", PATH, self.answer)

    def answer(self, call: Call) -> Reply:
        """What one of the connector's queries is answered with."""
        if call.headers.get("authorization") != self.key:
            return Reply({"message": "Unauthorized"}, 401)
        asked = call.json()
        given, document = asked.get("variables") or {}, asked["query"]
        unknown = next((word for word in ("ephemeral", "scan_target_id") if self.older and word in document), "")
        if unknown:
            return _error(f"Validation error: {unknown!r} is undefined")
        match asked["operationName"]:
            case "GetFolders":
                rows = [{"id": id_, "name": name, "parent_id": up} for id_, (name, up) in self.folders.items()]
                return _data(site_tree={"folders": rows})
            case "GetSites":
                return _data(site_tree={"sites": [_site(one) for one in self.sites]})
            case "GetNewestScan":
                return _data(scans=[{"id": f"{one.id}-{one.scans}"} for one in self._sites(given["id"]) if one.reports])
            case "GetIssues":
                return self._issues(given)
            case name:
                return _error(f"Unknown operation {name!r}")

    def _issues(self, given: Mapping[str, Any]) -> Reply:
        found = next(iter(self._sites(given["id"].rpartition("-")[0])), None)
        if found is None:
            return _data(scan=None)
        issues = found.report(given["id"])
        start = given["start"]
        rows = [
            {"serial_number": f"{given['id']}-{number}", **issue}
            for number, issue in enumerate(issues[start : start + given["count"]], start)
        ]
        return _data(scan={"issue_counts": {"total": len(issues)}, "issues": rows})

    def _sites(self, id_: str) -> list[Site]:
        return [site for site in self.sites if site.id == id_]


def _data(**data: Any) -> Reply:
    return Reply({"data": data})


def _error(message: str) -> Reply:
    return Reply({"errors": [{"message": message}]})


def _site(site: Site) -> Mapping[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "parent_id": site.folder,
        "ephemeral": site.ephemeral,
        "scope_v2": {"start_urls": [f"{site.url}/"]},
    }
