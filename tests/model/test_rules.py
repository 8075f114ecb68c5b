"""Mapping rules: patterns, captures, order, and what is wrong with them."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo_tui.model.patterns import Pattern, PatternError
from dojo_tui.model.rules import Rule, RuleError, RuleList
from tests.waiting import PATIENCE


@pytest.mark.parametrize(
    ("pattern", "name", "captured"),
    [
        ("acme/*", "acme/shop/api", ("shop/api",)),
        ("ACME/*", "acme/Shop", ("Shop",)),
        ("*-*", "a-b-c", ("a", "b-c")),
        ("*{api,web}", "shop-web", ("shop-", "web")),
        ("{a,ab}c", "abc", ("ab",)),
        ("*{abcdef,c}*d*", "abcdef", ("ab", "c", "", "ef")),
        ("shop?", "shop1", ()),
        ("shop[0-9a]", "shopA", ()),
        ("shop[!0-9]", "shopx", ()),
        ("[]]x", "]x", ()),
        (r"\*\{x\}", "*{x}", ()),
        ("a.b", "a.b", ()),
        ("line*", "line\nbreak", ("\nbreak",)),
        ("*", "", ("",)),
        ("shop{,-old}", "shop", ("",)),
    ],
)
def test_what_matches_and_is_captured(pattern: str, name: str, captured: tuple[str, ...]) -> None:
    assert Pattern(pattern).match(name) == captured


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("shop", "shop-api"),
        ("shop", "webshop"),
        ("a.b", "axb"),
        ("shop?", "shop"),
        ("shop[!0-9]", "shop1"),
        ("a*b*c", "acb"),
    ],
)
def test_what_does_not_match(pattern: str, name: str) -> None:
    assert Pattern(pattern).match(name) is None


@given(st.text("ab*?", min_size=1, max_size=12).filter(str.strip), st.text("ab", max_size=12))
def test_stars_mean_what_they_mean_in_a_shell(pattern: str, name: str) -> None:
    wanted = re.fullmatch(fnmatch.translate(pattern), name) is not None
    assert (Pattern(pattern).match(name) is not None) == wanted


@pytest.mark.parametrize(
    "pattern", ["*a" * 200 + "b", "{a,aa}*" * 6 + "b", "*" * 400 + "b", "*{a,b}{a,b}*{a,b}*{a,b}*c"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    """A backtracking engine would need longer than the universe has had for these."""
    # In a process of its own: what backtracks holds the interpreter and can only be killed.
    code = (
        "import sys\nfrom dojo_tui.model.patterns import Pattern\n"
        "sys.exit(Pattern(sys.argv[1]).match('a' * 500) is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code, pattern], check=False, timeout=PATIENCE)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("pattern", "product", "said"),
    [
        ("acme/[a", "P", "pattern is wrong at character 6: '[' has no ']'"),
        ("acme/{a", "P", "pattern is wrong at character 6: '{' has no '}'"),
        ("a}b", "P", "pattern is wrong at character 2: '}' closes nothing"),
        ("{a,b*}", "P", "pattern is wrong at character 5: '*' cannot stand inside braces"),
        ("[z-a]", "P", "pattern is wrong at character 2: z-a is no range"),
        ("a\\", "P", "nothing follows the backslash"),
        (" ", "P", "it is empty"),
        ("a" * 501, "P", "more than 500 characters"),
        ("{a,b}" * 7, "P", "128 patterns"),
        ("a*", "{2}", "Product is wrong at character 1: {2} is not there: the pattern captures 1 text"),
        ("a", "x {1}", "Product is wrong at character 3: {1} is not there: the pattern captures nothing"),
        ("a*", "{0}", "{0} is not there"),
        ("a*", "{vendor}", "{vendor} is no place"),
        ("a*", "{1", "{ is no place"),
        ("a*", " ", "the Product has no name"),
    ],
)
def test_a_wrong_rule_is_named_with_the_place(pattern: str, product: str, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        RuleList([Rule("fine", "P"), Rule(pattern, product)])
    assert caught.value.what.startswith("Rule 2 (")
    assert said in caught.value.what
    assert caught.value.safe == "Nothing was changed."


def test_what_is_ignored_has_no_product_type() -> None:
    with pytest.raises(RuleError, match="no Product Type"):
        RuleList([Rule("a", None, "Web")])


def test_the_first_that_matches_decides() -> None:
    rules = RuleList([
        Rule("*-old", None),
        Rule("acme/*-{api,web}", "{1} ({2})", "Web"),
        Rule("acme/*", "{name}", connector_id=7),
        Rule("acme/*", "Acme"),
    ])  # fmt: skip

    def decided(connector_id: int, name: str) -> tuple[int, str | None] | None:
        found = rules.decide(connector_id, name)
        return None if found is None else (found.number, found.product)

    assert decided(1, "acme/shop-old") == (0, None)
    assert decided(1, "acme/Shop-API") == (1, "Shop (api)")
    assert decided(7, "acme/blog") == (2, "acme/blog")
    assert decided(1, "acme/blog") == (3, "Acme")
    assert decided(1, "other") is None
    assert [found.number for found in rules.matching(7, "acme/x-web")] == [1, 2, 3]


def test_what_was_captured_is_no_place_again() -> None:
    found = RuleList([Rule("*:*", "{1} {2}")]).decide(1, "{2}:{name}")
    assert found is not None
    assert found.product == "{2} {name}"


def test_an_error_of_a_pattern_says_its_place() -> None:
    with pytest.raises(PatternError) as caught:
        Pattern("ab]")
    assert caught.value.place == 3
