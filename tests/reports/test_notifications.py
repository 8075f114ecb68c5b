"""What a run says of itself: why it failed, what it could not analyse, of which version it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.model.reimport import is_named
from dojo_tui.reports import survey
from tests.cases.conftest import Case, play
from tests.cases.test_cases import Play, counts
from tests.cli.conftest import cli

__all__ = ["cli", "play"]


def result(path: str, rule: str = "q") -> dict[str, Any]:
    where = {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": 2}}}
    return {"ruleId": rule, "message": {"text": "Issue."}, "locations": [where]}


def write(folder: Path, results: list[dict[str, Any]], *notifications: dict[str, Any], success: bool = True) -> None:
    invocation = {"executionSuccessful": success, "toolExecutionNotifications": list(notifications)}
    run = {"tool": {"driver": {"name": "CodeQL"}}, "results": results, "invocations": [invocation]}
    (folder / "app").mkdir()
    (folder / "app" / "r.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [run]}))


def error(text: str, uri: str = "", **more: Any) -> dict[str, Any]:
    where = {"locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}]} if uri else {}
    return {"level": "error", "message": {"text": text}, **where, **more}


FILES = ["src/a.py", "src/b.py", "src/my file.py"]


@pytest.mark.parametrize(
    ("notification", "closed"),
    [
        (error("Could not extract src/b.py"), {"src/my file.py"}),
        (error("Could not extract src/b.py:12:3."), {"src/my file.py"}),
        (error("Parse error in 'src/my file.py'"), {"src/b.py"}),
        (error("A parse error occurred", "src/b.py"), {"src/my file.py"}),
        (error("A parse error occurred", "file:///home/ci/build/src/my%20file.py"), {"src/b.py"}),
        (error("Rule x failed"), {"src/b.py", "src/my file.py"}),
        ({**error("Could not extract src/b.py"), "level": "warning"}, {"src/b.py", "src/my file.py"}),
    ],
)
def test_fault_31_what_was_not_analysed_is_not_closed(
    play: Play, notification: dict[str, Any], closed: set[str]
) -> None:
    case: Case = play("own")
    case.play(lambda into: write(into, [result(path.replace(" ", "%20")) for path in FILES]))
    done = counts(case.play(lambda into: write(into, [result("src/a.py")], notification)))
    assert done == {"closed": len(closed), "untouched": 1}
    assert {row["file_path"] for row in case.findings if not row["active"]} == closed
    newest = case.cli.json("operations", "list")[0]["id"]
    shown = case.cli("operations", "show", newest).out
    assert ("reports errors: " in shown) == (notification["level"] == "error")
    assert ("could not analyse the file" in shown) == (len(closed) == 1)
    # What is analysed again and not found is closed.
    assert counts(case.play(lambda into: write(into, [result("src/a.py")]))) == (
        {"closed": 1, "untouched": 1} if len(closed) == 1 else {"untouched": 1}
    )


def test_fault_31_the_case_of_the_report(play: Play) -> None:
    case = play("31-notified-errors")
    case.phase("before")
    assert "closed" not in counts(case.phase("after"))


@pytest.mark.parametrize(
    ("invocation", "quoted"),
    [
        ({"toolExecutionNotifications": [{"message": {"text": "Broken: Foo.java"}}]}, "Broken: Foo.java"),
        ({"toolConfigurationNotifications": [{"level": "warning", "message": {"text": "No rules"}}]}, "No rules"),
        ({"toolExecutionNotifications": [{"level": "none", "exception": {"kind": "Boom", "message": "hit a wall"}},
                                         {"exception": {"kind": "Boom", "message": "fell"}}]}, "fell"),
        ({"exitCodeDescription": "out of memory", "exitCode": 137}, "out of memory; exit code 137"),
        ({"exitSignalName": "SIGKILL"}, "signal SIGKILL"),
        ({"toolExecutionNotifications": [{"message": {"text": "second"}}, error("first")]}, "first; second"),
    ],
)  # fmt: skip
def test_fault_30_the_reason_of_a_failed_run_is_quoted(tmp_path: Path, invocation: dict[str, Any], quoted: str) -> None:
    run = {
        "tool": {"driver": {"name": "PMD"}},
        "results": [],
        "invocations": [{"executionSuccessful": False, **invocation}],
    }
    path = tmp_path / "r.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    failure = survey(path, lambda: None).heads[0].failure
    assert failure.endswith(f": {quoted}")
    assert "hit a wall" not in failure


def test_fault_30_the_case_of_the_report(play: Play) -> None:
    case = play("30-failed-run-reason")
    case.phase(expect=1)
    newest = case.cli.json("operations", "list")[0]["id"]
    assert "ParseException: Foo.java cannot be parsed" in case.cli("operations", "show", newest).out


OLD = {"runs": [{"tool": {"name": "Compiler"}, "results": []}]}


@pytest.mark.parametrize(
    ("document", "version"),
    [
        ({"version": "1.0.0", **OLD}, "1.0.0"),
        ({**OLD, "version": "1.0.0"}, "1.0"),
        ({"$schema": "http://json.schemastore.org/sarif-1.0.0", **OLD}, "1.0.0"),
        ({"$schema": "http://json.schemastore.org/sarif-2.0.0-csd.2.beta.2018-11-28", **OLD}, "2.0.0"),
        ({"version": "2.0.0-csd.2.beta.2019-01-24", **OLD}, "2.0.0-csd.2.beta.2019-01-24"),
        (OLD, "1.0"),
    ],
)
def test_fault_6_an_older_version_is_named_with_the_way_to_a_new_one(
    tmp_path: Path, document: dict[str, Any], version: str
) -> None:
    path = tmp_path / "r.sarif"
    path.write_text(json.dumps(document))
    with pytest.raises(DojoTuiError) as raised:
        survey(path, lambda: None)
    assert f"is SARIF {version}; only SARIF 2.1.0 can be read" in str(raised.value)
    assert ",version=2.1" in str(raised.value)


@pytest.mark.parametrize("version", ["2.1.0", "2.1", "2.1.0-rtm.5", " 2.1.0 "])
def test_fault_6_versions_of_2_1_are_read(tmp_path: Path, version: str) -> None:
    path = tmp_path / "r.sarif"
    run = {"tool": {"driver": {"name": "X"}}, "results": []}
    schema = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"
    path.write_text(json.dumps({"$schema": schema, "version": version, "runs": [run]}))
    assert survey(path, lambda: None).heads[0].scanner == "X"


def test_fault_6_the_case_of_the_report(play: Play) -> None:
    case = play("06-sarif-1")
    case.phase(expect=1)
    newest = case.cli.json("operations", "list")[0]["id"]
    assert "is SARIF 1.0.0" in case.cli("operations", "show", newest).out


@pytest.mark.parametrize(
    ("path", "names", "same"),
    [
        ("src/b.py", {"src/b.py"}, True),
        ("src/b.py", {"b.py"}, True),
        ("src/b.py", {"/home/ci/build/src/b.py"}, True),
        ("src/b.py", {"rc/b.py"}, False),
        ("src/ab.py", {"b.py"}, False),
        ("", {""}, False),
    ],
)
def test_a_name_means_a_file(path: str, names: set[str], same: bool) -> None:
    assert is_named(path, names) is same
