"""What a DefectDojo server holds of each field, and what it refuses or breaks on.

Seen at a server of version 3.2.0 and read in its source (``dojo/finding``,
``dojo/tools/generic``, ``dojo/url``). A value too long for its column fails
the whole import with a 500, after part of it was stored; so every limit is
kept before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TITLE_LIMIT = 511
"""Characters, of what the server makes of the title: it writes words with capitals, which may lengthen them."""

TEXT_LIMIT = 60_000
"""Characters of a text that has no limit there: far below what PostgreSQL's text search takes (1 MB)."""

DESCRIPTION_LIMIT = TEXT_LIMIT
"""Characters of a description, all that is added to it included."""

ID_LIMIT = 500
"""Characters of ``unique_id_from_tool``."""

LIMITS: Mapping[str, int] = {
    "mitigation": TEXT_LIMIT,
    "impact": TEXT_LIMIT,
    "references": TEXT_LIMIT,
    "steps_to_reproduce": TEXT_LIMIT,
    "severity_justification": TEXT_LIMIT,
    "param": TEXT_LIMIT,
    "payload": TEXT_LIMIT,
    "vuln_id_from_tool": 500,
    "component_name": 500,
    "component_version": 100,
    "fix_version": 100,
    "effort_for_fixing": 99,
    "planned_remediation_version": 99,
    "file_path": 4_000,
    "sast_source_object": 500,
    "sast_sink_object": 500,
    "sast_source_file_path": 4_000,
}
"""Characters of each text field, by its name there."""

RANGES: Mapping[str, tuple[float, float]] = {
    "line": (1, 2**31 - 1),
    "sast_source_line": (1, 2**31 - 1),
    "nb_occurences": (1, 2**31 - 1),
    "scanner_confidence": (-(2**31), 2**31 - 1),
    "cvssv3_score": (0, 10),
    "cvssv4_score": (0, 10),
    "epss_score": (0, 1),
    "epss_percentile": (0, 1),
}
"""The least and the greatest value of each number. An import takes other scores as well, a PATCH does not."""

VULNERABILITY_ID_LIMIT = 50
"""Characters of a vulnerability id: the first one has a column of its own."""

MOST_CWE = 9_999_999
"""The greatest number of a CWE."""

TAG_LIMIT = 255
"""Characters of a tag."""

FIRST_YEAR = 1970
"""An earlier date is some tool's zero, and would give a Finding an age of centuries."""

_NOT_IN_TAGS = re.compile(r"[\s,'\"]")


def tag(given: str) -> str:
    """A tag as the server keeps it: lower case, and an underscore for what it forbids. Empty if nothing is left."""
    return _NOT_IN_TAGS.sub("_", given.strip().lower())[:TAG_LIMIT]


_ENDPOINT = re.compile(
    r"""
    (?:[a-z][a-z0-9+.-]{0,9}://)?
    (?:[^\s/?\#@\[\]\\]{1,500}@)?
    (?:\[[0-9a-f:.]{2,45}\]|[^\s/?\#@:\[\]\\<>"%]{1,253})
    (?::(?P<port>[0-9]{1,5}))?
    (?:[/?\#].*)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENDPOINT_LIMIT = 2_000


def is_endpoint(given: str) -> bool:
    """True for a URL, or a host with or without port and path, that the server can take apart and store.

    A host or scheme too long for its column fails the import. On a server
    with ``DD_V3_FEATURE_LOCATIONS`` switched off, so does any URL that cannot
    be parsed.
    """
    if len(given) > _ENDPOINT_LIMIT or not given.isprintable():
        return False
    found = _ENDPOINT.fullmatch(given)
    return found is not None and (found["port"] is None or 0 < int(found["port"]) < 65_536)


def is_vector(given: str, version: int) -> bool:
    """True for a CVSS vector of this major version (3 or 4) as FIRST specifies it, the version's prefix included.

    An import drops any other without a word, and a PATCH is refused.
    """
    start, *metrics = given.split("/")
    prefixes, needed, allowed = _CVSS[version]
    names = {metric.partition(":")[0] for metric in metrics}
    return start in prefixes and names >= needed and len(names) == len(metrics) and allowed.issuperset(metrics)


def _allowed(table: str) -> frozenset[str]:
    """``name:value`` of every metric; the table has a metric's name and values, one letter each unless in commas."""
    pairs = (entry.split("=") for entry in table.split())
    return frozenset(
        f"{name}:{value}" for name, values in pairs for value in (values.split(",") if "," in values else values)
    )


_CVSS: Mapping[int, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    3: (
        frozenset({"CVSS:3.0", "CVSS:3.1"}),
        frozenset({"AV", "AC", "PR", "UI", "S", "C", "I", "A"}),
        _allowed(
            "AV=NALP AC=LH PR=NLH UI=NR S=UC C=NLH I=NLH A=NLH E=XUPFH RL=XOTWU RC=XURC CR=XLMH IR=XLMH AR=XLMH"
            " MAV=XNALP MAC=XLH MPR=XNLH MUI=XNR MS=XUC MC=XNLH MI=XNLH MA=XNLH"
        ),
    ),
    4: (
        frozenset({"CVSS:4.0"}),
        frozenset({"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"}),
        _allowed(
            "AV=NALP AC=LH AT=NP PR=NLH UI=NPA VC=HLN VI=HLN VA=HLN SC=HLN SI=HLN SA=HLN E=XAPU CR=XHML IR=XHML"
            " AR=XHML MAV=XNALP MAC=XLH MAT=XNP MPR=XNLH MUI=XNPA MVC=XHLN MVI=XHLN MVA=XHLN MSC=XHLN MSI=XSHLN"
            " MSA=XSHLN S=XNP AU=XNY R=XAUI V=XDC RE=XLMH U=X,Clear,Green,Amber,Red"
        ),
    ),
}
"""Of each major version: its prefixes, the metrics that must be there, and every allowed metric with its value."""
