"""The embedded destination: what a reimport does to what is held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import QueuePool, delete, insert, select, update

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.embedded import EmbeddedDestination
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import CancelledError, DestinationError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Action, Hold, Reimport, Summary
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import ENGAGEMENT, Target
from dojo_tui.store.findings import FindingQuery, FindingRow, finding_ids, finding_rows
from dojo_tui.store.open import Store, open_store
from dojo_tui.store.tables import connectors, engagements, findings, products, records, tests
from tests.conftest import Moment
from tests.destinations.scanner_hold import of
from tests.rows import add_connector


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    opened = open_store(store_url, clock=clock)
    yield opened
    opened.close()


class Checking(Unattended):
    """Does something whenever it is asked whether to go on."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def check(self) -> None:
        self._check()


class World:
    """One Product, two Connectors, and short ways to sync and look."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.database = store.database
        self.destination = EmbeddedDestination(store.database, clock)
        self.product = self.destination.find_or_create_product("Shop")
        for label in ("one", "two"):
            add_connector(self.database, clock, label)

    def target(self, scope: str = "app", connector_id: int = 1) -> Target:
        return Target(self.product.ref, connector_id, "one", scope)

    def sync(self, *reported: Finding, scope: str = "app", connector_id: int = 1, **settings: Any) -> Summary:
        fetch = Fetch(list(reported), skipped=settings.pop("skipped", {}), partial=settings.pop("partial", {}))
        return self.destination.reimport(self.target(scope, connector_id), fetch, Reimport(**settings), Unattended())

    def rows(self, **query: Any) -> list[FindingRow]:
        asked: dict[str, Any] = {"sort": "id", "descending": False} | query
        with self.database.read() as connection:
            return finding_rows(connection, finding_ids(connection, FindingQuery(**asked)))

    def triage(self, finding_id: int, **flags: Any) -> None:
        """What a person decides, written as the program will."""
        with self.database.write() as connection:
            connection.execute(update(findings).where(findings.c.id == finding_id).values(triaged=True, **flags))


@pytest.fixture
def world(store: Store, clock: Clock) -> World:
    return World(store, clock)


def finding(rule: str = "R1", line: int = 10, **values: Any) -> Finding:
    base: dict[str, Any] = {"title": rule, "scanner": "Scanner", "file_path": "src/app.py", "severity": Severity.HIGH}
    return Finding(rule_id=rule, line=line, snippet=f"code {line}", **(base | values))


def counts(summary: Summary) -> dict[str, int]:
    return {str(action): number for action, number in summary.counts.items() if number}


def test_first_report_creates(world: World) -> None:
    assert counts(world.sync(finding(), finding("R2", 20, severity=Severity.LOW))) == {"created": 2}
    one, two = world.rows()
    assert (one.title, one.active, one.product_name, one.test_title) == ("R1", True, "Shop", "one")
    assert (two.severity, two.file_path, two.line) == (Severity.LOW, "src/app.py", 20)


def test_every_fact_survives_the_store(world: World) -> None:
    import datetime as dt

    full = finding(
        description="d", mitigation="m", impact="i", references="r", cwes=(79, 80),
        vulnerability_ids=("CVE-1", "GHSA-2"),
        cvssv3="CVSS:3.1/AV:N", cvssv3_score=9.8, epss_score=0.5, component_name="lib", component_version="1.0",
        endpoints=("https://x/",), tags=("a", "b"), unique_id="u", date=dt.date(2026, 1, 2), fix_version="2.0",
        kev_date=dt.date(2026, 1, 3), publish_date=dt.date(2025, 1, 1), fix_available=True, nb_occurences=3,
    )  # fmt: skip
    world.sync(full)
    (row,) = world.rows()
    assert (row.cwe, row.cwes, row.vulnerability_ids) == (79, (79, 80), ("CVE-1", "GHSA-2"))
    assert (row.component_name, row.component_version, row.fix_version) == ("lib", "1.0", "2.0")
    assert (row.endpoints, row.tags, row.date) == (("https://x/",), ("a", "b"), dt.date(2026, 1, 2))
    assert (row.description, row.mitigation, row.impact, row.references) == ("d", "m", "i", "r")
    assert (row.cvssv3, row.cvssv3_score, row.epss_score, row.nb_occurences) == ("CVSS:3.1/AV:N", 9.8, 0.5, 3)
    assert counts(world.sync(full)) == {"untouched": 1}


def test_the_same_report_again_changes_nothing(world: World, moment: Moment) -> None:
    world.sync(finding(), finding("R2", 20))
    before = world.rows()
    moment.move(days=1)
    assert counts(world.sync(finding("R2", 20), finding())) == {"untouched": 2}
    assert world.rows() == before


def test_p13_facts_change_and_identity_stays(world: World) -> None:
    world.sync(finding(severity=Severity.LOW))
    assert counts(world.sync(finding(line=14, severity=Severity.CRITICAL, description="worse"))) == {"updated": 1}
    (row,) = world.rows()
    assert (row.line, row.severity, row.description) == (14, Severity.CRITICAL, "worse")


def test_vanished_is_closed_and_comes_back_as_itself(world: World, moment: Moment) -> None:
    world.sync(finding(), finding("R2", 20))
    moment.move(days=1)
    assert counts(world.sync(finding())) == {"untouched": 1, "closed": 1}
    closed = world.rows()[1]
    assert (closed.active, closed.is_mitigated, closed.mitigated_at) == (False, True, moment.now)
    moment.move(days=1)
    assert counts(world.sync(finding())) == {"untouched": 1}
    assert world.rows()[1] == closed
    assert counts(world.sync(finding(), finding("R2", 20))) == {"untouched": 1, "reactivated": 1}
    back = world.rows()[1]
    assert (back.id, back.active, back.is_mitigated, back.mitigated_at) == (closed.id, True, False, None)
    assert back.created_at == closed.created_at


@pytest.mark.parametrize("flag", ["false_p", "out_of_scope", "risk_accepted"])
def test_a_persons_triage_is_kept_and_the_facts_are_updated(world: World, flag: str) -> None:
    world.sync(finding(), finding("R2", 20))
    first = world.rows()[0]
    world.triage(first.id, active=False, **{flag: True})
    assert counts(world.sync(finding(line=12, description="new words"), finding("R2", 22))) == {"updated": 2}
    row = world.rows()[0]
    assert (row.id, row.active, getattr(row, flag), row.description) == (first.id, False, True, "new words")
    world.sync(finding("R2", 22))
    assert (world.rows()[0].active, getattr(world.rows()[0], flag)) == (False, True)
    world.sync(finding(), finding("R2", 22))
    assert (world.rows()[0].active, getattr(world.rows()[0], flag)) == (False, True)


def test_triage_that_the_tool_reports_arrives_as_that_state(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    assert counts(world.sync(finding(false_p=True), finding("R2", 20))) == {"updated": 1, "untouched": 1}
    row = world.rows()[0]
    assert (row.active, row.false_p, row.is_mitigated) == (False, True, False)
    assert counts(world.sync(finding(false_p=True), finding("R2", 20))) == {"untouched": 2}
    assert counts(world.sync(finding(), finding("R2", 20))) == {"reactivated": 1, "untouched": 1}
    row = world.rows()[0]
    assert (row.active, row.false_p) == (True, False)


def test_what_the_tool_calls_fixed_is_mitigated(world: World) -> None:
    world.sync(finding())
    world.sync(finding(is_mitigated=True))
    (row,) = world.rows()
    assert (row.active, row.is_mitigated) == (False, True)
    assert counts(world.sync(finding(is_mitigated=True))) == {"untouched": 1}


def test_two_results_that_are_the_same_finding_count_once(world: World) -> None:
    same = finding(severity=Severity.LOW)
    assert counts(world.sync(same, replace(same, severity=Severity.CRITICAL), same)) == {"created": 1}
    (row,) = world.rows()
    assert (row.nb_occurences, row.severity) == (3, Severity.CRITICAL)


def test_below_the_minimum_severity_is_as_if_not_reported(world: World) -> None:
    low, high = finding(severity=Severity.LOW), finding("R2", 20)
    assert counts(world.sync(low, high, min_severity=Severity.MEDIUM)) == {"created": 1}
    assert counts(world.sync(low, high)) == {"created": 1, "untouched": 1}
    summary = world.sync(low, high, min_severity=Severity.MEDIUM)
    assert counts(summary) == {"closed": 1, "untouched": 1}
    assert summary.closed_by_severity_setting == 1
    assert world.sync(min_severity=Severity.MEDIUM).closed_by_severity_setting == 0
    assert counts(world.sync(low, high)) == {"reactivated": 2}


def test_p3_skipped_scanners_stay_untouched(world: World) -> None:
    other = finding("X1", 5, scanner="Other")
    world.sync(finding(), other)
    summary = world.sync(skipped={"Other": "switched off upstream"})
    assert counts(summary) == {"closed": 1}
    assert summary.skipped == {"Other": "switched off upstream"}
    assert [row.active for row in world.rows()] == [False, True]


def test_p3_a_scanner_that_may_not_have_said_all_closes_nothing(world: World) -> None:
    world.sync(finding(), finding("R2", 20), finding("X1", 5, scanner="Other"))
    summary = world.sync(finding(line=12), finding("R3", 30), partial={"Scanner": "a rule timed out"})
    assert counts(summary) == {"created": 1, "updated": 1, "closed": 1}
    assert [(row.title, row.active) for row in world.rows()] == [
        ("R1", True),
        ("R2", True),
        ("X1", False),
        ("R3", True),
    ]


def test_p4_everything_lies_in_global_connectors_and_one_test_per_connector(world: World) -> None:
    world.sync(finding())
    world.sync(finding(), scope="lib")
    world.sync(finding(), connector_id=2)
    with world.database.read() as connection:
        assert connection.execute(select(engagements.c.name)).scalars().all() == [ENGAGEMENT]
        assert connection.execute(select(tests.c.connector_id).order_by(tests.c.id)).scalars().all() == [1, 2]


def test_p4_other_data_of_the_product_is_never_touched(world: World, moment: Moment) -> None:
    world.sync(finding())
    with world.database.write() as connection:
        engagement = insert(engagements).values(
            product_id=int(world.product.ref), name="Pentest", created_at=moment.now
        )
        key = connection.execute(engagement.returning(engagements.c.id)).scalar_one()
        connection.execute(
            insert(tests).values(
                engagement_id=key, connector_id=1, title="by hand", revision=0,
                created_at=moment.now, updated_at=moment.now,
            )
        )  # fmt: skip
        connection.execute(update(findings).values(test_id=2))
    before = world.rows()
    world.sync(finding("R9", 1))
    assert world.rows()[:1] == before


def test_p5_siblings_never_close_each_other(world: World) -> None:
    world.sync(finding(), scope="app")
    world.sync(finding(), finding("R2", 20), scope="lib")
    assert counts(world.sync(scope="app")) == {"closed": 1}
    assert [row.active for row in world.rows()] == [False, True, True]
    assert counts(world.sync(finding(), scope="app")) == {"reactivated": 1}


def test_p6_a_connector_that_is_added_again_takes_over_what_it_left_behind(world: World, clock: Clock) -> None:
    world.sync(finding(), finding("R2", 20))
    before = world.rows()
    with world.database.write() as connection:
        connection.execute(delete(connectors).where(connectors.c.label == "one"))
    assert [row.id for row in world.rows()] == [row.id for row in before]
    again = add_connector(world.database, clock, "one")
    assert counts(world.sync(finding(), connector_id=again)) == {"untouched": 1, "closed": 1}
    assert [row.id for row in world.rows()] == [row.id for row in before]


def test_p7_a_failure_in_the_middle_leaves_everything_as_before(world: World) -> None:
    world.sync(finding(), finding("R2", 20))
    before = world.rows()
    calls = iter([None, None])

    def check() -> None:
        try:
            next(calls)
        except StopIteration:
            raise CancelledError from None

    fetch = Fetch([finding("R3", 30), finding("R2", 25)])
    with pytest.raises(CancelledError):
        world.destination.reimport(world.target(), fetch, Reimport(), Checking(check))
    assert world.rows() == before


def many(number: int) -> list[Finding]:
    return [finding(f"R{n}", n * 3) for n in range(1, number + 1)]


def test_p9_a_large_closure_is_held_until_a_person_confirms(world: World) -> None:
    world.sync(*many(40))
    held = world.sync(*many(20))
    assert "20 of 40" in held.held
    assert held[Action.CLOSED] == 20
    assert sum(row.active for row in world.rows()) == 40
    assert counts(world.sync(*many(20), accept_large_change=True)) == {"untouched": 20, "closed": 20}


def test_p9_thresholds(world: World) -> None:
    world.sync(*many(40))
    assert not world.sync(*many(21)).held
    world.sync(*many(40))
    assert not world.sync(*many(1), hold=Hold(share=1.0, least=1)).held
    world.sync(*many(19))
    assert not world.sync().held, "fewer than twenty are no large change"


def test_fault_16_a_scanner_of_which_most_would_close_is_held(world: World) -> None:
    world.sync(*of("One", 60), *of("Two", 25))
    held = world.sync(*of("One", 60))
    assert held.held == "It would close 25 of 85 active Findings: 25 of 25 of Two."
    assert held[Action.CLOSED] == 25
    assert counts(world.sync(*of("One", 60), *of("Two", 25))) == {"untouched": 85}, "nothing was applied"
    assert world.sync(*of("One", 60), *of("Two", 5)).held
    assert not world.sync(*of("One", 60), *of("Two", 6)).held, "fewer than twenty are no large change"
    assert not world.sync(*of("One", 31), *of("Two", 6)).held, "fewer than half are none either"
    assert world.sync(accept_large_change=True).held == ""


def test_fault_16_all_scanners_of_a_record_are_named(world: World) -> None:
    world.sync(*of("One", 1030), *of("Two", 25))
    said = world.sync().held
    assert said == "It would close 1,055 of 1,055 active Findings: 1,030 of 1,030 of One, 25 of 25 of Two."


def test_dry_run_tells_and_changes_nothing(world: World) -> None:
    world.sync(finding())
    before = world.rows()
    plan = world.sync(finding("R2", 20), dry_run=True)
    assert counts(plan) == {"created": 1, "closed": 1}
    assert plan.by_severity[Action.CREATED] == {Severity.HIGH: 1}
    assert world.rows() == before


def test_somebody_else_changes_the_test_while_a_sync_is_planned(world: World) -> None:
    world.sync(finding())
    interfered = threading.Event()
    pool = world.database.engine.pool
    assert isinstance(pool, QueuePool)

    def check() -> None:
        if not interfered.is_set():
            interfered.set()
            return
        if pool.checkedout() == 0 and not done:
            done.append(True)
            world.sync(finding("R5", 50), finding())

    done: list[bool] = []
    world.destination.reimport(world.target(), Fetch([finding(), finding("R6", 60)]), Reimport(), Checking(check))
    assert [(row.title, row.active) for row in world.rows()] == [("R1", True), ("R5", False), ("R6", True)]


def test_products_are_found_by_their_exact_name(world: World) -> None:
    assert world.destination.find_or_create_product("Shop") == world.product
    assert world.destination.find_or_create_product("shop") != world.product
    made = world.destination.find_or_create_product("Api", "Web")
    assert (made.name, made.product_type) == ("Api", "Web")
    assert [product.name for product in world.destination.products()] == ["Api", "Shop", "shop"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b"])
def test_a_product_needs_a_proper_name(world: World, name: str) -> None:
    with pytest.raises(UsageError):
        world.destination.find_or_create_product(name)
    assert len(world.destination.products()) == 1


def test_lost_tells_what_was_deleted(world: World) -> None:
    target = replace(world.target(), synced=True)
    assert world.destination.lost([world.target()], Unattended()) == {}
    assert "Engagement" in world.destination.lost([target], Unattended())[target]
    world.sync(finding())
    assert world.destination.lost([target], Unattended()) == {}
    with world.database.write() as connection:
        connection.execute(delete(tests))
    assert "Test" in world.destination.lost([target], Unattended())[target]
    with world.database.write() as connection:
        connection.execute(delete(products))
    assert "Product" in world.destination.lost([target], Unattended())[target]
    with pytest.raises(DestinationError):
        world.sync(finding())


def test_findings_can_be_listed_by_record(world: World, moment: Moment) -> None:
    world.sync(finding(), scope="app")
    world.sync(finding("R2", 20), scope="lib")
    with world.database.write() as connection:
        for scope in ("app", "lib"):
            connection.execute(
                insert(records).values(
                    connector_id=1, vendor_id=scope, scope=scope, name=scope, state="Good", state_reason="", details={},
                    evidence=[], first_discovered_at=moment.now, last_discovered_at=moment.now,
                )
            )  # fmt: skip
    assert [(row.record_name, row.title) for row in world.rows(record_id=2)] == [("lib", "R2")]
    assert world.rows(record_id=99) == []
    assert [row.title for row in world.rows(text="severity:high !R2")] == ["R1"]
    assert [row.title for row in world.rows(product_ref=world.product.ref, sort="title", descending=True)] == [
        "R2",
        "R1",
    ]
