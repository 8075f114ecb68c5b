"""The conformance kit sees what it is there to see: each deliberately broken connector fails it, for its own reason."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dojo_tui.connectors.api import Api, Family, Server, Setup, Unavailable
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import BaseTool, Config, Run, Vep
from dojo_tui.connectors.fields import secret, server
from dojo_tui.connectors.row import Row
from dojo_tui.http.auth import bearer
from dojo_tui.http.errors import HttpError
from dojo_tui.http.exchange import Request, path
from dojo_tui.http.listing import InBody, Listing
from dojo_tui.http.pages import NextLink, Single
from dojo_tui.http.retry import Retry
from dojo_tui.model.check import Step, counted
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.testing import Call, Check, Reply, Subject, ToolServer, World, conformance


def serve(server: ToolServer, world: World) -> None:
    """A tool with links to the next page."""

    def page(call: Call, rows: list[dict[str, Any]]) -> Reply:
        start = call.number("from", 0)
        more = f"{server.url}{call.path}?from={start + 100}" if start + 100 < len(rows) else None
        return Reply({"items": rows[start : start + 100], "next": more, "total": len(rows)})

    server.on("GET", "/things", lambda call: page(call, [{"id": one.id, "name": one.name} for one in world.things]))
    server.on(
        "GET",
        "/things/{}/flaws",
        lambda call: page(
            call,
            [
                {"id": flaw.id, "title": flaw.title, "text": flaw.text}
                for flaw in map(_Numbered, world.flaws(call.parts[0]))
            ],
        ),
    )


class _Numbered:
    def __init__(self, flaw: Any) -> None:
        self.id, self.title, self.text = str(flaw.number), flaw.title, flaw.text


class Good(ApiTool):
    """It does everything right, and with it the kit is passed."""

    name, title = "good", "Good"
    location = server("Where")
    secrets = (secret("Key"),)
    retry = Retry()

    def server(self, setup: Setup) -> Server:
        return Server(setup.location, bearer(setup.secret()), retry=self.retry)

    def listing(self, place: str) -> Listing:
        return Listing(Request(place), NextLink("next"), rows="items", key="id", total=InBody("total"))

    def veps(self, api: Api) -> Iterator[Vep]:
        for row in api.rows(self.listing("/things")):
            yield Vep(row.must("id"), row.text("name"))

    def rows(self, api: Api, vendor_id: str) -> Iterator[Row]:
        return api.rows(self.listing(path("/things/{}/flaws", vendor_id)))

    def finding(self, row: Row, _vendor_id: str) -> Finding:
        return Finding(
            title=row.must("title"), severity=Severity.LOW, unique_id=row.must("id"), description=row.text("text")
        )

    def families(self, setup: Setup) -> tuple[Family, ...]:
        return (Family("Good", self.rows, self.finding),)


class NamesAsIds(Good):
    def veps(self, api: Api) -> Iterator[Vep]:
        for row in api.rows(self.listing("/things")):
            yield Vep(row.text("name"), row.text("name"))


class FirstPageOnly(Good):
    def listing(self, place: str) -> Listing:
        return Listing(Request(place), Single(), rows="items")


class NoTotal(Good):
    """Its tool's ``next`` is lost with the end of an answer; nothing tells that there was more."""

    def listing(self, place: str) -> Listing:
        return replace(super().listing(place), total=None, absent_is_empty=True)


class Swallows(Good):
    def rows(self, api: Api, vendor_id: str) -> Iterator[Row]:
        try:
            yield from super().rows(api, vendor_id)
        except HttpError:
            return


class SkipsEverything(Good):
    def rows(self, api: Api, vendor_id: str) -> Iterator[Row]:
        try:
            yield from super().rows(api, vendor_id)
        except HttpError as error:
            raise Unavailable("something is wrong") from error


class Impatient(Good):
    retry = Retry(attempts=1)


class PositionAsId(Good):
    def rows(self, api: Api, vendor_id: str) -> Iterator[Row]:
        for number, row in enumerate(super().rows(api, vendor_id)):
            yield Row({**row.data, "id": f"{number}:{row.text('title')}"})


class Chatty(Good):
    def veps(self, api: Api) -> Iterator[Vep]:
        api.note(f"using {api.setup.secret().reveal()}")
        return super().veps(api)


class Formats(Good):
    def rows(self, api: Api, vendor_id: str) -> Iterator[Row]:
        return api.rows(self.listing(f"/things/{vendor_id}/flaws"))


class MisChecks(Good):
    def check(self, config: Config, run: Run) -> Iterator[Step]:
        self.server(Setup(config, {"location": self.location}))
        yield counted(1)


class ByHand(BaseTool):
    """Asks with the standard library: follows any link and redirect, waits for ever, and bounds nothing."""

    name, title = "by-hand", "By hand"
    location = server("Where")
    secrets = (secret("Key"),)

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        for row in self._rows(config, f"{config.location}/things"):
            yield Vep(row["id"], row["name"])

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        rows = self._rows(config, f"{config.location}/things/{vendor_id}/flaws")
        return Fetch(
            [
                Finding(title=row["title"], severity=Severity.LOW, unique_id=row["id"], description=row["text"])
                for row in rows
            ]
        )

    def _rows(self, config: Config, url: str) -> Iterator[dict[str, Any]]:
        while url:
            request = urllib.request.Request(url, headers={"Authorization": config.secrets["secret"].reveal()})
            with urllib.request.urlopen(request, timeout=2) as answer:
                page = json.load(answer)
            yield from page["items"]
            url = page["next"]


BY_NAME = {str(check): check for check in conformance(Subject(Good(), serve))}


@pytest.mark.parametrize("check", conformance(Subject(Good(), serve)), ids=str)
def test_a_good_connector_passes(check: Check) -> None:
    check()


@pytest.mark.parametrize(
    ("broken", "check", "why"),
    [
        (NamesAsIds, "identity survives renames", "Record would be lost"),
        (FirstPageOnly, "whole listing", "listed 100 of 130"),
        (FirstPageOnly, "whole fetch", "100 findings of 230"),
        (NoTotal, "nothing is taken for empty", "would become Missing"),
        (Swallows, "nothing is taken for empty", "others would be closed"),
        (Swallows, "bad credentials fail", "401 for everything"),
        (SkipsEverything, "bad credentials fail", "401 for everything"),
        (Impatient, "passing failures are survived", "429 at request 1"),
        (PositionAsId, "any order is the same", "another order gives other findings"),
        (Chatty, "secrets are in no output", "the secret is in the output"),
        (Formats, "ids stay in their place", "led to"),
        (MisChecks, "check tells", "1 VEPs"),
        (ByHand, "foreign links are not followed", "another server was asked"),
        (ByHand, "redirects stay at home", "another server was asked"),
        (ByHand, "repeated pages are seen", "asks without end"),
        (ByHand, "nothing is taken for empty", "instead of a ConnectorError"),
        (ByHand, "hostile text is data", "came through|not bounded"),
        (ByHand, "cancelling is quick", "TimeoutError"),
        (ByHand, "ids stay in their place", "led to|instead of"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_connector_fails_for_its_own_reason(broken: type[Good], check: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        replace(BY_NAME[check], subject=Subject(broken(), serve))()


def test_what_concerns_findings_is_not_asked_of_assets() -> None:
    assets = type("Assets", (Good,), {"assets": True})()
    names = {str(check) for check in conformance(Subject(assets, serve))}
    assert "whole fetch" not in names
    assert "whole listing" in names
