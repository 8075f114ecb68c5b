"""P3: what cannot be read to its end says nothing; it is never taken for fewer Findings."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dojo_tui.model.errors import CancelledError
from dojo_tui.reports import ReportChangedError, ReportError, findings, read_report, source, survey
from tests.reports.helpers import location, never, only, read, result, run, sarif, write


def refused(path: Path, document: Any, name: str = "r.sarif") -> ReportError:
    """The error that reading a document ends with."""
    with pytest.raises(ReportError) as caught:
        read_report(write(path / name, document), never)
    assert name in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("hello", "does not start with a JSON object"),
        ("<html><body>Please log in</body></html>", "does not start with a JSON object"),
        ("[1, 2]", "does not start with a JSON object"),
        ("null", "does not start with a JSON object"),
        ("{}", "its keys: none"),
        ('{"name": "express", "version": "4.18.3"}', "neither SARIF 2.1.0 nor"),
        ('{"version": "2.1.0", "runs": []}', "without any run"),
        ('{"version": "2.1.0", "runs": null}', "'runs' is null"),
        ('{"version": "2.1.0", "runs": {}}', "an array is expected"),
        ('{"version": "2.0.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}', "is SARIF 2.0.0"),
        (
            '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]} {}',
            "more than one JSON document",
        ),
        ('{"version": "2.1.0",\n "runs": [NaN]}', "an object is expected here"),
        ('{"version": NaN}', "NaN is not JSON"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "does not start with a JSON object"),
    ],
)
def test_p3_not_a_report(tmp_path: Path, document: Any, reason: str) -> None:
    assert reason in str(refused(tmp_path, document))


def test_p3_error_tells_line_column_and_path(tmp_path: Path) -> None:
    text = '{"version": "2.1.0",\n "runs": [{"results": [\n  {"a": 1},\n  {"b" 2}]}]}'
    error = refused(tmp_path, text)
    assert error.place == "line 4 column 8 (runs[0].results[1])"


def test_p3_line_and_column_beyond_the_first_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "CHUNK", 64)
    lines = ",\n".join(json.dumps(result()) for _ in range(50))
    text = f'{{"version": "2.1.0", "runs": [{{"results": [\n{lines},\n   oops]}}]}}'
    assert refused(tmp_path, text).place == "line 52 column 4 (runs[0].results[50])"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("tool_first", [False, True])
def test_p3_truncated_at_every_tenth_byte(tmp_path: Path, packed: bool, tool_first: bool) -> None:
    document = run(*(result(locations=[location(f"f{index}.py")]) for index in range(6)), rules=[{"id": "R1"}])
    if not tool_first:
        document = {key: document[key] for key in reversed(document)}
    whole = json.dumps(sarif(document)).encode()
    whole = gzip.compress(whole) if packed else whole
    assert len(read_report(write(tmp_path / "r.sarif", whole), never)[0].findings) == 6
    for length in range(0, len(whole) - 1, 1 if packed else 10):
        refused(tmp_path, whole[:length])


def test_p3_chunks_of_any_size_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [result(message={"text": f"\N{PILE OF POO}é {index}"}, rank=index * 1000.5) for index in range(20)]
    file = write(tmp_path / "r.sarif", json.dumps(sarif(run(*given)), ensure_ascii=False))
    expected = read_report(file, never)
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(source, "CHUNK", size)
        assert read_report(file, never) == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_p3_damaged_reports_are_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    whole = json.dumps(sarif(run(result(), result(level="error"), rules=[{"id": "R1"}]))).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    try:
        read_report(write(tmp_path / "r.sarif", whole[:at] + bytes([byte]) + whole[at + 1 :]), never)
    except ReportError as error:
        assert error.reason  # noqa: PT017 - reading it may also succeed


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "id", "index", "uri", "physicalLocation", "region", "tags", "location", "threadFlows"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
_MEMBERS = [
    "ruleId", "rule", "ruleIndex", "message", "level", "kind", "locations", "properties", "fingerprints",
    "partialFingerprints", "suppressions", "codeFlows", "relatedLocations", "fixes", "taxa",
]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(_MEMBERS), _JSON, max_size=5), st.lists(_JSON, max_size=2))
def test_p3_any_types_are_read_or_refused(tmp_path: Path, given: dict[str, Any], rules: list[Any]) -> None:
    document = sarif(run(given, rules=rules, artifacts=rules, logicalLocations=rules, taxonomies=rules))
    try:
        read_report(write(tmp_path / "r.sarif", document), never)
    except ReportError as error:
        assert error.place  # noqa: PT017 - reading it may also succeed


def test_p3_deep_nesting(tmp_path: Path) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    text = json.dumps(sarif(run(result(properties={"x": "HERE"})))).replace('"HERE"', deep)
    assert "nested too deeply" in refused(tmp_path, text).reason
    outside = '{"version": "2.1.0", "x": ' + deep + ', "runs": []}'
    assert refused(tmp_path, outside).reason


def test_p3_failed_run_has_its_reason(tmp_path: Path) -> None:
    invocation = {
        "executionSuccessful": False,
        "exitCode": 3,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": "out of memory"}}],
    }
    (found,) = read(tmp_path, sarif(run(invocations=[invocation])))
    assert "executionSuccessful: false" in found.failure
    assert "out of memory" in found.failure
    assert "exit code 3" in found.failure


@pytest.mark.parametrize("said", ["false", "False", "no", "", 0, [], {}])
def test_p3_what_is_not_true_is_no_success(tmp_path: Path, said: Any) -> None:
    (found,) = read(tmp_path, sarif(run(invocations=[{"executionSuccessful": said}])))
    assert f"(executionSuccessful: {json.dumps(said)})" in found.failure


@pytest.mark.parametrize("said", [True, "true", "True", None])
def test_success_by_any_spelling(tmp_path: Path, said: Any) -> None:
    (found,) = read(tmp_path, sarif(run(invocations=[{"executionSuccessful": said}])))
    assert found.failure == ""


@pytest.mark.parametrize("results", [[], None, [result()]])
def test_p3_results_in_another_file(tmp_path: Path, results: Any) -> None:
    references = {"results": [{"location": {"uri": "more.sarif"}}]}
    (found,) = read(tmp_path, sarif(run() | {"results": results, "externalPropertyFileReferences": references}))
    assert "results are in another file" in found.failure
    assert len(found.findings) == len(results or [])
    (found,) = read(tmp_path, sarif(run(externalPropertyFileReferences={"results": [], "rules": references})))
    assert found.failure == ""


def test_p3_number_beyond_all_measure(tmp_path: Path) -> None:
    text = json.dumps(sarif(run(result(), result(locations=[location("a.py", 7)]))))
    error = refused(tmp_path, text.replace('"startLine": 7', '"startLine": ' + "7" * 5_000))
    assert error.reason == "holds a number of more than 4,300 digits"
    assert "runs[0].results[1]" in error.place
    assert "sys." not in str(error)


@pytest.mark.parametrize(
    ("reason", "shown"), [("is empty", "is empty. Nothing"), ("ends.", "ends. Nothing"), ("why?", "why? Nothing")]
)
def test_errors_are_sentences(reason: str, shown: str) -> None:
    assert f"r.sarif: {shown} of this folder was changed." in str(ReportError("r.sarif", reason))


@pytest.mark.parametrize("results", [None, "absent"])
def test_p3_run_without_results_did_not_look(tmp_path: Path, results: str | None) -> None:
    document = run()
    if results is None:
        document["results"] = None
    else:
        del document["results"]
    (found,) = read(tmp_path, sarif(document))
    assert "no 'results'" in found.failure


def test_p3_empty_results_are_an_answer(tmp_path: Path) -> None:
    (found,) = read(tmp_path, sarif(run()))
    assert (found.findings, found.failure) == ([], "")


def test_p3_unreadable_and_vanished(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read"):
        read_report(tmp_path / "gone.sarif", never)
    (tmp_path / "folder.sarif").mkdir()
    with pytest.raises(ReportError):
        read_report(tmp_path / "folder.sarif", never)
    file = write(tmp_path / "secret.sarif", sarif(run()))
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ReportError, match="Permission denied"):
        read_report(file, never)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sarif")
    with pytest.raises(ReportError, match="not a regular file"):
        read_report(tmp_path / "pipe.sarif", never)


def test_p3_changed_between_the_passes(tmp_path: Path) -> None:
    file = write(tmp_path / "r.sarif", sarif(run(result(), result())))
    surveyed = survey(file, never)
    write(file, sarif(run(result())))
    with pytest.raises(ReportChangedError):
        findings(surveyed, [0], never)


def test_p3_changed_while_it_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "r.sarif", sarif(run(result(), result())))

    def rewrite() -> None:
        write(file, sarif(run()))

    with pytest.raises(ReportError):
        survey(file, rewrite, eager=True)


def test_cancel_in_the_middle(tmp_path: Path) -> None:
    def cancel() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        read_report(write(tmp_path / "r.sarif", sarif(run(result()))), cancel)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(tmp_path: Path, encoding: str, packed: bool) -> None:
    data = json.dumps(sarif(run(result(message={"text": "Größe"}))), ensure_ascii=False).encode(encoding)
    (found,) = read_report(write(tmp_path / "any.name", gzip.compress(data) if packed else data), never)
    assert found.findings[0].title == "Größe"


def test_bytes_that_are_not_utf8_stay_inside_their_text(tmp_path: Path) -> None:
    data = json.dumps(sarif(run(result(message={"text": "HERE"})))).encode().replace(b"HERE", b"gr\xfc\xdfe")
    (found,) = read_report(write(tmp_path / "r.sarif", data), never)
    assert found.findings[0].title == "gr\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e"


def test_p11_nul_and_lone_surrogates(tmp_path: Path) -> None:
    text = "a\0b\ud800c"
    place = location(text)
    place["physicalLocation"]["region"]["snippet"] = {"text": text}
    finding = only(
        tmp_path,
        result(
            ruleId=text,
            message={"text": text},
            locations=[place],
            fingerprints={"x": text},
            properties={"tags": [text], "component": text, "componentVersion": text},
        ),
        tool={"driver": {"name": f"Scan{text}", "rules": [{"id": text, "helpUri": text, "name": text}]}},
    )
    for value in (getattr(finding, name) for name in finding.__slots__):
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str):
                assert "\0" not in part
                part.encode()
    assert finding.title == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


def test_p11_sizes_are_bounded(tmp_path: Path) -> None:
    huge = "x" * 1_000_000
    place = location(huge)
    place["physicalLocation"]["region"]["snippet"] = {"text": huge}
    rules = [{"id": "R1", "fullDescription": {"text": huge}, "help": {"text": huge}}]
    finding = only(tmp_path, result(message={"text": huge}, locations=[place]), rules=rules)
    texts = [value for name in finding.__slots__ if isinstance(value := getattr(finding, name), str)]
    assert max(map(len, texts)) <= 30_000
    assert "characters more" in finding.description


def test_zip_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_UNPACKED", 8 << 20)
    packed = gzip.compress(b'{"x": "' + b" " * (32 << 20) + b'"}')
    assert "unpacks to more than 8 MiB" in refused(tmp_path, packed).reason


def test_damaged_gzip(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(json.dumps(sarif(run(result()))).encode()))
    packed[-6] ^= 0xFF
    assert "damaged or cut off" in refused(tmp_path, bytes(packed)).reason


def test_one_value_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dojo_tui.reports.jsonstream.MAX_VALUE", 1 << 20)
    text = json.dumps(sarif(run(result(message={"text": "x" * (8 << 20)}))))
    assert "single value of more than 1 MiB" in refused(tmp_path, text).reason
