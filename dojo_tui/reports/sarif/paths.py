"""From a SARIF artifact location to the path a Finding keeps.

The path must be the same in every scan, wherever the code was checked out.
SARIF's own means for that is ``uriBaseId``: what lies before it may differ
between machines. So

- the absolute URI of a base is dropped, relative bases below it are kept;
- an absolute URI that starts with the URI of a base of its run loses it, too;
- nothing else is stripped. The common root of a run's files is no help: it
  changes when a single file appears or vanishes, and then everything moves.
  (That an unchanged tree was scanned at another place is for the matching to
  see: files that vanished and appeared with the same findings.)

What remains is decoded, has ``/`` between its parts, no scheme ``file:``, and
no line in its fragment (``a.py#L10`` would be another file whenever code
shifts), no ``.`` or ``..``: a ``..`` that leads out of the root is dropped, as RFC 3986
(5.2.4) does, so that no path points outside of a checkout (P11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, mapping, whole
from dojo_tui.reports.sarif.provenance import Repository, path_in

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"/?[A-Za-z]:(?=/|$)")
_SPOT = re.compile(r"#(?:L|line=)\d+(?:C\d+)?(?:[-,:](?:L|C)?\d+(?:C\d+)?)?$", re.IGNORECASE)
"""A fragment that names a line, as code hosts write it. Any other ``#`` may be part of a name (``C#``)."""
_HOSTED = re.compile(r"https?://[^/?#]+/(?:[^/?#]+/)*?(?:-/)?(?:blob|raw)/[^/?#]+/(.+)", re.IGNORECASE)
"""A file as a code host shows it (``https://host/owner/name/blob/REVISION/path``): a file, not what somebody visits."""
_DEPTH = 16
"""More bases than this below one another are a circle."""


class Place(NamedTuple):
    """An artifactLocation: where a file is, as the report says it. A tuple, because each result makes one."""

    uri: str = ""
    base: str = ""
    artifact: int = -1


def place(value: Any) -> Place:
    """An artifactLocation object."""
    given = mapping(value)
    uri, base = given.get("uri"), given.get("uriBaseId")
    # The index matters only where there is no URI.
    index = None if uri else whole(given.get("index"))
    return Place(
        uri if isinstance(uri, str) else "", base if isinstance(base, str) else "", -1 if index is None else index
    )


@dataclass(slots=True)
class Paths:
    """Turns the artifact locations of one run into paths; remembers each answer."""

    bases: Mapping[str, Place] = field(default_factory=dict)
    artifacts: Sequence[Place] = ()
    repositories: Sequence[Repository] = ()
    _known: dict[Place, str] = field(default_factory=dict)
    _roots: list[str] | None = None

    def path(self, place: Place) -> str:
        """The path of a place; an empty string if the report does not name any."""
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = clean(self._resolved(place), MAX_NAME)
        return known

    def _resolved(self, place: Place) -> str:
        uri, base = place.uri, place.base
        if not uri and 0 <= place.artifact < len(self.artifacts):
            artifact = self.artifacts[place.artifact]
            uri, base = artifact.uri, artifact.base
        if not uri:
            return ""
        if self.repositories and is_web(uri):
            inside, mapped = path_in(_SPOT.sub("", uri), self.repositories)
            if inside:
                # What the root of the repository is mapped to is relative to the root of the run's files.
                uri, base = f"./{inside}", mapped
        steps = 0
        while base and not is_absolute(uri) and steps < _DEPTH:
            parent = self.bases.get(base, Place())
            if is_absolute(parent.uri):
                break
            uri = _joined(parent.uri, uri)
            base = parent.base
            steps += 1
        hosted = _HOSTED.fullmatch(uri)
        if hosted:
            return normal_path(hosted[1].partition("?")[0])
        path = normal_path(uri)
        if is_absolute(uri):
            for root in self.roots():
                if path.startswith(root):
                    return path[len(root) :]
        return path

    def roots(self) -> list[str]:
        """The absolute bases as paths that end with a slash, the outermost first."""
        if self._roots is None:
            absolute = {normal_path(base.uri) for base in self.bases.values() if is_absolute(base.uri)}
            self._roots = sorted((root.rstrip("/") + "/" for root in absolute if root.strip("/")), key=len)
        return self._roots


def is_absolute(uri: str) -> bool:
    """True for a URI with a scheme, a path from the root, a Windows drive or share."""
    return uri.startswith(("/", "\\")) or bool(_SCHEME.match(uri)) or bool(_DRIVE.match(uri.replace("\\", "/")))


def is_web(uri: str) -> bool:
    """True for what a dynamic scanner visits."""
    return uri[:8].lower().startswith(("http://", "https://"))


def normal_path(uri: str) -> str:
    """The path that a URI, or a path written where a URI belongs, stands for."""
    plain = uri.strip()
    host = False
    if plain[:5].lower() == "file:":
        plain, host = _without_authority(plain[5:])
    elif _SCHEME.match(plain) and not _DRIVE.match(plain.replace("\\", "/")):
        return plain  # docker://, pkg:, jar: ... name something, but not a path
    plain = unquote(_SPOT.sub("", plain) or plain, errors="surrogateescape").replace("\\", "/")
    drive = _DRIVE.match(plain)
    if drive:
        plain = plain.removeprefix("/")
        return plain[:2] + _without_dots(plain[2:])
    share = "/" if plain.startswith("//") and (host or uri.strip().startswith("\\\\")) else ""
    return share + _without_dots(plain)


def _without_authority(rest: str) -> tuple[str, bool]:
    """``file://host/path`` without ``//host``; another host than this one stays, as of a Windows share."""
    if not rest.startswith("//"):
        return rest, False
    host, slash, path = rest[2:].partition("/")
    if host.lower() in ("", "localhost") or not slash:
        return slash + path, False
    return (rest[2:], False) if _DRIVE.match(host + "/") else (rest, True)


def _without_dots(path: str) -> str:
    if "//" not in path and "." not in path:
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if kept:
                kept.pop()
        elif part not in ("", "."):
            kept.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(kept) or "."


def _joined(base: str, uri: str) -> str:
    return f"{base.rstrip('/')}/{uri}" if base else uri
