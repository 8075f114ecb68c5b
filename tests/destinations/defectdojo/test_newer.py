"""What newer servers leave away is never asked for: Endpoints (Locations take their place) and API pulls (3.5)."""

from __future__ import annotations

from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.labelling import Labelling
from tests.defectdojo_server import DojoServer
from tests.destinations.defectdojo.world import World, counts, finding

ASKED = {
    "development_environments", "engagements", "findings", "product_types", "products", "reimport-scan", "test_types",
    "tests", "user_profile",
}  # fmt: skip
"""The resources of the API that a server needs to have; ``import_history`` and such are asked only after a cut."""
LEFT_AWAY = {"endpoints", "endpoint_status", "tool_configurations", "tool_types", "tool_product_settings"}
"""Read-only or gone where Locations are switched on, and since 3.5."""


def test_fault_13_a_server_without_endpoints_and_api_pulls_is_enough(world: World, dojo_server: DojoServer) -> None:
    dojo_server.forget()
    places = ("https://shop.example.org/cart", "https://shop.example.org/pay")
    before = [finding(), finding("R2", None, file_path="", endpoints=places), finding("R3", 30)]
    world.sync(*before)
    after = [*before[:2], finding("R4", 40)]
    assert counts(world.sync(*after)) == {"created": 1, "closed": 1, "untouched": 2}
    Labelling(world.destination, CancelToken()).plan()
    asked = {seen.path.partition("/api/v2/")[2].partition("/")[0] for seen in dojo_server.requests}
    assert asked - {""} <= ASKED
    assert not asked & LEFT_AWAY
