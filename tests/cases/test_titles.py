"""Cases of titles and places that tell rows apart (point 8), as their ``expected.md`` says."""

from __future__ import annotations

from collections.abc import Callable

from tests.cases.conftest import Case

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
