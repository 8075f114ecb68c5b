"""Dependency-Track (4 and 5): projects, and the vulnerabilities of their components."""

from __future__ import annotations

from collections.abc import Iterator

from dojo_tui.sdk import (
    Api,
    ApiTool,
    Family,
    Field,
    Header,
    InHeader,
    Listing,
    PageNumber,
    Request,
    Row,
    Server,
    Setup,
    Vep,
    Who,
    path,
    secret,
    server,
    yes_no,
)
from dojo_tui.tools.dependency_track.mapping import finding, project

_PAGES = PageNumber(number="pageNumber", size="pageSize", rows=100)
# Version 4 gives all findings at once whatever page is asked for; either tells how many there are.
_TOTAL = InHeader("X-Total-Count", kind="X-Total-Count-Type")


class DependencyTrack(ApiTool):
    """A project (of one version) is a VEP."""

    name = "dependency-track"
    title = "Dependency-Track"
    location = server("Address of the API server, e.g. https://dtrack.example.org")
    secrets = (secret("API key of a team with VIEW_PORTFOLIO and VIEW_VULNERABILITY"),)
    options = (Field("inactive-projects", "Whether to list projects that are not active", default="no", parse=yes_no),)

    def server(self, setup: Setup) -> Server:
        """The key goes in a header of its own."""
        base = setup.location.removesuffix("/api")
        return Server(f"{base}/api", Header("X-Api-Key", setup.secret()))

    def who(self, api: Api) -> Who:
        """The team that the key belongs to."""
        team = api.get("/v1/team/self")
        rights = tuple(right.text("name") for right in team.rows("permissions"))
        return Who(team.text("name", default="a team without a name"), rights)

    def veps(self, api: Api) -> Iterator[Vep]:
        """Every project that the team may see."""
        only_active = "false" if api.setup.flag("inactive-projects") else "true"
        request = Request("/v1/project", {"excludeInactive": only_active})
        for row in api.rows(Listing(request, _PAGES, key="uuid", total=_TOTAL)):
            yield project(row)

    def families(self, setup: Setup) -> tuple[Family, ...]:
        """Only one."""
        return (Family("Dependency-Track", _findings, finding),)


def _findings(api: Api, vendor_id: str) -> Iterator[Row]:
    # Suppressed ones are asked for too: they arrive as triage, not as vanished.
    request = Request(path("/v1/finding/project/{}", vendor_id), {"suppressed": "true"})
    # One analyser may attribute the same finding twice: such rows differ in the time only.
    return api.rows(Listing(request, _PAGES, key="matrix attribution.attributedOn", total=_TOTAL))


TOOL = DependencyTrack()
