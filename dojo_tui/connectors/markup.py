"""HTML that a tool wraps its texts in, as plain text: linear in its length, whatever it holds."""

from __future__ import annotations

import re
from html import unescape

_LONGEST = 100_000
_TAG = re.compile(r"<(/?[A-Za-z][^<>]*)>")
_HREF = re.compile(r"""\bhref\s*=\s*["']?(https?://[^"'\s]+)""", re.IGNORECASE)
_NAME = re.compile(r"/?[A-Za-z0-9]+")
_BREAKS = {"br", "tr", "/ul", "/ol", "div", "/div", "pre", "/pre"}
_PARTS = {"p", "/p", "h1", "h2", "h3", "h4", "/h1", "/h2", "/h3", "/h4", "table", "/table"}
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_LINES = re.compile(r" ?\n[ \n]*")


def plain(html: str) -> str:
    """What it says: paragraphs and items on lines of their own, a link's target behind its words."""
    if not html:
        return ""
    said: list[str] = []
    target = ""
    for number, piece in enumerate(_TAG.split(html[:_LONGEST])):
        if number % 2 == 0:
            said.append(unescape(piece.replace("\n", " ")))
            continue
        found = _NAME.match(piece)
        name = found[0].lower() if found else ""
        if name == "a":
            href = _HREF.search(piece)
            target = unescape(href[1]) if href else ""
        elif name == "/a" and target:
            said.append("" if said[-1].strip() == target else f" ({target})")
            target = ""
        elif name == "li":
            said.append("\n- ")
        elif name in _PARTS:
            said.append("\n\n")
        elif name in _BREAKS:
            said.append("\n")
    text = _SPACES.sub(" ", "".join(said))
    return _LINES.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else "\n", text).strip()
