"""Burp Suite DAST: sites, and the issues of the newest complete scan of each."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dojo_tui.connectors.api import Api, Family, Server, Setup, Unavailable
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import Vep
from dojo_tui.connectors.fields import secret, server
from dojo_tui.connectors.markup import plain
from dojo_tui.connectors.row import Row, cwes
from dojo_tui.http.auth import Header
from dojo_tui.http.errors import FatalError, Fault
from dojo_tui.http.exchange import Response
from dojo_tui.http.graphql import query
from dojo_tui.http.listing import Count, InBody, Listing
from dojo_tui.http.pages import Offset, Single
from dojo_tui.model.finding import Finding

_PATH = "/graphql/v1"
_FOLDERS = "query GetFolders { site_tree { folders { id name parent_id } } }"
_NEW_SITES = "ephemeral scope_v2 { start_urls }"
_SITES = f"query GetSites {{ site_tree {{ sites {{ id name parent_id {_NEW_SITES} }} }} }}"
_SCANS = """query GetNewestScan($id: ID!) {
  scans(offset: 0, limit: 1, sort_column: start, sort_order: desc, scan_status: [succeeded], scan_target_id: $id) { id }
}"""
_ISSUES = """query GetIssues($id: ID!, $start: Int!, $count: Int!) { scan(id: $id) {
  issue_counts { total }
  issues(start: $start, count: $count) {
    serial_number fingerprint confidence severity original_severity accepted_risk origin path
    description_html remediation_html generated_by_extension { name } generated_by_bcheck { name }
    issue_type { type_index name description_html remediation_html vulnerability_classifications_html references_html }
    evidence { ... on Request { request_segments { ...Part } } ... on Response { response_segments { ...Part } }
      ... on HttpInteraction { title description_html request { ...Part } response { ...Part } }
      ... on DescriptiveEvidence { title description_html } } } } }
fragment Part on Segment {
  ... on DataSegment { data_html } ... on HighlightSegment { highlight_html } ... on SnipSegment { snip_length } }"""
_CONFIDENCE = {"certain": 1, "firm": 4, "tentative": 7}  # as DefectDojo counts: 1 is surest
_LONGEST_MESSAGE = 4_000


class _AtLeast:
    """The scan's own count: it may leave out what was set aside, so it proves what is missing and not the end."""

    def read(self, response: Response) -> Count | None:
        count = InBody("data.scan.issue_counts.total", required=False).read(response)
        return Count(count.number, exact=False) if count else None


class BurpDast(ApiTool):
    """A site is a VEP; its folders are details."""

    name = "burp-dast"
    title = "Burp Suite DAST"
    location = server("Address of the server, e.g. https://burp.example.org:8443")
    secrets = (secret("API key of a user who may view sites and scans"),)

    def server(self, setup: Setup) -> Server:
        """The key is the whole header, without a word before it."""
        return Server(setup.location.removesuffix(_PATH), Header("Authorization", setup.secret()))

    def veps(self, api: Api) -> Iterator[Vep]:
        """Every site that the user may see, but for those that a CI run made for itself."""
        listed = api.rows(Listing(query(_PATH, _FOLDERS), Single(), rows="data.site_tree.folders", key="id"))
        folders = {row.must("id"): row for row in listed}
        for row in _either(api, "site_tree.sites", _SITES, _NEW_SITES, "", {}):
            if not row.flag("ephemeral"):
                yield site(row, folders)

    def families(self, setup: Setup) -> tuple[Family, ...]:
        """Only one."""
        return (Family("Burp Suite DAST", _issues, finding),)


def _either(api: Api, rows: str, document: str, new: str, old: str, variables: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a query; without its ``new`` words at an older server that does not know them."""
    listing = Listing(query(_PATH, document, variables), Single(), rows=f"data.{rows}", key="id")
    try:
        yield from api.rows(listing)
    except FatalError as error:
        if error.fault is not Fault.OURS or not any(word in str(error) for word in new.split() if len(word) > 1):
            raise
        yield from api.rows(replace(listing, request=query(_PATH, document.replace(new, old), variables)))


def _issues(api: Api, vendor_id: str) -> Iterator[Row]:
    scans = list(_either(api, "scans", _SCANS, "scan_target_id", "site_id", {"id": vendor_id}))
    if not scans:
        raise Unavailable("this site has no scan that was completed")
    asked = query(_PATH, _ISSUES, {"id": scans[0].must("id")})
    pages = Offset("$.variables.start", "$.variables.count", rows=100)
    # The serial number is a name within one scan only.
    yield from api.rows(Listing(asked, pages, rows="data.scan.issues", key="serial_number", total=_AtLeast()))


def site(row: Row, folders: Mapping[str, Row]) -> Vep:
    """A site as a VEP, with its folders from the outermost one on."""
    names: dict[str, str] = {}
    above = folders.get(row.text("parent_id"))
    # The outermost folder, which has none above it, holds them all.
    while above is not None and above.text("parent_id") and above.text("id") not in names:
        names[above.text("id")] = above.text("name")
        above = folders.get(above.text("parent_id"))
    details = {"folder": " / ".join(reversed(names.values())), "url": row.text("scope_v2.start_urls.0")}
    return Vep(row.must("id"), row.text("name"), {key: text for key, text in details.items() if text})


def finding(row: Row, _vendor_id: str) -> Finding:
    """An issue at one place: never several of a kind in one."""
    kind, confidence, said = row.row("issue_type"), row.text("confidence").lower(), row.text("original_severity")
    false_positive, accepted = confidence == "false_positive", row.flag("accepted_risk")
    detail, background = plain(row.text("description_html")), plain(kind.text("description_html"))
    fixes = dict.fromkeys((plain(row.text("remediation_html")), plain(kind.text("remediation_html"))))
    classes = kind.text("vulnerability_classifications_html")
    maker = row.text("generated_by_extension.name", "generated_by_bcheck.name")
    return Finding(
        title=kind.text("name"),
        **row.severity("severity"),
        severity_justification=f"The scan said {said}." if said and said != row.text("severity") else "",
        description=detail or background,
        impact=background if detail else "",
        mitigation="\n\n".join(filter(None, fixes)),
        references="\n".join(filter(None, (plain(kind.text("references_html")), plain(classes)))),
        steps_to_reproduce="\n\n".join(_evidence(row)),
        rule_id=kind.text("type_index"),
        unique_id=row.text("fingerprint"),
        cwes=cwes(classes),
        endpoints=(row.must("origin") + row.text("path"),),
        scanner_confidence=_CONFIDENCE.get(confidence),
        tags=(maker,) if maker else (),
        dynamic_finding=True,
        false_p=false_positive,
        risk_accepted=accepted and not false_positive,
        active=not (false_positive or accepted),
    )


def _evidence(row: Row) -> Iterator[str]:
    for one in row.rows("evidence"):
        yield from filter(None, (one.text("title"), plain(one.text("description_html"))))
        for place in ("request_segments", "request", "response_segments", "response"):
            parts = (str(part.get("data_html") or part.get("highlight_html") or "[...]") for part in one.rows(place))
            if said := "".join(parts):
                yield f"{place.partition('_')[0].title()}:\n{html.unescape(said)[:_LONGEST_MESSAGE]}"


TOOL = BurpDast()
