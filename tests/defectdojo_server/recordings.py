"""The recorded exchanges with a real server, one to a line in recordings.jsonl, smaller than they were written down.

``python -m tests.defectdojo_server.recordings`` makes that file anew from the shared material.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.defectdojo_server.remote import generic
from tests.shared import shared_files

FILE = Path(__file__).with_name("recordings.jsonl")
_SOURCES = "defectdojo-api/recordings/*.json"
_BIG = 200
"""A text of one letter that is longer than this is written as that letter and its length."""

NOT_REPLAYED = {
    "361": "the recorded file is cut off, and its point is the DELETE beside it: test_races.py does that",
    "362": "looks at what 361 left",
}


def read() -> list[dict[str, Any]]:
    """All recordings in their order."""
    with FILE.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def originals() -> Iterator[dict[str, Any]]:
    """The recordings of the shared material, made small; none where it is not there."""
    for path in shared_files(_SOURCES):
        if path.stem.partition("-")[0] not in NOT_REPLAYED:
            yield _small(path.stem, json.loads(path.read_text(encoding="utf-8")))


def _small(stem: str, recording: Mapping[str, Any]) -> dict[str, Any]:
    request, response = recording["request"], recording["response"]
    number, _, name = stem.partition("-")
    parts = urlsplit(request["url"])
    small = {
        "number": number,
        "name": name,
        "method": request["method"],
        "path": parts.path + (f"?{parts.query}" if parts.query else ""),
        "headers": request["headers"],
        **{kind: _folded(request[kind]) for kind in ("json", "form", "file") if request[kind] is not None},
        "status": response["status"],
        "body": sparse(response["body"]),
    }
    if "Location" in response["headers"]:
        small["location"] = response["headers"]["Location"]
    return small


def sparse(body: Any) -> Any:
    """A body without the zeros of its statistics and without advertisements."""
    if not isinstance(body, dict):
        return body
    small = {name: ["..."] if name == "pro" else cell for name, cell in body.items()}
    if "statistics" in body:
        small["statistics"] = _without_zeros(body["statistics"])
    return small


def _without_zeros(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    kept = {name: _without_zeros(each) for name, each in cell.items()}
    return {name: each for name, each in kept.items() if each != 0 and (each or name in ("before", "after", "delta"))}


def _folded(cell: Any) -> Any:
    if isinstance(cell, dict):
        place = re.fullmatch(r"src/f(\d+)\.c", str(cell.get("file_path")))
        if place is not None:
            usual = generic(int(place[1]))
            other = {name: _folded(each) for name, each in cell.items() if each != usual.get(name, ...)}
            return {"generic": int(place[1]), **other}
        return {name: _folded(each) for name, each in cell.items()}
    if isinstance(cell, list):
        return [_folded(each) for each in cell]
    if isinstance(cell, str) and len(cell) > _BIG and len(set(cell)) == 1:
        return {"letter": cell[0], "times": len(cell)}
    return cell


def unfolded(cell: Any) -> Any:
    """What was sent, at length again."""
    if isinstance(cell, dict):
        if cell.keys() == {"letter", "times"}:
            return cell["letter"] * cell["times"]
        if "generic" in cell:
            other = {name: unfolded(each) for name, each in cell.items() if name != "generic"}
            return {**generic(cell["generic"]), **other}
        return {name: unfolded(each) for name, each in cell.items()}
    return [unfolded(each) for each in cell] if isinstance(cell, list) else cell


if __name__ == "__main__":
    FILE.write_text("".join(json.dumps(each) + "\n" for each in originals()), encoding="utf-8")
