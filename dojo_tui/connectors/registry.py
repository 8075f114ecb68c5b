"""Which Tools there are: the built-in ones and those of installed packages.

A package adds a Tool with an entry point in the group ``dojo_tui.connectors``
that names an object (or a class without parameters) following ``base.Tool``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, cast

from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.text import inert

GROUP = "dojo_tui.connectors"

_BUILT_IN = ("dojo_tui.connectors.reports",)


def tools() -> Mapping[str, Tool]:
    """All usable Tools by name, built-in ones first. Found when first looked at: the app opens without them."""
    return _LazyTools()


def broken_tools() -> Mapping[str, str]:
    """Entry points that could not be used, by name, each with the reason."""
    return _loaded()[1]


def load(entries: Iterable[EntryPoint]) -> tuple[Mapping[str, Tool], Mapping[str, str]]:
    """The built-in Tools and those of ``entries``, and what is wrong with the rest of them."""
    found: dict[str, Tool] = {}
    broken: dict[str, str] = {}
    for module in _BUILT_IN:
        tool = cast(Tool, import_module(module).TOOL)
        found[tool.name] = tool
    for entry in sorted(entries, key=lambda entry: entry.name):
        try:
            candidate = entry.load()
            candidate = candidate() if isinstance(candidate, type) else candidate
            flaw = _flaw(entry.name, candidate)
        except Exception as error:  # noqa: BLE001 - somebody else's code must not take the others along
            flaw = f"{type(error).__name__}: {error}"
        if not flaw and entry.name in found:
            flaw = "a Tool of this name exists already"
        if flaw:
            broken[inert(entry.name)] = inert(flaw)
        else:
            found[entry.name] = cast(Tool, candidate)
    return MappingProxyType(found), MappingProxyType(broken)


class _LazyTools(Mapping[str, Tool]):
    """Imports readers of reports and other people's packages when somebody asks for a Tool."""

    def __getitem__(self, name: str) -> Tool:
        return _loaded()[0][name]

    def __iter__(self) -> Iterator[str]:
        return iter(_loaded()[0])

    def __len__(self) -> int:
        return len(_loaded()[0])


@cache
def _loaded() -> tuple[Mapping[str, Tool], Mapping[str, str]]:
    return load(entry_points(group=GROUP))


def _flaw(name: str, candidate: Any) -> str:
    """What keeps an object from being the Tool ``name``; empty if nothing does."""
    if getattr(candidate, "name", None) != name:
        return f"its Tool is named {getattr(candidate, 'name', None)!r}, not {name!r}"
    if not isinstance(getattr(candidate, "title", None), str):
        return "its Tool has no title"
    if not isinstance(getattr(candidate, "location", None), Field):
        return "its Tool does not declare its location"
    if not all(isinstance(option, Field) for option in getattr(candidate, "options", (None,))):
        return "its Tool does not declare its options"
    missing = [act for act in ("validate", "list_veps", "fetch") if not callable(getattr(candidate, act, None))]
    return f"its Tool cannot {', '.join(missing)}" if missing else ""
