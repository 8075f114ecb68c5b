"""What a run says of itself: why it failed, and which files it could not analyse (SARIF 2.1.0, 3.20 and 3.58)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dojo_tui.model.dates import moment
from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, items, mapping, text
from dojo_tui.reports.sarif.messages import message
from dojo_tui.reports.sarif.paths import Paths, place

_KINDS = ("toolExecutionNotifications", "toolConfigurationNotifications")
_QUOTED = 3
"""How many reasons are quoted."""
_FILES = 10_000
"""How many files are remembered; of a tool that names more, nothing is closed."""
_IN_QUOTES = re.compile(r"'([^'\n]{1,400})'|\"([^\"\n]{1,400})\"|`([^`\n]{1,400})`")
_APART = r"\s'\"`()\[\]{}<>,;:|"
_FILE = re.compile(rf"(?<![^{_APART}])[^{_APART}]*\.\w{{1,12}}(?![\w.])")
"""A word that ends like a file name; what stands behind it (``:12:3``, a full stop) is no part of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the invocations of a run say of it as a whole."""

    ended_at: datetime | None = None
    failure: str = ""
    """Why it failed, as a clause; empty if it did not say so."""
    errors: tuple[str, ...] = ()
    """The first messages of level error, for a person."""
    files: frozenset[str] = frozenset()
    """Files that its errors name, as far as a report can name a file: absent Findings of these were not looked for."""


def invocations(values: Sequence[Any], paths: Paths) -> Said:
    """Read the ``invocations`` of a run; ``paths`` resolves the locations of its notifications."""
    ended: datetime | None = None
    failure = ""
    errors: list[str] = []
    files: set[str] = set()
    for value in values:
        invocation = mapping(value)
        ended = moment(invocation.get("endTimeUtc")) or ended
        successful = invocation.get("executionSuccessful")
        # Not every writer knows JSON's own true and false; what says neither is no success.
        if successful is not None and str(successful).strip().lower() != "true":
            said = clean(json.dumps(successful, ensure_ascii=False), 60)
            failure = f"its scanner says that the scan was not successful (executionSuccessful: {said})"
            failure += _reason(invocation)
        for notification in _notifications(invocation):
            if _level(notification) != "error":
                continue
            if (told := _told(notification)) and len(errors) < _QUOTED:
                errors.append(told)
            if len(files) < _FILES:
                files.update(_files(notification, paths))
    return Said(ended, failure, tuple(errors), frozenset(files))


def _notifications(invocation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in _KINDS:
        yield from (mapping(value) for value in items(invocation.get(kind)))


def _level(notification: dict[str, Any]) -> str:
    """Its level; empty if it has none: a writer that leaves it out did not mean the "warning" of the standard."""
    return text(notification.get("level"), 20).strip().lower()


def _told(notification: dict[str, Any]) -> str:
    exception = mapping(notification.get("exception"))
    said = message(notification.get("message")) or text(exception.get("message")) or text(exception.get("kind"))
    return text(" ".join(said.split()), 200)


def _reason(invocation: dict[str, Any]) -> str:
    """What it says about its failure: errors first, then what has no level of its own, then warnings."""
    said = [text(invocation.get("processStartFailureMessage")), text(invocation.get("exitCodeDescription"))]
    rank = {"error": 0, "": 1, "warning": 2}
    by_rank = sorted(
        (one for one in _notifications(invocation) if _level(one) in rank), key=lambda one: rank[_level(one)]
    )
    said += [_told(notification) for notification in by_rank]
    if signal := text(invocation.get("exitSignalName"), 40):
        said.append(f"signal {signal}")
    if code := invocation.get("exitCode"):
        said.append(f"exit code {code}")
    told = list(dict.fromkeys(line for line in said if line))
    return text(": " + "; ".join(told[:_QUOTED]), 500) if told else ""


def _files(notification: dict[str, Any], paths: Paths) -> Iterator[str]:
    """Files that it is about: by its locations, else those that its message names."""
    located = False
    for value in items(notification.get("locations")):
        artifact = mapping(mapping(value).get("physicalLocation")).get("artifactLocation")
        if isinstance(artifact, dict) and (path := paths.path(place(artifact))):
            located = True
            yield path
    if located:
        return
    said = message(notification.get("message"))
    for quoted in _IN_QUOTES.finditer(said):
        name = next(group for group in quoted.groups() if group)
        if "." in name or "/" in name:
            yield text(name.replace("\\", "/"), MAX_NAME)
    for word in _FILE.finditer(said):
        yield text(word.group().replace("\\", "/"), MAX_NAME)
