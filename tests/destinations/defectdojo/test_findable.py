"""An administrator finds on the server what is ours, and which tool it is of; none of it decides what is the same."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from dojo_tui.store.tables import sent_scopes
from tests.defectdojo_server import Remote
from tests.destinations.defectdojo.conftest import MakeWorld
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


# --- services -------------------------------------------------------------------------


def services(world: World) -> list[str]:
    """Those of all Findings that are active there."""
    return sorted({row["service"] for row in world.there(active=True)})


def test_fault_12_a_service_reads_as_the_record(world: World) -> None:
    for scope in ("Web Shop", "api/Gateway", "Straße"):
        assert counts(world.sync(*many(2), scope=scope)) == {"created": 2}
        assert counts(world.sync(*many(2), scope=scope)) == {"untouched": 2}
    assert services(world) == ["Straße", "Web Shop", "api/Gateway"]


@pytest.mark.parametrize(
    ("first", "second"), [("Shop", "shop"), ("shop", "Shop"), ("Straße", "STRASSE"), ("ΣΑΣ", "σας")]
)
def test_fault_12_of_two_that_fold_to_the_same_one_has_a_digest(world: World, first: str, second: str) -> None:
    world.sync(*many(2), scope=first)
    assert counts(world.sync(*many(2), scope=second)) == {"created": 2}
    plain, other = sorted(services(world), key=len)
    assert plain == first
    assert other.startswith(f"{second} #")
    assert counts(world.sync(finding("R1", 3), scope=second)) == {"untouched": 1, "closed": 1}
    assert counts(world.sync(*many(2), scope=first)) == {"untouched": 2}
    world.agree()


def test_fault_12_a_scope_that_looks_like_a_digest_of_another_is_none_of_it(world: World) -> None:
    world.sync(finding(), scope="shop")
    world.sync(finding(), scope="Shop")
    (digested,) = [name for name in services(world) if "#" in name]
    for scope in (digested, digested.upper()):
        assert counts(world.sync(finding(), scope=scope)) == {"created": 1}
    assert len({name.casefold() for name in services(world)}) == 4


def test_fault_12_what_was_sent_before_keeps_its_service(world: World) -> None:
    """An older version wrote a digest behind ``Shop``, and did not write that down."""
    world.sync(*many(3), scope="shop")
    world.sync(*many(3), scope="Shop")
    before = services(world)
    with world.database.write() as connection:
        connection.execute(update(sent_scopes).values(service="", full_at=None))
    for scope in ("Shop", "shop"):
        assert counts(world.sync(*many(3), scope=scope)) == {"untouched": 3}
    assert services(world) == before
    assert counts(world.sync(*many(3), scope="SHOP")) == {"created": 3}
    assert len(services(world)) == 3
    world.agree()


@pytest.mark.parametrize("order", [("Shop", "shop"), ("shop", "Shop")])
def test_fault_12_another_store_finds_the_services_of_the_first(
    world: World, make_world: MakeWorld, dojo: Remote, order: tuple[str, str]
) -> None:
    """A store that was lost and made anew: in whatever order its Records come, each finds its own."""
    for scope in order:
        world.sync(*many(3), scope=scope)
    before = services(world)
    anew = make_world(dojo)
    anew.name = world.name
    for scope in reversed(order):
        anew.sync(*many(3), scope=scope, accept_large_change=True)
    assert services(anew) == before
    assert len(anew.there(active=True)) == 6


def test_fault_12_a_name_that_another_store_uses_in_other_case_is_not_taken(
    world: World, make_world: MakeWorld, dojo: Remote
) -> None:
    world.sync(*many(2), scope="Shop")
    other = make_world(dojo)
    other.name = world.name
    assert counts(other.sync(*many(2), scope="shop")) == {"created": 2}
    assert counts(other.sync(*many(1), scope="Lib")) == {"created": 1}
    lib, theirs, ours = services(world)
    assert (lib, theirs) == ("Lib", "Shop")
    assert ours.startswith("shop #")
    assert counts(other.sync(scope="shop")) == {"closed": 2}
    assert counts(world.sync(*many(2), scope="Shop")) == {"untouched": 2}


def test_fault_12_the_tools_own_id_is_found_by_the_servers_search(world: World) -> None:
    one = finding("R1", unique_id="SHOP-1234", references="https://example.org/r1")
    digest = finding("R2", 20, unique_id="39fa2ee980eb94b0:1")
    world.sync(one, digest)
    assert world.one("Rule R1")["references"] == "https://example.org/r1\n\nId at the tool: SHOP-1234"
    assert "Id at" not in (world.one("Rule R2")["references"] or "")
    # It costs nothing while nothing else changes, and stays when the references do.
    assert counts(world.sync(one, digest)) == {"untouched": 2}
    world.destination.resend(1)
    assert counts(world.sync(one, digest)) == {"untouched": 2}
    assert world.last.asked("PATCH") == []
    world.sync(finding("R1", unique_id="SHOP-1234", references="https://example.org/r2"), digest)
    assert world.one("Rule R1")["references"] == "https://example.org/r2\n\nId at the tool: SHOP-1234"
