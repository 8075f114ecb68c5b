"""Requests whose end is not seen, or is a bad one: never sent twice on top, and the next Sync completes them (P7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from dojo_tui.destinations.defectdojo.desk import Limits, Patience, Quiet
from dojo_tui.model.errors import CancelledError, DestinationError
from tests.defectdojo_server import Answer, DojoServer, Remote, gateway, login_page, too_many
from tests.destinations.defectdojo.conftest import MakeWorld
from tests.destinations.defectdojo.world import Watcher, World, assert_newer, counts, finding, newer, older

QUICK = Limits(patience=Patience(least=20.0, each=0.0), quiet=Quiet(20.0, 0.0, 0.0), look_again=10.0)
"""A test's time is no real time, but each look at the server is a request."""


@pytest.fixture
def broken(imitation: DojoServer, dojo: Remote, make_world: MakeWorld) -> World:
    """A Record that was synced before, at a server that is about to fail."""
    world = make_world(dojo, limits=QUICK)
    world.sync(*older())
    imitation.forget()
    return world


def reimports(server: DojoServer) -> int:
    return sum(seen.path.endswith("/reimport-scan/") for seen in server.requests)


# --- the server goes on -------------------------------------------------------------------


SHORT = Limits(patience=Patience(least=0.5, each=0.0), quiet=Quiet(20.0, 0.0, 0.0), look_again=0.1)
"""The answer is waited for half a second, in earnest."""


def test_a_server_that_takes_longer_than_we_wait_is_waited_for(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld
) -> None:
    """The read time-out ends the request, not the server's work: its build_id tells when that is done."""
    world = make_world(dojo, limits=SHORT)
    world.sync(*older())
    imitation.forget()
    fault = imitation.fails(path="reimport-scan/", hold="created", hold_count=2)
    watcher = Watcher(on_wait=fault.release)
    assert counts(world.sync(*newer(), caller=watcher)) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert fault.reached.is_set()
    assert watcher.waited, "it was looked at again"
    assert reimports(imitation) == 1
    assert any("Waiting until the server is at rest." in line for line in watcher.told)
    assert_newer(world)
    world.agree()
    assert counts(world.sync(*newer())) == {"untouched": 8}
    assert world.last.changing == []


def test_a_sync_that_was_left_while_the_server_is_at_work_is_completed_by_the_next_one(
    imitation: DojoServer, dojo: Remote, make_world: MakeWorld
) -> None:
    world = make_world(dojo, limits=SHORT)
    world.sync(*older())
    imitation.forget()
    fault = imitation.fails(path="reimport-scan/", hold="created", hold_count=2)
    watcher = Watcher()

    def leave() -> None:
        raise CancelledError

    watcher.on_wait = leave
    with pytest.raises(CancelledError):
        world.sync(*newer(), caller=watcher)
    assert reimports(imitation) == 1
    # It is still at work when the next Sync comes: that one waits first, and sends then.
    watcher = Watcher(on_wait=fault.release)
    summary = world.sync(*newer(), caller=watcher)
    assert counts(summary) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert any("An earlier Sync" in line for line in watcher.told)
    assert reimports(imitation) == 2
    assert_newer(world)
    world.agree()


def test_an_answer_that_is_lost_is_not_missed(imitation: DojoServer, broken: World) -> None:
    imitation.fails(path="reimport-scan/", cut_response=0)
    assert counts(broken.sync(*newer())) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert reimports(imitation) == 1
    assert_newer(broken)
    broken.agree()


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_that_gives_up_while_the_server_goes_on(imitation: DojoServer, broken: World, status: int) -> None:
    imitation.fails(path="reimport-scan/", processed=True, answer=gateway(status, "30"))
    assert counts(broken.sync(*newer())) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert reimports(imitation) == 1
    assert_newer(broken)


def test_a_proxy_that_sends_it_twice(imitation: DojoServer, broken: World) -> None:
    imitation.fails(path="reimport-scan/", twice=True)
    broken.sync(*newer())
    assert_newer(broken)
    broken.agree()


def test_siblings_wait_for_what_may_still_be_carried_out(imitation: DojoServer, broken: World) -> None:
    """Two reimports into one Test at the same time double Findings, whoever of the Records they are for."""
    broken.sync(*older(), scope="lib")
    imitation.forget()
    imitation.fails(path="reimport-scan/", answer=gateway(504))
    left = Watcher(broken.moment)

    def leave() -> None:
        raise CancelledError

    left.on_wait = leave
    with pytest.raises(CancelledError):
        broken.sync(*newer(), caller=left)
    watcher = Watcher(broken.moment)
    broken.sync(*newer(), scope="lib", caller=watcher)
    assert sum(watcher.waited) >= 20, "the end of the other Record's was waited for"
    assert_newer(broken, "lib")
    watcher = Watcher(broken.moment)
    broken.sync(*newer(), caller=watcher)
    assert watcher.waited == [], "nobody needs to wait twice"
    assert_newer(broken)
    broken.agree()


# --- it stops in the middle ---------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_500_in_the_middle_of_creating(imitation: DojoServer, broken: World, after: int) -> None:
    imitation.fails(path="reimport-scan/", die_after=after)
    with pytest.raises(DestinationError, match=r"\(500\)") as raised:
        broken.sync(*newer())
    assert "the next Sync completes it" in raised.value.safe
    assert reimports(imitation) == 1
    watcher = Watcher(broken.moment)
    assert counts(broken.sync(*newer(), caller=watcher)) == {"created": 3, "closed": 2, "updated": 3, "untouched": 2}
    assert watcher.waited == [], "a 500 is an end: there is nothing to wait for"
    assert_newer(broken)
    broken.agree()
    # What the broken attempt told of the tool's own triage is not taken for a person's: it goes as it came.
    assert counts(broken.sync(*older()))["reactivated"] == 3
    assert {row["title"] for row in broken.there(active=True)} == {one.title for one in older()}
    broken.agree()


def test_a_500_in_the_middle_of_closing(imitation: DojoServer, broken: World) -> None:
    imitation.fails(path="reimport-scan/", die_closing_after=1)
    with pytest.raises(DestinationError):
        broken.sync(*newer())
    assert counts(broken.sync(*newer(), caller=Watcher(broken.moment)))["closed"] == 2
    assert_newer(broken)
    broken.agree()


def test_a_500_and_then_another_report(imitation: DojoServer, broken: World) -> None:
    """What the broken attempt had created, and is not reported any more, is closed, and was never counted here."""
    imitation.fails(path="reimport-scan/", die_closing_after=0)
    with pytest.raises(DestinationError):
        broken.sync(*older(), *newer()[-3:])
    assert counts(broken.sync(*older(), caller=Watcher(broken.moment))) == {"untouched": 7}
    assert {row["title"] for row in broken.there(active=True)} == {one.title for one in older()}
    assert len(broken.rows()) == 7
    broken.sync(finding(), scope="lib")
    # Then they come back, elsewhere: the server has them closed, under the ids of then.
    shifted = [finding("N1", 91), finding("N2", 101), finding("N2", 111)]
    assert counts(broken.sync(*older(), *shifted))["created"] == 3
    assert counts(broken.sync(*older(), *newer()[-3:]))["updated"] == 3
    lines = sorted(row["line"] for row in broken.there(active=True) if row["title"] in ("Rule N1", "Rule N2"))
    assert lines == [90, 100, 110]


@pytest.mark.parametrize("then", ["as before", "gone", "another way"])
def test_triage_of_the_tool_that_was_told_once_and_is_told_no_more(
    imitation: DojoServer, broken: World, then: str
) -> None:
    """A broken attempt has it there already; the tool changed its mind before the next one."""
    others = [finding("R2", 20), finding("R3", 30)]
    broken.sync(finding(), *others, scope="lib")
    error = Answer(500, {"message": "Internal server error"})
    imitation.fails(method="PATCH", path="findings/*/", times=None, answer=error, processed=True)
    with pytest.raises(DestinationError):
        broken.sync(finding(false_p=True), finding("R2", 20), scope="lib")
    imitation.faults.clear()
    (row,) = [row for row in broken.there() if row["title"] == "Rule R1"]
    assert row["false_p"], "the broken attempt had it that far"
    reported = {"as before": [finding()], "gone": [], "another way": [finding(out_of_scope=True)]}[then]
    broken.sync(*reported, *others, scope="lib")
    broken.agree()
    (row,) = [row for row in broken.there() if row["title"] == "Rule R1"]
    assert (row["false_p"], row["out_of_scope"]) == (False, then == "another way")
    assert row["active"] is (then == "as before")
    broken.sync(finding(), *others, scope="lib")
    (row,) = [row for row in broken.there() if row["title"] == "Rule R1"]
    assert (row["active"], row["false_p"], row["out_of_scope"]) == (True, False, False)
    broken.agree()


def test_what_was_sent_once_and_withdrawn_can_be_patched_when_it_comes_back(
    imitation: DojoServer, broken: World
) -> None:
    """It is reactivated there, with the id that we gave it then."""
    imitation.fails(path="reimport-scan/", die_closing_after=0)
    with pytest.raises(DestinationError):
        broken.sync(*older(), finding("N1", 90))
    broken.sync(*older(), caller=Watcher(broken.moment))
    broken.sync(finding(), scope="lib")
    assert counts(broken.sync(*older(), finding("N1", 90)))["created"] == 1
    assert counts(broken.sync(*older(), finding("N1", 95)))["updated"] == 1
    (row,) = [row for row in broken.there() if row["title"] == "Rule N1"]
    assert (row["line"], row["active"]) == (95, True)
    broken.agree()


@pytest.mark.parametrize("path", ["findings/*/", "findings/"])
def test_a_failure_after_the_report(imitation: DojoServer, broken: World, path: str) -> None:
    """The report is in, and what no report can tell, or the look at the end, fails: nothing was confirmed."""
    before = broken.rows()
    imitation.fails(path=path, nth=2, times=None, answer=Answer(500, {"message": "Internal server error"}))
    with pytest.raises(DestinationError):
        broken.sync(*newer(), caller=Watcher(broken.moment))
    imitation.faults.clear()
    assert broken.rows()[: len(before)] == before
    assert counts(broken.sync(*newer(), caller=Watcher(broken.moment)))["created"] == 3
    assert_newer(broken)
    broken.agree()


# --- it is refused ------------------------------------------------------------------------


def soon(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("after", ["7", soon(3600)], ids=["seconds", "date"])
@pytest.mark.parametrize("path", ["reimport-scan/", "findings/", "findings/*/"])
def test_a_server_that_is_asked_too_often_is_asked_when_it_says(
    imitation: DojoServer, broken: World, path: str, after: str
) -> None:
    told = after if after == "7" else soon(60)
    imitation.fails(path=path, answer=too_many(told))
    watcher = Watcher()
    assert counts(broken.sync(*newer(), caller=watcher))["created"] == 3
    (waited,) = watcher.waited
    assert waited == 7 if after == "7" else 50 < waited <= 60
    assert_newer(broken)


def test_a_server_that_wants_an_hour_is_not_waited_for(imitation: DojoServer, broken: World) -> None:
    imitation.fails(path="reimport-scan/", times=None, answer=too_many(soon(3600)))
    with pytest.raises(DestinationError, match="429") as raised:
        broken.sync(*newer())
    assert "later" in raised.value.do
    imitation.faults.clear()
    watcher = Watcher(broken.moment)
    broken.sync(*newer(), caller=watcher)
    assert watcher.waited == [], "what was refused was not carried out"
    assert_newer(broken)


@pytest.mark.parametrize("retry_after", [None, "3", "soon"], ids=["nothing", "seconds", "nonsense"])
@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("path", ["findings/", "findings/*/"])
def test_a_proxy_that_fails_at_what_may_be_repeated(
    imitation: DojoServer, broken: World, path: str, status: int, retry_after: str | None
) -> None:
    imitation.fails(path=path, times=2, answer=gateway(status, retry_after))
    watcher = Watcher()
    assert counts(broken.sync(*newer(), caller=watcher))["created"] == 3
    assert len(watcher.waited) == 2
    assert_newer(broken)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_that_never_let_the_report_through(imitation: DojoServer, broken: World, status: int) -> None:
    """Nobody can tell whether it did, before the server is seen to be at rest: then it is sent again."""
    imitation.fails(path="reimport-scan/", answer=gateway(status, "1"))
    watcher = Watcher(broken.moment)
    assert counts(broken.sync(*newer(), caller=watcher))["created"] == 3
    assert sum(watcher.waited) == pytest.approx(20)
    assert reimports(imitation) == 2
    assert_newer(broken)
    broken.agree()


REFUSALS: dict[str, tuple[Answer, str, str]] = {
    "token": (Answer(403, {"detail": "Invalid token."}), "does not accept the token", "Look at the token"),
    "no token": (
        Answer(403, {"detail": "Authentication credentials were not provided."}),
        "does not accept the token",
        "a proxy may drop the Authorization header",
    ),
    "right": (
        Answer(403, {"detail": "You do not have permission to perform this action."}),
        "was refused",
        "needs the right to import scan results into the Product",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused_is_told_and_nothing_is_lost(imitation: DojoServer, broken: World, case: str) -> None:
    answer, what, do = REFUSALS[case]
    before, there = broken.rows(), broken.there()
    imitation.fails(path="reimport-scan/", answer=answer)
    with pytest.raises(DestinationError, match=what) as raised:
        broken.sync(*newer())
    assert do in raised.value.do
    assert broken.token not in str(raised.value)
    assert (broken.rows()[: len(before)], broken.there()) == (before, there)
    watcher = Watcher(broken.moment)
    broken.sync(*newer(), caller=watcher)
    assert watcher.waited == []
    assert_newer(broken)


def test_a_login_page_in_place_of_an_answer(imitation: DojoServer, broken: World) -> None:
    imitation.fails(path="findings/", times=None, answer=login_page())
    with pytest.raises(DestinationError, match="web page") as raised:
        broken.sync(*newer())
    assert "login" in raised.value.do
    imitation.faults.clear()
    broken.sync(*newer(), caller=Watcher(broken.moment))
    assert_newer(broken)
