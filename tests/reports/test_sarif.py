"""What of a SARIF result arrives in its Finding."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model.severity import Severity
from dojo_tui.reports import ReportError, findings, survey
from tests.reports.helpers import location, never, only, read, result, run, sarif


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("error", Severity.HIGH),
        ("warning", Severity.MEDIUM),
        ("note", Severity.INFO),
        ("none", Severity.INFO),
        (None, Severity.MEDIUM),
        ("ERROR", Severity.HIGH),
        ("Note", Severity.INFO),
        (" warning ", Severity.MEDIUM),
        ("disaster", Severity.MEDIUM),
    ],
)
def test_level_is_severity(tmp_path: Path, level: str | None, severity: Severity) -> None:
    assert only(tmp_path, result(level=level)).severity is severity


@pytest.mark.parametrize(
    ("given", "severity", "score"),
    [
        ("9.8", Severity.CRITICAL, 9.8),
        (7, Severity.HIGH, 7.0),
        ("4.0", Severity.MEDIUM, 4.0),
        ("0.1", Severity.LOW, 0.1),
        ("0.0", Severity.INFO, 0.0),
        ("-1", Severity.HIGH, None),
        ("Critical", Severity.CRITICAL, None),
        ("whatever", Severity.HIGH, None),
        ("nan", Severity.HIGH, None),
    ],
)
def test_security_severity_of_the_rule(tmp_path: Path, given: Any, severity: Severity, score: float | None) -> None:
    rule = {
        "id": "R1",
        "defaultConfiguration": {"level": "error"},
        "properties": {"security-severity": given},
    }
    finding = only(tmp_path, result(), rules=[rule])
    assert (finding.severity, finding.cvssv3_score) == (severity, score)


def test_security_severity_of_the_result_is_nearer(tmp_path: Path) -> None:
    rule = {"id": "R1", "properties": {"security-severity": "9.8"}}
    assert only(tmp_path, result(properties={"security-severity": "5"}), rules=[rule]).severity is Severity.MEDIUM


def test_level_of_the_rule_and_its_override(tmp_path: Path) -> None:
    rule = {"id": "R1", "defaultConfiguration": {"level": "error"}}
    assert only(tmp_path, result(), rules=[rule]).severity is Severity.HIGH
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "note"}}
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    assert only(tmp_path, result(), rules=[rule], invocations=[invocation]).severity is Severity.INFO


@pytest.mark.parametrize("kind", ["pass", "informational", "notApplicable", "PASS", "notapplicable"])
@pytest.mark.parametrize("tool_first", [True, False])
def test_kinds_that_are_no_findings_are_counted(tmp_path: Path, kind: str, tool_first: bool) -> None:
    document = run(result(kind=kind), result(kind="fail"), result(kind=None), result())
    if not tool_first:
        document = {key: document[key] for key in reversed(document)}
    (found,) = read(tmp_path, sarif(document))
    assert len(found.findings) == 3
    for eager in (True, False):
        surveyed = survey(tmp_path / "r.sarif", never, eager=eager)
        findings(surveyed, [0], never)
        assert sum(surveyed.heads[0].dropped.values()) == 1
        assert set(surveyed.heads[0].dropped) <= {"pass", "informational", "notApplicable"}


@pytest.mark.parametrize(
    ("kind", "level", "severity"),
    [
        ("review", None, Severity.INFO),
        ("open", None, Severity.INFO),
        ("review", "none", Severity.INFO),
        ("open", "NONE", Severity.INFO),
        ("review", "note", Severity.INFO),
        ("review", "warning", Severity.MEDIUM),
        ("open", "error", Severity.HIGH),
        ("vulnerability", None, Severity.HIGH),
        ("vulnerability", "none", Severity.INFO),
        ("Fail", None, Severity.HIGH),
        ("FAIL", "none", Severity.INFO),
        ("", None, Severity.HIGH),
        (7, None, Severity.HIGH),
        (["pass"], None, Severity.HIGH),
    ],
)
def test_p3_kinds_that_may_be_problems_are_findings(
    tmp_path: Path, kind: Any, level: str | None, severity: Severity
) -> None:
    rule = {"id": "R1", "defaultConfiguration": {"level": "error"}}
    given = result(kind=kind) if level is None else result(kind=kind, level=level)
    assert only(tmp_path, given, rules=[rule]).severity is severity


def test_security_severity_counts_for_every_kind(tmp_path: Path) -> None:
    rule = {"id": "R1", "properties": {"security-severity": "9.8"}}
    assert only(tmp_path, result(kind="review"), rules=[rule]).severity is Severity.CRITICAL


def test_absent_is_no_finding(tmp_path: Path) -> None:
    states = ["absent", "new", "unchanged", "updated"]
    (found,) = read(tmp_path, sarif(run(*(result(baselineState=state) for state in states))))
    assert len(found.findings) == 3


@pytest.mark.parametrize(
    ("suppressions", "false_p", "under_review"),
    [
        ([{"kind": "inSource"}], True, False),
        ([{"kind": "external", "status": "accepted"}], True, False),
        ([{"kind": "external", "status": "underReview"}], False, True),
        ([{"kind": "external", "status": "rejected"}], False, False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False, False),
        ([], False, False),
    ],
)
def test_suppressions_are_triage(tmp_path: Path, suppressions: list[Any], false_p: bool, under_review: bool) -> None:
    finding = only(tmp_path, result(suppressions=suppressions))
    assert (finding.false_p, finding.active, finding.under_review) == (false_p, not false_p, under_review)


@pytest.mark.parametrize(
    ("fields", "unique_id"),
    [
        ({}, ""),
        ({"fingerprints": {"a/v1": "old", "a/v2": "new"}}, "new"),
        ({"fingerprints": {"a/v9": "nine", "a/v10": "ten"}}, "ten"),
        ({"fingerprints": {"b": "2", "a": "1"}}, "1"),
        ({"fingerprints": {"x": {"value": "nested"}}}, "nested"),
        ({"partialFingerprints": {"b": "2", "a": "1"}}, "a:1|b:2"),
        ({"fingerprints": {"a": "1"}, "partialFingerprints": {"b": "2"}}, "1"),
        ({"fingerprints": {}, "partialFingerprints": {"b": "2"}}, "b:2"),
        ({"guid": "another in every run"}, ""),
        ({"correlationGuid": "same", "partialFingerprints": {"b": "2"}}, "same"),
    ],
)
def test_strongest_fingerprint_is_the_unique_id(tmp_path: Path, fields: dict[str, Any], unique_id: str) -> None:
    assert only(tmp_path, result(**fields)).unique_id == unique_id


class TestRules:
    """Ways to name a rule."""

    rules = ({"id": "A", "shortDescription": {"text": "About A"}}, {"id": "R1", "helpUri": "https://r1"})

    @pytest.mark.parametrize(
        "fields",
        [
            {"ruleId": "R1"},
            {"ruleId": "R1", "ruleIndex": 1},
            {"ruleId": "R1", "ruleIndex": 0},  # a wrong index
            {"ruleId": "R1", "ruleIndex": 99},
            {"ruleId": "R1", "ruleIndex": -1},
            {"ruleId": None, "ruleIndex": 1},
            {"ruleId": None, "rule": {"index": 1}},
            {"ruleId": None, "rule": {"id": "R1"}},
        ],
    )
    def test_by_id_index_or_reference(self, tmp_path: Path, fields: dict[str, Any]) -> None:
        finding = only(tmp_path, result(**fields), rules=self.rules)
        assert (finding.rule_id, finding.references) == ("R1", "https://r1")

    def test_hierarchical_id(self, tmp_path: Path) -> None:
        finding = only(tmp_path, result(ruleId="R1/strict"), rules=self.rules)
        assert (finding.rule_id, finding.references) == ("R1/strict", "https://r1")

    def test_in_an_extension(self, tmp_path: Path) -> None:
        extension = {"name": "pack", "rules": [{"id": "E1", "helpUri": "https://e1"}]}
        tool = {"driver": {"name": "Scan", "rules": [{"id": "other"}]}, "extensions": [extension]}
        by_reference = result(ruleId="E1", rule={"index": 0, "toolComponent": {"index": 0}})
        by_name = result(ruleId=None, rule={"id": "E1", "toolComponent": {"name": "pack"}})
        for given in (result(ruleId="E1"), by_reference, by_name):
            assert only(tmp_path, given, tool=tool).references == "https://e1"

    def test_none_at_all(self, tmp_path: Path) -> None:
        finding = only(tmp_path, result(ruleId=None, message={}), tool={"driver": {"name": "Scan"}})
        assert (finding.rule_id, finding.title, finding.severity) == ("", "Scan", Severity.MEDIUM)


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ({"id": "m", "arguments": ["x", "y"]}, "Do not x with y {0}"),
        ({"id": "global", "arguments": []}, "From the tool"),
        ({"id": "nowhere"}, "About R1"),
        ({"text": "use {0} in {1}", "arguments": ["a"]}, "use a in {1}"),
        ({"text": "see [the call](1) [site](https://x)"}, "see the call site"),
        ({"text": "a\n  b\tc"}, "a b c"),
        ({"text": "word " * 60}, ("word " * 29).strip() + " [...]"),
    ],
)
def test_messages(tmp_path: Path, message: Any, title: str) -> None:
    rule = {
        "id": "R1",
        "shortDescription": {"text": "About R1"},
        "messageStrings": {"m": {"text": "Do not {0} with {1} {{0}}"}},
    }
    driver = {"name": "Scan", "rules": [rule], "globalMessageStrings": {"global": {"text": "From the tool"}}}
    assert only(tmp_path, result(message=message), tool={"driver": driver}).title == title


def test_markdown_goes_to_the_description_only(tmp_path: Path) -> None:
    finding = only(tmp_path, result(message={"text": "plain", "markdown": "**bold**"}))
    assert (finding.title, finding.description) == ("plain", "**bold**")


def test_weaknesses_and_vulnerabilities(tmp_path: Path) -> None:
    rules = [
        {
            "id": "R1",
            "properties": {"tags": ["security", "external/cwe/cwe-079", "CWE-89: SQL", "GHSA-2234-5678-9cfg"]},
        },
        {"id": "CVE-2020-1234-libx", "relationships": [{"target": {"id": "120", "toolComponent": {"name": "CWE"}}}]},
    ]
    taxa = [{"index": 0, "toolComponent": {"index": 0}}]
    taxonomies = [{"name": "CWE", "taxa": [{"id": "22"}]}]
    (found,) = read(
        tmp_path,
        sarif(
            run(
                result(properties={"cwe": "CWE-327: Broken"}),
                result(ruleId="CVE-2020-1234-libx", taxa=taxa),
                rules=rules,
                taxonomies=taxonomies,
            )
        ),
    )
    first, second = found.findings
    assert first.cwes == (327, 79, 89)
    assert first.vulnerability_ids == ("GHSA-2234-5678-9cfg",)
    assert first.tags[1] == "cwe-079"
    assert second.cwes == (22, 120)
    assert second.vulnerability_ids == ("CVE-2020-1234",)


def test_flow_related_fixes_and_places(tmp_path: Path) -> None:
    steps = [
        {"location": location("a.py", 1) | {"message": {"text": "input"}}},
        {"index": 0},
        {"location": location("c.py", 9) | {"message": {"text": "query"}}},
    ]
    related = location("d.py", 4) | {"id": 1, "message": {"text": "declared here"}}
    given = result(
        locations=[location("c.py", 9)],
        codeFlows=[{"threadFlows": [{"locations": steps}]}],
        relatedLocations=[related],
        fixes=[{"description": {"text": "Use parameters"}}],
    )
    finding = only(tmp_path, given, threadFlowLocations=[{"location": location("b.py", 2)}])
    assert (finding.file_path, finding.line) == ("c.py", 9)
    assert (finding.sast_source_file_path, finding.sast_source_line) == ("a.py", 1)
    assert (finding.sast_source_object, finding.sast_sink_object) == ("input", "query")
    assert finding.mitigation == "Use parameters"
    for line in ("- d.py:4: declared here", "- a.py:1: input", "- b.py:2", "- c.py:9: query"):
        assert line in finding.description


@pytest.mark.parametrize(
    ("given", "line"), [(3.0, 3), (3.5, None), (0, None), (-1, None), (True, None), ("3", 3), (1e300, None)]
)
def test_line_is_a_whole_number(tmp_path: Path, given: Any, line: int | None) -> None:
    assert only(tmp_path, result(locations=[location("a.py", given)])).line == line


def test_regions_and_logical_locations(tmp_path: Path) -> None:
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": "a.py"},
            "region": {"startLine": 2, "startColumn": 5, "endLine": 4, "snippet": {"text": "eval(x)"}},
            "contextRegion": {"startLine": 1, "snippet": {"text": "x = 1\neval(x)\n"}},
        },
        "logicalLocations": [{"index": 0}],
    }
    finding = only(tmp_path, result(locations=[place]), logicalLocations=[{"fullyQualifiedName": "mod.f"}])
    assert (finding.line, finding.column, finding.end_line) == (2, 5, 4)
    assert (finding.snippet, finding.context) == ("eval(x)", "x = 1\neval(x)\n")
    assert finding.logical_location == "mod.f"


@pytest.mark.parametrize(
    ("fields", "package"),
    [
        ({"properties": {"component": "lib", "componentVersion": "1.0"}}, ("lib", "1.0", "")),
        ({"properties": {"purl": "pkg:npm/%40a/b@2.0?x=y"}}, ("pkg:npm/%40a/b", "2.0", "")),
        (
            {"message": {"text": "Package: lib\nInstalled Version: 1.0\nFixed Version: 1.1\nSeverity: HIGH"}},
            ("lib", "1.0", "1.1"),
        ),
        ({}, ("", "", "")),
    ],
)
def test_packages(tmp_path: Path, fields: dict[str, Any], package: tuple[str, str, str]) -> None:
    finding = only(tmp_path, result(**fields))
    assert (finding.component_name, finding.component_version, finding.fix_version) == package


def test_web_address_is_an_endpoint(tmp_path: Path) -> None:
    finding = only(tmp_path, result(locations=[location("https://host/login?a=1", 1)]))
    assert (finding.endpoints, finding.file_path) == (("https://host/login?a=1",), "")
    assert finding.dynamic_finding
    assert not finding.static_finding


def test_several_runs_and_late_parts(tmp_path: Path) -> None:
    # Everything a result refers to may come after the results.
    late = {
        "results": [
            result(ruleId=None, ruleIndex=0, locations=[{"physicalLocation": {"artifactLocation": {"index": 0}}}])
        ],
        "artifacts": [{"location": {"uri": "x.py", "uriBaseId": "SRC"}}],
        "originalUriBaseIds": {"SRC": {"uri": "sub/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///home/me/"}},
        "automationDetails": {"id": "nightly/"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-02-03T23:30:00Z"}],
        "tool": {"driver": {"name": "Late", "rules": [{"id": "L1"}]}},
    }
    early = {key: late[key] for key in reversed(late)}
    first, second, third = read(tmp_path, sarif(run(result()), late, early))
    assert first.scanner == "Scan"
    assert second == third
    (finding,) = second.findings
    assert (finding.scanner, finding.rule_id, finding.file_path) == ("Late (nightly)", "L1", "sub/x.py")
    assert finding.date == date(2026, 2, 3)


def test_run_name_and_time_after_the_results(tmp_path: Path) -> None:
    document = run(result()) | {
        "automationDetails": {"id": "web/"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-02-03T23:30:00Z"}],
    }
    (found,) = read(tmp_path, sarif(document))
    assert (found.findings[0].scanner, found.findings[0].date) == ("Scan (web)", date(2026, 2, 3))


@pytest.mark.parametrize(
    ("identifier", "scanner"),
    [
        ("web/", "Scan (web)"),
        ("web/2026-02-03", "Scan (web)"),
        ("web/api/20260203T101500Z", "Scan (web/api)"),
        ("web/9f1c2d7e8a", "Scan (web)"),
        ("web/build-17", "Scan (web)"),
        ("web/d3b07384-d113-4ec6-a1f5-0123456789ab", "Scan (web)"),
        ("web/api", "Scan (web/api)"),
        ("web", "Scan (web)"),
        ("python3", "Scan (python3)"),
        ("12345", "Scan"),
        ("", "Scan"),
        (".github/workflows/x.yml:analyze/language:python/", "Scan (.github/workflows/x.yml:analyze/language:python)"),
    ],
)
def test_category_is_part_of_the_scanner(tmp_path: Path, identifier: str, scanner: str) -> None:
    (found,) = read(tmp_path, sarif(run(result(), automationDetails={"id": identifier})))
    assert found.scanner == scanner


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        ([run("text")], "runs[0].results[0]: is not a result object"),
        ([run(result(), result(locations="x"))], "runs[0].results[1]: its 'locations' is not an array"),
        ([{"results": []}], "does not name its tool"),
        ([run() | {"results": {}}], "an array is expected"),
        (["run"], "an object is expected"),
    ],
)
def test_p3_wrong_types_are_errors_with_their_place(tmp_path: Path, runs: list[Any], reason: str) -> None:
    with pytest.raises(ReportError) as caught:
        read(tmp_path, sarif(*runs))
    assert reason in str(caught.value)
    assert caught.value.file == "r.sarif"


def test_fault_1_a_finding_for_each_distinct_place(tmp_path: Path) -> None:
    nowhere = {"message": {"text": "somewhere"}}
    named = {"logicalLocations": [{"fullyQualifiedName": "arn:aws:s3:::alpha"}]}
    web = {"physicalLocation": {"artifactLocation": {"uri": "https://a.example.org/login"}}}
    given = result(
        locations=[location("a.py", 1), location("a.py", 1), nowhere, location("a.py", 2), named, web],
        relatedLocations=[location("r.py", 4)],
        fingerprints={"v/v1": "f"},
    )
    (found,) = read(tmp_path, sarif(run(given)))
    spots = [(one.file_path or one.logical_location or one.endpoints[0], one.line) for one in found.findings]
    assert spots == [("a.py", 1), ("a.py", 2), ("arn:aws:s3:::alpha", None), ("https://a.example.org/login", None)]
    # Of a place, the tool's id of the result says something only together with the file.
    assert [one.unique_id.partition("@")[2] for one in found.findings] == [
        "a.py",
        "a.py",
        "arn:aws:s3:::alpha",
        "https://a.example.org/login",
    ]


def test_fault_1_a_result_that_is_nowhere_is_one_finding(tmp_path: Path) -> None:
    listings: tuple[Any, ...] = ([], [{}], [{}, {"message": {"text": "x"}}], None)
    for places in listings:
        assert only(tmp_path, result(locations=places, fingerprints={"v/v1": "f"})).unique_id == "f"


def test_fault_8_weaknesses_come_from_addresses_of_the_help(tmp_path: Path) -> None:
    guide = "Long text.\n" * 50 + "See [CWE](https://cwe.mitre.org/data/definitions/79.html)."
    driver = {"driver": {"name": "Scan", "rules": [{"id": "R1", "help": {"text": "x", "markdown": guide}}]}}
    assert only(tmp_path, result(), tool=driver).cwes == (79,)
    uri = "https://cwe.mitre.org/data/definitions/89"
    driver = {"driver": {"name": "Scan", "rules": [{"id": "R1", "helpUri": uri}]}}
    finding = only(tmp_path, result(), tool=driver)
    assert (finding.cwes, finding.references) == ((89,), uri)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("https://github.com/org/repo/blob/4ea3e4b/src/my%20file.py#L10", "src/my file.py"),
        ("https://gitlab.example.org/a/b/c/-/blob/main/src/x.py", "src/x.py"),
        ("https://host/org/repo/raw/v1.2/x.py?plain=1", "x.py"),
        ("my%20file.py", "my file.py"),
        ("my file.py", "my file.py"),
        ("a%2520b.py", "a%20b.py"),
        ("www.example.com/index.html", "www.example.com/index.html"),
    ],
)
def test_fault_8_files_stay_files(tmp_path: Path, uri: str, path: str) -> None:
    finding = only(tmp_path, result(locations=[location(uri, 3)]))
    assert (finding.file_path, finding.line, finding.endpoints) == (path, 3, ())


SHOP = {"repositoryUri": "https://git.example.org/team/shop.git", "revisionId": "4ea3e4b", "branch": "feature/cart"}


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("https://git.example.org/team/shop/src/branch/feature/cart/web/a%20b.py#L3", "web/a b.py"),
        ("https://git.example.org/team/shop/src/commit/4ea3e4b/web/a.py", "web/a.py"),
        ("https://git.example.org/Team/Shop.git/web/a.py", "web/a.py"),
        ("https://git.example.org/team/shop/web/a.py", "web/a.py"),
        ("https://git.example.org/team/shop?path=/web/a.py&version=GBmain", "web/a.py"),
    ],
)
def test_fault_8_addresses_in_the_repository_that_was_scanned_are_files(tmp_path: Path, uri: str, path: str) -> None:
    finding = only(tmp_path, result(locations=[location(uri, 3)]), versionControlProvenance=[SHOP])
    assert (finding.file_path, finding.line, finding.endpoints) == (path, 3, ())


@pytest.mark.parametrize(
    ("repository", "uri"),
    [
        ("git@github.com:team/shop.git", "https://raw.githubusercontent.com/team/shop/main/web/a.py"),
        ("https://github.com/team/shop", "https://raw.githubusercontent.com/team/shop/4ea3e4b/web/a.py"),
        (
            "https://dev.azure.com/org/p/_git/shop",
            "https://dev.azure.com/org/p/_git/shop?path=%2Fweb%2Fa.py&version=GBx",
        ),
    ],
)
def test_fault_8_repositories_are_known_by_all_their_addresses(tmp_path: Path, repository: str, uri: str) -> None:
    source = [{"repositoryUri": repository}]
    finding = only(tmp_path, result(locations=[location(uri, 3)]), versionControlProvenance=source)
    assert finding.file_path == "web/a.py"


def test_fault_8_what_the_repository_is_mapped_to_is_where_its_files_are(tmp_path: Path) -> None:
    mapped = {**SHOP, "mappedTo": {"uriBaseId": "SHOP"}}
    bases = {"SHOP": {"uri": "services/shop/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file:///build/"}}
    place = [location("https://git.example.org/team/shop/src/commit/4ea3e4b/web/a.py", 3)]
    finding = only(tmp_path, result(locations=place), versionControlProvenance=[mapped], originalUriBaseIds=bases)
    assert finding.file_path == "services/shop/web/a.py"


def test_fault_8_another_address_is_what_was_visited(tmp_path: Path) -> None:
    places = [location("https://git.example.org/team/other/web/a.py", 3)]
    finding = only(tmp_path, result(locations=places), versionControlProvenance=[SHOP, {"repositoryUri": 7}, "x"])
    assert finding.endpoints == ("https://git.example.org/team/other/web/a.py",)
