"""What a project and a finding of Dependency-Track are: a VEP and a Finding."""

from __future__ import annotations

from dojo_tui.sdk import Finding, Row, Vep

_ALIASES = ("cveId", "ghsaId", "osvId", "snykId", "sonatypeId", "gsdId", "vulnDbId", "internalId")


def project(row: Row) -> Vep:
    """A project as a VEP."""
    name, version = row.text("name"), row.text("version")
    details = {"version": version, "classifier": row.text("classifier"), "purl": row.text("purl")}
    return Vep(row.must("uuid"), f"{name} {version}".strip(), {key: text for key, text in details.items() if text})


def finding(row: Row, _vendor_id: str) -> Finding:
    """A vulnerability of a component."""
    flaw, component, analysis = row.row("vulnerability"), row.row("component"), row.row("analysis")
    name, version, group = component.text("name"), component.text("version"), component.text("group")
    ids = [flaw.must("vulnId")]
    for alias in flaw.rows("aliases"):
        ids += filter(None, map(alias.text, _ALIASES))
    cwes = [cwe.whole("cweId") for cwe in (*flaw.rows("cwes"), flaw)]
    state, suppressed = analysis.text("state").upper(), analysis.flag("isSuppressed")
    false_positive = state in ("FALSE_POSITIVE", "NOT_AFFECTED")
    source = flaw.text("source")
    described = map(flaw.text, ("title", "subtitle", "description"))
    scores = flaw.number("cvssV3BaseScore"), flaw.number("cvssV4Score")
    facts = [f"Component: {component.text('purl')}"] if component.text("purl") else []
    if analysis.text("detail", "details"):
        facts.append(f"Analysis: {analysis.text('detail', 'details')}")
    return Finding(
        title=f"{name}:{version} affected by: {ids[0]}" + (f" ({source})" if source else ""),
        **flaw.severity("severity", score=scores[1] or scores[0]),
        description="\n\n".join(dict.fromkeys(filter(None, [*described, *facts]))),
        mitigation=flaw.text("recommendation"),
        references=flaw.text("references") or row.text("attribution.referenceUrl"),
        rule_id=ids[0],
        unique_id=row.must("matrix"),
        vulnerability_ids=tuple(dict.fromkeys(ids)),
        cwes=tuple(dict.fromkeys(filter(None, cwes))) or (1035,),
        cvssv3=flaw.text("cvssV3Vector"),
        cvssv3_score=scores[0],
        cvssv4=flaw.text("cvssV4Vector"),
        cvssv4_score=scores[1],
        epss_score=flaw.number("epssScore"),
        epss_percentile=flaw.number("epssPercentile"),
        component_name=f"{group}/{name}" if group else name,
        component_version=version,
        date=row.day("attribution.attributedOn"),
        publish_date=flaw.day("published"),
        static_finding=True,
        verified=state == "EXPLOITABLE",
        false_p=false_positive,
        risk_accepted=suppressed and not false_positive and state != "RESOLVED",
        is_mitigated=state == "RESOLVED",
        active=not (suppressed or false_positive or state == "RESOLVED"),
    )
