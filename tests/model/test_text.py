"""P11: foreign text is data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dojo_tui.model.text import cells, clean, csv_safe, inert

HOSTILE = "\x1b[31mred\x1b]8;;http://evil\x07 \u202egnp.exe \u200bzero\u2066 \x9b31m \x7f a\r\nb\tc \ud800 \U000e0041"


def test_p11_inert_shows_what_is_hidden() -> None:
    shown = inert(HOSTILE)
    assert shown.isprintable()
    assert "\N{SYMBOL FOR ESCAPE}[31mred" in shown
    assert "a  b c" in shown
    assert inert("ad\u200bmin") != inert("admin")


@given(st.text(st.characters(exclude_categories=())), st.integers(0, 30))
def test_p11_inert_is_one_printable_line_of_bounded_width(text: str, width: int) -> None:
    shown = inert(text, width)
    assert shown == "" or shown.isprintable()
    assert cells(shown) <= width
    shown.encode()


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("plain", 5, "plain"), ("plain", 4, "pla…"), ("漢字漢字", 8, "漢字漢字"), ("漢字漢字", 6, "漢字…"), ("x", 0, "")],
)
def test_inert_cuts_by_cells(text: str, width: int, shown: str) -> None:
    assert inert(text, width) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_the_shell_and_the_app_agree_about_the_width_of_a_text(text: str) -> None:
    assert cells(inert(text)) == cell_len(inert(text))


@given(st.text(st.characters(exclude_categories=())), st.integers(0, 60))
def test_p11_clean_can_be_stored(text: str, limit: int) -> None:
    stored = clean(text, limit)
    assert "\0" not in stored
    assert len(stored) <= limit
    stored.encode()
    assert clean(stored, limit) == stored


def test_clean_leaves_ordinary_text_alone_and_says_what_it_cut() -> None:
    text = "Größe\n\tübrig 漢字"
    assert clean(text, 100) is text
    assert clean("x" * 200, 50).endswith(" [cut, 150 characters more]")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "\uff1d1", "\r=1"])
def test_p11_csv_safe_disarms_formulas(text: str) -> None:
    assert csv_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "-5", "+3.5", "-1,000", "src/a.py", "CVE-2020-1"])
def test_csv_safe_leaves_the_rest(text: str) -> None:
    assert csv_safe(text) == text
