"""Our Findings in DefectDojo's Generic Findings Import (JSON), as a server of version 3.2.0 takes it.

The parser there refuses a whole report for one unknown key and the database
for one text too long, so each entry has allowed keys only, no nulls, and
every limit kept. Keys are left out where the server's own default says the same.

How a Finding is worded may change with a version, because it is recognised by
its anchor (see ``anchors``); but each change costs one request per Finding.

The tool's own id stands in the references of what is new
(``unique_id_from_tool`` is ours, and there is no second place for one). Not
sent: ``service`` (the form's replaces it, so it is told in the description),
columns and end lines (there is no field for them, and they change whenever
code shifts).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from dojo_tui.destinations.defectdojo.anchors import MARK_LIMIT
from dojo_tui.destinations.defectdojo.limits import (
    DESCRIPTION_LIMIT,
    FIRST_YEAR,
    ID_LIMIT,
    LIMITS,
    MOST_CWE,
    RANGES,
    TITLE_LIMIT,
    VULNERABILITY_ID_LIMIT,
    is_endpoint,
    is_vector,
    tag,
)
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.finding import Finding
from dojo_tui.model.text import clean, inert

Tell = Callable[[str], None]
_T = TypeVar("_T")

_NAME_LIMIT = 1_000
_SNIPPET_LIMIT = 6_000
_BACKTICKS = re.compile("`+")

_DAYS = ("date", "kev_date", "planned_remediation_date", "publish_date")
_FLAGS = ("fix_available", "known_exploited", "ransomware_used")
_TRIAGE = ("false_p", "out_of_scope", "risk_accepted", "under_review", "is_mitigated")
_FINGERPRINT = re.compile(r"(?:[0-9a-f]{12,}(?:[:_|]\w{1,8})*\|?)+", re.IGNORECASE)
"""A digest tells nobody anything, and no tool shows it."""
_texts = attrgetter(*("rule_id" if name == "vuln_id_from_tool" else name for name in LIMITS))
_numbers = attrgetter(*RANGES)
_days = attrgetter(*_DAYS)
_flags = attrgetter(*_FLAGS)
_triage = attrgetter(*_TRIAGE)


def entry(finding: Finding, ref: str, tell: Tell) -> dict[str, Any]:
    """One entry of the report; ``ref`` is our id of the Finding, by which it is found again there.

    ``tell`` gets a sentence for each thing that had to be changed or left
    out. Equal reasons give equal sentences, so they can be counted.
    """
    title = _title(finding, tell)
    made: dict[str, Any] = {
        "title": title,
        "severity": finding.severity.label,
        "description": _description(finding, title, tell),
        "unique_id_from_tool": _fit("unique_id_from_tool", ref, ID_LIMIT, tell),
        # Always said, because the server takes any Finding for a dynamic one.
        "static_finding": finding.static_finding,
        "dynamic_finding": finding.dynamic_finding,
    }
    for (name, limit), value in zip(LIMITS.items(), _texts(finding), strict=True):
        if value and not value.isspace():
            made[name] = _fit(name, value, limit, tell)
    for (name, (least, most)), value in zip(RANGES.items(), _numbers(finding), strict=True):
        if value is not None:
            if least <= value <= most:
                made[name] = value
            else:
                tell(f"{name} is not between {least} and {most} and was left out")
    if made.get("nb_occurences") == 1:
        del made["nb_occurences"]
    made.update({name: value for name, value in zip(_FLAGS, _flags(finding), strict=True) if value is not None})
    for name, value in zip(_DAYS, _days(finding), strict=True):
        if value is not None:
            if value.year >= FIRST_YEAR:
                made[name] = value.isoformat()
            else:
                tell(f"{name} is before {FIRST_YEAR} and was left out")
    _vectors(finding, made, tell)
    _lists(finding, made, tell)
    _decisions(finding, made)
    return made


def with_tool_id(fields: Mapping[str, Any], finding: Finding) -> Mapping[str, Any]:
    """``fields`` of an entry or a change, whose references name the tool's own id: a server's search finds it there.

    It is no part of what is compared: a fingerprint may change with every line of code, and each change would cost a
    request. Nor is it of what the server recognises a Finding by.
    """
    told = clean(" ".join(finding.unique_id.split()), _NAME_LIMIT)
    if not told or _FINGERPRINT.fullmatch(told):
        return fields
    given = fields.get("references") or ""
    line = f"Id at the tool: {told}"
    room = LIMITS["references"] - len(line) - 2
    return {**fields, "references": f"{clean(given, room)}\n\n{line}" if given else line}


def _fit(name: str, value: str, limit: int, tell: Tell) -> str:
    """A text as the server can hold it."""
    fitting = clean(value, limit)
    if fitting is not value:
        cut = len(value) > limit
        tell(
            f"{name} {'is too long and was cut' if cut else 'has characters that cannot be stored; they were replaced'}"
        )
    return fitting


def _title(finding: Finding, tell: Tell) -> str:
    line = " ".join(finding.title.split()) or " ".join(finding.rule_id.split()) or "No title given"
    # The server writes words with capitals, and the capital of one character may be up to three.
    grows = not line.isascii() and len(line[:TITLE_LIMIT].upper()) > TITLE_LIMIT
    return _fit("title", line, TITLE_LIMIT // 3 if grows else TITLE_LIMIT, tell)


def _description(finding: Finding, title: str, tell: Tell) -> str:
    """What the tool says, and what has no field of its own there.

    No line numbers and no counts are added: a server hashes the description,
    and every change of it costs a request. It ends with a line break, which
    keeps it apart from the service: the server hashes them as one text, and a
    service has no line breaks.
    """
    body = finding.description.strip()
    facts = [
        f"**{name}:** {' '.join(clean(value, _NAME_LIMIT).split())}"
        for name, value in (
            ("Scanner", finding.scanner),
            ("Service", finding.service),
            ("Where", finding.logical_location),
        )
        if value and not value.isspace()
    ]
    added = ["\n".join(facts)] if facts else []
    code = (finding.snippet if finding.snippet.strip() else finding.context).strip("\r\n")
    if code and not code.isspace() and code.strip() not in body:
        added.append(_fenced(clean(code, _SNIPPET_LIMIT)))
    rest = "".join(f"\n\n{block}" for block in added) + "\n"
    return _fit("description", body or title, DESCRIPTION_LIMIT - MARK_LIMIT - len(rest), tell) + rest


def _fenced(code: str) -> str:
    """A block of code in Markdown, with a fence longer than any inside."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(code)), default=0))
    return f"{fence}\n{code}\n{fence}"


def _vectors(finding: Finding, made: dict[str, Any], tell: Tell) -> None:
    for version, name, vector in ((3, "cvssv3", finding.cvssv3), (4, "cvssv4", finding.cvssv4)):
        if vector:
            if is_vector(vector, version):
                made[name] = vector
            else:
                tell(f"{name} is no CVSS vector of version {version} and was left out")


def _lists(finding: Finding, made: dict[str, Any], tell: Tell) -> None:
    if finding.cwes:
        weaknesses = _kept(finding.cwes, lambda number: 0 < number <= MOST_CWE, "a CWE has no such number", tell)
        if weaknesses:
            made["cwe"] = weaknesses[0]
        if len(weaknesses) > 1:
            made["cwes"] = weaknesses
    if finding.vulnerability_ids:
        names = [clean(name.strip(), _NAME_LIMIT) for name in finding.vulnerability_ids]
        ids = _kept(names, lambda name: len(name) <= VULNERABILITY_ID_LIMIT, "a vulnerability id is too long", tell)
        if ids:
            made["vulnerability_ids"] = ids
    if finding.endpoints:
        endpoints = _kept(finding.endpoints, is_endpoint, "an endpoint is no URL that the server can store", tell)
        if endpoints:
            made["endpoints"] = endpoints
    tags = [clean(tag(name), _NAME_LIMIT) for name in finding.tags]
    if any(kept != name.strip().lower() for kept, name in zip(tags, finding.tags, strict=True)):
        tell("a tag has blanks, commas, quotes or too many characters and was changed")
    # A server takes tags of what it creates only, so those of what is there stay a person's.
    tags.append(clean(tag(finding.scanner), _NAME_LIMIT))
    if tags := [name for name in dict.fromkeys(tags) if name]:
        made["tags"] = tags


def _kept(values: Iterable[_T], fits: Callable[[_T], bool], fault: str, tell: Tell) -> list[_T]:
    """The values that are something and fit, each once."""
    distinct = [value for value in dict.fromkeys(values) if value]
    kept = list(filter(fits, distinct))
    if len(kept) < len(distinct):
        tell(f"{fault} and was left out")
    return kept


def _decisions(finding: Finding, made: dict[str, Any]) -> None:
    """Triage as the tool reports it, where it differs from an active Finding that nobody looked at.

    A server clears false positive, out of scope and mitigated of a new
    Finding that claims to be active.
    """
    if finding.dismissed:
        made["active"] = False
    for name, value in zip(_TRIAGE, _triage(finding), strict=True):
        if value:
            made[name] = True
    if finding.verified and not (finding.false_p or finding.out_of_scope):
        made["verified"] = True
    when: dt.datetime | None = finding.mitigated_at
    if finding.is_mitigated and when is not None and when.year >= FIRST_YEAR:
        made["mitigated"] = when.isoformat()


def encoded(entry: Mapping[str, Any]) -> bytes:
    """An entry as it stands in a report, in ASCII: nothing a proxy or a log could stumble over."""
    return _write(entry).encode("ascii")


def report(entries: Iterable[bytes]) -> bytes:
    """A report of these encoded entries."""
    return _HEAD + b",".join(entries) + _TAIL


def size(entries: Iterable[bytes]) -> int:
    """Bytes of a report of these encoded entries."""
    return len(_HEAD) + len(_TAIL) - 1 + sum(len(entry) + 1 for entry in entries)


def first_part(entries: Sequence[bytes], at: int, most: int, most_bytes: int) -> Sequence[bytes]:
    """The entries from ``at`` on that fit into a report of at most so many entries and bytes.

    Raises DestinationError when the first one alone is larger. A server closes
    whatever a report does not name: each part must be sent without closing.
    """
    chosen, taken = 0, len(_HEAD) + len(_TAIL) - 1
    for entry in islice(entries, at, at + most):
        taken += len(entry) + 1
        if taken > most_bytes:
            break
        chosen += 1
    if not chosen:
        raise DestinationError(
            f"The Finding {inert(json.loads(entries[at])['title'], 80)!r} alone takes {taken:,} bytes, "
            f"and the server takes reports of at most {most_bytes:,}.",
            safe="No report with it was sent.",
        )
    return entries[at : at + chosen]


_HEAD, _TAIL = b'{"findings":[', b"]}"
_write = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
