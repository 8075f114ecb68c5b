"""What an alert of GitHub is: of code scanning, of Dependabot, of secret scanning."""

from __future__ import annotations

import sys

from dojo_tui.sdk import MAX_TEXT, Finding, Row, Severity, clean, cwes

_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
_DECIDED = {
    "is_mitigated": ("fixed", "auto_dismissed", "mitigated", "revoked"),
    "false_p": ("false positive", "false_positive", "inaccurate", "not_used"),
    "risk_accepted": ("won't fix", "wont_fix", "tolerable_risk", "no_bandwidth"),
    "out_of_scope": ("used in tests", "used_in_tests"),
}
"""What a state, or the reason of a dismissal, means; any other only takes an alert off the active list."""
_MARKS = {
    "publicly_leaked": "It was found in public.",
    "multi_repo": "It is in several repositories.",
    "push_protection_bypassed": "Push protection was bypassed for it.",
}


def code_alert(row: Row, repository: str) -> Finding:
    """An alert of code scanning, whichever tool found it."""
    rule, instance = row.row("rule"), row.row("most_recent_instance")
    level = "security_severity_level" if rule.text("security_severity_level") else "severity"
    return _alert(
        row,
        instance.row("location"),
        Finding(
            title=rule.text("description", "name", "id"),
            **rule.severity(level, _LEVELS),
            description=_joined("\n\n", instance.text("message.text"), rule.text("full_description")),
            mitigation=_shared(rule.text("help")),
            references=_joined("\n", row.text("html_url"), rule.text("help_uri")),
            rule_id=rule.text("id", "name"),
            unique_id=f"{repository}:code:{row.must('number')}",
            cwes=cwes(*rule.texts("tags")),
            tags=(row.text("tool.name"),),
        ),
    )


def dependency_alert(row: Row, repository: str) -> Finding:
    """An alert of Dependabot: a dependency that has a vulnerability."""
    advisory, flaw, dependency = row.row("security_advisory"), row.row("security_vulnerability"), row.row("dependency")
    name, fix = dependency.text("package.name"), flaw.text("first_patched_version.identifier")
    ids = [one.text("value") for one in advisory.rows("identifiers")] or [advisory.text("ghsa_id", "cve_id")]
    cvssv3 = advisory.text("cvss_severities.cvss_v3.vector_string", "cvss.vector_string")
    cvssv4 = advisory.text("cvss_severities.cvss_v4.vector_string")
    scores = [advisory.number(f"{one}.score") for one in ("cvss_severities.cvss_v3", "cvss", "cvss_severities.cvss_v4")]
    return _alert(
        row,
        Row({}),
        Finding(
            title=advisory.text("summary"),
            **flaw.severity("severity", score=scores[2] or scores[0] or scores[1]),
            publish_date=advisory.day("published_at"),
            description=_shared(advisory.text("description")),
            mitigation=(f"Update {name} to {fix} or newer." if fix else f"There is no fixed version of {name} yet.")
            + f" Affected: {flaw.text('vulnerable_version_range', default='unknown')}.",
            references=_joined("\n", row.text("html_url"), *(one.text("url") for one in advisory.rows("references"))),
            rule_id=advisory.text("ghsa_id") or ids[0],
            unique_id=f"{repository}:dependabot:{row.must('number')}",
            vulnerability_ids=tuple(ids),
            cwes=cwes(*(one.text("cwe_id") for one in advisory.rows("cwes"))),
            # Without a vector the score is 0, which means that there is none.
            cvssv3=cvssv3,
            cvssv3_score=(scores[0] or scores[1]) if cvssv3 else None,
            cvssv4=cvssv4,
            cvssv4_score=scores[2] if cvssv4 else None,
            epss_score=advisory.number("epss.percentage"),
            epss_percentile=advisory.number("epss.percentile"),
            component_name=name,
            fix_available=bool(fix),
            fix_version=fix,
            file_path=dependency.text("manifest_path"),
            tags=tuple(map(dependency.text, ("package.ecosystem", "scope", "relationship"))),
        ),
    )


def secret_alert(row: Row, repository: str) -> Finding:
    """An alert of secret scanning; the secret itself is neither asked for nor read."""
    kind, valid = row.text("secret_type_display_name", "secret_type"), row.text("validity")
    more = [text for mark, text in _MARKS.items() if row.flag(mark)]
    return _alert(
        row,
        row.row("first_location_detected"),
        Finding(
            title=kind,
            severity=Severity.CRITICAL if valid == "active" else Severity.HIGH,
            verified=valid == "active",
            description=" ".join([f"A secret was found: {kind}.", f"Validity: {valid or 'unknown'}.", *more]),
            mitigation="Revoke the secret where it was issued, then resolve the alert.",
            references=row.text("html_url"),
            rule_id=row.text("secret_type"),
            unique_id=f"{repository}:secret:{row.must('number')}",
        ),
    )


def _alert(row: Row, where: Row, finding: Finding) -> Finding:
    """What all alerts have: a place, a day, and what GitHub or somebody there decided about them."""
    finding.static_finding, finding.date = True, row.day("created_at")
    finding.file_path = finding.file_path or where.text("path").lstrip("/")
    finding.line, finding.column = where.whole("start_line"), where.whole("start_column")
    finding.end_line, finding.end_column = where.whole("end_line"), where.whole("end_column")
    state = row.text("state")
    finding.active = state not in ("fixed", "auto_dismissed", "dismissed", "resolved")
    said = state if state in _DECIDED["is_mitigated"] else row.text("dismissed_reason", "resolution")
    for decided, words_of_it in _DECIDED.items():
        setattr(finding, decided, not finding.active and said in words_of_it)
    finding.verified = finding.verified and not finding.false_p
    if finding.is_mitigated:
        finding.mitigated_at = row.moment("fixed_at", "auto_dismissed_at", "dismissed_at", "resolved_at")
    return finding


def _shared(text: str) -> str:
    # The same long text of many alerts (a rule's help, an advisory) is kept once.
    return sys.intern(clean(text, MAX_TEXT))


def _joined(mark: str, *parts: str) -> str:
    return mark.join(dict.fromkeys(filter(None, parts)))
