"""DefectDojo's Generic Findings Import (JSON), with every field it allows and no other."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlunsplit

from dojo_tui.model.dates import written_moment
from dojo_tui.model.finding import Finding
from dojo_tui.model.identity import needs_subject
from dojo_tui.model.severity import rate
from dojo_tui.model.subject import subject
from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, cwes, text, title, unique
from dojo_tui.reports.errors import PlacedError
from dojo_tui.reports.run import RunHead
from dojo_tui.reports.sarif.paths import normal_path

META = frozenset({"name", "type", "version", "description", "static_tool", "dynamic_tool", "soc"})
"""Keys beside ``findings`` at the top of such a report."""

REQUIRED = ("title", "severity", "description")

Read = Callable[[str, Any], Any]


def head(meta: dict[str, Any], keys: list[str], results: int) -> RunHead:
    """What the keys beside ``findings`` tell; ``type`` names the scanner, else ``name`` does.

    DefectDojo ignores other keys. With Findings, whose fields are checked one
    by one, so do we; an empty list beside keys of some other format says
    nothing about any scanner (P3).
    """
    unknown = [key for key in keys if key not in META and key != "findings"]
    if unknown and not results:
        raise PlacedError(
            f"lists no findings, and the key {clean(unknown[0], 100)!r} is not of DefectDojo's Generic Findings Import"
        )
    for key in ("type", "name"):
        if meta.get(key) is not None and not isinstance(meta[key], str):
            raise PlacedError("must be a text", key)
    scanner = text(meta.get("type"), MAX_NAME).strip() or text(meta.get("name"), MAX_NAME).strip()
    defaults = {"static_finding": meta.get("static_tool") is True, "dynamic_finding": meta.get("dynamic_tool") is True}
    return RunHead(scanner=scanner or "Generic Findings Import", results=results, parts=defaults)


def reader(run: RunHead) -> Callable[[Any], tuple[Finding]]:
    """Second pass: what makes a Finding of one element of ``findings``."""
    defaults = run.parts if isinstance(run.parts, dict) else {}

    def make(value: Any) -> tuple[Finding]:
        if not isinstance(value, dict):
            raise PlacedError("is not an object")
        missing = [name for name in REQUIRED if value.get(name) is None]
        if missing:
            raise PlacedError(f"lacks the required field{'s' * (len(missing) > 1)} {', '.join(missing)}")
        fields: dict[str, Any] = dict(defaults)
        for name, given in value.items():
            read = _FIELDS.get(name)
            if read is None:
                raise PlacedError("is not a field of DefectDojo's Generic Findings Import", clean(str(name), 100))
            if given is None:
                continue
            target, reads = read
            result = reads(name, given)
            if target and result is not None:
                fields[target] = result
        return (_finished(run.scanner, fields, value),)

    return make


def _finished(scanner: str, fields: dict[str, Any], value: dict[str, Any]) -> Finding:
    first_cwe, more = fields.pop("cwe", ()), fields.pop("cwes", ())
    cve, ids = fields.pop("cve", ""), fields.pop("vulnerability_ids", ())
    fields["cwes"] = unique((*first_cwe, *more))
    fields["vulnerability_ids"] = unique(name for name in (cve, *ids) if name)
    if fields.get("mitigated_at") is not None and "is_mitigated" not in value:
        fields["is_mitigated"] = True
    rating = rate(fields.pop("severity"), score=fields.get("cvssv4_score") or fields.get("cvssv3_score"))
    finding = Finding(scanner=scanner, severity=rating.severity, unknown_severity=rating.unknown, **fields)
    if finding.rule_id and needs_subject(finding):
        finding.subject = subject(finding.title)
    return finding


# How each kind of field is read: given its name and value, the value to keep,
# None to leave it out, or a PlacedError that names the field.


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PlacedError(f"must be a text, not {_kind(value)}", name)
    return text(str(value))


def _name(name: str, value: Any) -> str:
    return clean(_text(name, value), MAX_NAME)


def _title(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PlacedError("must be a text that is not empty", name)
    return title(clean(value, 2_000))


def _path(name: str, value: Any) -> str:
    path = _text(name, value)
    # Unlike SARIF's URIs this is a plain path: a percent or number sign in it is one.
    plain = path if ":" in path[2:] else path.replace("%", "%25").replace("#", "%23")
    return clean(normal_path(plain), MAX_NAME)


def _word(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise PlacedError(f"must be a text, not {_kind(value)}", name)
    return clean(value, MAX_NAME)


def _number(name: str, value: Any) -> float | None:
    """As DefectDojo: a quoted number is one, any other text in a number's place is left out."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PlacedError(f"must be a number, not {_kind(value)}", name)
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _whole(name: str, value: Any) -> int | None:
    number = _number(name, value)
    return int(number) if number is not None and abs(number) < 1 << 53 else None


def _count(name: str, value: Any) -> int | None:
    """A line's number or a number of occurrences: nothing below 1 is one."""
    number = _whole(name, value)
    return number if number is not None and number > 0 else None


def _flag(name: str, value: Any) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    if word in (True, "true"):
        return True
    if word in (False, "false"):
        return False
    raise PlacedError("must be true or false", name)


def _day(name: str, value: Any) -> Any:
    found = written_moment(value)
    if found is None:
        raise PlacedError(f"must be a date such as 2026-01-31, not {clean(repr(value), 60)}", name)
    return found.date()


def _moment(name: str, value: Any) -> datetime:
    found = written_moment(value)
    if found is None:
        raise PlacedError(f"must be a date and time such as 2026-01-31T12:00:00Z, not {clean(repr(value), 60)}", name)
    return found


def _texts(name: str, value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(part, str) for part in values):
        raise PlacedError("must be a text or a list of texts", name)
    return unique(clean(part.strip(), MAX_NAME) for part in values if part.strip())


def _cwe(name: str, value: Any) -> tuple[int, ...]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PlacedError(f"must be a number, not {_kind(value)}", name)
    return tuple(cwes([value]))


def _cwes(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise PlacedError("must be a list of numbers", name)
    return tuple(number for part in value for number in _cwe(name, part))


def _endpoints(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise PlacedError("must be a list of URLs or objects", name)
    return unique(_endpoint(f"{name}[{index}]", part) for index, part in enumerate(value))


def _endpoint(name: str, value: Any) -> str:
    if isinstance(value, str):
        return clean(value.strip(), MAX_NAME)
    if not isinstance(value, dict) or not isinstance(value.get("host"), str):
        raise PlacedError("must be a URL or an object with a host", name)
    part = {key: str(value[key]) for key in value if isinstance(value[key], str | int)}
    user = f"{part['userinfo']}@" if part.get("userinfo") else ""
    port = f":{part['port']}" if part.get("port") else ""
    path = part.get("path", "")
    path = f"/{path}" if path and not path.startswith("/") else path
    url = urlunsplit(
        (part.get("protocol", ""), f"{user}{part['host']}{port}", path, part.get("query", ""), part.get("fragment", ""))
    )
    return clean(url.removeprefix("//"), MAX_NAME)


def _files(name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise PlacedError("must be a list of files", name)


def _kind(value: Any) -> str:
    return {bool: "true or false", list: "a list", dict: "an object"}.get(type(value), "a number")


_FIELDS: dict[str, tuple[str, Read]] = {
    "title": ("title", _title),
    "severity": ("severity", _word),
    "unique_id_from_tool": ("unique_id", _name),
    "vuln_id_from_tool": ("rule_id", _name),
    "file_path": ("file_path", _path),
    "sast_source_file_path": ("sast_source_file_path", _path),
    "mitigated": ("mitigated_at", _moment),
    "cve": ("cve", _name),
    "vulnerability_ids": ("vulnerability_ids", _texts),
    "cwe": ("cwe", _cwe),
    "cwes": ("cwes", _cwes),
    "tags": ("tags", _texts),
    "endpoints": ("endpoints", _endpoints),
    "files": ("", _files),
    # Allowed, but nothing of ours: DefectDojo derives or ignores them, too.
    "numerical_severity": ("", _text),
    "thread_id": ("", _number),
}
_FIELDS |= {
    name: (name, _text)
    for name in ("description", "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification")
}
_NAMES = (
    "component_name",
    "component_version",
    "cvssv3",
    "cvssv4",
    "effort_for_fixing",
    "fix_version",
    "param",
    "payload",
    "planned_remediation_version",
    "sast_sink_object",
    "sast_source_object",
    "service",
)
_FLAGS = (
    "active",
    "dynamic_finding",
    "false_p",
    "fix_available",
    "is_mitigated",
    "known_exploited",
    "out_of_scope",
    "ransomware_used",
    "risk_accepted",
    "static_finding",
    "under_review",
    "verified",
)
_FIELDS |= {name: (name, _name) for name in _NAMES}
_FIELDS |= {name: (name, _number) for name in ("cvssv3_score", "cvssv4_score", "epss_score", "epss_percentile")}
_FIELDS |= {name: (name, _count) for name in ("line", "sast_source_line", "nb_occurences")}
_FIELDS |= {"scanner_confidence": ("scanner_confidence", _whole)}
_FIELDS |= {name: (name, _day) for name in ("date", "kev_date", "planned_remediation_date", "publish_date")}
_FIELDS |= {name: (name, _flag) for name in _FLAGS}
