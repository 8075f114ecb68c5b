"""What we ask of a DefectDojo server, typed; every failure is a DestinationError."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from dojo_tui.destinations.defectdojo import things
from dojo_tui.destinations.defectdojo.address import web
from dojo_tui.destinations.defectdojo.calls import Calls, Params
from dojo_tui.destinations.defectdojo.errors import Act, AlreadyThereError, FindingGoneError, UnknownOutcomeError
from dojo_tui.destinations.defectdojo.things import Delta, ServerEngagement, ServerFinding, ServerTest, User
from dojo_tui.http.client import Client
from dojo_tui.http.errors import HttpError
from dojo_tui.http.exchange import Request, Upload, path
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.model.target import ServerProduct
from dojo_tui.model.values import items

__all__ = [
    "SCAN_TYPE",
    "AlreadyThereError",
    "Api",
    "Delta",
    "FindingGoneError",
    "ServerEngagement",
    "ServerFinding",
    "ServerProduct",
    "ServerTest",
    "UnknownOutcomeError",
    "User",
]

SCAN_TYPE = "Generic Findings Import"
LONGEST_SERVICE = 200
_REPORT_NAME = "dojo-tui.json"

_IDS_AT_ONCE = 100
_FINDINGS_AT_ONCE = 250
_PAST_THE_END = 1_000_000_000
_FILTERS = frozenset(
    {"active", "is_mitigated", "false_p", "out_of_scope", "risk_accepted", "duplicate", "verified", "severity"}
)
_VERSION = re.compile(r"\bv\. (\d[\w.+-]{0,30})")

_LISTING_PRODUCTS = Act("Listing the Products", "see Products")
_LISTING_ENGAGEMENTS = Act("Listing the Engagements", "see the Product's Engagements")
_LISTING_TESTS = Act("Listing the Tests", "see the Product's Tests")
_LISTING_FINDINGS = Act("Listing the Findings", "see the Product's Findings")


class Api:
    """One server, as one user, for one Operation. Threads may share it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._calls = Calls(client)
        self._types: dict[int, str] = {}
        self._types_read = False
        self._test_type = 0

    # --- who and what ------------------------------------------------------------

    def user(self) -> User:
        """Whose token it is: the cheapest question that needs one."""
        return things.user(self._calls.get("user_profile/", Act("Asking DefectDojo who we are")))

    def version(self) -> str:
        """What the foot of its login page says; empty where it says nothing.

        The API tells it only in its schema, which takes a server seconds to write.
        """
        try:
            page = self._client.send(Request(f"{web(self._client)}/login", accept="*/*"))
        except HttpError:
            return ""
        found = _VERSION.search(page.body.decode("utf-8", "replace"))
        return found[1].rstrip(".") if found else ""

    # --- Products ----------------------------------------------------------------

    def products(self) -> Iterator[ServerProduct]:
        """All that the user may see."""
        self._read_types()
        for row in self._calls.rows("products/", {"o": "id"}, _LISTING_PRODUCTS):
            yield self._product(row)

    def products_with_ids(self, ids: Collection[int]) -> Iterator[ServerProduct]:
        """Those of ``ids`` that there are still."""
        for chunk in _chunks(ids):
            params = {"id": ",".join(map(str, chunk)), "o": "id"}
            for row in self._calls.rows("products/", params, _LISTING_PRODUCTS):
                found = self._product(row)
                # A server that does not know a filter gives everything.
                if found.id in chunk:
                    yield found

    def product_named(self, name: str) -> ServerProduct | None:
        """The one of exactly this name."""
        # Names are kept without blanks around them.
        name = name.strip()
        for row in self._calls.rows("products/", {"name_exact": name, "o": "id"}, _LISTING_PRODUCTS):
            if row.get("name") == name:
                return self._product(row)
        return None

    def product_type_named(self, name: str) -> int | None:
        """The id of the Product Type of exactly this name."""
        name = name.strip()
        act = Act("Listing the Product Types", "see Product Types")
        found = [
            row for row in self._calls.rows("product_types/", {"name": name}, act) if things.text(row, "name") == name
        ]
        return things.number(found[0], "id") if found else None

    def create_product_type(self, name: str) -> int:
        """Make one; raises AlreadyThereError."""
        act = Act(f"Creating the Product Type {name!r}", "create Product Types")
        made = things.number(self._calls.post("product_types/", {"name": name}, act), "id")
        self._types[made] = name
        return made

    def create_product(self, name: str, product_type_id: int, description: str) -> ServerProduct:
        """Make one; raises AlreadyThereError."""
        body = {"name": name, "prod_type": product_type_id, "description": description}
        return self._product(
            self._calls.post("products/", body, Act(f"Creating the Product {name!r}", "create Products"))
        )

    def change_product(self, id: int, *, name: str, product_type_id: int) -> ServerProduct:  # noqa: A002
        """Give it another name or type; raises LostError or AlreadyThereError."""
        act = Act(f"Changing the Product {id}", "edit the Product")
        return self._product(
            self._calls.patch(path("products/{}/", id), {"name": name, "prod_type": product_type_id}, act)
        )

    def _product(self, row: things.Raw) -> ServerProduct:
        return things.product(row, self._type_name(things.number(row, "prod_type")))

    def _read_types(self) -> None:
        if not self._types_read:
            act = Act("Listing the Product Types", "see Product Types")
            rows = self._calls.rows("product_types/", {}, act)
            self._types |= {things.number(row, "id"): things.text(row, "name") for row in rows}
            self._types_read = True

    def _type_name(self, id: int) -> str:  # noqa: A002
        if id not in self._types:
            self._types[id] = ""
            # Whoever may see a Product need not see its type.
            with suppress(DestinationError):
                row = self._calls.get(path("product_types/{}/", id), Act("Reading a Product Type"))
                self._types[id] = things.text(row, "name")
        return self._types[id]

    # --- Engagements and Tests -----------------------------------------------------

    def engagements(self, product_id: int, name: str) -> list[ServerEngagement]:
        """All of exactly this name, the oldest first; raises LostError when the Product is gone."""
        params: Params = {"product": product_id, "name": name, "o": "created"}
        found = map(things.engagement, self._calls.rows("engagements/", params, _LISTING_ENGAGEMENTS))
        exact = [one for one in found if one.name == name and one.product_id == product_id]
        return sorted(exact, key=lambda one: one.id)

    def create_engagement(
        self, product_id: int, name: str, day: date, until: date, description: str, **more: Any
    ) -> ServerEngagement:
        """Make one, in progress; ``more`` fields are those of the API."""
        body = {
            "product": product_id,
            "name": name,
            "description": description,
            "target_start": day.isoformat(),
            "target_end": until.isoformat(),
            "status": "In Progress",
            **more,
        }
        act = Act(f"Creating the Engagement {name!r}", "add Engagements to the Product")
        return things.engagement(self._calls.post("engagements/", body, act))

    def delete_engagement(self, id: int) -> None:  # noqa: A002
        """Delete one that we just made; nothing happens when it is gone already."""
        with suppress(LostError):
            self._calls.delete(
                path("engagements/{}/", id), Act(f"Deleting the Engagement {id}", "delete Engagements (staff)")
            )

    def test(self, id: int) -> ServerTest | None:  # noqa: A002
        """A Test; None when it was deleted."""
        try:
            return things.test(self._calls.get(path("tests/{}/", id), Act(f"Reading the Test {id}", "see the Test")))
        except LostError:
            return None

    def tests_titled(self, title: str) -> Iterator[ServerTest]:
        """All of exactly this title, in whatever Engagement."""
        for row in self._calls.rows("tests/", {"title": title, "o": "created"}, _LISTING_TESTS):
            found = things.test(row)
            if found.title == title:
                yield found

    def tests_of(self, engagement_id: int, title: str) -> list[ServerTest]:
        """Those of exactly this title in an Engagement, the oldest first; raises LostError when that is gone."""
        params: Params = {"engagement": engagement_id, "title": title, "o": "created"}
        found = map(things.test, self._calls.rows("tests/", params, _LISTING_TESTS))
        exact = [one for one in found if one.title == title and one.engagement_id == engagement_id]
        return sorted(exact, key=lambda one: one.id)

    def create_test(
        self, engagement_id: int, title: str, moment: datetime, description: str = "", **more: Any
    ) -> ServerTest:
        """Make one that takes our reports; raises LostError when the Engagement is gone.

        ``more`` fields are those of the API.
        """
        body = {
            "engagement": engagement_id,
            "test_type": self._report_type(),
            # Without it the Test is matched by title and severity alone.
            "scan_type": SCAN_TYPE,
            "title": title,
            "description": description,
            "target_start": moment.isoformat(),
            "target_end": moment.isoformat(),
            **more,
        }
        act = Act(f"Creating the Test {title!r}", "add Tests to the Product")
        made = self.test(things.number(self._calls.post("tests/", body, act), "id"))
        # The answer to POST does not tell how Findings will be matched.
        if made is None:
            raise LostError(f"The Test {title!r} was deleted as soon as it was made.", do="Run it again.")
        return made

    def change_test(self, id: int, body: Mapping[str, Any]) -> None:  # noqa: A002
        """Change some fields of a Test; raises LostError."""
        self._calls.patch(path("tests/{}/", id), body, Act(f"Changing the Test {id}", "edit the Test"))

    def environment_named(self, name: str) -> int | None:
        """The id of the environment of exactly this name."""
        act = Act("Listing the environments", "see environments")
        for row in self._calls.rows("development_environments/", {}, act):
            if row.get("name") == name:
                return things.number(row, "id")
        return None

    def _report_type(self) -> int:
        if not self._test_type:
            act = Act("Looking for the Test Type of our reports")
            for row in self._calls.rows("test_types/", {"name": SCAN_TYPE}, act):
                if row.get("name") == SCAN_TYPE:
                    self._test_type = things.number(row, "id")
        if not self._test_type:
            raise DestinationError(
                f"The server has no Test Type {SCAN_TYPE!r}.", do="Is it a DefectDojo server of a supported version?"
            )
        return self._test_type

    # --- Findings ------------------------------------------------------------------

    def count(self, test_id: int, service: str, *, active: bool) -> int:
        """How many of a service are active, or are not; raises LostError when the Test is gone."""
        return self._number({**_scope(test_id, service), "active": _word(active)})

    def total(self, test_id: int, service: str = "") -> int:
        """How many Findings a Test has, of a service or whoever's they are."""
        return self._number(_scope(test_id, service) if service else {"test": test_id})

    def counts(self, test_id: int) -> tuple[int, int]:
        """How many Findings a Test has, and how many of them are active, whoever's they are."""
        return self.total(test_id), self._number({"test": test_id, "active": _word(True)})

    def _number(self, chosen: Params) -> int:
        params: Params = {**chosen, "limit": 1, "offset": _PAST_THE_END}
        return things.number(self._calls.get("findings/", Act("Counting the Findings"), params), "count")

    def services(self, test_id: int) -> set[str]:
        """All services of a Test's Findings."""
        params: Params = {"test": test_id, "o": "id"}
        rows = self._calls.rows("findings/", params, _LISTING_FINDINGS, at_once=_FINDINGS_AT_ONCE)
        return {things.text(row, "service") for row in rows}

    def findings(self, test_id: int, service: str, **filters: bool | str) -> Iterator[ServerFinding]:
        """Those of a service, by id; raises LostError when the Test is gone."""
        if unknown := filters.keys() - _FILTERS:
            # The server would take no notice, and give all.
            raise ValueError(f"no filters of findings: {sorted(unknown)}")
        chosen = {name: _word(value) if isinstance(value, bool) else value for name, value in filters.items()}
        params = {**_scope(test_id, service), **chosen, "o": "id"}
        for row in self._calls.rows("findings/", params, _LISTING_FINDINGS, at_once=_FINDINGS_AT_ONCE):
            found = things.finding(row)
            if found.service != service:
                raise DestinationError(
                    f"{_LISTING_FINDINGS.doing} gave one of another service: the server does not know that filter.",
                    do="It is of a version that this program does not know.",
                )
            yield found

    def findings_of_all_services(self, test_id: int) -> Iterator[ServerFinding]:
        """All of a Test, by id, whoever's they are; raises LostError when the Test is gone."""
        rows = self._calls.rows("findings/", {"test": test_id, "o": "id"}, _LISTING_FINDINGS, at_once=_FINDINGS_AT_ONCE)
        return map(things.finding, rows)

    def findings_with_ids(self, ids: Collection[int]) -> Iterator[ServerFinding]:
        """Those of ``ids`` that there are still, of whatever Test."""
        for chunk in _chunks(ids):
            params: Params = {"id": ",".join(map(str, chunk)), "o": "id"}
            for row in self._calls.rows("findings/", params, _LISTING_FINDINGS, at_once=_FINDINGS_AT_ONCE):
                found = things.finding(row)
                # A server that does not know a filter gives everything.
                if found.id in chunk:
                    yield found

    def patch_finding(self, id: int, body: Mapping[str, Any]) -> None:  # noqa: A002
        """Change some fields; raises FindingGoneError."""
        self._calls.patch(path("findings/{}/", id), body, Act(f"Changing the Finding {id}", "edit the Finding"))

    def notes(self, id: int) -> list[str]:  # noqa: A002
        """The texts of a Finding's notes; raises FindingGoneError."""
        row = self._calls.get(path("findings/{}/notes/", id), Act(f"Reading the notes of the Finding {id}"))
        return [things.text(note, "entry") for note in items(row.get("notes")) if isinstance(note, dict)]

    def add_note(self, id: int, text: str) -> None:  # noqa: A002
        """Write a note to a Finding; raises FindingGoneError."""
        act = Act(f"Writing a note to the Finding {id}", "edit the Finding")
        self._calls.post(path("findings/{}/notes/", id), {"entry": text}, act)

    def reimport(
        self, test_id: int, service: str, report: bytes, *, build_id: str, close: bool, seconds: float
    ) -> Delta | None:
        """Send a report (Generic Findings) and wait up to ``seconds`` for its end.

        Raises LostError when the Test is gone, and UnknownOutcomeError when
        the end was not seen. ``close``: what the service has and the report
        has not is closed.
        """
        form = {
            **{name: str(value) for name, value in _scope(test_id, service).items()},
            "scan_type": SCAN_TYPE,
            "close_old_findings": _word(close),
            "build_id": build_id,
        }
        act = Act(
            f"The reimport into the Test {test_id}",
            "import scan results into the Product",
            broken="What it had done so far stays there: the next Sync completes it.",
        )
        upload = Upload("file", _REPORT_NAME, report)
        answer = self._calls.upload(
            "reimport-scan/", form, upload, act, seconds, lambda row: row.get("test") == test_id
        )
        return things.delta(answer)


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(set(ids))
    return (ordered[start : start + _IDS_AT_ONCE] for start in range(0, len(ordered), _IDS_AT_ONCE))


def _scope(test_id: int, service: str) -> Params:
    """A Test and a service: an empty one would be no filter, and would close what belongs to others."""
    if not service or service != service.strip() or len(service) > LONGEST_SERVICE:
        raise ValueError(f"no service: {service!r}")
    return {"test": test_id, "service": service}


def _word(value: bool) -> str:
    return "true" if value else "false"
