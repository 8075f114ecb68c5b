"""What Tests that an older version made lack, by which an administrator finds what is ours; and adding it.

What a person wrote stays: tags are added to those that are there, and a lead, an environment or a description only
where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dojo_tui.destinations.defectdojo import labels
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.things import ServerTest
from dojo_tui.http.exchange import Caller
from dojo_tui.store import sent
from dojo_tui.store.connectors import all_connectors
from dojo_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A Test of ours on a server, and what it lacks."""

    test_id: int
    title: str
    missing: tuple[str, ...]
    """In words: ``tag dojo-tui``, ``lead`` …"""
    body: Mapping[str, Any]
    """The change of the Test that adds it, as the API takes it."""


def unlabelled(database: Database, destination_id: int, api: Api, caller: Caller) -> Iterator[Unlabelled]:
    """Those of our Tests on a server that lack something, Connector by Connector; a Test that is gone is left out."""
    with database.read() as connection:
        ours = sent.test_ids(connection, destination_id)
        connectors = {row.id: row for row in all_connectors(connection)}
    of = {remote: connectors[connector] for (_, connector), (remote, _) in ours.items() if connector in connectors}
    for remote, connector in sorted(of.items()):
        caller.check()
        test = api.test(remote)
        if test is not None and (found := _lacking(test, labels.of_test(api, connector.label, connector.tool))):
            yield found


def _lacking(test: ServerTest, wanted: labels.Labels) -> Unlabelled | None:
    body: dict[str, Any] = {}
    tags = [name for name in wanted.tags if name not in test.tags]
    if tags:
        body["tags"] = [*test.tags, *tags]
    has = {"lead": test.lead, "environment": test.environment}
    body |= {name: value for name, value in wanted.more.items() if has.get(name) is None}
    if not test.description.strip():
        body["description"] = wanted.description
    if not body:
        return None
    missing = (*(f"tag {name}" for name in tags), *(name for name in body if name != "tags"))
    return Unlabelled(test.id, test.title, missing, body)
