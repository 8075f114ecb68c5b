"""Looking whether a DefectDojo server can be used, and by whom; nothing is changed there."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn

from dojo_tui.destinations.defectdojo import anchors, things
from dojo_tui.destinations.defectdojo.address import connected
from dojo_tui.destinations.defectdojo.api import SCAN_TYPE, Api, User
from dojo_tui.destinations.defectdojo.calls import Calls
from dojo_tui.destinations.defectdojo.errors import UNCHANGED, Act, translated
from dojo_tui.destinations.defectdojo.places import usable
from dojo_tui.http.client import Client
from dojo_tui.http.errors import ForeignError, HttpError, IncompleteError, TlsError
from dojo_tui.http.exchange import Caller, Request, origin
from dojo_tui.http.retry import Retry
from dojo_tui.model.check import About, Mark, Step, trying
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.secret import Secret
from dojo_tui.model.text import inert

OLDEST = (2, 58)
"""The oldest version that this program was tried with; 3.2 is what it was made for, and is tested with."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PAST_THE_END = 1_000_000_000
_MEMBER = (
    "Let an administrator make this user staff, or name it among the authorised users of a Product Type or of the "
    "Products."
)

_EVERYTHING = ("see all Products", "add Products", "add Product Types", "add Engagements and Tests", "import")


def steps(
    url: str, token: Secret, caller: Caller, *, verify: bool | str = True, product_type: str = ""
) -> Iterator[Step]:
    """Every step as it is made; raises DestinationError where it does not go on: a failure of what was tried last.

    ``product_type`` is that of Products that would be made.
    """
    # Somebody looks on: what does not answer is told at once.
    with connected(url, token, caller, verify=verify, retry=Retry(attempts=1)) as client:
        yield from _Check(url, client, product_type).steps()


class _Check:
    def __init__(self, url: str, client: Client, product_type: str) -> None:
        self._url = url
        self._client = client
        self._calls = Calls(client)
        self._api = Api(client)
        self._product_type = product_type

    def steps(self) -> Iterator[Step]:
        yield trying(About.REACHED, f"asking {self._url}")
        # What is imported for the first request is no part of how fast the server is.
        importlib.import_module("dojo_tui.http.wire")
        request, act = Request("user_profile/"), Act("Asking DefectDojo who we are")
        started = time.monotonic()
        try:
            answer = self._client.send(request)
            seconds = time.monotonic() - started
            yield from self._arrived(seconds)
            yield trying(About.ANSWER)
            user = things.user(_mapping(answer.json()))
        except HttpError as error:
            yield from self._failed(error, time.monotonic() - started)
            raise translated(error, act, request) from None
        yield from self._version()
        who = f"{user.name}{', a superuser' if user.is_superuser else ', of the staff' if user.is_staff else ''}"
        yield Step(About.WHO, Mark.OK, who, items=(user.name,))
        yield trying(About.VEPS, "counting the Products")
        number = self._count("products/")
        yield from self._rights(user, number)
        shown = "1 Product" if number == 1 else f"{number:,} Products"
        yield Step(About.VEPS, Mark.OK, f"sees {shown}", name="Products", number=number)
        yield from self._settings()
        yield from self._matching()

    # --- the way there -----------------------------------------------------------------

    def _arrived(self, seconds: float) -> Iterator[Step]:
        yield Step(About.REACHED, Mark.OK, f"{self._url}, first answer after {seconds * 1000:,.0f} ms")
        scheme, host, _ = origin(self._url)
        if self._client.tls:
            unsafe = self._client.tls.endswith("not verified")
            do = "Anybody may stand between you and the server: name its authority's file instead." if unsafe else ""
            yield Step(About.WAY, Mark.LOOK if unsafe else Mark.OK, self._client.tls, do=do)
        elif host in _LOOPBACK:
            yield Step(About.WAY, Mark.OK, f"not encrypted ({scheme}), but it does not leave this machine")
        else:
            do = "Whoever is on the way can read the token: use https if the server can."
            yield Step(About.WAY, Mark.LOOK, f"not encrypted ({scheme})", do=do)

    def _failed(self, error: HttpError, seconds: float) -> Iterator[Step]:
        """What is known nevertheless, and what the failure is one of."""
        if error.status or isinstance(error, IncompleteError | ForeignError):
            yield from self._arrived(seconds)
            refused = error.status in (401, 403)
            yield trying(About.WHO if refused else About.ANSWER)
        elif isinstance(error, TlsError):
            yield Step(About.REACHED, Mark.OK, f"{self._url}: somebody answers")
            yield trying(About.WAY)
            do = error.do
            if "certificate" in error.what:
                do += f" For this server alone it is named with 'destinations edit {self._url} --ca FILE'."
            raise DestinationError(error.what, safe=UNCHANGED, do=do)

    def _version(self) -> Iterator[Step]:
        yield trying(About.ANSWER, "looking for its version")
        version = self._api.version()
        if not version:
            do = f"This program works with DefectDojo {_words(OLDEST)} and newer."
            yield Step(About.ANSWER, Mark.LOOK, "DefectDojo; its login page does not tell its version", do=do)
            return
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
        if numbers < OLDEST:
            do = f"This program works with {_words(OLDEST)} and newer: try it with a Product that nobody needs."
            yield Step(About.ANSWER, Mark.LOOK, f"DefectDojo {inert(version)}", do=do)
        else:
            yield Step(About.ANSWER, Mark.OK, f"DefectDojo {inert(version)}")

    # --- rights --------------------------------------------------------------------------

    def _rights(self, user: User, products: int) -> Iterator[Step]:
        """What the server says that this user may make. It is asked for its forms; nothing is filled in."""
        yield trying(About.RIGHTS, "asking what this user may do")
        if user.is_superuser:
            yield Step(About.RIGHTS, Mark.OK, ", ".join(_EVERYTHING), items=_EVERYTHING)
            return
        adds_types = self._may_add("product_types/", {})
        adds_products = self._may_add_products()
        adds_engagements = self._may_add_engagements() if products else None
        asked = {
            "see Products": products > 0,
            "add Products": adds_products,
            "add Product Types": adds_types,
            "add Engagements and Tests": adds_engagements,
        }
        has = tuple(name for name, may in asked.items() if may)
        lacks = [name for name, may in asked.items() if may is False]
        if has:
            yield Step(About.RIGHTS, Mark.OK, ", ".join(has), items=has)
        if adds_engagements is False:
            yield Step(About.RIGHTS, Mark.FAILED, "nothing can be sent: it may not add Engagements", do=_MEMBER)
            return
        if not products and not adds_products:
            yield Step(About.RIGHTS, Mark.FAILED, "it sees no Product and may not add any", do=_MEMBER)
            return
        if lacks:
            do = "Records can be mapped to the Products that it sees." if products else _MEMBER
            yield Step(About.RIGHTS, Mark.LOOK, f"not: {', '.join(lacks)}", do=do)
        yield Step(About.NOTE, Mark.OK, "whether it may import shows at the first Sync: DefectDojo does not tell")

    def _may_add_products(self) -> bool | None:
        kind = self._api.product_type_named(self._product_type) if self._product_type else None
        if kind is None:
            row = self._first("product_types/")
            kind = things.number(row, "id") if row else None
        return False if kind is None else self._may_add("products/", {"prod_type": kind})

    def _may_add_engagements(self) -> bool | None:
        row = self._first("engagements/") or {}
        product = row.get("product")
        if not isinstance(product, int):
            product = next((one.id for one in self._api.products()), None)
        return None if product is None else self._may_add("engagements/", {"product": product})

    def _may_add(self, path: str, into: dict[str, int]) -> bool | None:
        """Whether the server offers the form; None where it does not say."""
        try:
            answer = self._client.send(Request(path, method="OPTIONS", json=into, repeatable=True))
            told = _mapping(answer.json())
        except (HttpError, DestinationError):
            return None
        offered = told.get("actions")
        return isinstance(offered, dict) and "POST" in offered

    # --- settings ---------------------------------------------------------------------------

    def _settings(self) -> Iterator[Step]:
        name = "Deduplication"
        yield trying(About.NOTE, "reading the server's settings")
        row: Any = {}
        with suppress(DestinationError):
            row = self._first("system_settings/") or {}
        on = row.get("enable_deduplication")
        if not isinstance(on, bool):
            told = "whether it is on is shown to administrators only"
            yield Step(About.NOTE, Mark.OK, told, name=name)
        elif on:
            yield Step(
                About.NOTE, Mark.LOOK, "on: what another Test of a Product has too may become an inactive duplicate",
                name=name,
            )  # fmt: skip
            if row.get("delete_duplicates"):
                yield Step(About.NOTE, Mark.LOOK, "the server deletes duplicates; they are created again", name=name)
        else:
            yield Step(About.NOTE, Mark.OK, "off", name=name)
        if row.get("false_positive_history"):
            told = "on: what is a false positive somewhere in a Product becomes one everywhere in it"
            yield Step(About.NOTE, Mark.LOOK, told, name="False positives")

    def _matching(self) -> Iterator[Step]:
        """How Findings are recognised is shown by Tests only."""
        name = "Matching"
        yield trying(About.NOTE, "looking how Findings are matched")
        row = self._first("tests/", {"scan_type": SCAN_TYPE})
        test = things.test(row) if row else None
        if test is None or test.scan_type != SCAN_TYPE:
            told = f"no Test of {SCAN_TYPE} is there yet to show it: it is looked at before anything is sent"
            yield Step(About.NOTE, Mark.OK, told, name=name)
            return
        try:
            sample = anchors.Anchor("title", "description", None, None, None)
            anchors.told_apart(sample, 2, usable(test).hash_fields)
            anchors.hash_key(sample, "service", test.hash_fields)
        except DestinationError as error:
            yield Step(About.NOTE, Mark.FAILED, error.what, name=name, do=error.do)
            return
        fields = ", ".join(test.hash_fields or anchors.LEGACY_FIELDS)
        yield Step(About.NOTE, Mark.OK, f"{SCAN_TYPE} by {inert(test.algorithm)} of {inert(fields)}", name=name)

    # --- asking -----------------------------------------------------------------------------

    def _count(self, path: str) -> int:
        # A Product is shown with the ids of all its open Findings: none is asked for.
        params = {"limit": 1, "offset": _PAST_THE_END}
        return things.number(self._calls.get(path, Act("Counting the Products", "see Products"), params), "count")

    def _first(self, path: str, params: dict[str, str] | None = None) -> Any:
        kind = path.rstrip("/").replace("_", " ")
        answer = self._calls.get(path, Act(f"Listing the {kind}", f"see {kind}"), {**(params or {}), "limit": 1})
        rows = answer.get("results")
        return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None


def _mapping(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        _no_server()
    return data


def _no_server() -> NoReturn:
    raise DestinationError(
        "What answers there is not DefectDojo: it gives something else than a user.",
        do="Is the address that of DefectDojo itself?",
    )


def _words(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
