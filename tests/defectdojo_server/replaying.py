"""Sends the recorded requests, in their order, to the imitation."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.defectdojo_server import importing
from tests.defectdojo_server.comparing import Ids, differences
from tests.defectdojo_server.recordings import sparse, unfolded
from tests.defectdojo_server.remote import Remote, generic, upload
from tests.defectdojo_server.server import DojoServer
from tests.defectdojo_server.state import NOBODYS_TOKEN, State

MOMENT = datetime(2026, 11, 20, 12, 21, 30, 123456, tzinfo=UTC)
"""The day of the recordings."""
_NOBODY = "Token " + NOBODYS_TOKEN

# The recordings were made in several sittings, each with a database of its own: the first recording of each.
SITTINGS = ("001", "400", "440", "460", "480")
# What differs for a reason: the recording, the place, and why.
LOOSE = {
    ("058", ".count"): "the imitation does not know all 279 test types",
    ("001", ".user.email"): "the user's own data",
}
# Bodies that were not written down when they were sent.
_BODIES = {"032": b'{"name": ', "274": b"test=16"}


class Replay:
    """One sitting against a fresh server."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.ids = Ids()
        self._http = httpx.Client(base_url=remote.url, timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self.remote.close()

    def differences(self, recording: Mapping[str, Any]) -> list[str]:
        """Send a request and say what differs in the answer."""
        number = recording["number"]
        for prepare in _SETUPS.get(number, ()):
            prepare(self)
        reply = self._send(recording)
        if reply.status_code != recording["status"]:
            return [f"status {recording['status']} recorded, {reply.status_code} here: {reply.text[:500]}"]
        found = []
        if (location := recording.get("location")) != reply.headers.get("location"):
            found.append(f"location {location} recorded, {reply.headers.get('location')} here")
        if reply.headers.get("content-type") == "application/json":
            table = recording["path"].split("/")[3]
            body = json.loads(self._with_recorded_ids(recording, reply.text))
            found += differences(recording["body"], sparse(body), self.ids, table)
        return [text for text in found if (number, text.partition(":")[0]) not in LOOSE]

    def _send(self, recording: Mapping[str, Any]) -> httpx.Response:
        number, parts = recording["number"], urlsplit(recording["path"])
        table = parts.path.split("/")[3]
        more: dict[str, Any] = {"headers": recording["headers"], "content": _BODIES.get(number)}
        if parts.query:
            more["params"] = self.ids.fields(dict(parse_qsl(parts.query)), table)
        if "json" in recording:
            more["json"] = self.ids.fields(unfolded(recording["json"]))
        if "form" in recording:
            form = self.ids.fields(unfolded(recording["form"]))
            more["files"] = {name: (None, str(text)) for name, text in form.items()}
        if "file" in recording:
            more["files"]["file"] = _file(unfolded(recording["file"]))
        if number == "460":  # what is too large is judged by a smaller measure, for speed
            more["files"]["file"] = ("report.json", b" " * (importing.MAX_FILE + 1), "application/json")
        return self._http.request(recording["method"], self.ids.path(parts.path), **more)

    def _with_recorded_ids(self, recording: Mapping[str, Any], text: str) -> str:
        """Sentences name the test that a form named by its id."""
        named = recording.get("form", {}).get("test")
        ours = self.ids.ours("tests", named) if named is not None else None
        if ours is None or recording["status"] < 400:
            return text
        return re.sub(rf'((?:Test|test) \\?"?){ours}\b', rf"\g<1>{named}", text)


def _file(file: Mapping[str, Any]) -> tuple[str, bytes, str | None]:
    content = file["content"]
    data = content if isinstance(content, str) else json.dumps(content)
    return (file["filename"], data.encode(), file["content_type"])


Setup = Callable[[Replay], None]


def _made(table: str, recorded: int, **fields: Any) -> Setup:
    """An object that was made without being recorded."""

    def prepare(replay: Replay) -> None:
        made = replay.remote.create(table, **replay.ids.fields(fields))
        assert replay.ids.bind(table, recorded, made["id"])

    return prepare


def _imported(
    recorded: int, engagement: int, title: str, findings: Sequence[Mapping[str, Any]], first: int = 0, **form: Any
) -> Setup:
    """A test that was imported without being recorded; ``first``: the recorded id of its first finding."""

    def prepare(replay: Replay) -> None:
        place = replay.ids.ours("engagements", engagement)
        sent = upload(findings, engagement=place, test_title=title, **form)
        reply = replay.remote.call("POST", "import-scan/", **sent)
        assert reply.status_code == 201, reply.text
        test = reply.json()["test"]
        assert replay.ids.bind("tests", recorded, test)
        for at, row in enumerate(replay.remote.findings(test=test) if first else ()):
            assert replay.ids.bind("findings", first + at, row["id"])

    return prepare


_TWO = [generic(1), generic(2)]
_YEAR = {"target_start": "2026-11-20", "target_end": "2027-11-20"}
_SEVERITIES = ("Info", "Low", "Medium", "High", "Critical")


def _pages(replay: Replay) -> None:
    """130 findings of two services in one test, as the recorded list shows them."""
    findings = [generic(number, severity=_SEVERITIES[number % 5], service=f"S{number % 2}") for number in range(1, 131)]
    _imported(21, 1, "page", findings, first=85)(replay)


# Before which recordings something was done that was not written down.
_SETUPS: Mapping[str, Sequence[Setup]] = {
    "300": [_imported(17, 1, "partial", _TWO, first=59)],
    "303": [_imported(18, 1, "titles", _TWO)],
    "314": [_imported(19, 1, "flags", _TWO)],
    "316": [_imported(20, 1, "triage", _TWO, first=83)],
    "340": [_pages],
    "350": [_imported(22, 1, "gone", _TWO)],
    "355": [_made("engagements", 4, product=1, name="Gone", **_YEAR), _imported(23, 4, "gone", _TWO)],
    "358": [_made("engagements", 5, product=1, name="Closed", **_YEAR)],
    "401": [
        _made("product_types", 2, name="Connectors PT"),
        _made("products", 3, name="Acme", description="x", prod_type=2),
        _made("engagements", 7, product=3, name="Close", **_YEAR),
    ],
    "405": [_made("engagements", 8, product=3, name="Dedupe", **_YEAR)],
    "440": [
        _made("product_types", 3, name="Connectors PT"),
        _made("products", 2, name="Acme", description="x", prod_type=3),
        _made("engagements", 2, product=2, name="Global Connectors", **_YEAR),
        _imported(7, 2, "sd", _TWO),
    ],
    "446": [_imported(8, 2, "collision", [generic(1, description="abc")])],
    "460": [
        _made("products", 1, name="Acme", description="x", prod_type=1),
        _made("engagements", 1, product=1, name="Global Connectors", **_YEAR),
        _imported(15, 1, "big", _TWO),
    ],
    "480": [
        _made("product_types", 2, name="Connectors PT"),
        _made("products", 1, name="Acme", description="x", prod_type=2),
        _made("engagements", 1, product=1, name="Global Connectors", **_YEAR),
        _imported(1, 1, "marker", [generic(number) for number in range(300)]),
    ],
}


def replay(recordings: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What differs, by the number of the recording."""
    found: dict[str, list[str]] = {}
    starts = [*SITTINGS, "999"]
    for start, end in itertools.pairwise(starts):
        with DojoServer(State(now=lambda: MOMENT)) as server:
            sitting = Replay(Remote(server.url, server.token))
            for recording in recordings:
                if start <= recording["number"] < end:
                    found[recording["number"]] = sitting.differences(recording) + server.mistakes
                    server.mistakes.clear()
            sitting.close()
    return found
