"""Cases of titles and places that tell rows apart (point 8), as their ``expected.md`` says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.cases.conftest import Case
from tests.cases.test_cases import counts
from tests.reports.helpers import result, run, sarif, write

Play = Callable[[str], Case]


def test_fault_8_case_21_a_resource_is_the_place_where_there_is_no_file(play: Play) -> None:
    case = play("21-logical-location")
    case.phase("before")
    assert {row["logical_location"] for row in case.findings} == {"arn:aws:s3:::alpha", "arn:aws:s3:::beta"}
    listed = case.cli("findings", "list").out
    assert "arn:aws:s3:::alpha" in listed
    assert "arn:aws:s3:::beta" in listed
    for text in ("place:beta", "arn:aws:s3:::beta"):
        (found,) = case.cli.json("findings", "list", "--filter", text)
        assert found["logical_location"] == "arn:aws:s3:::beta"
    ordered = case.cli.json("findings", "list", "--sort", "file_path", "--reverse")
    assert [row["logical_location"][-4:] for row in ordered] == ["beta", "lpha"]


def test_fault_8_case_49_titles_say_what_was_found_and_in_what(play: Play) -> None:
    case = play("49-titles")
    case.phase()
    assert {row["title"] for row in case.findings} == {
        "openssl: read overrun (libcrypto1.1)",
        "openssl: timing leak (libcrypto1.1)",
        "CSP Header Not Set (a.example.org)",
        "Container is running with default set of capabilities",
        "Container is running with writable root filesystem",
        "Container is running without AppArmor profile",
    }
    snyk = [row for row in case.findings if row["scanner"] == "Snyk Infrastructure as Code"]
    assert [row["references"] for row in snyk] == ["", "", ""]
    assert all("Long text." in row["mitigation"] for row in snyk)
    assert all(row["description"].startswith("This line contains a potential") for row in snyk)


def packages(into: Path, *names: str) -> None:
    """A report of one vulnerability in several packages, as Trivy writes it."""
    said = "Package: {}\nInstalled Version: 1.0\nVulnerability CVE-2024-2001\nSeverity: HIGH\nFixed Version: 1.1"
    rules = [{"id": "CVE-2024-2001", "shortDescription": {"text": "read overrun"}}]
    found = [result(ruleId="CVE-2024-2001", message={"text": said.format(name)}) for name in names]
    (into / "app").mkdir()
    write(into / "app" / "r.sarif", sarif(run(*found, rules=rules)))


def test_fault_8_a_store_with_the_titles_of_before_keeps_what_was_decided(play: Play) -> None:
    case = play("none")
    case.play(lambda into: packages(into, "libssl3", "libcrypto3"))
    ours = next(row for row in case.findings if row["component_name"] == "libcrypto3")
    case.triage(ours, "--false-positive")
    with closing(sqlite3.connect(case.cli.store)) as store:
        store.execute("UPDATE findings SET title = wording, wording = '', content = 1")
        store.commit()
    assert all(row["title"].startswith("Package: ") for row in case.findings)
    assert counts(case.play(lambda into: packages(into, "libcrypto3", "libssl3"))) == {"updated": 2}
    assert {row["title"] for row in case.findings} == {"read overrun (libssl3)", "read overrun (libcrypto3)"}
    assert [row["id"] for row in case.findings if row["false_p"]] == [ours["id"]]
    assert counts(case.play(lambda into: packages(into, "libssl3", "libcrypto3"))) == {"untouched": 2}


def reworded(into: Path, *said: str) -> None:
    """A report of a rule that says of each object what is wrong, in words that name nothing."""
    rules = [{"id": "R1", "shortDescription": {"text": "Containers run as root"}}]
    found = [result(message={"text": text}, locations=[]) for text in said]
    (into / "app").mkdir()
    write(into / "app" / "r.sarif", sarif(run(*found, rules=rules)))


def test_fault_8_findings_of_one_title_are_told_apart_by_their_messages(play: Play) -> None:
    case = play("none")
    case.play(lambda into: reworded(into, "This needs mending at alpha", "This needs mending at beta"))
    assert {row["title"] for row in case.findings} == {"Containers run as root"}
    beta = next(row for row in case.findings if row["description"].startswith("This needs mending at beta"))
    case.triage(beta, "--risk-accepted")
    gone = case.play(lambda into: reworded(into, "This needs mending at beta"))
    assert counts(gone) == {"closed": 1, "untouched": 1}
    assert [row["id"] for row in case.findings if row["risk_accepted"]] == [beta["id"]]
