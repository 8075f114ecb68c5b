"""Markdown from outside: it looks like what it says, and nothing in it acts (P11)."""

from __future__ import annotations

import pytest

from dojo_tui.ui.widgets.markdown import MOST_LINKS, Links, markdown
from dojo_tui.ui.widgets.plain import Line

TEXT = """## Issue
Use of **weak** hash `md5`
in two places:

1. first
   - inner
2. second

> quoted

```python
a = 1
  b = [2]
```

| a | b |
|---|---|
| 1 | 2 |

See [the docs](https://example.org/a), <https://example.org/b> and ![chart](https://example.org/c.png).
"""


def shown(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)


def test_a_description_as_tools_write_it() -> None:
    links = Links()
    assert shown(markdown(TEXT, links)).splitlines() == [
        "Issue",
        "",
        "Use of weak hash md5",
        "in two places:",
        "",
        "1. first",
        "   • inner",
        "2. second",
        "",
        "│ quoted",
        "",
        "  a = 1",
        "    b = [2]",
        "",
        "a │ b",
        "1 │ 2",
        "",
        "See the docs [1], https://example.org/b and [image: chart] [3].",
    ]
    assert links.urls == ["https://example.org/a", "https://example.org/b", "https://example.org/c.png"]


@pytest.mark.parametrize(
    "hostile",
    [
        "a \x1b[31mred\x1b[0m",
        "a &#27;[31mred &#x202E; &#8238;",
        "`\x1b]8;;http://x\x07`",
        "[x](javascript:alert) [y](file:///etc/passwd) [z](http://)",
        "<script>alert(1)</script>\n\n<img src=x onerror=y>",
        "    \x9b31m code",
        "![\x1b](http://x/\x1b)",
        "[bold]not markup[/] [/]",
        "| \x1b | b |\n|---|---|\n| \u202e | \x00 |",
    ],
)
def test_p11_nothing_in_it_acts(hostile: str) -> None:
    links = Links()
    text = shown(markdown(hostile, links)) + "".join(links.urls)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert not [url for url in links.urls if not url.startswith("http://x/")]


def test_tags_and_brackets_are_shown_as_they_are_written() -> None:
    assert shown(markdown("<b>x</b> and [bold]y[/]", Links())) == "<b>x</b> and [bold]y[/]"


def test_bounded_whatever_comes() -> None:
    links = Links()
    many = " ".join(f"[a](https://example.org/{number})" for number in range(500))
    markdown(many, links)
    assert len(links.urls) == MOST_LINKS
    cut = markdown("x" * 5_000, links, limit=1_000)
    assert shown(cut[-1:]) == "… cut here: 4,000 more characters"
    for deep in ("> " * 4_000, "- " * 4_000, "[" * 20_000, "*a " * 6_000, "`" * 19_999, "[a](" * 5_000, "![" * 9_000):
        assert markdown(deep, Links()) is not None
