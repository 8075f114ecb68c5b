"""Five invented sites, what their scans find, and what happens to them while somebody tries the program."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dojo_tui.demo.servers.burp import Burp, Issue, Site
from dojo_tui.demo.servers.listening import Listening

FOLDERS: Mapping[str, tuple[str, str | None]] = {
    "0": ("All Sites", None),
    "1": ("Customers", "0"),
    "2": ("Shop", "1"),
    "3": ("Staff", "0"),
}

RENAMED = {"Storefront": "Web shop"}
DELETED = "15"

_KINDS: Mapping[str, tuple[int, str, str, int, str, str]] = {
    "sql": (
        1049088, "SQL injection", "high", 89,
        "A value of the request becomes a part of a database statement. A quote in it led to an error, two to none.",
        "Give the value to the statement as a parameter.",
    ),
    "path": (
        1049344, "File path traversal", "high", 22,
        "A name in the request leads out of the folder that it is meant to stay in.",
        "Map names to files by a table, or compare the resolved path with the folder.",
    ),
    "xss": (
        2097920, "Cross-site scripting (reflected)", "high", 79,
        "A value of the request comes back in the page as markup: <b>a script in it would run</b>.",
        "Encode the value for the place where it is written.",
    ),
    "redirect": (
        5243136, "Open redirection (reflected)", "medium", 601,
        "A parameter decides where the browser is sent, also to a foreign host.",
        "Allow only paths of the site itself.",
    ),
    "csrf": (
        2098944, "Cross-site request forgery", "medium", 352,
        "The form changes something and holds nothing that a foreign page could not guess.",
        "Add a token that belongs to the session.",
    ),
    "library": (
        5243008, "Vulnerable JavaScript dependency", "low", 1395,
        "A library in the page is of a version with known weaknesses.",
        "Use a version in which they are mended.",
    ),
    "cookie": (
        5244416, "Cookie without HttpOnly flag set", "low", 1004,
        "Scripts of the page can read this cookie.",
        "Set HttpOnly unless a script needs it.",
    ),
    "hsts": (
        16777984, "Strict transport security not enforced", "low", 523,
        "A browser may be led to ask without encryption.",
        "Send a Strict-Transport-Security header.",
    ),
    "mail": (
        6291968, "Email addresses disclosed", "info", 200,
        "The page holds addresses of people.",
        "See whether they are meant to stand there.",
    ),
}  # fmt: skip

_PLACES: Mapping[str, tuple[str, str, str]] = {
    "11": (
        "sql /search, xss /reviews, cookie /, cookie /login, hsts /, library /basket, mail /imprint",
        "redirect /go, xss /wishlist",
        "csrf /basket/add",
    ),
    "12": ("sql /orders/17, csrf /pay!accepted, hsts /", "path /invoices", "redirect /pay/back"),
    "13": ("xss /profile, csrf /profile/mail, cookie /, library /, mail /help", "sql /tickets", "path /attachments"),
    "14": ("cookie /, hsts /, xss /directory!false_positive, mail /directory", "library /lunch", ""),
    "15": ("hsts /, library /, mail /contact", "redirect /out", "xss /win"),
}
"""Of each site what every scan finds, what only the odd ones do, and what only the even ones do."""


def sites() -> list[Site]:
    """As they are in the beginning; the last one belongs to a CI run and is left out by the connector."""
    return [
        _site("11", "Storefront", "2", "https://shop.example.com"),
        _site("12", "Checkout API", "2", "https://pay.example.com"),
        _site("13", "Customer portal", "1", "https://my.example.com"),
        _site("14", "Intranet", "3", "https://intranet.example.net"),
        _site("15", "Summer campaign", "0", "https://summer.example.com"),
        Site("900", "ci-build-4711", ephemeral=True),
    ]


def _rename(before: list[Site]) -> list[Site]:
    return [replace(site, name=RENAMED.get(site.name, site.name)) for site in before]


def _delete(before: list[Site]) -> list[Site]:
    return [site for site in before if site.id != DELETED]


def _restore(before: list[Site]) -> list[Site]:
    return [*before, *(site for site in sites() if site.id == DELETED)]


AFTER_DISCOVER: Mapping[int, Callable[[list[Site]], list[Site]]] = {1: _rename, 2: _delete, 3: _restore}
"""What happens after so many Discovers, so that the next one sees it."""


class BurpDemo(Listening):
    """The demo's server: its story goes on with each Discover, and a scan is completed after each Sync."""

    tool = "burp-dast"
    label = "burp"
    secret = "a-key-for-the-demo-only"  # noqa: S105 -- it opens nothing but this

    def __init__(self) -> None:
        super().__init__()
        self.options: dict[str, str] = {}
        self.burp = Burp(sites(), self.secret, FOLDERS)
        self.burp.play(self._server)

    def discovered(self) -> None:
        """Rename a site, then delete one, then bring it back."""
        with self._lock:
            self._discovers += 1
            happens = AFTER_DISCOVER.get(self._discovers)
            if happens is not None:
                # A new list: one that is being told now stays what it was.
                self.burp.sites = happens(self.burp.sites)

    def synced(self, name: str) -> None:
        """The next scan of this site is completed."""
        with self._lock:
            for site in self.burp.sites:
                if site.name in (name, RENAMED.get(name)):
                    site.scans += 1


def _site(id_: str, name: str, folder: str, url: str) -> Site:
    always, odd, even = ([_issue(place, url) for place in places.split(", ") if place] for places in _PLACES[id_])
    return Site(id_, name, ((*always, *odd), (*even, *always)), folder, url)


def _issue(place: str, url: str) -> Issue:
    what, _, decided = place.partition("!")
    kind, path = what.split()
    number, name, severity, cwe, text, fix = _KINDS[kind]
    request = f"GET {path}?q=1 HTTP/1.1\r\nHost: {url.removeprefix('https://')}\r\n\r\n"
    found: dict[str, Any] = {
        "fingerprint": hashlib.sha256(f"{number} {url}{path}".encode()).hexdigest()[:20],
        "severity": severity,
        "original_severity": severity,
        "confidence": decided if decided == "false_positive" else "firm",
        "accepted_risk": decided == "accepted",
        "origin": url,
        "path": path,
        "description_html": f"<p>{text}</p><p>Seen at <b>{path}</b>.</p>",
        "issue_type": {
            "type_index": str(number),
            "name": name,
            "remediation_html": f"<p>{fix}</p>",
            "vulnerability_classifications_html": f"<ul><li>CWE-{cwe}</li></ul>",
        },
        "evidence": [{"request_segments": [{"data_html": request}]}],
    }
    return found
