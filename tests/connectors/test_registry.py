"""Tools of other packages: found by entry point, never in the way of the others."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

from dojo_tui.connectors.base import BaseTool, Config, Field, Run, Vep
from dojo_tui.connectors.registry import GROUP, broken_tools, load, tools
from dojo_tui.model.fetch import Fetch


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


def test_built_in() -> None:
    assert next(iter(tools())) == "reports"
    assert tools()["reports"].title
    assert not broken_tools()


def test_object_or_class() -> None:
    for value in ("MINE", "Mine"):
        found, broken = load([_entry("mine", value)])
        assert list(found) == [*tools(), "mine"]
        assert not broken


def test_bad_ones_leave_the_others_alone() -> None:
    bad = {
        "gone": "no_such_module:X",
        "attr": "NOTHING",
        "misnamed": "MINE",
        "half": "HALF",
        "reports": "MINE",
        "raises": "tests.connectors.raising:X",
    }
    found, broken = load([*(_entry(name, value) for name, value in bad.items()), _entry("mine", "MINE")])
    assert list(found) == [*tools(), "mine"]
    assert set(broken) == set(bad)
    assert "validate" in broken["half"]
    assert "ZeroDivisionError" in broken["raises"]
