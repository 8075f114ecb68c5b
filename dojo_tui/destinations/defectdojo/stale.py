"""Which places are gone on a server, in few questions for many Records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.target import Target
from dojo_tui.model.text import inert
from dojo_tui.store import sent
from dojo_tui.store import server_products as products
from dojo_tui.store.database import Database

NO_PRODUCT = "its Product was deleted"
NO_TEST = "its Test, or the Engagement it was in, was deleted or moved"


def known_lost(database: Database, destination_id: int, targets: Collection[Target]) -> dict[Target, str]:
    """What can be told without asking: Products that were gone when they were last listed."""
    with database.read() as connection:
        known = products.known(connection, destination_id, {target.product_ref for target in targets})
    return {
        target: NO_PRODUCT for target in targets if target.product_ref not in known or known[target.product_ref].gone
    }


def lost(database: Database, destination_id: int, api: Api, targets: Collection[Target]) -> dict[Target, str]:
    """What the server tells: Tests by title, one listing for a whole Connector; the rest by their Products."""
    with database.read() as connection:
        known = products.known(connection, destination_id, {target.product_ref for target in targets})
        tests = sent.test_ids(connection, destination_id)
    ours = {target: tests.get((target.product_ref, target.connector_id)) for target in targets if target.synced}
    alive = _alive(api, {target: test for target, test in ours.items() if test is not None})
    unsure = [target for target in targets if ours.get(target) not in alive]
    remote = {target: known[target.product_ref].remote_id for target in unsure if target.product_ref in known}
    there = _there(api, set(remote.values())) if remote else set()
    with database.write() as connection:
        products.mark_gone(connection, destination_id, sorted(set(remote.values()) - there))
    reasons = {target: NO_PRODUCT for target in unsure if remote.get(target) not in there}
    reasons.update({target: NO_TEST for target in unsure if target not in reasons and ours.get(target) is not None})
    return reasons


def reason(database: Database, destination_id: int, api: Api, remote_id: int) -> str:
    """Why a place is not there, when something of it was asked for in vain; a Product that is gone is known as that."""
    if _there(api, {remote_id}):
        return NO_TEST
    with database.write() as connection:
        products.mark_gone(connection, destination_id, [remote_id])
    return NO_PRODUCT


def need_sight(api: Api) -> None:
    """Raise if the token's user sees no Product at all: that says nothing of what is there (P3).

    Lists show what the user may see. One who lost a right gets empty ones, and no refusal.
    """
    user = api.user()
    if user.is_superuser or user.is_staff or any(True for _ in api.products()):
        return
    raise DestinationError(
        f"The token's user, {inert(user.name, 80)}, sees no Product at all on the server.",
        safe="What is known of them stays as it was.",
        do="Give the user the right to see them. If they were all deleted, map the Records to new ones.",
    )


def _there(api: Api, wanted: Collection[int]) -> set[int]:
    """Those of these Products that are there."""
    found = {product.id for product in api.products_with_ids(wanted)}
    if not found:
        need_sight(api)
    return found


def _alive(api: Api, tests: Mapping[Target, tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of our Tests that are there, in their Engagements."""
    by_label: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for target, test in tests.items():
        by_label[target.connector_label].add(test)
    alive: set[tuple[int, int]] = set()
    for label, wanted in by_label.items():
        found = {(test.id, test.engagement_id) for test in api.tests_titled(label)}
        # Somebody may have given it another title.
        others = (api.test(test) for test, _ in wanted - found)
        alive |= wanted & (found | {(test.id, test.engagement_id) for test in others if test is not None})
    return alive
