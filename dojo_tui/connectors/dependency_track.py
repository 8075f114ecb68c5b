"""Dependency-Track (4 and 5): projects, and the vulnerabilities of their components."""

from __future__ import annotations

from collections.abc import Iterator

from dojo_tui.connectors.api import Api, Family, Server, Setup, Who
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import Field, Vep
from dojo_tui.connectors.fields import secret, server, yes_no
from dojo_tui.connectors.row import Row
from dojo_tui.http.auth import Header
from dojo_tui.http.exchange import Request, path
from dojo_tui.http.listing import InHeader, Listing
from dojo_tui.http.pages import PageNumber
from dojo_tui.model.finding import Finding

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


def project(row: Row) -> Vep:
    """A project as a VEP."""
    name, version = row.text("name"), row.text("version")
    details = {"version": version, "classifier": row.text("classifier"), "purl": row.text("purl")}
    return Vep(row.must("uuid"), f"{name} {version}".strip(), {key: text for key, text in details.items() if text})


def finding(row: Row, _vendor_id: str) -> Finding:
    """A vulnerability of a component."""
    flaw, component, analysis = row.row("vulnerability"), row.row("component"), row.row("analysis")
    name, version, group = component.text("name"), component.text("version"), component.text("group")
    ids = [flaw.must("vulnId")]
    for alias in flaw.rows("aliases"):
        ids += filter(None, map(alias.text, _ALIASES))
    cwes = [cwe.whole("cweId") for cwe in (*flaw.rows("cwes"), flaw)]
    state, suppressed = analysis.text("state").upper(), analysis.flag("isSuppressed")
    false_positive = state in ("FALSE_POSITIVE", "NOT_AFFECTED")
    source = flaw.text("source")
    described = map(flaw.text, ("title", "subtitle", "description"))
    scores = flaw.number("cvssV3BaseScore"), flaw.number("cvssV4Score")
    facts = [f"Component: {component.text('purl')}"] if component.text("purl") else []
    if analysis.text("detail", "details"):
        facts.append(f"Analysis: {analysis.text('detail', 'details')}")
    return Finding(
        title=f"{name}:{version} affected by: {ids[0]}" + (f" ({source})" if source else ""),
        **flaw.severity("severity", score=scores[1] or scores[0]),
        description="\n\n".join(dict.fromkeys(filter(None, [*described, *facts]))),
        mitigation=flaw.text("recommendation"),
        references=flaw.text("references") or row.text("attribution.referenceUrl"),
        rule_id=ids[0],
        unique_id=row.must("matrix"),
        vulnerability_ids=tuple(dict.fromkeys(ids)),
        cwes=tuple(dict.fromkeys(filter(None, cwes))) or (1035,),
        cvssv3=flaw.text("cvssV3Vector"),
        cvssv3_score=scores[0],
        cvssv4=flaw.text("cvssV4Vector"),
        cvssv4_score=scores[1],
        epss_score=flaw.number("epssScore"),
        epss_percentile=flaw.number("epssPercentile"),
        component_name=f"{group}/{name}" if group else name,
        component_version=version,
        date=row.day("attribution.attributedOn"),
        publish_date=flaw.day("published"),
        static_finding=True,
        verified=state == "EXPLOITABLE",
        false_p=false_positive,
        risk_accepted=suppressed and not false_positive and state != "RESOLVED",
        is_mitigated=state == "RESOLVED",
        active=not (suppressed or false_positive or state == "RESOLVED"),
    )


_ALIASES = ("cveId", "ghsaId", "osvId", "snykId", "sonatypeId", "gsdId", "vulnDbId", "internalId")

TOOL = DependencyTrack()
