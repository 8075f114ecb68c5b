"""An administrator finds on the server what is ours, and which tool it is of; none of it decides what is the same."""

from __future__ import annotations

from tests.destinations.defectdojo.world import World, counts, finding, many


def test_fault_12_a_new_test_says_whose_it_is(world: World) -> None:
    world.sync(finding())
    test, engagement = world.test_there(), world.engagement_there
    assert test["tags"] == ["dojo-tui", "reports"]
    assert "Connector 1" in test["description"]
    assert "reports" in test["description"]
    names = {row["id"]: row["name"] for row in world.remote.rows("development_environments")}
    assert names[test["environment"]] == "Development"
    assert test["lead"] == engagement["lead"] is not None
    assert engagement["tags"] == ["dojo-tui"]


def test_fault_12_a_finding_is_tagged_with_its_scanner_and_stays_the_same(world: World) -> None:
    world.sync(finding("A", scanner="Semgrep OSS", tags=("Crypto",)), finding("B", 20, scanner="Trivy"))
    assert world.one("Rule A")["tags"] == ["crypto", "semgrep_oss"]
    assert world.one("Rule B")["tags"] == ["trivy"]
    hashes = {row["hash_code"] for row in world.there()}
    world.remote.change("findings", world.one("Rule B")["id"], tags=["ours"])
    world.destination.resend(1)
    again = (finding("A", scanner="Semgrep OSS", tags=("Crypto",)), finding("B", 20, scanner="Trivy"))
    assert counts(world.sync(*again)) == {"untouched": 2}
    assert {row["hash_code"] for row in world.there()} == hashes
    assert world.one("Rule B")["tags"] == ["ours"], "what a person wrote there stays"


def test_fault_12_findings_that_were_sent_without_tags_are_found_again(world: World) -> None:
    world.sync(*many(3))
    for row in world.there():
        world.remote.change("findings", row["id"], tags=[])
    world.remote.change("tests", world.test_there()["id"], tags=[])
    world.destination.resend(1)
    assert counts(world.sync(*many(3))) == {"untouched": 3}
    assert world.test_there()["tags"] == [], "nobody asked for it"
    assert len(world.there()) == 3
