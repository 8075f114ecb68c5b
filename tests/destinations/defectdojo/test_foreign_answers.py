"""Answers that are not DefectDojo's own: what was asked may have been done, wholly, in part or not at all (P7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience, Quiet
from dojo_tui.model.errors import CancelledError, DestinationError
from tests.defectdojo_server import FOREIGN, DojoServer, Remote, page
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, counts, finding, many, newer, older

LIMITS = Limits(patience=Patience(least=20.0, each=0.0), quiet=Quiet(least=30.0, new=0.0, known=0.0), look_again=10.0)

foreign = pytest.mark.parametrize("answer", FOREIGN)


@pytest.fixture
def synced(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    """A Record that was synced before."""
    world = make_world(dojo, limits=LIMITS)
    world.sync(*older())
    imitation.forget()
    return world


def reports(server: DojoServer) -> int:
    return sum(seen.path.endswith("/reimport-scan/") for seen in server.requests)


# --- to a report ----------------------------------------------------------------------------

DONE: dict[str, dict[str, Any]] = {
    "nothing was done": {},
    "some were created": {"processed": True, "die_after": 2},
    "one was closed": {"processed": True, "die_closing_after": 1},
    "all was done": {"processed": True},
}


@foreign
@pytest.mark.parametrize("done", DONE)
def test_fault_9_a_foreign_answer_to_a_report(imitation: DojoServer, synced: World, answer: str, done: str) -> None:
    imitation.fails(path="reimport-scan/", **{**FOREIGN[answer], **DONE[done]})
    caller = Watcher(synced.moment)
    changed = counts(synced.sync(*newer(), caller=caller))
    assert changed == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    whole = done == "all was done" or (answer == "cut off" and done == "nothing was done")
    if answer != "413 page":  # that is answered with smaller reports
        assert reports(imitation) == (1 if whole else 2), "nothing is sent again that was carried out"
    assert sum(caller.waited) <= 40, "a server at rest is noticed soon"
    assert "Nothing was changed" not in "\n".join(caller.told)
    assert_newer(synced)
    synced.agree()
    assert counts(synced.sync(*newer())) == {"untouched": 8}
    assert synced.last.changing == []


@foreign
def test_fault_9_a_foreign_answer_while_the_server_goes_on(imitation: DojoServer, synced: World, answer: str) -> None:
    """It is at work, so nothing is sent on top of it, however long it takes."""
    fault = imitation.fails(path="reimport-scan/", meanwhile=True, hold="created", hold_count=1, **FOREIGN[answer])
    caller = Watcher(synced.moment)
    looks = 0

    def wait() -> None:
        nonlocal looks
        looks += 1
        assert fault.reached.wait(10)
        if looks == 2:
            fault.release()
            while synced.remote.get("tests", synced.test_there()["id"])["build_id"] in ("", build_before):
                pass

    build_before = synced.test_there()["build_id"]
    caller.on_wait = wait
    assert counts(synced.sync(*newer(), caller=caller))["created"] == 3
    assert reports(imitation) == 1
    assert "Nothing was changed" not in "\n".join(caller.told)
    assert_newer(synced)
    synced.agree()


@foreign
def test_fault_9_a_foreign_answer_to_every_report(imitation: DojoServer, synced: World, answer: str) -> None:
    """In the end the Sync fails, with a word that is true, and the next one completes it."""
    before = synced.rows()
    imitation.fails(path="reimport-scan/", times=None, die_after=0, **{**FOREIGN[answer], "processed": True})
    with pytest.raises(DestinationError) as raised:
        synced.sync(*newer())
    assert "Nothing was changed" not in str(raised.value)
    assert "the next Sync completes it" in raised.value.safe
    assert synced.rows()[: len(before)] == before
    imitation.faults.clear()
    caller = Watcher(synced.moment)
    assert counts(synced.sync(*newer(), caller=caller))["created"] == 3
    assert caller.waited == [], "it was seen at rest"
    assert_newer(synced)
    synced.agree()


def test_fault_9_a_server_that_died_is_told_from_one_that_is_slow(imitation: DojoServer, synced: World) -> None:
    """One that goes on is waited for beyond any patience; one that died is given half a minute."""
    fault = imitation.fails(path="reimport-scan/", meanwhile=True, hold="created", hold_count=1, **FOREIGN["504"])
    (slowly,) = [finding("slow", 1)]
    caller, seen = Watcher(synced.moment), 0

    def wait() -> None:
        # Each time we look something has changed: a hundred Findings that come one by one.
        nonlocal seen
        seen += 1
        if seen <= 100:
            there = synced.test_there()["id"]
            synced.remote.create(
                "findings", test=there, title=f"Slow {seen}", severity="Low", description="x", active=False,
                verified=False, numerical_severity="S3", found_by=[6],
            )  # fmt: skip
        elif seen == 101:
            fault.release()
            while not synced.test_there()["build_id"].endswith("-1"):
                pass

    build = synced.test_there()["build_id"]
    assert build.endswith("-1")
    synced.remote.change("tests", synced.test_there()["id"], build_id="another")
    caller.on_wait = wait
    synced.sync(*older(), slowly, caller=caller)
    assert sum(caller.waited) > 900, "far longer than 60 s and 0.25 s for each Finding"
    assert reports(imitation) == 1
    assert any("The server is at work" in line for line in caller.told)


def test_fault_9_waiting_can_be_cancelled(imitation: DojoServer, synced: World) -> None:
    imitation.fails(path="reimport-scan/", **FOREIGN["404 page"])
    caller = Watcher(synced.moment)

    def cancel() -> None:
        raise CancelledError

    caller.on_wait = cancel
    with pytest.raises(CancelledError):
        synced.sync(*newer(), caller=caller)
    caller = Watcher(synced.moment)
    synced.sync(*newer(), caller=caller)
    assert caller.waited, "the next one waits until the server is at rest"
    assert_newer(synced)


def test_fault_9_a_server_that_starts_again_is_waited_for(imitation: DojoServer, synced: World) -> None:
    imitation.fails(path="reimport-scan/", processed=True, **FOREIGN["502"])
    imitation.fails(path="tests/*/", times=12, answer=page(502))
    caller = Watcher(synced.moment)
    assert counts(synced.sync(*newer(), caller=caller))["created"] == 3
    assert_newer(synced)


def test_fault_9_a_server_that_stays_away_after_a_report(imitation: DojoServer, synced: World) -> None:
    """Nobody can see what it did: so nobody says that it did nothing."""
    imitation.fails(path="reimport-scan/", processed=True, **FOREIGN["504"])
    imitation.fails(path="tests/*/", times=None, answer=page(502))
    with pytest.raises(DestinationError, match="cannot be seen") as raised:
        synced.sync(*newer())
    assert "Nothing was changed" not in str(raised.value)
    imitation.faults.clear()
    synced.sync(*newer())
    assert_newer(synced)


@pytest.mark.parametrize("path", ["findings/", "findings/*/"])
def test_fault_9_what_fails_after_the_report_does_not_say_that_nothing_was_changed(
    imitation: DojoServer, synced: World, path: str
) -> None:
    imitation.fails(path=path, nth=5 if path == "findings/" else 2, times=None, answer=page(404))
    with pytest.raises(DestinationError) as raised:
        synced.sync(*newer())
    assert reports(imitation) == 1
    assert "Nothing was changed" not in str(raised.value)
    imitation.faults.clear()
    synced.sync(*newer())
    assert_newer(synced)


def test_fault_9_a_copy_that_was_carried_out_at_the_same_time_is_closed(imitation: DojoServer, synced: World) -> None:
    """A server may begin with a report long after its proxy gave up: the Findings that it doubled do not stay."""
    imitation.fails(path="reimport-scan/", **FOREIGN["504"])
    imitation.fails(path="reimport-scan/", nth=2, processed=True, **FOREIGN["504"])
    caller = Watcher(synced.moment)
    doubled = False

    def log(line: str) -> None:
        nonlocal doubled
        if "has carried it out" in line and not doubled:
            doubled = True
            rows = [row for row in synced.there(active=True) if row["title"] == "Rule N1"]
            imitation.state.add("findings", {**imitation.state.tables["findings"][rows[0]["id"]], "id": 9_000})

    caller.on_log = log
    synced.sync(*newer(), caller=caller)
    assert doubled
    assert len(synced.there(active=True)) == len(synced.rows(active=True))
    assert any("more active Findings" in line for line in caller.told)


# --- to other changes -----------------------------------------------------------------------


@foreign
@pytest.mark.parametrize("processed", [True, False], ids=["done all the same", "not done"])
def test_fault_9_a_foreign_answer_to_a_change(
    imitation: DojoServer, synced: World, answer: str, processed: bool
) -> None:
    imitation.fails(method="PATCH", path="findings/*/", **{"processed": processed, **FOREIGN[answer]})
    assert counts(synced.sync(*newer()))["updated"] == 3
    assert_newer(synced)
    synced.agree()


@foreign
def test_fault_9_foreign_answers_to_every_change(imitation: DojoServer, synced: World, answer: str) -> None:
    imitation.fails(method="PATCH", path="findings/*/", times=None, **FOREIGN[answer])
    with pytest.raises(DestinationError) as raised:
        synced.sync(*newer())
    assert "Nothing was changed" not in str(raised.value)
    imitation.faults.clear()
    synced.sync(*newer())
    assert_newer(synced)
    synced.agree()


@foreign
@pytest.mark.parametrize("processed", [True, False], ids=["done all the same", "not done"])
@pytest.mark.parametrize("path", ["product_types/", "products/", "engagements/", "tests/"])
def test_fault_9_a_foreign_answer_to_what_makes_a_place(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld, path: str, processed: bool, answer: str
) -> None:
    """What was made is found and used; what was not is made by the next attempt; neither is made twice."""
    world = make_world(dojo, limits=LIMITS)
    imitation.fails(method="POST", path=path, **{"processed": processed, **FOREIGN[answer]})

    def first(work: Callable[[], object]) -> bool:
        if processed or answer == "cut off":
            work()
            return True
        with pytest.raises(DestinationError) as raised:
            work()
        assert "Nothing was changed" not in str(raised.value)
        return False

    makes_product = path in ("product_types/", "products/")
    first(lambda: world.product) if makes_product else first(lambda: world.sync(*many(3)))
    world.sync(*many(3))
    assert len(world.there(active=True)) == len(world.there()) == 3
    assert len([row for row in dojo.products() if row["name"] == world.name]) == 1
    assert len(world.remote.tests(engagement=world.engagement_there["id"])) == 1


@foreign
@pytest.mark.parametrize("processed", [True, False], ids=["done all the same", "not done"])
def test_fault_9_a_foreign_answer_to_the_change_of_a_product(
    imitation: DojoServer, synced: World, answer: str, processed: bool
) -> None:
    imitation.fails(method="PATCH", path="products/*/", **{"processed": processed, **FOREIGN[answer]})
    changed = synced.destination.adjust_product(synced.product, f"{synced.name} renamed", "Other type")
    assert changed.name == f"{synced.name} renamed"
    assert synced.remote.get("products", synced.product_there)["name"] == changed.name
