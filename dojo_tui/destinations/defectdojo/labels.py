"""The words by which an administrator finds on a server what is ours: tags, a description, who leads it, and where.

None of it is part of what a server recognises Findings by.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.limits import tag
from dojo_tui.model.errors import DestinationError

PROGRAM = "dojo-tui"
"""The tag of all that is ours."""

_ENVIRONMENT = "Development"
"""What DefectDojo writes at an import that names none; a Test made through its API has none at all."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is written to an Engagement or a Test that is made."""

    description: str
    tags: tuple[str, ...]
    more: Mapping[str, Any] = field(default_factory=dict)
    """Ids of its lead and its environment, where the server tells them."""


def tags(tool: str) -> tuple[str, ...]:
    """Of a Test: the program's, and the tool's as the Connector names it."""
    return tuple(dict.fromkeys(name for name in (PROGRAM, tag(tool)) if name))


def of_engagement(api: Api, description: str) -> Labels:
    """What an Engagement of ours is made with."""
    return Labels(description, (PROGRAM,), _lead(api))


def of_test(api: Api, label: str, tool: str) -> Labels:
    """What the Test of a Connector is made with."""
    of_tool = f" (tool {tool})" if tool else ""
    more = _lead(api)
    # Whoever may not see environments makes a Test without one.
    with suppress(DestinationError):
        if (found := api.environment_named(_ENVIRONMENT)) is not None:
            more["environment"] = found
    return Labels(f"What dojo-tui syncs from the Connector {label}{of_tool}.", tags(tool), more)


def _lead(api: Api) -> dict[str, int]:
    with suppress(DestinationError):
        return {"lead": api.user().id}
    return {}
