"""How a DefectDojo server recognises a Finding, and how we keep it from mistaking one for another.

A server matches a report's Findings with its own by a hash of texts that
change from scan to scan (title, line, description ...). Once a Finding is
there, its hash stays as it is whatever is changed through the API. So each
Finding gets an anchor: the values it was created with, which every later
report repeats, while the values that are shown are changed by PATCH.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

from dojo_tui.destinations.defectdojo.limits import DESCRIPTION_LIMIT, TITLE_LIMIT
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.text import inert

LEGACY_FIELDS = ("title", "cwe", "line", "file_path", "description")
"""What a server hashes of a Generic Findings Import unless its operator configured other fields."""

MARK_LIMIT = 40
"""Characters that ``told_apart`` adds at most; a description leaves room for them."""

_PLAIN_SERVICE = 180
_CUT_SERVICE = 170
_DIGESTED = re.compile(r"(?:.* )?#[0-9a-f]{12}")


def service(scope: str) -> str:
    """The ``service`` of a scope that differs from every other scope's, also folded, whatever those are.

    A server takes at most 200 characters, trims them at the ends, and reads
    an empty one as none. It closes by the exact service, but matches by the
    service in case-folded form: ``Shop`` and ``shop`` would be one in half of
    what it does. So a scope that is not its own folded form, or does not
    print, or is too long, is followed by a digest.
    """
    return scope if readable(scope) and scope == scope.casefold() else digested(scope)


def readable(scope: str) -> str:
    """The scope itself where a server keeps it as it is and it looks like no digest; else nothing."""
    plain = (
        0 < len(scope) <= _PLAIN_SERVICE
        and scope.isprintable()
        and scope == scope.strip()
        and not _DIGESTED.fullmatch(scope.casefold())
    )
    return scope if plain else ""


def digested(scope: str) -> str:
    """The scope, as far as it can be read, and a digest that no other scope has."""
    digest = blake2b(scope.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{inert(scope).strip()[:_CUT_SERVICE].strip()} #{digest}".strip()


class Anchor(NamedTuple):
    """The values that a Finding was created with, of all that a server hashes by ``LEGACY_FIELDS``."""

    title: str
    description: str
    file_path: str | None
    line: int | None
    cwe: int | None


def anchor(entry: Mapping[str, Any]) -> Anchor:
    """The anchor of a Finding that is created by this entry of a report."""
    return Anchor(entry["title"], entry["description"], entry.get("file_path"), entry.get("line"), entry.get("cwe"))


def anchored(entry: Mapping[str, Any], anchor: Anchor) -> dict[str, Any]:
    """The same entry with the anchor's values in place of the shown ones: what finds the Finding again."""
    made = {**entry, **anchor._asdict()}
    for key in ("file_path", "line", "cwe"):
        if made[key] is None:
            del made[key]
    if anchor.cwe is None:
        # Without a cwe the server would take, and hash, the first of these.
        made.pop("cwes", None)
    return made


def hash_key(anchor: Anchor, service: str, fields: Sequence[str] = LEGACY_FIELDS) -> str:
    """The ``hash_code`` that a server computes of a Finding: 64 hexadecimal digits.

    ``fields`` are those of ``tests/{id}/`` (``hash_code_fields``); none means
    the usual ones. Raises DestinationError when the operator configured one
    that no anchor holds.
    """
    texts = [_hashed(anchor, name) for name in fields or LEGACY_FIELDS]
    return sha256(("".join(texts) + service).casefold().encode().strip()).hexdigest()


def _hashed(anchor: Anchor, name: str) -> str:
    if name not in LEGACY_FIELDS:
        raise DestinationError(
            f"The server is configured to recognise Findings by {inert(name, 60)}, which changes while they persist.",
            safe="Nothing was sent.",
            do="Take Generic Findings Import out of its DD_HASHCODE_FIELDS_PER_SCANNER.",
        )
    value = getattr(anchor, name)
    # A Finding without a weakness has the CWE 0 there, but no line and no path at all.
    return str(value or 0) if name == "cwe" else str(value)


def told_apart(anchor: Anchor, number: int, fields: Sequence[str] = LEGACY_FIELDS) -> Anchor:
    """The anchor of the ``number``-th Finding (2 or more) of those that a server would take for one.

    The number ends the description, or the title where ``fields`` (see
    ``hash_key``) have no description. Raises DestinationError when they have neither.
    """
    mark = f"(occurrence {number})"
    fields = fields or LEGACY_FIELDS
    if "description" in fields:
        end = f"\n\n{mark}\n"
        return anchor._replace(description=anchor.description[: DESCRIPTION_LIMIT - len(end)].rstrip() + end)
    if "title" in fields:
        return anchor._replace(title=f"{anchor.title[: TITLE_LIMIT - len(mark) - 1].rstrip()} {mark}")
    raise DestinationError(
        "The server is configured to recognise Findings by neither title nor description.",
        safe="Nothing was sent.",
        do="Take Generic Findings Import out of its DD_HASHCODE_FIELDS_PER_SCANNER.",
    )


def to_json(anchor: Anchor) -> str:
    """An anchor as the store keeps it."""
    return json.dumps(anchor, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Anchor:
    """What ``to_json`` wrote."""
    return Anchor(*json.loads(text))
