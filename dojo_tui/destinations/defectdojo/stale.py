"""Which places are gone on a server, in few questions for many Records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from dojo_tui.destinations.base import Target
from dojo_tui.destinations.defectdojo import products, sent
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.store.database import Database

NO_PRODUCT = "its Product was deleted"
NO_TEST = "its Test, or the Engagement it was in, was deleted"


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
        places = {target: sent.place(connection, target) for target in targets if target.synced}
    by_label: dict[str, dict[int, list[Target]]] = defaultdict(lambda: defaultdict(list))
    for target, place in places.items():
        if place.test_remote is not None:
            by_label[target.connector_label][place.test_remote].append(target)
    there: set[int] = set()
    for label, tests in by_label.items():
        found = {test.id for test in api.tests_titled(label)}
        # Somebody may have given it another title.
        found |= {test for test in tests.keys() - found if api.test(test) is not None}
        there |= found
    gone = {
        target for target, place in places.items() if place.test_remote is not None and place.test_remote not in there
    }
    unsure = {
        target
        for target in targets
        if target in gone or places.get(target) is None or places[target].test_remote is None
    }
    remote = {target: known[target.product_ref].remote_id for target in unsure if target.product_ref in known}
    alive = {product.id for product in api.products_with_ids(set(remote.values()))} if remote else set()
    with_ids = [int(ref) for ref, one in known.items() if one.remote_id in set(remote.values()) - alive]
    if with_ids:
        with database.write() as connection:
            products.mark_gone(connection, destination_id, with_ids)
    reasons: dict[Target, str] = {}
    for target in unsure:
        if remote.get(target) not in alive:
            reasons[target] = NO_PRODUCT
        elif target in gone:
            reasons[target] = NO_TEST
    return reasons
