"""Matching: which Finding of a report is one that is held already."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dojo_tui.model import identity
from dojo_tui.model.finding import Finding
from dojo_tui.model.matching import Incoming, match
from dojo_tui.model.severity import Severity


def finding(rule: str = "R1", line: int | None = 10, **values: Any) -> Finding:
    base: dict[str, Any] = {"title": rule, "scanner": "Scanner", "file_path": "src/app.py", "severity": Severity.LOW}
    return Finding(rule_id=rule, line=line, **(base | values))


@dataclass(slots=True, kw_only=True)
class HeldFinding(Finding):
    content: int = 0
    reported: bool = True


def hold(one: Finding, *, reported: bool = True) -> HeldFinding:
    values = {field.name: getattr(one, field.name) for field in fields(Finding)}
    return HeldFinding(**(values | {"reported": reported, "content": identity.content(one, identity.same(one))}))


def pairs(held: Sequence[Finding], incoming: Sequence[Finding]) -> dict[int, int]:
    sides = [one if isinstance(one, HeldFinding) else hold(one) for one in held]
    theirs = [Incoming(one, identity.content(one, identity.same(one))) for one in incoming]
    return dict(match(sides, theirs))


def code(*lines: int, rule: str = "R1", **values: Any) -> list[Finding]:
    """Findings whose code is told by the original line."""
    return [finding(rule, line, snippet=f"code {line}", **values) for line in lines]


def test_p13_shifted_code_is_the_same() -> None:
    before = [finding(line=line) for line in (5, 20, 21, 40)]
    after = [finding(line=line + 3) for line in (5, 20, 21, 40)]
    assert pairs(before, after) == {0: 0, 1: 1, 2: 2, 3: 3}


def test_p13_a_new_finding_between_others_is_the_new_one() -> None:
    before = [finding(line=line) for line in (5, 20, 33, 40)]
    after = [finding(line=line) for line in (5, 20, 27, 41, 48)]
    assert pairs(before, after) == {0: 0, 1: 1, 2: 3, 3: 4}


def test_p13_a_fixed_finding_between_equal_ones_is_the_one_that_goes() -> None:
    before = [finding(line=line, snippet="assert x") for line in (5, 20, 33, 40)]
    after = [finding(line=line, snippet="assert x") for line in (5, 33, 40)]
    assert pairs(before, after) == {0: 0, 2: 1, 3: 2}


def test_p13_reworded_and_rated_anew_is_the_same() -> None:
    before = [finding(line=5, title="Old words", severity=Severity.LOW)]
    after = [finding(line=6, title="New words", severity=Severity.CRITICAL)]
    assert pairs(before, after) == {0: 0}


def test_p13_moved_function_is_recognised_by_its_code() -> None:
    before = [*code(10, 20, 30), finding(line=40, snippet="unmistakable()")]
    after = [
        finding(line=3, snippet="unmistakable()"),
        *[finding(line=n + 2, snippet=f"code {n}") for n in (10, 20, 30)],
    ]
    assert pairs(before, after) == {0: 1, 1: 2, 2: 3, 3: 0}


def test_p13_renamed_file_is_the_same_file() -> None:
    before = code(1, 7, 30, file_path="pkg/auth.py")
    after = code(1, 7, 30, file_path="src/pkg/auth.py")
    assert pairs(before, after) == {0: 0, 1: 1, 2: 2}


def test_p13_another_checkout_folder_is_the_same_code() -> None:
    before = [finding(line=n, file_path=f"build/1/{name}/__init__.py") for name in ("a", "b") for n in (3, 9)]
    after = [finding(line=n, file_path=f"build/2/{name}/__init__.py") for name in ("b", "a") for n in (3, 9)]
    assert pairs(before, after) == {0: 2, 1: 3, 2: 0, 3: 1}


def test_another_file_with_other_findings_is_no_rename() -> None:
    assert pairs(code(1, 2, file_path="gone.py"), code(7, 8, file_path="new.py")) == {}
    assert pairs([finding(file_path="gone.py", snippet="x")], [finding(file_path="new.py", snippet="x")]) == {}


def test_never_across_rules_or_scanners() -> None:
    assert pairs([finding("R1", unique_id="1")], [finding("R2", line=99, unique_id="1")]) == {}
    assert pairs([finding(scanner="One")], [finding(scanner="Two")]) == {}


def test_a_stable_id_is_followed_anywhere() -> None:
    before = [finding(line=5, unique_id="a"), finding(line=9, unique_id="b")]
    after = [finding(line=90, unique_id="b", file_path="other.py"), finding(line=1, unique_id="a")]
    assert pairs(before, after) == {0: 1, 1: 0}


def test_an_id_that_everybody_has_identifies_nothing() -> None:
    before = [finding(rule, line, unique_id="requires login") for rule, line in (("R1", 5), ("R1", 20), ("R2", 30))]
    after = [finding(rule, line, unique_id="requires login") for rule, line in (("R1", 7), ("R1", 22), ("R2", 32))]
    assert pairs(before, after) == {0: 0, 1: 1, 2: 2}


def test_an_id_shared_by_two_rules_identifies_nothing() -> None:
    before = [finding("R1", 5, unique_id="x"), finding("R2", 9, unique_id="x")]
    after = [finding("R1", 50, unique_id="x", file_path="a.py"), finding("R2", 9, unique_id="y")]
    assert pairs(before, after) == {1: 1}


def test_components_are_matched_by_what_they_are_and_not_by_order() -> None:
    def library(name: str, version: str, cve: str) -> Finding:
        return finding(
            cve, 1, file_path="lock.json", component_name=name, component_version=version, vulnerability_ids=(cve,)
        )

    before = [library("a", "1.0", "CVE-1"), library("b", "1.0", "CVE-1"), library("b", "2.0", "CVE-1")]
    after = [library("b", "2.0", "CVE-1"), library("a", "1.1", "CVE-1"), library("b", "1.0", "CVE-1")]
    assert pairs(before, after) == {0: 1, 1: 2, 2: 0}


def test_urls_are_matched_without_their_query() -> None:
    before = [finding("XSS", None, file_path="", endpoints=("https://x/a?session=1",), param="q")]
    after = [finding("XSS", None, file_path="", endpoints=("https://x/a?session=2",), param="q")]
    other = [finding("XSS", None, file_path="", endpoints=("https://x/b",), param="q")]
    assert pairs(before, after) == {0: 0}
    assert pairs(before, other) == {}


def test_a_recent_finding_goes_before_one_that_vanished_long_ago() -> None:
    closed = hold(finding(line=10), reported=False)
    assert pairs([closed, finding(line=12)], [finding(line=12)]) == {1: 0}


def test_a_returning_finding_takes_its_old_place_not_a_neighbours() -> None:
    closed = hold(finding(line=10, column=4), reported=False)
    neighbour = finding(line=11, column=9)
    assert pairs([closed, neighbour], [finding(line=10, column=4), finding(line=11, column=9)]) == {0: 0, 1: 1}


def test_minified_code_on_one_line() -> None:
    before = [finding(line=1, column=column, end_line=1, end_column=column + 5) for column in (10, 50, 95, 130)]
    after = [finding(line=1, column=column, end_line=1, end_column=column + 5) for column in (10, 57, 75, 102, 137)]
    assert pairs(before, after) == {0: 0, 1: 1, 2: 3, 3: 4}


lines = st.lists(st.integers(1, 60), min_size=0, max_size=25)


@settings(max_examples=200, deadline=None)
@given(lines, lines, st.randoms(use_true_random=False))
def test_one_to_one_whatever_comes(before: list[int], after: list[int], rng: random.Random) -> None:
    def some(numbers: list[int]) -> list[Finding]:
        return [
            finding(rng.choice(["R1", "R2"]), line, snippet=rng.choice(["", "a", "b"]), unique_id=rng.choice(["", "u"]))
            for line in numbers
        ]

    held, incoming = some(before), some(after)
    found = pairs(held, incoming)
    assert len(set(found.values())) == len(found)
    assert all(held[i].rule_id == incoming[j].rule_id for i, j in found.items())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=30, unique=True), st.integers(0, 50))
def test_p13_a_shift_of_the_whole_file_never_loses_one(numbers: list[int], shift: int) -> None:
    ordered = sorted(numbers)
    found = pairs([finding(line=n) for n in ordered], [finding(line=n + shift) for n in ordered])
    assert found == {i: i for i in range(len(ordered))}


def test_a_large_file_that_was_rewritten_is_no_disaster() -> None:
    """Every distance changed and nothing is quoted: the worst case for alignment still ends soon."""
    size, rng = 3000, random.Random(7)
    before = [finding(line=n) for n in sorted(rng.sample(range(size * 9), size))]
    after = [finding(line=n) for n in sorted(rng.sample(range(size * 9), size))]
    found = pairs(before, after)
    assert len(found) > size / 5


def test_fault_5_what_comes_back_where_it_would_have_moved_to_is_the_one_that_went() -> None:
    gone = hold(finding("R1", 10, title="first words"), reported=False)
    before = [gone, finding("R2", 5), finding("R3", 20)]
    for line, is_back in ((14, True), (10, True), (40, False)):
        after = [finding("R1", line, title="other words"), finding("R2", 9), finding("R3", 24)]
        assert pairs(before, after) == {1: 1, 2: 2} | ({0: 0} if is_back else {})


def test_fault_4_rules_that_only_got_another_prefix_are_the_same() -> None:
    before = [finding("python.lang.eval", 3), finding("python.lang.exec", 5)]
    after = [finding("semgrep.python.lang.eval", 3), finding("semgrep.python.lang.exec", 5)]
    assert pairs(before, after) == pairs(after, before) == {0: 0, 1: 1}


def test_fault_4_the_same_fingerprint_at_the_same_place_is_the_same() -> None:
    before, after = finding("old-name", 3, unique_id="9f86d081"), finding("new-name", 3, unique_id="9f86d081")
    assert pairs([before], [after]) == {0: 0}
    assert pairs([before], [finding("new-name", 4, unique_id="9f86d081")]) == {}
    assert pairs([before], [finding("new-name", 3, unique_id="60303ae2")]) == {}
    # Both rules are there: none of them was renamed.
    assert pairs([before, finding("new-name", 9)], [finding("old-name", 20), after]) == {1: 1}


def test_fault_4_a_rule_tells_its_former_ids() -> None:
    after = [finding("NEW", 30, former_rules=("OLD", "OLDER")), finding("OTHER", 10)]
    assert pairs([finding("OLDER", 10)], after) == {0: 0}
    # What is still reported under its old id was not renamed.
    assert pairs([finding("OLD", 10)], [finding("OLD", 10), finding("NEW", 10, former_rules=("OLD",))]) == {0: 0}


def test_fault_4_scanners_with_a_longer_name_and_the_same_findings_are_the_same() -> None:
    before = [finding(f"R{n}", n, scanner="OWASP ZAP") for n in range(1, 5)]
    for name, same in (("ZAP", True), ("owasp-zap", True), ("OWASP ZAP (api)", True), ("Burp", False)):
        after = [finding(f"R{n}", n, scanner=name) for n in range(1, 5)]
        assert pairs(before, after) == ({0: 0, 1: 1, 2: 2, 3: 3} if same else {})
    # Related by name, but it finds other things.
    assert pairs(before, [finding(f"Q{n}", n, scanner="ZAP") for n in range(1, 5)]) == {}
    # Both are there.
    both = [finding("R1", 1, scanner="OWASP ZAP"), finding("R2", 2, scanner="ZAP")]
    assert pairs(before, both) == {0: 0}
