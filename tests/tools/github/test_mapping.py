"""What an alert of GitHub becomes: recorded ones field by field, and every state and reason that there is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from dojo_tui.connectors.base import Config
from dojo_tui.demo.servers.github import GitHub, Json, Repository, alerts, code, dependency, secret
from dojo_tui.model.finding import Finding
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.testing import TestRun, ToolServer
from dojo_tui.tools.github.connector_security import TOOL
from tests.shared import shared

Tell = Callable[..., list[Finding]]


@pytest.fixture
def tell() -> Tell:
    """What becomes of alerts that a server tells."""

    def told(**kinds: list[Json]) -> list[Finding]:
        github = GitHub("acme", [Repository(7, "shop", alerts(**kinds))])
        with ToolServer() as server, TestRun() as run:
            github.serve(server)
            config = Config("GitHub", server.url, secrets={"secret": Secret("ghp_" + "x" * 36)})
            return TOOL.fetch(config, "7", run).findings

    return told


def _recorded(*parts: str) -> Any:
    return json.loads(shared(*parts).read_text())


def _set(finding: Finding) -> dict[str, object]:
    """What differs from a finding of which nothing is known."""
    empty = Finding(title="", severity=Severity.INFO)
    names = Finding.__slots__
    return {name: getattr(finding, name) for name in names if getattr(finding, name) != getattr(empty, name)}


# --- recorded ---------------------------------------------------------------------


def test_recorded_code_scanning_alerts(tell: Tell) -> None:
    rows = _recorded("report-formats", "samples", "github_sast", "github_sast_many_vul.json")
    found = tell(code_scanning=rows)
    assert len(found) == len(rows) == 2
    place = "https://github.com/OWASP/test-repository/security/code-scanning"
    assert _set(found[0]) == {
        "title": "Clear-text storage of sensitive information",
        "severity": Severity.HIGH,
        "description": "This expression stores sensitive data (secret) as clear text.",
        "references": f"{place}/35",
        "scanner": "GitHub code scanning",
        "rule_id": "py/clear-text-storage-sensitive-data",
        "unique_id": "7:code:35",
        "cwes": (312, 315, 359),
        "file_path": "src/file.py",
        "line": 42,
        "column": 17,
        "end_line": 42,
        "end_column": 23,
        "static_finding": True,
        "date": dt.date(2024, 1, 19),
        "tags": ("CodeQL",),
    }
    assert _set(found[1]) == {
        "title": "Uncontrolled data used in path expression",
        "severity": Severity.HIGH,
        "description": "This path depends on a user-provided value.",
        "references": f"{place}/34",
        "scanner": "GitHub code scanning",
        "rule_id": "py/path-injection",
        "unique_id": "7:code:34",
        "cwes": (22, 23, 36, 73, 99),
        "file_path": "src/file2.py",
        "line": 78,
        "column": 25,
        "end_line": 78,
        "end_column": 63,
        "static_finding": True,
        "date": dt.date(2024, 1, 19),
        "tags": ("CodeQL",),
    }


def test_recorded_secrets_of_a_real_exchange(tell: Tell) -> None:
    """Six of GitHub's own answers: resolution and validity are null there, and nothing tells the place."""
    name = "rec_02_GET_orgs_JupiterOne-Sandbox_secret-scanning_alerts_200.json"
    rows = _recorded("vendors", "samples", "github", name)["response"]["body"]
    found = tell(secret_scanning=rows)
    assert [_set(finding) for finding in found] == [
        {
            "title": "Google Cloud Private Key ID",
            "severity": Severity.HIGH,
            "description": "A secret was found: Google Cloud Private Key ID. Validity: unknown.",
            "mitigation": "Revoke the secret where it was issued, then resolve the alert.",
            "references": row["html_url"],
            "scanner": "GitHub secret scanning",
            "rule_id": "google_cloud_private_key_id",
            "unique_id": f"7:secret:{row['number']}",
            "static_finding": True,
            "date": dt.date(2023, 6, 21),
        }
        for row in rows
    ]
    assert len(found) == 6


def test_recorded_secrets_with_places_validity_and_decisions(tell: Tell) -> None:
    rows = _recorded("vendors", "samples", "github_ghas", "dd_github_secrets_detection_report_many_vul.json")
    found = tell(secret_scanning=rows)
    names = ("title", "severity", "file_path", "line", "column", "end_column", "rule_id", "active", "verified",
             "false_p", "is_mitigated")  # fmt: skip
    assert [tuple(getattr(finding, name) for name in names) for finding in found] == [
        ("Adafruit IO Key", Severity.CRITICAL, "example/secrets.txt", 1, 1, 64, "adafruit_io_key",
         False, False, True, False),
        ("AWS Access Key ID", Severity.CRITICAL, "config/aws-credentials.env", 5, 15, 40, "aws_access_key_id",
         True, True, False, False),
        ("GitHub Personal Access Token", Severity.HIGH, "scripts/deploy.sh", 12, 8, 50, "github_personal_access_token",
         False, False, False, True),
    ]  # fmt: skip
    assert found[2].mitigated_at == dt.datetime(2021, 6, 21, 9, 15, 30, tzinfo=dt.UTC)
    assert [finding.description.partition("Validity: ")[2] for finding in found] == [
        "active. Push protection was bypassed for it.",
        "active. It was found in public.",
        "inactive. It is in several repositories. Push protection was bypassed for it.",
    ]
    assert "REDACTED" not in repr(found)


def _as_rest(node: Json) -> Json:
    """An alert that was recorded from GraphQL, as REST tells the same."""
    flaw = node["securityVulnerability"]
    advisory, package = flaw["advisory"], flaw["package"]
    ecosystem = {"ecosystem": package.get("ecosystem", "maven").lower(), "name": package["name"]}
    cvss = advisory.get("cvss") or {}
    ghsa = next((one["value"] for one in advisory["identifiers"] if one.get("type") == "GHSA"), "")
    return {
        "number": int(node.get("number", 1)), "state": node.get("state", "OPEN").lower(),
        "created_at": node.get("createdAt"), "fixed_at": node.get("fixedAt"),
        "html_url": "https://github.com/acme/shop/security/dependabot/1",
        "dependency": {"package": ecosystem, "manifest_path": node.get("vulnerableManifestPath"), "scope": "runtime"},
        "security_vulnerability": {
            "package": ecosystem, "severity": flaw["severity"].lower(),
            "vulnerable_version_range": flaw.get("vulnerableVersionRange"),
            "first_patched_version": flaw.get("firstPatchedVersion"),
        },
        "security_advisory": {
            "ghsa_id": ghsa, "summary": advisory["summary"], "description": advisory["description"],
            "identifiers": advisory["identifiers"], "references": advisory["references"],
            "epss": advisory.get("epss"),
            "cvss": {"vector_string": cvss.get("vectorString"), "score": cvss.get("score")},
            "cwes": [{"cwe_id": one["cweId"]} for one in (advisory.get("cwes") or {}).get("nodes", [])],
        },
    }  # fmt: skip


def _recorded_dependency(name: str) -> Json:
    data = _recorded("vendors", "samples", "github_ghas", name)["data"]["repository"]["vulnerabilityAlerts"]["nodes"]
    return _as_rest(data[0])


def test_recorded_advisory_of_h2(tell: Tell) -> None:
    row = _recorded_dependency("dd_github_h2.json")
    (found,) = tell(dependabot=[row])
    told = _set(found)
    advisory = row["security_advisory"]
    assert told.pop("description") == advisory["description"]
    assert told.pop("references") == "\n".join([row["html_url"], *(one["url"] for one in advisory["references"])])
    assert told == {
        "title": "RCE in H2 Console",
        "severity": Severity.CRITICAL,
        "mitigation": "There is no fixed version of com.h2database:h2 yet. Affected: unknown.",
        "scanner": "GitHub Dependabot",
        "rule_id": "GHSA-h376-j262-vhq6",
        "unique_id": "7:dependabot:1",
        "vulnerability_ids": ("GHSA-h376-j262-vhq6", "CVE-2021-42392"),
        "cwes": (502,),
        "cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "cvssv3_score": 9.8,
        "component_name": "com.h2database:h2",
        "fix_available": False,
        "file_path": "apache/cxf/syncope/cxf-syncope/pom.xml",
        "static_finding": True,
        "date": dt.date(2022, 5, 9),
        "tags": ("maven", "runtime"),
    }


def test_recorded_advisories_with_and_without_a_fix(tell: Tell) -> None:
    (with_fix,) = tell(dependabot=[_recorded_dependency("dd_github-vuln-version.json")])
    assert (with_fix.fix_available, with_fix.fix_version) == (True, "6.0.0")
    assert with_fix.mitigation.startswith("Update org.springframework:spring-web to 6.0.0 or newer.")
    assert (with_fix.epss_score, with_fix.epss_percentile) == (0.00212, 0.44035)
    assert with_fix.vulnerability_ids == ("GHSA-4wrc-f8pq-fpqp", "CVE-2016-1000027")
    (without,) = tell(dependabot=[_recorded_dependency("dd_github-1-vuln-no-fix.json")])
    assert (without.fix_available, without.fix_version) == (False, "")
    assert without.mitigation == "There is no fixed version of example-package yet. Affected: <= 2.0.0."
    assert without.file_path == "app/package.json"


# --- every word of the interface --------------------------------------------------


@pytest.mark.parametrize(
    ("security", "level", "expected"),
    [
        ("critical", "note", Severity.CRITICAL), ("high", "warning", Severity.HIGH),
        ("medium", "error", Severity.MEDIUM), ("low", "error", Severity.LOW),
        (None, "error", Severity.HIGH), (None, "warning", Severity.MEDIUM), (None, "note", Severity.LOW),
        (None, "none", Severity.INFO), (None, None, Severity.MEDIUM),
    ],
)  # fmt: skip
def test_severity_of_code_scanning(tell: Tell, security: str | None, level: str | None, expected: Severity) -> None:
    (found,) = tell(code_scanning=[code(1, "Title", "Text", severity=security, level=level)])
    assert found.severity is expected


@pytest.mark.parametrize("word", ["critical", "high", "medium", "low"])
def test_severity_of_dependabot(tell: Tell, word: str) -> None:
    (found,) = tell(dependabot=[dependency(1, "Title", "Text", severity=word)])
    assert found.severity is Severity.parse(word)


DECIDED = [
    (code, "fixed", None, "is_mitigated"),
    (code, "dismissed", "false positive", "false_p"),
    (code, "dismissed", "won't fix", "risk_accepted"),
    (code, "dismissed", "used in tests", "out_of_scope"),
    (code, "dismissed", "mitigated", "is_mitigated"),
    (code, "dismissed", None, ""),
    (dependency, "fixed", None, "is_mitigated"),
    (dependency, "auto_dismissed", None, "is_mitigated"),
    (dependency, "dismissed", "inaccurate", "false_p"),
    (dependency, "dismissed", "not_used", "false_p"),
    (dependency, "dismissed", "tolerable_risk", "risk_accepted"),
    (dependency, "dismissed", "no_bandwidth", "risk_accepted"),
    (dependency, "dismissed", "fix_started", ""),
    (secret, "resolved", "false_positive", "false_p"),
    (secret, "resolved", "wont_fix", "risk_accepted"),
    (secret, "resolved", "revoked", "is_mitigated"),
    (secret, "resolved", "used_in_tests", "out_of_scope"),
    (secret, "resolved", "pattern_deleted", ""),
    (secret, "resolved", None, ""),
]
_KINDS = {code: "code_scanning", dependency: "dependabot", secret: "secret_scanning"}


@pytest.mark.parametrize(("make", "state", "reason", "expected"), DECIDED)
def test_what_is_decided_at_github_arrives_as_that(
    tell: Tell, make: Callable[..., Json], state: str, reason: str | None, expected: str
) -> None:
    texts = ("Title",) if make is secret else ("Title", "Text")
    (found,) = tell(**{_KINDS[make]: [make(1, *texts, state=state, reason=reason)]})
    told = [name for name in ("false_p", "risk_accepted", "out_of_scope", "is_mitigated") if getattr(found, name)]
    assert told == [expected] * bool(expected)
    assert not found.active
    assert (found.mitigated_at is not None) is (expected == "is_mitigated")


def test_what_is_open_is_active(tell: Tell) -> None:
    found = tell(
        code_scanning=[code(1, "Title", "Text")], dependabot=[dependency(1, "Title", "Text")],
        secret_scanning=[secret(1, "Title")],
    )  # fmt: skip
    assert [(finding.active, finding.dismissed) for finding in found] == [(True, False)] * 3


def test_a_score_without_a_vector_is_none(tell: Tell) -> None:
    row = dependency(1, "Title", "Text")
    nothing = {"vector_string": None, "score": 0.0}
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"
    row["security_advisory"].update(
        cvss=nothing, cvss_severities={"cvss_v3": nothing, "cvss_v4": {"vector_string": vector, "score": 8.7}}
    )
    (found,) = tell(dependabot=[row])
    assert (found.cvssv3, found.cvssv3_score, found.cvssv4, found.cvssv4_score) == ("", None, vector, 8.7)


def test_a_secret_in_an_issue_has_no_file(tell: Tell) -> None:
    row = {**secret(1, "A key"), "first_location_detected": {"issue_title_url": "https://api.github.com/x"}}
    (found,) = tell(secret_scanning=[row])
    assert (found.file_path, found.line) == ("", None)
