"""Markdown from outside as inert lines (P11).

The parser's tokens are drawn, never its HTML: tags are shown as they are
written, links and images become words with a number, and what they lead to is
listed below. What the parser decodes (``&#27;``) is made inert after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dojo_tui.ui.widgets.plain import Line, Span, plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LIMIT = 20_000
"""Characters that are parsed; what is longer is no description."""
DEEPEST = 8
"""Lists and quotes inside each other; further in, nothing is indented any more."""
MOST_LINKS = 50


@dataclass(slots=True)
class Links:
    """Web addresses of one or more texts, each once, in the order in which they are met."""

    urls: list[str] = field(default_factory=list)

    def number(self, url: str) -> int:
        """The number of an address from 1 on; 0 for what is none, or one too many."""
        url = plain(url, 500)
        if url in self.urls:
            return self.urls.index(url) + 1
        if len(self.urls) >= MOST_LINKS or not _is_web(url):
            return 0
        self.urls.append(url)
        return len(self.urls)


def markdown(text: object, links: Links, limit: int = LIMIT) -> list[Line]:
    """The lines of a Markdown text; its links are added to ``links``."""
    whole = str(text)
    lines = _Drawing(links).draw(_parser().parse(whole[:limit]))
    if len(whole) > limit:
        lines.append(((f"… cut here: {len(whole) - limit:,} more characters", "dim"),))
    return lines


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "maxNesting": 2 * DEEPEST}).enable(["table", "strikethrough"])


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class _Drawing:
    """Lines while they are made: what stands before each of them, and the one that is being filled."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._lines: list[Line] = []
        self._before: list[Span] = []
        self._numbers: list[int | None] = []
        self._bullet = ""
        self._gap = False
        self._cells: list[str] | None = None

    def draw(self, tokens: Sequence[Token]) -> list[Line]:
        for token in tokens:
            self._block(token)
        return self._lines

    def _block(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = token.attrGet("start")
                first = int(start) if start is not None else 1
                self._numbers.append(first if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
                self._gap = not self._numbers
            case "list_item_open":
                self._open_item()
            case "blockquote_open":
                self._space()
                self._before.append(("│ ", "dim"))
            case "list_item_close" | "blockquote_close":
                self._before.pop()
                self._bullet = ""
            case "paragraph_close" | "heading_close" | "table_close":
                self._gap = not self._numbers
            case _:
                self._leaf(token)

    def _leaf(self, token: Token) -> None:
        match token.type:
            case "inline" if self._cells is not None:
                self._cells.append(" ".join("".join(part for part, _ in line) for line in self._inline(token)))
            case "inline":
                self._space()
                for line in self._inline(token):
                    self._put(line)
            case "fence" | "code_block":
                self._space()
                for one in token.content.rstrip("\n").split("\n"):
                    self._put([("  " + plain(one), "accent")])
                self._gap = True
            case "tr_open":
                self._space()
                self._cells = []
            case "tr_close":
                self._put([(" │ ".join(self._cells or ()), "")])
                self._cells = None
            case "hr":
                self._put([("────────", "dim")])

    def _open_item(self) -> None:
        self._space()
        number = self._numbers[-1]
        self._bullet = "• " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._before.append((" " * len(self._bullet), ""))

    def _space(self) -> None:
        if self._gap and self._lines:
            self._lines.append(())
        self._gap = False

    def _put(self, spans: list[Span]) -> None:
        before = self._before[:DEEPEST]
        if self._bullet and before:
            before, self._bullet = [*before[:-1], (self._bullet, "")], ""
        self._lines.append((*before, *spans))

    def _inline(self, token: Token) -> Iterator[list[Span]]:
        """The lines of a paragraph: where its author broke one, this one is broken too."""
        line: list[Span] = []
        styles = [""]
        hrefs: list[str] = []
        for child in token.children or ():
            match child.type:
                case "text" | "text_special" | "html_inline":
                    line.append((plain(child.content), styles[-1]))
                case "code_inline":
                    line.append((plain(child.content), "accent"))
                case "strong_open" | "em_open":
                    styles.append("strong")
                case "strong_close" | "em_close":
                    styles.pop()
                case "link_open":
                    hrefs.append(str(child.attrGet("href") or ""))
                case "link_close":
                    line += self._link(hrefs.pop(), "".join(part for part, _ in line))
                case "image":
                    line.append((f"[image: {plain(child.content, 200)}]", "dim"))
                    line += self._link(str(child.attrGet("src") or ""), "")
                case "softbreak" | "hardbreak":
                    yield line
                    line = []
        yield line

    def _link(self, url: str, said: str) -> list[Span]:
        number = self._links.number(url)
        # An address that is its own text needs no number beside it.
        return [(f" [{number}]", "dim")] if number and not said.endswith(plain(url, 500)) else []
