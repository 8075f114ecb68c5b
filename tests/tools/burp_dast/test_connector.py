"""Burp Suite DAST: the kit, the rules of its own, and the documented answers and recorded issues."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from dojo_tui.connectors.base import Config, Vep
from dojo_tui.connectors.markup import plain
from dojo_tui.connectors.row import Row
from dojo_tui.demo.servers.burp import Burp, Site
from dojo_tui.http.errors import FatalError, IncompleteError
from dojo_tui.model.check import Checked
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.testing import Check, Flaw, Reply, Subject, TestRun, Thing, ToolServer, World, conformance
from dojo_tui.tools.burp_dast.connector import TOOL
from dojo_tui.tools.burp_dast.mapping import finding, site
from tests.shared import shared

KEY = "a-key-of-the-tests"
KITS_KEY = "s3cr3t+/0~-secret-xxxxxxxxxxxx"


def issue(number: int, title: str = "An issue", text: str = "What is wrong.", **more: Any) -> dict[str, Any]:
    return {
        "fingerprint": f"f{number}",
        "severity": "high",
        "confidence": "certain",
        "accepted_risk": False,
        "origin": "https://www.example.com",
        "path": f"/{number}",
        "description_html": f"<p>{text}</p>",
        "issue_type": {"type_index": "1049088", "name": title},
        "evidence": [],
        **more,
    }


def _serve(server: ToolServer, world: World) -> None:
    def reported(flaws: tuple[Flaw, ...]) -> list[dict[str, Any]]:
        return [issue(flaw.number, flaw.title, flaw.text) for flaw in flaws]

    def of(thing: Thing) -> Site:
        return Site(thing.id, thing.name, (reported(thing.flaws),), url=server.url)

    Burp([of(thing) for thing in world.things], KITS_KEY).play(server)


@pytest.mark.parametrize("check", conformance(Subject(TOOL, _serve)), ids=str)
def test_conformance(check: Check) -> None:
    check()


# --- the rules of its own ---------------------------------------------------------


def config(server: ToolServer, path: str = "") -> Config:
    return Config("burp", f"{server.url}{path}", secrets={"secret": Secret(KEY)})


def fetched(server: ToolServer, site_id: str = "1") -> Fetch:
    with TestRun() as run:
        return TOOL.fetch(config(server), site_id, run)


def listed(server: ToolServer, path: str = "") -> list[Vep]:
    with TestRun() as run:
        return list(TOOL.list_veps(config(server, path), run))


@pytest.mark.parametrize("path", ["", "/graphql/v1"])
def test_the_key_is_the_whole_header_and_every_query_has_a_name(path: str) -> None:
    with ToolServer() as server:
        Burp([Site("1", "Shop", ([issue(1)],))], KEY).play(server)
        listed(server, path)
        fetched(server)
    assert {call.headers["authorization"] for call in server.calls} == {KEY}
    assert all(f"query {call.json()['operationName']}" in call.json()["query"] for call in server.calls)


def test_sites_of_ci_runs_are_left_out() -> None:
    with ToolServer() as server:
        Burp([Site("1", "Shop"), Site("2", "ci-4711", ephemeral=True)], KEY).play(server)
        assert [vep.vendor_id for vep in listed(server)] == ["1"]


def test_folders_are_details_also_when_they_stand_in_each_other() -> None:
    folders = {"0": ("All", None), "1": ("Shops", "0"), "2": ("North", "1"), "7": ("A", "8"), "8": ("B", "7")}
    sites = [
        Site("1", "Shop", folder="2"),
        Site("2", "Blog"),
        Site("3", "Lost", folder="99"),
        Site("4", "O", folder="7"),
    ]
    with ToolServer() as server:
        Burp(sites, KEY, folders).play(server)
        found = [vep.details.get("folder") for vep in listed(server)]
    assert found == ["Shops / North", None, None, "B / A"]


def test_the_newest_complete_scan_counts_and_ids_stay_the_same() -> None:
    """The serial numbers are other ones in each scan; the fingerprints are not."""
    burp = Burp([Site("1", "Shop", ([issue(1), issue(2)], [issue(2), issue(3)]))], KEY)
    with ToolServer() as server:
        burp.play(server)
        first = fetched(server)
        burp.sites[0].scans += 1
        second = fetched(server)
    assert [one.unique_id for one in first.findings] == ["f1", "f2"]
    assert [one.unique_id for one in second.findings] == ["f2", "f3"]
    assert first.findings[1] == second.findings[0]


def test_p3_a_site_without_a_complete_scan_is_skipped() -> None:
    with ToolServer() as server:
        Burp([Site("1", "Shop", ())], KEY).play(server)
        assert fetched(server) == Fetch([], {"Burp Suite DAST": "this site has no scan that was completed"})


@pytest.mark.parametrize("told", [3, 7])
def test_p3_fewer_issues_than_the_scan_counts_is_no_report(told: int) -> None:
    def more(_call: object, _number: int, reply: Reply) -> Reply:
        data = json.loads(reply.data)
        if "scan" in data["data"]:
            data["data"]["scan"]["issue_counts"]["total"] = told
        return replace(reply, body=data)

    with ToolServer() as server:
        Burp([Site("1", "Shop", ([issue(1), issue(2)],))], KEY).play(server)
        server.twist = more
        with pytest.raises(IncompleteError, match=f"told of {told} and gave 2"):
            fetched(server)


def test_the_count_need_not_hold_what_was_set_aside() -> None:
    """A count that is smaller than what there is ends nothing early."""

    def fewer(_call: object, _number: int, reply: Reply) -> Reply:
        return replace(reply, body=reply.data.replace(b'"total": 150', b'"total": 90'))

    with ToolServer() as server:
        Burp([Site("1", "Shop", ([issue(number) for number in range(150)],))], KEY).play(server)
        server.twist = fewer
        assert len(fetched(server).findings) == 150


def test_a_server_that_gives_fewer_at_a_time_is_read_to_the_end() -> None:
    def short(_call: object, _number: int, reply: Reply) -> Reply:
        data = json.loads(reply.data)
        if "scan" in data["data"]:
            data["data"]["scan"]["issues"] = data["data"]["scan"]["issues"][:10]
        return replace(reply, body=data)

    with ToolServer() as server:
        Burp([Site("1", "Shop", ([issue(number) for number in range(35)],))], KEY).play(server)
        server.twist = short
        assert len(fetched(server).findings) == 35


def test_an_older_server_is_asked_in_its_own_words() -> None:
    with ToolServer() as server:
        Burp([Site("1", "Shop", ([issue(1)],))], KEY, older=True).play(server)
        assert [vep.name for vep in listed(server)] == ["Shop"]
        assert len(fetched(server).findings) == 1
    assert "site_id: $id" in server.calls[-3].json()["query"]


def test_an_error_of_graphql_comes_with_status_200_and_is_one_all_the_same() -> None:
    with ToolServer() as server:
        server.on("POST", "/graphql/v1", {"data": {"scans": []}, "errors": [{"message": "the database is away"}]})
        with pytest.raises(FatalError, match="the database is away"):
            fetched(server)
    assert len(server.calls) == 1


def test_check_counts_the_sites_and_says_what_would_be_skipped() -> None:
    with ToolServer() as server, TestRun() as run:
        Burp([Site("1", "Shop", ()), Site("2", "Blog")], KEY).play(server)
        result = Checked.of(TOOL.check(config(server), run))
    assert (result.veps, result.all_counted) == (2, True)
    assert list(result.skips) == ["Burp Suite DAST"]


# --- what an issue becomes --------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, (True, False, False)),
        ({"confidence": "false_positive"}, (False, True, False)),
        ({"accepted_risk": True}, (False, False, True)),
        ({"accepted_risk": True, "confidence": "false_positive"}, (False, True, False)),
    ],
)
def test_triage_is_carried_over(said: dict[str, Any], state: tuple[bool, bool, bool]) -> None:
    found = finding(Row(issue(1, **said)), "1")
    assert (found.active, found.false_p, found.risk_accepted) == state
    assert found.dismissed is not state[0]


@pytest.mark.parametrize("severity", ["info", "low", "medium", "high", "critical"])
def test_severities_are_those_of_the_site_and_say_what_the_scan_said(severity: str) -> None:
    found = finding(Row(issue(1, severity=severity, original_severity="low")), "1")
    assert found.severity is Severity.parse(severity)
    assert found.severity_justification == ("" if severity == "low" else "The scan said low.")


def test_an_issue_at_two_places_is_two_findings_of_one_rule() -> None:
    one, other = (finding(Row(issue(number)), "1") for number in (1, 2))
    assert one.rule_id == other.rule_id == "1049088"
    assert one.unique_id != other.unique_id
    assert (one.endpoints, other.endpoints) == (("https://www.example.com/1",), ("https://www.example.com/2",))


def test_evidence_is_bounded_and_says_where_something_was_left_out() -> None:
    parts = [{"data_html": "GET /?a=1&amp;b=2"}, {"snip_length": 12}, {"highlight_html": "x" * 9_000}]
    shown = {"title": "Collaborator", "description_html": "<p>An answer came.</p>", "request": parts, "response": None}
    steps = finding(Row(issue(1, evidence=[shown])), "1").steps_to_reproduce
    assert steps.startswith("Collaborator\n\nAn answer came.\n\nRequest:\nGET /?a=1&b=2[...]xxx")
    assert len(steps) < 4_100


def test_markup_becomes_text() -> None:
    html = '<p>One &lt;b&gt;\n<b>two</b></p><ul><li><a href="https://example.com/?a&amp;b">Here</a></li><li>3 < 4</ul>'
    assert plain(html) == "One <b> two\n\n- Here (https://example.com/?a&b)\n- 3 < 4"
    assert plain('<a href="javascript:x">y</a><script>z') == "yz"


# --- the vendor's documented answers, and recorded issues -------------------------


def test_the_documented_tree() -> None:
    recorded = json.loads(shared("vendors/samples/burp/doc_site_tree.json").read_text(encoding="utf-8"))
    with ToolServer() as server:
        server.on("POST", "/graphql/v1", recorded["response"]["body"])
        assert [(vep.vendor_id, vep.name, dict(vep.details)) for vep in listed(server)] == [
            ("81", "Global", {}),
            ("82", "Northern US", {"folder": "US Sites"}),
            ("38", "Southern US", {"folder": "US Sites"}),
            ("39", "UK", {"folder": "Europe Sites / UK Sites"}),
        ]


def test_the_documented_scan() -> None:
    recorded = [
        json.loads(shared(f"vendors/samples/burp/doc_{name}.json").read_text(encoding="utf-8"))["response"]["body"]
        for name in ("latest_scan_for_site", "scan_issues")
    ]
    for row in recorded[1]["data"]["scan"]["issues"]:
        row.update(origin="https://www.example.com", path="/", severity="high")
    ended: dict[str, Any] = {"data": {"scan": {"issues": []}}}
    with ToolServer() as server:
        server.on("POST", "/graphql/v1", lambda _call: ([*recorded, ended])[len(server.calls) - 1])
        found = fetched(server, "28")
    assert [one.title for one in found.findings] == ["External service interaction (DNS)", "SQL injection"]
    assert server.calls[1].json()["variables"]["id"] == "21110"


SAMPLES = ("no_findings", "null_data", "null_request_segments", "null_title", "one_finding", "two_findings")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_recorded_issue_is_a_finding_with_all_that_it_says(name: str) -> None:
    """Field by field against the recorded text; the samples' texts hold no markup but in lists of links."""
    rows = json.loads(shared(f"vendors/samples/burp/dd_{name}.json").read_text(encoding="utf-8"))["Issues"]
    for row in rows:
        found, kind = finding(Row(row), "1"), row["issue_type"]
        assert found.title == (kind["name"] or "")
        assert found.severity.label.lower() == row["severity"]
        assert found.endpoints == (row["origin"] + row["path"],)
        assert found.dynamic_finding
        assert found.active
        assert found.description == (row["description_html"] or "")
        assert found.impact == (kind["description_html"] or "")
        for fix in filter(None, (row["remediation_html"], kind["remediation_html"])):
            assert fix in found.mitigation
        classes = kind["vulnerability_classifications_html"] or ""
        assert {f"CWE-{number}" for number in found.cwes} == set(re.findall(r"CWE-\d+", classes))
        assert all(f"CWE-{number}" in found.references for number in found.cwes)
        for one in row["evidence"] or ():
            for segment in (one.get("request_segments") or []) + (one.get("response_segments") or []):
                assert all(text in found.steps_to_reproduce for text in segment.values())


def test_the_recorded_list_of_links_is_readable() -> None:
    text = shared("vendors/samples/burp/dd_null_request_segments.json").read_text(encoding="utf-8")
    found = finding(Row(json.loads(text)["Issues"][0]), "1")
    assert found.cwes == (295, 326, 327)
    assert "- SSL/TLS Configuration Guide (https://wiki.mozilla.org/Security/Server_Side_TLS)" in found.references
    assert "<" not in found.references


def test_a_row_may_hold_nothing_but_its_name() -> None:
    assert site(Row({"id": "1"}), {}) == Vep("1", "")
