"""What a reimport does: the same tests run against a real DefectDojo at $DD_URL with $DD_TOKEN."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.defectdojo_server.remote import Remote, generic, upload


@pytest.fixture
def test_id(dojo: Remote) -> int:
    """An empty Test in a Product of its own."""
    product = dojo.product(f"Shop {uuid.uuid4()}")
    engagement = dojo.engagement(product["id"], "Global Connectors")
    test: int = dojo.test(engagement["id"], "connector-1")["id"]
    return test


def counts(done: dict[str, Any]) -> dict[str, int]:
    """How many findings are in each group."""
    return {name: each["total"]["total"] for name, each in done["statistics"]["delta"].items()}


def test_new_gone_and_back(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1), generic(2)])
    assert counts(dojo.reimport(test_id, [generic(2), generic(3)])) == {
        "created": 1,
        "closed": 1,
        "reactivated": 0,
        "untouched": 1,
    }
    gone = next(row for row in dojo.findings(test=test_id) if row["title"] == "Finding 1")
    assert (gone["active"], gone["is_mitigated"]) == (False, True)
    dojo.reimport(test_id, [generic(1), generic(2), generic(3)])
    assert [row["title"] for row in dojo.findings(test=test_id, active=False)] == []
    assert dojo.notes(gone["id"]) == [
        "Mitigated by Generic Findings Import re-upload.",
        "Re-activated by Generic Findings Import re-upload.",
    ]


def test_a_service_is_a_scope_of_its_own(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1)], service="a")
    dojo.reimport(test_id, [generic(1)], service="b")
    dojo.reimport(test_id, [], service="a")
    active = dojo.findings(test=test_id, active=True)
    assert [row["service"] for row in active] == ["b"]


def test_the_anchor_stays_when_the_finding_is_patched(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1)])
    (row,) = dojo.findings(test=test_id)
    patched = dojo.change("findings", row["id"], line=25, severity="Low", description="other words")
    assert patched["hash_code"] == row["hash_code"]
    assert counts(dojo.reimport(test_id, [generic(1)]))["untouched"] == 1
    (row,) = dojo.findings(test=test_id)
    assert (row["line"], row["severity"], row["description"]) == (25, "Low", "other words")
    assert counts(dojo.reimport(test_id, [generic(1, line=25)])) == {
        "created": 1,
        "closed": 1,
        "reactivated": 0,
        "untouched": 0,
    }


def test_what_a_person_said_stays(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1)])
    (row,) = dojo.findings(test=test_id)
    dojo.triage(row["id"], false_p=True, active=False, verified=False)
    assert set(counts(dojo.reimport(test_id, [generic(1)])).values()) == {0}  # it is in none of the groups
    (row,) = dojo.findings(test=test_id)
    assert (row["active"], row["false_p"]) == (False, True)


def test_the_build_id_tells_that_it_is_done(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1)], build_id="run-1")
    assert dojo.get("tests", test_id)["build_id"] == "run-1"
    dojo.reimport(test_id, [generic(1)])
    assert dojo.get("tests", test_id)["build_id"] == ""


def test_a_report_that_breaks_in_the_middle_leaves_what_was_made(dojo: Remote, test_id: int) -> None:
    dojo.reimport(test_id, [generic(1), generic(2)])
    broken = [generic(number) for number in range(3, 12)]
    broken[5]["unique_id_from_tool"] = "u" * 501
    reply = dojo.call("POST", "reimport-scan/", **upload(broken, test=test_id))
    assert reply.status_code == 500
    assert len(dojo.findings(test=test_id, active=True)) == 6
    assert len(dojo.test_imports(test_id)) == 1
