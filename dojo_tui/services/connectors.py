"""Adding, editing, checking and removing Connectors."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dojo_tui.connectors.base import Config, Field, Tool
from dojo_tui.model import schedule as schedules
from dojo_tui.model.check import Checked
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import BusyError, UsageError
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import clean, inert
from dojo_tui.services import secrets
from dojo_tui.services.checking import Checking, Draft, Told, nobody
from dojo_tui.services.due import next_due, still_fits
from dojo_tui.services.owner import is_dead
from dojo_tui.store import connectors as stored
from dojo_tui.store import leases
from dojo_tui.store.open import Store
from dojo_tui.store.operations import running
from dojo_tui.store.records import record_counts

_LONGEST_LABEL = 100
_LONGEST_TEXT = 4_000
_SAFE = "Nothing was changed."


class Connectors:
    """Every change of a Connector is validated here; a UsageError says what is wrong and nothing was done."""

    def __init__(
        self, store: Store, tools: Mapping[str, Tool], clock: Clock, source: random.Random | None = None
    ) -> None:
        self._database = store.database
        self._tools = tools
        self._clock = clock
        self._random = source or random.Random()  # noqa: S311 -- it spreads schedules, nothing more

    def add(
        self,
        tool: str,
        label: str,
        location: str,
        *,
        secret: str | Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        auto_map: bool = False,
        min_severity: Severity = Severity.INFO,
        discover_schedule: str = "off",
        sync_schedule: str = "off",
    ) -> int:
        """Add a Connector and return its id."""
        found = self._tool(tool)
        values: dict[str, Any] = {
            "tool": tool,
            "label": _label(label),
            "location": _value(found.location, location),
            "secret": secrets.given(found, {}, secret),
            "options": _options(found, options or {}),
            "auto_map": auto_map,
            "min_severity": int(min_severity),
            "created_at": self._clock.now(),
            **self._schedule("discover", discover_schedule),
            **self._schedule("sync", sync_schedule),
        }
        self._validate(found, values)
        with self._database.write() as connection:
            _refuse_taken(connection, values["label"])
            return stored.insert_connector(connection, values)

    def edit(
        self,
        connector_id: int,
        *,
        label: str | None = None,
        location: str | None = None,
        secret: str | Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        auto_map: bool | None = None,
        min_severity: Severity | None = None,
        discover_schedule: str | None = None,
        sync_schedule: str | None = None,
    ) -> None:
        """Change what is given; an option given as an empty text goes back to its default, so does a secret."""
        with self._database.read() as connection:
            row = stored.connector(connection, connector_id)
        found = self._tool(row.tool)
        values: dict[str, Any] = {}
        if label is not None:
            values["label"] = _label(label)
        if location is not None:
            values["location"] = _value(found.location, location)
        if secret is not None:
            values["secret"] = secrets.given(found, secrets.unpack(row.secret), secret)
        if options is not None:
            values["options"] = _options(found, {**row.options, **options})
        if auto_map is not None:
            values["auto_map"] = auto_map
        if min_severity is not None:
            values["min_severity"] = int(min_severity)
        if discover_schedule is not None:
            values |= self._changed_schedule("discover", row.discover_schedule, row.discover_due_at, discover_schedule)
        if sync_schedule is not None:
            values |= self._changed_schedule("sync", row.sync_schedule, row.sync_due_at, sync_schedule)
        whole = {
            "label": row.label,
            "location": row.location,
            "options": row.options,
            "secret": row.secret,
            "min_severity": row.min_severity,
            **values,
        }
        self._validate(found, whole)
        with self._database.write() as connection:
            if whole["label"] != stored.connector(connection, connector_id).label:
                _refuse_taken(connection, whole["label"])
            stored.update_connector(connection, connector_id, values)

    def remove(self, connector_id: int) -> str:
        """Remove a Connector and its Records; a sentence says what stays (P6)."""
        with self._database.write() as connection:
            row = stored.connector(connection, connector_id)
            busy = leases.holder(connection, connector_id, self._clock.now(), lambda holder: is_dead(holder.owner))
            if busy is not None or any(each.connector_id == connector_id for each in running(connection)):
                raise BusyError(
                    f"An Operation of {row.label} is queued or running.",
                    safe=_SAFE,
                    do="Cancel it or wait for its end, then try again.",
                )
            number = sum(record_counts(connection, connector_id).values())
            stored.delete_connector(connection, connector_id)
        records = "1 Record" if number == 1 else f"{number:,} Records"
        return f"Removed {row.label} and its {records}. All Findings, Tests and Engagements stay, and the Operations."

    def check(self, connector_id: int, cancelled: Callable[[], None] = lambda: None, told: Told = nobody) -> Checked:
        """Look whether it works, storing nothing; ``told`` hears each step as it is made."""

        def draft() -> Draft:
            with self._database.read() as connection:
                row = stored.connector(connection, connector_id)
            config = Config(row.label, row.location, row.options, row.min_severity)
            return Draft(self._tool(row.tool), config, row.secret)

        return Checking(self._clock, cancelled, told)(draft)

    def check_unsaved(
        self,
        tool: str,
        location: str,
        *,
        secret: Mapping[str, str],
        options: Mapping[str, str],
        cancelled: Callable[[], None] = lambda: None,
        told: Told = nobody,
    ) -> Checked:
        """The same with what is not stored (yet), and will not be by this."""

        def draft() -> Draft:
            found = self._tool(tool)
            values: dict[str, Any] = {
                "label": found.title,
                "location": _value(found.location, location),
                "secret": secrets.given(found, {}, secret),
                "options": _options(found, options),
                "min_severity": Severity.INFO,
            }
            self._validate(found, values)
            return Draft(found, Config(found.title, values["location"], values["options"]), values["secret"])

        return Checking(self._clock, cancelled, told)(draft)

    def _tool(self, name: str) -> Tool:
        tool = self._tools.get(name)
        if tool is None:
            there = ", ".join(sorted(self._tools)) or "none"
            raise UsageError(f"There is no Tool {name!r}.", safe=_SAFE, do=f"Installed are: {there}.")
        return tool

    def _validate(self, tool: Tool, values: Mapping[str, Any]) -> None:
        config = Config(values["label"], values["location"], values["options"], Severity(values["min_severity"]))
        tool.validate(config)
        lacking = secrets.missing(tool, values["secret"])
        if lacking:
            raise UsageError(f"The {lacking} is needed: a reference, such as {secrets.KINDS}.", safe=_SAFE)

    def _schedule(self, kind: str, text: str) -> dict[str, Any]:
        try:
            schedule = str(schedules.parse(text))
        except ValueError as error:
            raise UsageError(f"The {kind} schedule: {error}.", safe=_SAFE) from error
        due = next_due(schedule, self._clock.now(), self._clock.zone, self._random)
        return {f"{kind}_schedule": schedule, f"{kind}_due_at": due}

    def _changed_schedule(self, kind: str, before: str, due: datetime | None, text: str) -> dict[str, Any]:
        """Saving a form does not put off the next run: the due time changes only with the schedule, or the zone."""
        values = self._schedule(kind, text)
        same = values[f"{kind}_schedule"] == before
        return {} if same and still_fits(before, due, self._clock.now(), self._clock.zone) else values


def _label(text: str) -> str:
    label = text.strip()
    if not label or len(label) > _LONGEST_LABEL:
        raise UsageError(f"A label has 1 to {_LONGEST_LABEL} characters.", safe=_SAFE)
    if inert(label) != label:
        raise UsageError("A label cannot hold control characters or the like.", safe=_SAFE)
    return label


def _options(tool: Tool, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is to be stored: known names, values that can be read, and nothing that is the default."""
    fields = {field.name: field for field in tool.options}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        there = ", ".join(fields) or "none"
        raise UsageError(f"{tool.name} has no option {unknown[0]!r}.", safe=_SAFE, do=f"There are: {there}.")
    missing = [name for name, field in fields.items() if field.required and not given.get(name, field.default)]
    if missing:
        raise UsageError(f"The option {missing[0]!r} is needed: {fields[missing[0]].help}", safe=_SAFE)
    return {name: _value(fields[name], text) for name, text in given.items() if text not in ("", fields[name].default)}


def _value(field: Field, text: str) -> str:
    text = text.strip()
    if not text and field.required:
        raise UsageError(f"{field.name} is needed: {field.help}", safe=_SAFE)
    if clean(text, _LONGEST_TEXT) != text:
        raise UsageError(f"{field.name} is too long or holds characters that cannot be stored.", safe=_SAFE)
    try:
        parsed = field.parse(text)
    except ValueError as error:
        raise UsageError(f"{field.name}: {error}", safe=_SAFE) from error
    except OSError as error:  # making a path absolute in a folder that was removed
        raise UsageError(f"{field.name}: {error.strerror or error}.", safe=_SAFE, do="Give the whole path.") from error
    return parsed if isinstance(parsed, str) else text


def _refuse_taken(connection: Connection, label: str) -> None:
    if any(row.label == label for row in stored.all_connectors(connection)):
        raise UsageError(f"There is a Connector labelled {label!r} already.", safe=_SAFE, do="Choose another label.")
