"""What the connectors to GitHub share: where it is, who we are there, and which repositories there are."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from dojo_tui.sdk import (
    Api,
    ApiTool,
    ConnectorError,
    Field,
    LinkHeader,
    Listing,
    RefusedError,
    Request,
    Response,
    Row,
    Server,
    Setup,
    Vep,
    Who,
    bearer,
    incomplete,
    malformed,
    path,
    server,
    word,
    yes_no,
)

PAGES = LinkHeader(size="per_page", rows=100)
OLDEST_FIRST = {"sort": "created", "direction": "asc"}
"""What appears while we read is appended to the last page, so that no page shifts."""

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub(ApiTool):
    """A repository is a VEP, or an asset in the Product Type of its owner."""

    location = server(
        "Address of GitHub; of GitHub Enterprise Server e.g. https://github.example.org",
        default="https://api.github.com",
    )
    options: tuple[Field, ...] = (
        Field(
            "owner", "Organisation or user whose repositories these are; empty for all that the token sees", parse=word
        ),
        Field("archived", "Whether to list archived repositories", default="no", parse=yes_no),
    )

    def server(self, setup: Setup) -> Server:
        """A token, and the version of the interface."""
        return Server(base(setup.location), bearer(setup.secret()), headers=_HEADERS)

    def who(self, api: Api) -> Who:
        """The user of the token, its scopes where GitHub tells them, and what is left of its hourly budget."""
        return _who(api)

    def veps(self, api: Api) -> Iterator[Vep]:
        """Every repository of the owner, or all that the token sees."""
        return _repositories(api)


def base(location: str) -> str:
    """Where the interface begins: a host of its own at GitHub's, ``/api/v3`` at an Enterprise Server."""
    parts = urlsplit(location)
    host = parts.hostname or ""
    if host in ("github.com", "www.github.com"):
        return "https://api.github.com"
    if host.endswith(".ghe.com") and not host.startswith("api."):
        return f"{parts.scheme}://api.{parts.netloc}"
    own = host == "api.github.com" or host.endswith(".ghe.com") or parts.path.endswith("/api/v3")
    return location if own else f"{location}/api/v3"


def _who(api: Api) -> Who:
    try:
        answer = api.client.send(Request("/user"))
    except RefusedError as error:
        if error.status != 403:
            raise
        return Who("a GitHub App, which is no user")
    notes = []
    scopes = answer.headers.get("x-oauth-scopes")
    if scopes is None:
        notes.append("GitHub does not tell what a token of this kind may do.")
    left, most = (answer.headers.get(f"x-ratelimit-{name}", "") for name in ("remaining", "limit"))
    if left.isdecimal() and most.isdecimal():
        notes.append(f"{int(left):,} of {int(most):,} requests are left in this hour.")
    rights = tuple(scope.strip() for scope in (scopes or "").split(",") if scope.strip())
    return Who(Row(answer.json()).must("login"), rights, tuple(notes))


def _repositories(api: Api) -> Iterator[Vep]:
    owner = api.setup.text("owner")
    kind = api.get(path("/users/{}", owner)).must("type") if owner else "User"
    if kind not in ("User", "Organization"):
        raise malformed(f"{owner} is neither a user nor an organisation.")
    request = Request("/user/repos", {"affiliation": "owner,collaborator,organization_member", **OLDEST_FIRST})
    if kind == "Organization":
        request = Request(path("/orgs/{}/repos", owner), {"type": "all", **OLDEST_FIRST})
    request = Request(request.path, request.params, verify=_all_organisations)
    for row in api.rows(Listing(request, PAGES, key="id")):
        # What a user has is listed as our own: GitHub's list of a user's repositories has only public ones.
        foreign = owner and kind == "User" and row.text("owner.login").lower() != owner.lower()
        if not foreign and (api.setup.flag("archived") or not row.flag("archived")):
            yield repository(row)


def repository(row: Row) -> Vep:
    """A repository by its number, which survives renames and transfers."""
    archived = "yes" if row.flag("archived") else ""
    details = {
        "url": row.text("html_url"),
        "visibility": row.text("visibility"),
        "archived": archived,
        "branch": row.text("default_branch"),
        "language": row.text("language"),
    }
    shown = {key: text for key, text in details.items() if text}
    return Vep(row.must("id"), row.must("full_name"), shown, product_type=row.must("owner.login"))


def place(api: Api, vendor_id: str) -> tuple[str, str]:
    """Owner and name of the repository at this moment.

    GitHub redirects old names to ``/repositories/{id}``. That it is not there is a failure, so
    that 404 for one of its families can only mean the family.
    """

    def ask() -> tuple[str, str]:
        try:
            row = api.get(path("/repositories/{}", vendor_id))
        except RefusedError as error:
            if error.status == 401:
                raise
            raise ConnectorError(
                f"The repository cannot be seen: {error.what}",
                safe=error.safe,
                do="Discover tells whether it is still there; otherwise look at what the token may see.",
            ) from error
        return row.must("owner.login"), row.must("name")

    return api.keep(("repository", vendor_id), ask)


def _all_organisations(response: Response) -> None:
    """With single sign-on, organisations that did not approve the token are silently left out."""
    if response.headers.get("x-github-sso", "").startswith("partial-results"):
        raise incomplete(
            f"{response.place} leaves out organisations whose single sign-on did not approve the token.",
            do="Approve the token for them at GitHub, or name the owner in the Connector.",
        )
