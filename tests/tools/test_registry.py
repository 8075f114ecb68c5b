"""Tools of other packages: found by entry point, never in the way of the others."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

from dojo_tui.connectors.base import BaseTool, Config, Field, Run, Vep
from dojo_tui.model.fetch import Fetch
from dojo_tui.tools.registry import GROUP, Tools, built_in, tools
from tests.test_layers import imported_by


class Mine(BaseTool):
    """A Tool as a third party would write it."""

    name = "mine"
    title = "Mine"
    location = Field("location", "Where")
    options: tuple[Field, ...] = ()

    def validate(self, config: Config) -> None:
        """Accept anything."""

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """List nothing."""
        return iter(())

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        """Find nothing."""
        return Fetch([])


MINE = Mine()
NEWER = type("Newer", (Mine,), {"name": "newer", "api_version": 99})
HALF = type(
    "Half",
    (),
    {
        "name": "half",
        "title": "Half",
        "location": Mine.location,
        "options": (),
        "secrets": (),
        "assets": False,
        "concurrency": 1,
        "local": False,
    },
)


def _entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{value}" if ":" not in value else value, GROUP)


def _with(*entries: EntryPoint) -> Tools:
    return Tools(built_in(), entries)


def test_built_in() -> None:
    assert next(iter(tools())) == "reports"
    assert tools()["reports"].title
    assert not tools().broken
    assert list(tools()) == list(tools().names)


def test_object_or_class() -> None:
    for value in ("MINE", "Mine"):
        found = _with(_entry("mine", value))
        assert list(found) == [*tools(), "mine"]
        assert not found.broken


def test_bad_ones_leave_the_others_alone() -> None:
    bad = {
        "gone": "no_such_module:X",
        "attr": "NOTHING",
        "misnamed": "MINE",
        "half": "HALF",
        "newer": "NEWER",
        "reports": "MINE",
        "raises": "tests.tools.raising:X",
    }
    found = _with(*(_entry(name, value) for name, value in bad.items()), _entry("mine", "MINE"))
    assert list(found) == [*tools(), "mine"]
    assert set(found.broken) == set(bad)
    assert "validate" in found.broken["half"]
    assert "ZeroDivisionError" in found.broken["raises"]
    assert "version 99 of dojo_tui.sdk" in found.broken["newer"]
    assert "half" not in found
    assert found["reports"] is tools()["reports"]


def test_one_that_is_looked_up_is_the_only_one_imported() -> None:
    loaded = imported_by("from dojo_tui.tools.registry import tools\ntools().names\ntools()['dependency-track']")
    modules = {name for name in loaded if name.startswith("dojo_tui.tools.") and name.count(".") > 2}
    assert modules == {"dojo_tui.tools.dependency_track.connector", "dojo_tui.tools.dependency_track.mapping"}
    assert "dojo_tui.reports.sarif" not in loaded
