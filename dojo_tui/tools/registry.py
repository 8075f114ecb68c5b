"""Which Tools there are: the folders of this package, and those of installed packages.

Names are known from file names and entry points. A Tool's code is imported when it is looked up, one at a time:
the app opens without any of them, and a Sync loads what it needs. A package adds a Tool with an entry point in the
group ``dojo_tui.connectors`` that names an object (or a class without parameters) following ``sdk.Tool``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, cast

import dojo_tui.tools as package
from dojo_tui.connectors.base import API_VERSION, Field, Tool
from dojo_tui.model.text import inert

GROUP = "dojo_tui.connectors"

_FIRST = "reports"
"""It needs nothing but a folder, so it is shown first; the others are in the order of their names."""
_MODULE = "connector"

Loader = Callable[[], Any]


class Tools(Mapping[str, Tool]):
    """Tools by name; looking one up imports it, iterating imports all and leaves out those that cannot be used."""

    def __init__(self, built_in: Mapping[str, Loader], entries: Iterable[EntryPoint] = ()) -> None:
        self._loaders = dict(sorted(built_in.items(), key=lambda item: (item[0] != _FIRST, item[0])))
        self._tools: dict[str, Tool] = {}
        self._broken: dict[str, str] = {}
        self._failed: set[str] = set()
        """Names whose code was tried already and is of no use."""
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name in self._loaders:
                self._broken[inert(entry.name)] = "a Tool of this name exists already"
            else:
                self._loaders[entry.name] = entry.load

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all, of those that cannot be used as well; imports nothing."""
        return tuple(self._loaders)

    @property
    def broken(self) -> Mapping[str, str]:
        """Those that cannot be used, by name, each with the reason."""
        list(self)
        return MappingProxyType(self._broken)

    def __getitem__(self, name: str) -> Tool:
        if name not in self._tools:
            self._load(name, self._loaders[name])
        return self._tools[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._loaders if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load(self, name: str, loader: Loader) -> None:
        if name in self._failed:
            return
        try:
            candidate = loader()
            candidate = candidate() if isinstance(candidate, type) else candidate
            flaw = _flaw(name, candidate)
        except Exception as error:  # noqa: BLE001 - somebody else's code must not take the others along
            flaw = f"{type(error).__name__}: {error}"
        if flaw:
            self._broken[inert(name)] = inert(flaw)
            self._failed.add(name)
        else:
            self._tools[name] = cast(Tool, candidate)


@cache
def tools() -> Tools:
    """The built-in Tools and those of installed packages."""
    return Tools(built_in(), entry_points(group=GROUP))


def built_in() -> Mapping[str, Loader]:
    """What loads the Tool of each name: ``<folder>`` of ``connector.py``, ``<folder>-<kind>`` of others."""
    found: dict[str, Loader] = {}
    for folder in iter_modules(package.__path__):
        if folder.ispkg:
            # The folder is looked into without importing it: its __init__ may be anybody's.
            paths = [str(Path(path, folder.name)) for path in package.__path__]
            for module in iter_modules(paths):
                if module.name == _MODULE or module.name.startswith(f"{_MODULE}_"):
                    name = (folder.name + module.name.removeprefix(_MODULE)).replace("_", "-")
                    found[name] = partial(_tool_of, f"{package.__name__}.{folder.name}.{module.name}")
    return found


def _tool_of(module: str) -> Any:
    return import_module(module).TOOL


def _flaw(name: str, candidate: Any) -> str:
    """What keeps an object from being the Tool ``name``; empty if nothing does."""
    if getattr(candidate, "name", None) != name:
        return f"its Tool is named {getattr(candidate, 'name', None)!r}, not {name!r}"
    version = getattr(candidate, "api_version", API_VERSION)
    if version != API_VERSION:
        return f"it is written for version {version} of dojo_tui.sdk, and this is version {API_VERSION}"
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
