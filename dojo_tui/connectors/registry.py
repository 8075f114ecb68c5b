"""Which Tools there are: the built-in ones and those of installed packages.

A module of this package that has a ``TOOL`` is a built-in one: adding it
touches no other file. A package adds a Tool with an entry point in the group ``dojo_tui.connectors``
that names an object (or a class without parameters) following ``base.Tool``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, cast

import dojo_tui.connectors as package
from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.text import inert

GROUP = "dojo_tui.connectors"

_FIRST = "reports"
"""It needs nothing but a folder, so it is shown first; the others are in the order of their names."""


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
    for tool in sorted(built_in(), key=lambda tool: (tool.name != _FIRST, tool.name)):
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


def built_in() -> Iterator[Tool]:
    """The Tools of this package, in the order of their modules."""
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        if module.name != __name__:
            tool = getattr(import_module(module.name), "TOOL", None)
            if tool is not None:
                yield cast(Tool, tool)


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
    if not all(isinstance(secret, Field) for secret in getattr(candidate, "secrets", (None,))):
        return "its Tool does not declare its secrets"
    if not all(hasattr(candidate, name) for name in ("assets", "concurrency", "local")):
        return "its Tool does not say what it is (assets, concurrency, local): derive it from BaseTool"
    missing = [
        act for act in ("validate", "list_veps", "fetch", "check") if not callable(getattr(candidate, act, None))
    ]
    return f"its Tool cannot {', '.join(missing)}" if missing else ""
