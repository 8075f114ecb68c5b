"""Ids of the server that mean something else by now: what is somebody else's is left alone, what is ours is found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
from dojo_tui.model.errors import LostError
from dojo_tui.model.severity import Severity
from tests.defectdojo_server import DojoServer
from tests.destinations.defectdojo.world import World, counts, finding


@pytest.fixture
def patched(world: World) -> World:
    """The store knows the server's id of the first Finding, since it has changed it."""
    world.sync(finding(), finding("R2", 20))
    world.sync(finding(severity=Severity.LOW), finding("R2", 20))
    return world


@pytest.fixture
def afresh(world: World) -> Iterator[DefectDojoDestination]:
    """Another process at the same store: it remembers no Test."""
    destination = world.another()
    yield destination
    destination.close()


def reused(server: DojoServer, world: World, title: str) -> int:
    """The server was restored to before it had this Finding; its id, which is by now that of somebody else's."""
    remote = world.remote
    key: int = world.one(title)["id"]
    engagement = remote.engagement(remote.product(f"{world.name} other")["id"], "CI")
    test = remote.test(engagement["id"], "theirs")
    remote.reimport(test["id"], [{"title": "Theirs", "severity": "High", "description": "d"}], service="x")
    (theirs,) = remote.findings(test=test["id"])
    remote.delete("findings", key)
    state = server.state
    row = state.tables["findings"].pop(theirs["id"])
    state.findings_of[row["test"]].pop(theirs["id"])
    state.tables["findings"][key] = state.findings_of[row["test"]][key] = row
    state._kinds[key] = state._kinds.pop(theirs["id"])
    row["id"] = key
    return key


def test_what_a_person_deleted_after_it_was_changed_is_made_again_and_changed_again(patched: World) -> None:
    patched.remote.delete("findings", patched.one("Rule R1")["id"])
    patched.sync(finding(severity=Severity.LOW), finding("R2", 20))
    assert patched.one("Rule R1")["severity"] == "Low"
    patched.agree()
    summary = patched.sync(finding(severity=Severity.CRITICAL), finding("R2", 20))
    assert counts(summary) == {"updated": 1, "untouched": 1}
    assert patched.one("Rule R1")["severity"] == "Critical"
    patched.agree()
    patched.moment.move(days=8)
    assert counts(patched.sync(finding(severity=Severity.CRITICAL), finding("R2", 20))) == {"untouched": 2}
    patched.agree()


def test_deleted_and_changed_in_one(patched: World) -> None:
    patched.remote.delete("findings", patched.one("Rule R1")["id"])
    patched.sync(finding(severity=Severity.CRITICAL), finding("R2", 20))
    assert patched.one("Rule R1")["severity"] == "Critical"
    patched.agree()


@pytest.mark.parametrize("unchanged_first", [True, False], ids=["after a Sync", "at once"])
def test_a_finding_of_somebody_else_that_has_the_id_of_ours_is_left_alone(
    imitation: DojoServer, patched: World, unchanged_first: bool
) -> None:
    key = reused(imitation, patched, "Rule R1")
    theirs = patched.remote.get("findings", key)
    if unchanged_first:
        patched.sync(finding(severity=Severity.LOW), finding("R2", 20))
        assert patched.remote.get("findings", key) == theirs
    patched.sync(finding(severity=Severity.CRITICAL, mitigation="Ours."), finding("R2", 20))
    assert patched.remote.get("findings", key) == theirs
    row = patched.one("Rule R1")
    assert (row["severity"], row["mitigation"], row["active"]) == ("Critical", "Ours.", True)
    patched.agree()
    patched.sync(finding(severity=Severity.MEDIUM), finding("R2", 20))
    assert patched.remote.get("findings", key) == theirs
    patched.agree()


def test_nor_does_the_tool_decide_about_it(imitation: DojoServer, patched: World) -> None:
    key = reused(imitation, patched, "Rule R1")
    theirs = patched.remote.get("findings", key)
    decided = finding(severity=Severity.CRITICAL, mitigation="Ours.", false_p=True)
    patched.sync(decided, finding("R2", 20))
    assert patched.remote.get("findings", key) == theirs
    row = patched.one("Rule R1")
    assert (row["severity"], row["active"], row["false_p"]) == ("Critical", False, True)
    patched.agree()


def test_a_test_of_somebody_else_that_has_the_id_of_ours_is_left_alone(
    imitation: DojoServer, world: World, afresh: DefectDojoDestination
) -> None:
    world.sync(finding(), finding("R2", 20))
    other = world.remote.product(f"{world.name} other")["id"]
    engagement = world.remote.engagement(other, "CI")
    key = world.test_there()["id"]
    for one in world.there():
        world.remote.delete("findings", one["id"])
    imitation.state.tables["tests"][key] |= {"engagement": engagement["id"], "title": "theirs"}
    assert list(afresh.lost([world.target()], Unattended())) == [world.target()]
    with pytest.raises(LostError):
        world.sync(finding(), finding("R2", 20), finding("R3", 30), destination=afresh)
    assert world.remote.findings(product=other) == []
    world.map_again()
    assert counts(world.sync(finding(), finding("R2", 20), destination=afresh)) == {"created": 2}
    assert world.remote.findings(product=other) == []
    world.agree()


def test_a_test_that_is_in_another_engagement_is_ours_no_more(
    imitation: DojoServer, world: World, afresh: DefectDojoDestination
) -> None:
    """It is not moved by any request, but by who has the database."""
    world.sync(finding())
    moved = world.test_there()["id"]
    engagement = world.remote.engagement(world.product_there, "Mine")
    imitation.state.tables["tests"][moved]["engagement"] = engagement["id"]
    before = world.there()
    with pytest.raises(LostError):
        world.sync(finding(), finding("R2", 20), destination=afresh)
    assert world.there() == before
    # Mapped again it begins anew, beside what was moved.
    world.map_again()
    assert counts(world.sync(finding(), finding("R2", 20), destination=afresh)) == {"created": 2}
    assert world.remote.findings(test=moved) == before
    assert len(world.there(active=True)) == 3
