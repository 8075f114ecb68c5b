"""Where a Record's Findings go on a server: its Product's Engagement, and the Connector's Test in it (P4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from dojo_tui.destinations.defectdojo import labels, looking
from dojo_tui.destinations.defectdojo.api import SCAN_TYPE, Api
from dojo_tui.destinations.defectdojo.things import ServerEngagement, ServerTest
from dojo_tui.http.exchange import Caller
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.model.target import ENGAGEMENT, Target
from dojo_tui.store import reimports as held
from dojo_tui.store import sent
from dojo_tui.store.connectors import tool_of
from dojo_tui.store.database import Database
from dojo_tui.store.sent import Place

_ENGAGEMENT_LASTS = timedelta(days=3650)
_ENGAGEMENT_SAYS = "What dojo-tui syncs from the Connectors. One Test for each Connector."
_ISOLATING = frozenset({"hash_code", "unique_id_from_tool", "unique_id_from_tool_or_hash_code"})
"""Algorithms that can tell our Records' Findings apart; ``legacy`` takes one Record's for another's."""


class Places:
    """Finds the place of a target on the server, or makes it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[int, ServerTest] = {}

    def find(self, api: Api, target: Target, product_remote: int, caller: Caller) -> tuple[Place, ServerTest]:
        """The place, made if it was never there; raises LostError if it was, and is gone."""
        with self._database.read() as connection:
            known = sent.place(connection, target)
        if known.test_remote is not None:
            # Nothing was found there yet: what we remember of it may be of before it was deleted.
            seen = self._seen.get(known.test_remote) if target.synced else None
            test = seen or api.test(known.test_remote)
            # An id is trusted only in its place: a server that was restored may have given it to somebody else.
            if test is not None and test.engagement_id == known.engagement_remote:
                self._seen[test.id] = usable(test)
                return known, test
            if target.synced:
                raise LostError("its Test was deleted", do="Map the Record again.")
        engagement = self._engagement(api, known, product_remote, caller)
        with self._database.read() as connection:
            taken = sent.tests_of_others(connection, target, known.test_id)
            tool = tool_of(connection, target.connector_id)
        test = self._test(api, engagement, target.connector_label, tool, taken, caller)
        self._seen[test.id] = test
        with self._database.write() as connection:
            test_id = held.touch_test(connection, target, held.test_of(connection, target), self._clock.now())
            place = replace(known, test_id=test_id, engagement_remote=engagement.id, test_remote=test.id)
            sent.settle_place(connection, place)
        return place, test

    def forget(self, test_remote: int | None) -> None:
        """Look at this Test anew when it is next needed."""
        if test_remote is not None:
            self._seen.pop(test_remote, None)

    def _engagement(self, api: Api, known: Place, product_remote: int, caller: Caller) -> ServerEngagement:
        found = api.engagements(product_remote, ENGAGEMENT)
        if not found:
            today = self._clock.local(self._clock.now()).date()
            until = today + _ENGAGEMENT_LASTS
            said = labels.of_engagement(api, _ENGAGEMENT_SAYS)
            more = {"tags": said.tags, **said.more}
            made = looking.made(
                lambda: api.create_engagement(product_remote, ENGAGEMENT, today, until, said.description, **more),
                lambda: next(iter(api.engagements(product_remote, ENGAGEMENT)), None),
                caller,
            )
            # Names are not unique there: of two that were made at the same moment the older one stays.
            found = api.engagements(product_remote, ENGAGEMENT) or [made]
            if made.id != found[0].id:
                api.delete_engagement(made.id)
        chosen = next((one for one in found if one.id == known.engagement_remote), found[0])
        if not chosen.active:
            caller.log(f"The Engagement {ENGAGEMENT} is closed on the server; it takes our Findings all the same.")
        return chosen

    def _test(
        self, api: Api, engagement: ServerEngagement, title: str, tool: str, taken: Collection[int], caller: Caller
    ) -> ServerTest:
        """``taken``: Tests of other Connectors, which may have had this label once."""

        def ours() -> list[ServerTest]:
            found = [test for test in api.tests_of(engagement.id, title) if test.id not in taken]
            return [test for test in found if test.scan_type == SCAN_TYPE and test.test_type_name == SCAN_TYPE]

        found = ours()
        if found:
            return usable(found[0])
        now, said = self._clock.now(), labels.of_test(api, title, tool)
        more = {"tags": said.tags, **said.more}
        looking.made(
            lambda: api.create_test(engagement.id, title, now, said.description, **more),
            lambda: next(iter(ours()), None),
            caller,
        )
        return usable(ours()[0])


def usable(test: ServerTest) -> ServerTest:
    """The Test, if the server can keep our Records' Findings apart in it; raises DestinationError."""
    if test.algorithm and test.algorithm not in _ISOLATING:
        raise DestinationError(
            f"The server matches Findings of the Test {test.title!r} by {test.algorithm!r}, which takes one Record's "
            "Findings for another's.",
            safe="Nothing was sent.",
            do=f"Let an administrator set the algorithm of {SCAN_TYPE!r} to hash_code.",
        )
    return test
