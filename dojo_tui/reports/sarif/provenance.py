"""Files that a report names by their web address in the repository that was scanned (``versionControlProvenance``).

Where the run says which repository it scanned (SARIF 2.1.0, 3.14.10 and 3.23), an address in that repository is a file
of it, as code hosts write them: ``…/blob/REVISION/path``, ``…/-/blob/…``, ``…/src/REVISION/path``, ``…?path=/path`` or
the address with the path behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dojo_tui.model.values import items, mapping

_VIEW = re.compile(r"(?:-/)?(?:blob|raw|src|tree|browse|file|files|blame|edit|plain|\+)/(?:commit/|branch/|tag/)?")
"""What code hosts put between a repository and the revision of a file."""
_SSH = re.compile(r"(?:ssh://)?(?:[\w.-]+@)([\w.-]+)[:/](?:\d+/)?(.+)")
_RAW_GITHUB = "raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that was scanned."""

    host: str
    path: str
    """Without slashes at either end, in lower case; ``.git`` does not belong to it."""
    revisions: tuple[str, ...]
    base: str
    """The ``uriBaseId`` that its root is mapped to; empty where the run does not say."""

    def inside(self, uri: str) -> str:
        """The path of a file in it that a web address names, as it stands there; empty for any other address."""
        try:
            parts = urlsplit(uri)
        except ValueError:
            return ""
        host, path = parts.netloc.rpartition("@")[2].lower(), parts.path.lstrip("/")
        if host == _RAW_GITHUB and self.host == "github.com":
            host = self.host
            rest = self._below(path)
            return rest.partition("/")[2] if host == self.host else ""
        if host != self.host or not self._belongs(path):
            return ""
        asked = parse_qs(parts.query).get("path")
        if asked:
            return asked[0].lstrip("/")
        rest = self._below(path)
        view = _VIEW.match(rest)
        if view is None:
            return rest
        rest = rest[view.end() :]
        for revision in self.revisions:  # a branch may hold slashes
            if rest.startswith(f"{revision}/"):
                return rest[len(revision) + 1 :]
        return rest.partition("/")[2]

    def _belongs(self, path: str) -> bool:
        path = path.lower()
        return path == self.path or path.startswith((f"{self.path}/", f"{self.path}.git/"))

    def _below(self, path: str) -> str:
        if not self._belongs(path):
            return ""
        return path[len(self.path) :].removeprefix(".git").lstrip("/")


def repositories(values: Any) -> tuple[Repository, ...]:
    """Those of a run's ``versionControlProvenance``, the longest address first; what is no repository is left out."""
    found = [one for value in items(values) if (one := _repository(mapping(value))) is not None]
    return tuple(sorted(found, key=lambda one: len(one.path), reverse=True))


def path_in(uri: str, known: Sequence[Repository]) -> tuple[str, str]:
    """The path of a file and the ``uriBaseId`` it is below; both empty where the address is in none of these."""
    for one in known:
        if path := one.inside(uri):
            return path, one.base
    return "", ""


def _repository(given: dict[str, Any]) -> Repository | None:
    uri = given.get("repositoryUri")
    if not isinstance(uri, str):
        return None
    ssh = _SSH.fullmatch(uri.strip()) if "://" not in uri or uri.startswith("ssh://") else None
    if ssh:
        uri = f"https://{ssh[1]}/{ssh[2]}"
    try:
        parts = urlsplit(uri.strip())
    except ValueError:
        return None
    path = parts.path.strip("/").removesuffix(".git").lower()
    if not parts.netloc or not path:
        return None
    revisions = (given.get(name) for name in ("revisionId", "branch", "revisionTag"))
    base = mapping(given.get("mappedTo")).get("uriBaseId")
    return Repository(
        parts.netloc.rpartition("@")[2].lower(),
        path,
        tuple(one for one in revisions if isinstance(one, str) and one),
        base if isinstance(base, str) else "",
    )
