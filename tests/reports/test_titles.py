"""Titles that tell rows apart: the message where it says what was found, else the rule and its subject."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.services.sarif import write_sarif
from tests.reports.helpers import location, only, read, result, run, sarif

SHORT = {"id": "R1", "shortDescription": {"text": "Containers run as root"}}
LONG = "Running as root makes it easier to break out of a container. " * 4


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Container 'web' runs as root", "Container 'web' runs as root"),
        ("Root is the user of the container.", "Root is the user of the container."),
        ("This line contains a potential high severity misconfiguration", "Containers run as root"),
        ("Insecure setting", "Containers run as root"),
        ("This setting of 'web' is insecure", "Containers run as root (web)"),
        (LONG, "Containers run as root"),
        ("<span>Use of <b>md5</b> &amp; containers</span>", "Use of md5 & containers"),
        ("Missing rel on <a> of a container", "Missing rel on <a> of a container"),
        ("**Container** runs as [root](https://example.org/root)", "Container runs as root"),
        ("Image: shop\nType: helm\nMessage: set the user of 'db'", "Containers run as root (db)"),
        ("", "Containers run as root"),
    ],
)
def test_fault_8_a_title_says_what_was_found(tmp_path: Path, said: str, title: str) -> None:
    finding = only(tmp_path, result(message={"text": said}), rules=[SHORT])
    assert finding.title == title
    assert said.strip() in finding.description


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ({"name": "Run as root"}, "Run as root"),
        ({"name": "RunAsRoot"}, "Insecure setting"),
        ({"shortDescription": {"text": "Semgrep Finding: R1"}}, "Insecure setting"),
        ({"shortDescription": {"text": "High severity - Run as root"}}, "Run as root"),
        ({"shortDescription": {"text": "<p>Run as <b>root</b></p>"}}, "Run as root"),
        ({"shortDescription": {"text": "Rule of {0}"}}, "Insecure setting"),
        ({"fullDescription": {"text": f"Users are root. {LONG}"}}, "Users are root."),
        ({}, "Insecure setting"),
    ],
)
def test_fault_8_a_rule_is_a_title_where_it_says_something(tmp_path: Path, rule: dict[str, Any], title: str) -> None:
    assert only(tmp_path, result(message={"text": "Insecure setting"}), rules=[{"id": "R1"} | rule]).title == title


def test_fault_8_without_a_description_the_id_and_the_package_are_the_title(tmp_path: Path) -> None:
    said = "Package: libssl3\nInstalled Version: 3.0.1\nFixed Version: 3.0.9"
    finding = only(tmp_path, result(ruleId="CVE-2024-2002", message={"text": said}))
    assert finding.title == "CVE-2024-2002 (libssl3)"


def test_fault_8_a_host_or_a_resource_is_the_subject_of_a_rule(tmp_path: Path) -> None:
    arn = {"logicalLocations": [{"fullyQualifiedName": "arn:aws:ecs:::task/shop"}]}
    given = [
        result(message={"text": LONG}, locations=[where])
        for where in (location("https://a.example.org/login", 1), location("https://b.example.org/", 1), arn)
    ]
    (found,) = read(tmp_path, sarif(run(*given, rules=[SHORT])))
    assert [finding.title for finding in found.findings] == [
        "Containers run as root (a.example.org)",
        "Containers run as root (b.example.org)",
        "Containers run as root (arn:aws:ecs:::task/shop)",
    ]


def test_fault_8_a_title_does_not_depend_on_the_other_results(tmp_path: Path) -> None:
    one = result(message={"text": "This setting of 'web' is insecure"})
    alone = only(tmp_path, one, rules=[SHORT])
    (among,) = read(
        tmp_path, sarif(run(*[result(message={"text": f"Other {n}"}) for n in range(9)], one, rules=[SHORT]))
    )
    assert alone == among.findings[-1]


@pytest.mark.parametrize(
    ("given", "references", "mitigation"),
    [
        ({"helpUri": "https://r.example.org", "help": {"text": "A book."}}, "https://r.example.org", ""),
        ({"help": {"text": "A book."}}, "", "A book."),
        (
            {"help": {"text": "A book, see https://a.example.org/x, or [b](https://b.example.org)."}},
            "https://a.example.org/x\nhttps://b.example.org",
            "A book, see https://a.example.org/x, or [b](https://b.example.org).",
        ),
    ],
)
def test_fault_8_references_are_addresses(
    tmp_path: Path, given: dict[str, Any], references: str, mitigation: str
) -> None:
    finding = only(tmp_path, result(), rules=[{"id": "R1"} | given])
    assert (finding.references, finding.mitigation) == (references, mitigation)


def test_fault_8_an_export_gives_the_same_title_and_wording_again(tmp_path: Path) -> None:
    finding = only(tmp_path, result(message={"text": "This setting of 'web' is insecure"}), rules=[SHORT])
    stream = io.StringIO()
    write_sarif(stream, [("Scan", [(1, finding)])])
    (again,) = read(tmp_path, json.loads(stream.getvalue()))
    (back,) = again.findings
    assert (back.title, back.wording) == (finding.title, finding.wording)


MITRE = "https://cwe.mitre.org/data/definitions/"


@pytest.mark.parametrize(
    ("rule", "said", "cwes"),
    [
        ({"helpUri": f"{MITRE}79.html"}, "Bad", (79,)),
        ({"helpUri": "https://docs.example.org/rules/cwe-089"}, "Bad", (89,)),
        ({"help": {"text": "x", "markdown": f"See [it]({MITRE}022.html)."}}, "Bad", (22,)),
        ({"fullDescription": {"text": f"As in {MITRE}327.html"}}, "Bad", (327,)),
        ({}, f"Bad, see {MITRE}611.html", (611,)),
        ({"helpUri": f"{MITRE}79.html", "properties": {"tags": ["external/cwe/cwe-080"]}}, "Bad", (80,)),
        ({"help": {"text": "Unlike CWE-20, this is harmless."}}, "Bad", ()),
        ({"helpUri": "https://docs.example.org/definitions/79.html"}, "Bad", ()),
    ],
)
def test_fault_8_a_weakness_is_read_from_help_addresses(
    tmp_path: Path, rule: dict[str, Any], said: str, cwes: tuple[int, ...]
) -> None:
    finding = only(tmp_path, result(message={"text": said}), rules=[{"id": "R1"} | rule])
    assert finding.cwes == cwes
