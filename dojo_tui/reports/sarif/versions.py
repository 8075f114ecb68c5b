"""Versions of SARIF: 2.1.0 is read, older ones are named, with the way to get 2.1.0."""

from __future__ import annotations

import re
from typing import Any

from dojo_tui.model.text import clean
from dojo_tui.reports.errors import PlacedError

_IN_SCHEMA = re.compile(r"sarif(?:-schema)?[-/](?:v)?(\d+\.\d+(?:\.\d+)?)", re.IGNORECASE)
_DO = (
    "Let the scanner write SARIF 2.1.0 (Roslyn and MSBuild: ErrorLog=FILE,version=2.1), or convert the report: "
    "sarif transform FILE --sarif-output-version Current (of the Sarif.Multitool)."
)


def check_version(version: Any, schema: Any) -> None:
    """Raise PlacedError when the ``version``, or without one the ``$schema``, is that of another SARIF than 2.1."""
    named = _IN_SCHEMA.search(schema) if isinstance(schema, str) else None
    given = version if version is not None else named.group(1) if named else "2.1.0"
    if not isinstance(given, str) or not given.strip().startswith("2.1"):
        raise old_version(clean(str(given), 60))


def old_version(version: str) -> PlacedError:
    """What is said of a report of another version of SARIF."""
    return PlacedError(f"is SARIF {version}; only SARIF 2.1.0 can be read", do=_DO)
