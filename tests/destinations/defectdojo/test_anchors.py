"""How a server recognises a Finding: our sums are its sums, and no two Findings are one to it."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from dojo_tui.destinations.defectdojo.anchors import (
    LEGACY_FIELDS,
    Anchor,
    anchor,
    anchored,
    from_json,
    hash_key,
    service,
    to_json,
    told_apart,
)
from dojo_tui.destinations.defectdojo.generic import entry
from dojo_tui.destinations.defectdojo.limits import DESCRIPTION_LIMIT, TITLE_LIMIT
from dojo_tui.model.errors import DestinationError
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.hostile import finding, text

A = Anchor("Finding 1", "description 1", "src/f1.c", 10, None)


@pytest.mark.parametrize(
    ("created", "service", "hash_code"),
    [
        (A, "", "2598cf948b5d3c894f1021ff9ce8f4fd6e62de43646a102638d4c20b7fe92c12"),
        (A, "B", "add757371d26eb62d46b543832e715b1b39770616c4eab72db8fba58df7c70fc"),
        (A, "b", "add757371d26eb62d46b543832e715b1b39770616c4eab72db8fba58df7c70fc"),
        (A, "S1", "94d2b87537b83216db41fa932af22733ba294dc42c8b675dc83cbc211a2d0a13"),
        (
            Anchor("FINDING 25", "Description 25", "src/f25.c", 10, 0),
            "s1",
            "d6e274cd41ed5d3ff117d1509ab0a8cacdb039de6300afe25dc94b8f8a809e14",
        ),
        (
            Anchor('<b>x</b> & "q"', "<script>alert(1)</script> **md** \r\n line", "src/f66.c", 10, None),
            "",
            "b3eaf87b6dc14ba76fc0346f59073ed662dc26168d967b711a6628321b89615e",
        ),
        # It was renamed and its severity changed through the API before this was read.
        (
            Anchor("Finding 2", "description 2", "src/f2.c", 10, None),
            "",
            "48e9ffe8f57701c897f4e23756d2c304f06ba9f873dc287a4afdc2ad22ddfa07",
        ),
    ],
)
def test_hashes_that_a_server_computed(created: Anchor, service: str, hash_code: str) -> None:
    assert hash_key(created, service) == hash_code


def test_texts_that_run_into_one_another_are_one_to_the_server() -> None:
    """Seen there: a description "ab" of the service "c" matched "abc" of none. Ours end with a line break."""
    assert hash_key(A._replace(description="ab"), "c") == hash_key(A._replace(description="abc"), "")
    ours = [
        anchor(entry(Finding(title="T", severity=Severity.LOW, description=text), "r", print)) for text in ("ab", "abc")
    ]
    assert hash_key(ours[0], "c") != hash_key(ours[1], "")


def test_nothing_is_hashed_as_the_server_writes_it() -> None:
    """Read in its source: a Finding that has none of them has the CWE 0 and, as text, the line and path None."""
    bare = Anchor("T", "D", None, None, None)
    assert hash_key(bare, "") == hash_key(Anchor("T0NoneNoneD", "", None, None, None), "", ["title"])


def test_case_is_folded_as_the_server_folds_it() -> None:
    """Read in its source."""
    assert hash_key(A._replace(title="stra\N{LATIN SMALL LETTER SHARP S}e"), "") == hash_key(
        A._replace(title="STRASSE"), ""
    )


@pytest.mark.parametrize("fields", [None, (), LEGACY_FIELDS])
def test_no_fields_are_the_usual_ones(fields: tuple[str, ...]) -> None:
    assert hash_key(A, "s", fields) == hash_key(A, "s")
    assert told_apart(A, 2, fields) == told_apart(A, 2)


def test_fields_that_an_operator_chose() -> None:
    assert hash_key(A, "", ["file_path", "title"]) == hash_key(
        A._replace(line=11, description="x"), "", ["file_path", "title"]
    )
    assert hash_key(A, "", ["file_path", "title"]) != hash_key(A, "", ["title", "file_path"])
    with pytest.raises(DestinationError, match="recognise Findings by severity"):
        hash_key(A, "", ["title", "severity"])
    assert told_apart(A, 2, ["title", "line"]) == A._replace(title="Finding 1 (occurrence 2)")
    long = told_apart(A._replace(title="x" * TITLE_LIMIT), 12, ["title"])
    assert (len(long.title), long.title[-16:]) == (TITLE_LIMIT, " (occurrence 12)")
    with pytest.raises(DestinationError, match="neither title nor description"):
        told_apart(A, 2, ["cwe", "file_path"])


def test_an_anchor_finds_its_finding_whatever_is_shown() -> None:
    dice = random.Random(1)
    shown = [entry(finding(dice), "r", lambda _: None) for _ in range(100)]
    for before, after in pairwise(shown):
        created = anchor(before)
        sent = anchored(after, created)
        assert anchor(sent) == created
        assert None not in sent.values()
        assert {name for name in sent if sent[name] != after.get(name)} <= {
            "title",
            "description",
            "file_path",
            "line",
            "cwe",
        }
        assert anchored(after, anchor(after)) == after
        assert ("cwes" in sent) <= ("cwe" in sent)  # the server would hash the first of the cwes
        assert from_json(to_json(created)) == created


def test_findings_that_are_told_apart_never_meet() -> None:
    dice = random.Random(2)
    for _ in range(50):
        created = anchor(entry(finding(dice), "r", lambda _: None))
        told = [told_apart(created, number) for number in range(2, 30)]
        keys = {hash_key(one, "s") for one in (created, *told)}
        assert len(keys) == 29
        assert all(len(one.description) <= DESCRIPTION_LIMIT for one in told)
        assert all(one.description.startswith(created.description.rstrip()) for one in told)
    longest = told_apart(A._replace(description="x" * DESCRIPTION_LIMIT), 10**9)
    assert len(longest.description) == DESCRIPTION_LIMIT


@pytest.mark.parametrize(
    "scope", ["a", "github.example/team/repo", "b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher shop", "x" * 180, "#1"]
)
def test_a_scope_that_the_server_keeps_apart_is_the_service(scope: str) -> None:
    assert service(scope) == scope


@pytest.mark.parametrize(
    "scope",
    [
        "",
        " ",
        "A",
        " a",
        "a\n",
        "x" * 181,
        "stra\N{LATIN SMALL LETTER SHARP S}e",
        "a\x00",
        "\ud800",
        "a #0123456789ab",
        "#0123456789ab",
    ],
)
def test_any_other_scope_gets_a_digest(scope: str) -> None:
    made = service(scope)
    assert made != scope
    assert service(scope) == made  # the same in every process: the digest of a text, not Python's hash
    assert made.isprintable()


def test_a_service_reads_like_its_scope() -> None:
    assert service("Shop") == "Shop #933b8482c998"
    assert service(" ") == "#7d1662349eec"


def test_services_of_different_scopes_differ_even_when_folded() -> None:
    dice = random.Random(3)
    scopes = {text(dice, 6) for _ in range(5_000)} | {"x" * length for length in range(400)}
    scopes |= {
        variant(scope)
        for scope in list(scopes)
        for variant in (str.upper, str.lower, str.casefold, str.strip, str.title)
    }
    scopes |= {service(scope) for scope in scopes} | {service(scope).casefold() for scope in scopes}
    services = [service(scope) for scope in scopes]
    assert len(scopes) > 20_000
    assert len({one.strip().casefold() for one in services}) == len(scopes)
    assert all(0 < len(one) <= 200 and one == one.strip() and one.isprintable() for one in services)
