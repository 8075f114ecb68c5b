"""Burp Suite DAST: sites, and the issues of the newest complete scan of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dojo_tui.sdk import (
    Api,
    ApiTool,
    Count,
    Family,
    FatalError,
    Fault,
    Header,
    InBody,
    Listing,
    Offset,
    Response,
    Row,
    Server,
    Setup,
    Single,
    Unavailable,
    Vep,
    query,
    secret,
    server,
)
from dojo_tui.tools.burp_dast.mapping import finding, site

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


TOOL = BurpDast()
