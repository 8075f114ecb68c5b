"""Where a result is: its places, related ones, and the steps of its code flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, MAX_SNIPPET, items, mapping, text, whole
from dojo_tui.reports.sarif.messages import message
from dojo_tui.reports.sarif.parts import Parts
from dojo_tui.reports.sarif.paths import place

MAX_LISTED = 30
"""A description lists at most so many other places or steps, and says how many more there are."""


@dataclass(slots=True)
class Where:
    """One location, resolved."""

    path: str = ""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    snippet: str = ""
    context: str = ""
    logical: str = ""
    said: str = ""

    @property
    def spot(self) -> tuple[object, ...]:
        """Equal for two locations that are one place."""
        return (self.path, self.line, self.column, self.end_line, self.end_column, self.logical)

    def __str__(self) -> str:
        spot = self.path or self.logical
        numbers = f":{self.line}" if self.line is not None else ""
        return ": ".join(part for part in (f"{spot}{numbers}", self.said or self.snippet.strip()) if part)


NOWHERE = Where()


def distinct(places: list[Any], parts: Parts) -> list[Where]:
    """The places of a result, each once: where it lists none, the one that is nowhere.

    What names no place at all counts only where nothing else does.
    """
    if len(places) < 2:
        return [resolved(places[0], parts)] if places else [NOWHERE]
    found = {where.spot: where for where in reversed([resolved(value, parts) for value in places])}
    named = [where for spot, where in reversed(found.items()) if any(spot)]
    return named or list(found.values())


def resolved(value: Any, parts: Parts) -> Where:
    """A location object."""
    if type(value) is not dict:
        return NOWHERE
    where = Where()
    physical = value.get("physicalLocation")
    if type(physical) is dict:
        artifact = physical.get("artifactLocation")
        if type(artifact) is dict:
            where.path = parts.paths.path(place(artifact))
        region = physical.get("region")
        if type(region) is dict:
            # Whoever counts bytes numbers no lines: startLine is then a placeholder.
            if "byteOffset" not in region:
                where.line = _line(region.get("startLine"))
            where.column = _line(region.get("startColumn"))
            where.end_line = _line(region.get("endLine"))
            where.end_column = _line(region.get("endColumn"))
            where.snippet = _snippet(region)
        context = physical.get("contextRegion")
        if type(context) is dict:
            where.context = _snippet(context)
    if "logicalLocations" in value:
        where.logical = _logical(items(value["logicalLocations"]), parts)
    if "message" in value:
        where.said = clean(" ".join(message(value["message"]).split()), MAX_NAME)
    return where


def listing(places: list[Any], parts: Parts) -> list[str]:
    """Locations as lines of a description."""
    lines = [str(resolved(value, parts)) for value in places[:MAX_LISTED]]
    if len(places) > MAX_LISTED:
        lines.append(f"{len(places) - MAX_LISTED} more")
    return [line for line in lines if line]


def flow(code_flows: Any, parts: Parts) -> tuple[Where | None, Where | None, list[str]]:
    """Source, sink and steps of the first thread of the first code flow: the tool's best explanation."""
    for code_flow in items(code_flows):
        for thread in items(mapping(code_flow).get("threadFlows")):
            steps = [_step(value, parts) for value in items(mapping(thread).get("locations"))]
            if steps:
                source, sink = (resolved(steps[at], parts) for at in (0, -1))
                return source, sink, listing(steps, parts)
    return None, None, []


def _step(value: Any, parts: Parts) -> Any:
    given = mapping(value)
    index = whole(given.get("index"))
    if "location" not in given and index is not None and 0 <= index < len(parts.flow_locations):
        given = mapping(parts.flow_locations[index])
    return given.get("location")


def _line(value: Any) -> int | None:
    # Some writers know only floats: 3.0 is a line. Four lines a result, so the usual case goes first.
    number = value if type(value) is int else whole(value)
    return number if number is not None and 0 < number < 1 << 53 else None


def _snippet(region: dict[str, Any]) -> str:
    snippet = region.get("snippet")
    return text(snippet.get("text"), MAX_SNIPPET) if type(snippet) is dict else ""


def _logical(values: list[Any], parts: Parts) -> str:
    for value in values:
        given = mapping(value)
        name = given.get("fullyQualifiedName") or given.get("name")
        if isinstance(name, str) and name:
            return clean(name, MAX_NAME)
        index = whole(given.get("index"))
        if index is not None and 0 <= index < len(parts.logical) and parts.logical[index]:
            return parts.logical[index]
    return ""
