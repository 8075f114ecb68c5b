"""GitHub Advanced Security: repositories, and their alerts of code scanning, Dependabot and secret scanning."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dojo_tui.sdk import Api, Family, Field, Listing, Request, Row, Setup, Unavailable, path, secret, words
from dojo_tui.tools.github.mapping import code_alert, dependency_alert, secret_alert
from dojo_tui.tools.github.repositories import OLDEST_FIRST, PAGES, GitHub, place

_FAMILIES = {
    "code-scanning": ("code scanning", code_alert),
    "dependabot": ("Dependabot", dependency_alert),
    "secret-scanning": ("secret scanning", secret_alert),
}


def _alerts(kind: str, api: Api, vendor_id: str) -> Iterator[Row]:
    if kind not in api.setup.option("families"):
        raise Unavailable("not chosen in this Connector's option families")
    # In every state: what was dismissed or fixed arrives as that, not as vanished.
    params = {**OLDEST_FIRST, **({"hide_secret": "true"} if kind == "secret-scanning" else {})}
    request = Request(path("/repos/{}/{}/{}/alerts", *place(api, vendor_id), kind), params)
    return api.rows(Listing(request, PAGES, key="number"))


def _chosen(text: str) -> tuple[str, ...]:
    if unknown := [one for one in words(text) if one not in _FAMILIES]:
        raise ValueError(f"{unknown[0]} is none of {', '.join(_FAMILIES)}")
    return words(text)


class GitHubSecurity(GitHub):
    """A repository is a VEP."""

    name, title = "github-security", "GitHub Advanced Security"
    secrets = (secret("token that may read the metadata and the alerts of the repositories"),)
    options = (
        *GitHub.options,
        Field(
            "families",
            "Which alerts to take over; what is held of the others stays",
            default=", ".join(_FAMILIES),
            parse=_chosen,
        ),
    )

    def families(self, setup: Setup) -> tuple[Family, ...]:
        """All three: one that was not chosen is skipped, so that nothing of it is closed."""
        return tuple(
            Family(
                f"GitHub {title}",
                partial(_alerts, kind),
                finding,
                skips={
                    403: f"{title} is not enabled for this repository, or the token may not read its alerts (403)",
                    404: f"{title} is not enabled, has never run here, or the token may not know of it (404)",
                },
            )
            for kind, (title, finding) in _FAMILIES.items()
        )


TOOL = GitHubSecurity()
