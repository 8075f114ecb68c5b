"""All of a SARIF run but its results: what the results refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dojo_tui.model.values import mapping, text, whole
from dojo_tui.reports.sarif.messages import Strings
from dojo_tui.reports.sarif.paths import Paths
from dojo_tui.reports.sarif.rules import Rule


@dataclass(slots=True, kw_only=True)
class Component:
    """The tool's driver or one of its extensions."""

    name: str = ""
    guid: str = ""
    rules: Sequence[Rule] = ()
    by_id: Mapping[str, Rule] = field(default_factory=dict)
    strings: Strings = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Parts:
    """What one run's results refer to."""

    tool: str = ""
    """The name of the driver."""
    driver: Component = field(default_factory=Component)
    extensions: Sequence[Component] = ()
    paths: Paths = field(default_factory=Paths)
    logical: Sequence[str] = ()
    taxonomies: Sequence[tuple[str, Sequence[str]]] = ()
    flow_locations: Sequence[Any] = ()
    date: date | None = None
    _found: dict[str, Rule] = field(default_factory=dict)

    def rule(self, result: Mapping[str, Any]) -> Rule:
        """The rule of a result: by reference or index where they agree with the id, else by id anywhere.

        An unknown rule is a Rule with nothing but its id.
        """
        identifier = result.get("ruleId")
        reference = result.get("rule")
        index = result.get("ruleIndex")
        component = self.driver
        if reference is not None:
            reference = mapping(reference)
            component = self._component(mapping(reference.get("toolComponent")))
            identifier = identifier or reference.get("id")
            index = reference.get("index", index)
        if not isinstance(identifier, str):
            identifier = ""
        if type(index) is int and 0 <= index < len(component.rules):
            rule = component.rules[index]
            # Some tools write a wrong index (always 0, say): then the id is right.
            if not identifier or identifier == rule.id or identifier.startswith(rule.id + "/"):
                return rule
        found = self._found.get(identifier)
        if found is None:
            found = self._found[identifier] = self._search(identifier, component)
        return found

    def _component(self, reference: Mapping[str, Any]) -> Component:
        index, guid, name = whole(reference.get("index")), reference.get("guid"), reference.get("name")
        if index is not None and 0 <= index < len(self.extensions):
            return self.extensions[index]
        for component in self.extensions:
            if (guid and component.guid == guid) or (name and not guid and component.name == name):
                return component
        return self.driver

    def _search(self, identifier: str, first: Component) -> Rule:
        # An id may be hierarchical: "CA1000/1" is a result of the rule "CA1000" (SARIF 3.27.5).
        name = identifier
        while name:
            for component in (first, self.driver, *self.extensions):
                if name in component.by_id:
                    return component.by_id[name]
            name = name.rpartition("/")[0]
        plain = text(identifier, 1_000)
        return Rule(id=plain)
