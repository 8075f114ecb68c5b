"""What is shown of a Finding at a DefectDojo server, and its triage, as bodies of ``PATCH findings/{id}/``.

A reimport leaves nearly everything of a Finding that it recognises as it was,
so what changed is told by these. Fields, types and nulls are those of the
server's ``openapi.json`` (3.2.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLEARED: Mapping[str, Any] = dict.fromkeys(
    (
        "title",
        "severity",
        "description",
        "mitigation",
        "impact",
        "references",
        "steps_to_reproduce",
        "severity_justification",
        "vuln_id_from_tool",
        "cvssv3",
        "cvssv3_score",
        "cvssv4",
        "cvssv4_score",
        "epss_score",
        "epss_percentile",
        "kev_date",
        "component_name",
        "component_version",
        "fix_available",
        "fix_version",
        "effort_for_fixing",
        "planned_remediation_date",
        "planned_remediation_version",
        "file_path",
        "line",
        "sast_source_object",
        "sast_sink_object",
        "sast_source_line",
        "sast_source_file_path",
        "nb_occurences",
        "publish_date",
    )
) | dict.fromkeys(("known_exploited", "ransomware_used", "static_finding", "dynamic_finding"), False)
"""What can be changed, and the value that means there is none any more."""

_TRIAGE: Mapping[str, bool] = {
    "active": True,
    "verified": False,
    "false_p": False,
    "out_of_scope": False,
    "risk_accepted": False,
    "under_review": False,
    "is_mitigated": False,
}
"""The flags, and their values where an entry names none."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The body that turns what is shown of the entry ``before`` into what is shown of ``after``; only what differs.

    Never in it: triage, our id, and ``date``, because a Finding keeps the day
    it was first found. Nor what the server cannot be told this way:

    - ``endpoints`` are ids there. A reimport adds new ones, and mitigates
      vanished ones of a dynamic Finding, by itself;
    - ``tags`` would replace a person's, too;
    - ``vulnerability_ids`` cannot become none: an empty list changes nothing.
      A reimport takes them over from the report in either case;
    - ``param``, ``payload`` and ``scanner_confidence`` are read-only.
    """
    body = {
        key: after.get(key, cleared)
        for key, cleared in _CLEARED.items()
        if before.get(key, cleared) != after.get(key, cleared)
    }
    if _weaknesses(before) != _weaknesses(after):
        # 0 is the server's own word for none, and what it would hash.
        body["cwe"] = after.get("cwe", 0)
        body["cwes"] = [{"cwe": f"CWE-{number}"} for number in _weaknesses(after)]
    ids = after.get("vulnerability_ids")
    if ids and ids != before.get("vulnerability_ids"):
        body["vulnerability_ids"] = [{"vulnerability_id": name} for name in ids]
    return body


def whole(after: Mapping[str, Any]) -> dict[str, Any]:
    """The body that shows all of ``after``, whatever is shown now; see ``changes`` for what cannot be told."""
    unknown: dict[str, Any] = dict.fromkeys(_CLEARED, _UNKNOWN)
    return changes({**unknown, "cwes": [0]}, after)


def place(after: Mapping[str, Any]) -> dict[str, Any]:
    """The body that shows where ``after`` is now, whatever place is shown."""
    return {key: after.get(key, cleared) for key, cleared in _CLEARED.items() if key in _PLACE}


def is_place(body: Mapping[str, Any]) -> bool:
    """Whether a body tells no more than where a Finding is now: it reads the same a few Syncs later."""
    return _PLACE.issuperset(body)


_PLACE = frozenset(
    ("file_path", "line", "sast_source_file_path", "sast_source_line", "sast_source_object", "sast_sink_object")
) | {"description", "nb_occurences"}
"""Where a Finding is. Its description quotes the code there."""

_UNKNOWN = object()


def _weaknesses(entry: Mapping[str, Any]) -> list[int]:
    cwe = entry.get("cwe")
    found: list[int] = entry.get("cwes") or ([] if cwe is None else [cwe])
    return found


def triage(entry: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of the triage flags alone, for when the tool's own triage changed.

    Given the entry ``before``, only the flags in which it differs, so that
    the others stay as a person set them.

    A server refuses (400) ``risk_accepted`` where its Product does not allow
    simple risk acceptance, and flags that contradict a person's (an active or
    verified duplicate). The time of mitigation is its own: to set it, it
    would have to be configured to allow that.
    """
    flags = _flags(entry)
    if before is None:
        return flags
    known = _flags(before)
    return {name: value for name, value in flags.items() if value != known[name]}


def triaged_as(before: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """``entry`` with the triage of ``before``."""
    names = {*_TRIAGE, "mitigated"}
    facts = {name: value for name, value in entry.items() if name not in names}
    return facts | {name: value for name, value in before.items() if name in names}


def _flags(entry: Mapping[str, Any]) -> dict[str, Any]:
    flags = {name: entry.get(name, usual) for name, usual in _TRIAGE.items()}
    # The server sets it with these two; without, one that is reopened would stay mitigated.
    flags["is_mitigated"] = flags["is_mitigated"] or flags["false_p"] or flags["out_of_scope"]
    return flags
