"""What facts.md tells and no recording shows; against a real DefectDojo, too, at $DD_URL with $DD_TOKEN."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.defectdojo_server import DojoServer
from tests.defectdojo_server.remote import Remote, generic, upload
from tests.defectdojo_server.titles import title_case


@pytest.fixture
def test_id(dojo: Remote) -> int:
    """A Test with thirty findings of two services."""
    engagement = dojo.engagement(dojo.product(f"Shop {uuid.uuid4()}")["id"], "Global Connectors")
    made: int = dojo.test(engagement["id"], "connector-1")["id"]
    dojo.reimport(made, [generic(number) for number in range(20)], service="A/b")
    dojo.reimport(made, [generic(number) for number in range(10)])
    return made


@pytest.fixture
def careless(request: pytest.FixtureRequest, dojo: Remote) -> Iterator[Remote]:
    """``dojo``, asked what its published description does not allow."""
    yield dojo
    if not os.environ.get("DD_URL"):
        request.getfixturevalue("dojo_server").violations.clear()


def count(dojo: Remote, test_id: int, **query: Any) -> int:
    reply = dojo.call("GET", "findings/", params={"test": test_id, **query})
    assert reply.status_code == 200, reply.text
    number: int = reply.json()["count"]
    return number


@pytest.mark.parametrize(("limit", "length"), [("0", 25), ("-1", 25), ("abc", 25), ("5000", 30), ("7", 7)])
def test_a_limit_that_is_none_is_twenty_five(careless: Remote, test_id: int, limit: str, length: int) -> None:
    page = careless.call("GET", "findings/", params={"test": test_id, "limit": limit}).json()
    assert len(page["results"]) == length


def test_how_findings_are_matched(dojo: Remote, test_id: int) -> None:
    assert count(dojo, test_id, service="") == 30  # an empty filter is none
    assert count(dojo, test_id, service="A/b") == 20
    assert count(dojo, test_id, service="a/b") == 0
    assert count(dojo, test_id, unique_id_from_tool="UID-1") == 12  # a part is enough
    assert count(dojo, test_id, vuln_id_from_tool="RULE-1") == 2
    assert count(dojo, test_id, exact_title="finding 1") == 2
    assert count(dojo, test_id, severity="High,Low") == 30
    assert count(dojo, test_id, severity="high") == 0
    assert count(dojo, test_id, active="1") == 30
    ids = [row["id"] for row in dojo.findings(test=test_id)]
    assert ids == sorted(ids)
    assert [row["id"] for row in dojo.findings(test=test_id, o="-id")] == ids[::-1]
    assert count(dojo, test_id, id=f"{ids[0]},{ids[1]}") == 2


def test_a_mistyped_filter_gives_the_whole_list(careless: Remote, test_id: int) -> None:
    assert count(careless, test_id, engagement="99", ordering="-id") == 30


def test_a_chunked_upload_arrives_empty(dojo_server: DojoServer) -> None:
    """Behind gunicorn; its own check of the media type passes."""
    headers = {"authorization": f"Token {dojo_server.token}", "content-type": "multipart/form-data; boundary=x"}
    chunks = (part for part in [b"--x\r\n", b"..."])
    url = f"{dojo_server.url}/api/v2/reimport-scan/"
    reply = httpx.post(url, headers=headers, content=chunks, trust_env=False)
    assert (reply.status_code, reply.json()) == (400, ["product_name parameter missing"])
    dojo_server.violations.clear()


def test_order_of_creation_is_by_content(dojo: Remote, test_id: int) -> None:
    """So the same report gives the same findings, whatever its order."""
    test = dojo.test(dojo.get("tests", test_id)["engagement"], "another")["id"]
    dojo.reimport(test, [generic(number) for number in (3, 1, 2)])
    hashes = [row["hash_code"] for row in dojo.findings(test=test)]
    assert hashes == sorted(hashes)


def test_history_names_every_finding(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1), generic(99)])
    newest = dojo.test_imports(test_id)[-1]
    actions = [each["action"] for each in newest["test_import_finding_action_set"]]
    assert {letter: actions.count(letter) for letter in "CNRU"} == {"C": 9, "N": 1, "R": 0, "U": 1}


def test_a_report_over_the_limit_of_a_field_breaks_it(dojo: Remote, test_id: int) -> None:
    for name, limit in (("component_name", 500), ("component_version", 100), ("file_path", 4000)):
        reply = dojo.call("POST", "reimport-scan/", **upload([generic(1, **{name: "x" * (limit + 1)})], test=test_id))
        assert reply.status_code == 500
    assert len(dojo.findings(test=test_id, active=True)) == 30


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("use of md5", "Use of Md5"),
        ("src/app.py: a use of eval", "src/app.py: A Use of Eval"),
        ("SQL INJECTION", "Sql Injection"),
        ("openSSL is old", "openSSL Is Old"),
        ("cross-site scripting", "Cross-Site Scripting"),
        ("what it is for", "What It Is For"),
        ("", ""),
    ],
)
def test_titles(given: str, saved: str) -> None:
    assert title_case(given) == saved
