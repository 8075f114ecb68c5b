"""What a site and an issue of Burp Suite DAST are: a VEP and a Finding."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping

from dojo_tui.sdk import Finding, Row, Vep, cwes, plain

_CONFIDENCE = {"certain": 1, "firm": 4, "tentative": 7}  # as DefectDojo counts: 1 is surest
_LONGEST_MESSAGE = 4_000


def site(row: Row, folders: Mapping[str, Row]) -> Vep:
    """A site as a VEP, with its folders from the outermost one on."""
    names: dict[str, str] = {}
    above = folders.get(row.text("parent_id"))
    # The outermost folder, which has none above it, holds them all.
    while above is not None and above.text("parent_id") and above.text("id") not in names:
        names[above.text("id")] = above.text("name")
        above = folders.get(above.text("parent_id"))
    details = {"folder": " / ".join(reversed(names.values())), "url": row.text("scope_v2.start_urls.0")}
    return Vep(row.must("id"), row.text("name"), {key: text for key, text in details.items() if text})


def finding(row: Row, _vendor_id: str) -> Finding:
    """An issue at one place: never several of a kind in one."""
    kind, confidence, said = row.row("issue_type"), row.text("confidence").lower(), row.text("original_severity")
    false_positive, accepted = confidence == "false_positive", row.flag("accepted_risk")
    detail, background = plain(row.text("description_html")), plain(kind.text("description_html"))
    fixes = dict.fromkeys((plain(row.text("remediation_html")), plain(kind.text("remediation_html"))))
    classes = kind.text("vulnerability_classifications_html")
    maker = row.text("generated_by_extension.name", "generated_by_bcheck.name")
    return Finding(
        title=kind.text("name"),
        **row.severity("severity"),
        severity_justification=f"The scan said {said}." if said and said != row.text("severity") else "",
        description=detail or background,
        impact=background if detail else "",
        mitigation="\n\n".join(filter(None, fixes)),
        references="\n".join(filter(None, (plain(kind.text("references_html")), plain(classes)))),
        steps_to_reproduce="\n\n".join(_evidence(row)),
        rule_id=kind.text("type_index"),
        unique_id=row.text("fingerprint"),
        cwes=cwes(classes),
        endpoints=(row.must("origin") + row.text("path"),),
        scanner_confidence=_CONFIDENCE.get(confidence),
        tags=(maker,) if maker else (),
        dynamic_finding=True,
        false_p=false_positive,
        risk_accepted=accepted and not false_positive,
        active=not (false_positive or accepted),
    )


def _evidence(row: Row) -> Iterator[str]:
    for one in row.rows("evidence"):
        yield from filter(None, (one.text("title"), plain(one.text("description_html"))))
        for place in ("request_segments", "request", "response_segments", "response"):
            parts = (str(part.get("data_html") or part.get("highlight_html") or "[...]") for part in one.rows(place))
            if said := "".join(parts):
                yield f"{place.partition('_')[0].title()}:\n{html.unescape(said)[:_LONGEST_MESSAGE]}"
