"""A severity word that nobody knows, towards a server (issue 10, point 6)."""

from __future__ import annotations

from dataclasses import replace

from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.world import World, counts, finding


def test_fault_6_an_unknown_severity_lowers_nothing_at_the_server(world: World) -> None:
    known = replace(finding(), severity=Severity.CRITICAL)
    world.sync(known)
    unrated = replace(known, severity=Severity.MEDIUM, unknown_severity="Untriaged")
    for minimum in (Severity.INFO, Severity.HIGH):
        assert counts(world.sync(unrated, min_severity=minimum)) == {"untouched": 1}
    moved = replace(unrated, line=(unrated.line or 0) + 3, description="Said anew")
    world.sync(moved)
    (there,) = world.there(active=True)
    assert (there["severity"], there["line"]) == ("Critical", moved.line)
    world.sync(moved, replace(finding("R2", 20), severity=Severity.MEDIUM, unknown_severity="Untriaged"))
    assert {one["severity"] for one in world.there(active=True)} == {"Critical", "Medium"}
    world.agree()
