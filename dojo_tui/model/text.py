"""Foreign text: made storable, made inert to look at, made safe to export (P11).

Whatever a scanner, a file name or a server says is data. ``clean`` is for the
way in, ``inert`` for every screen and every printed line, ``csv_safe`` for
spreadsheets. None of them knows console markup: show an inert text as plain
text (``rich.text.Text``, ``textual.content.Content``), never as markup.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

CUT_MARK = " [cut, {} characters more]"
"""Ends a text that ``clean`` made shorter, so that nobody takes it for the whole."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL_PICTURES = 0x2400
_FORMULA_START = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


def clean(text: str, limit: int) -> str:
    """``text`` as any database can hold it: no NUL, no lone surrogates, at most ``limit`` characters.

    Called for every string of a report, so the usual case (ASCII, short
    enough) costs two checks that CPython answers without looking at Python
    objects.
    """
    if text.isascii():
        if "\x00" in text:
            text = text.replace("\x00", REPLACEMENT)
    elif _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub(REPLACEMENT, text)
    if len(text) <= limit:
        return text
    mark = CUT_MARK.format(len(text) - limit)
    return text[: max(limit - len(mark), 0)] + mark[:limit]


def inert(text: str, width: int | None = None) -> str:
    """``text`` on one line, every character visible, cut to ``width`` terminal cells.

    White space becomes a blank, control characters their pictures, and all
    else that does not print (bidirectional controls, zero-width characters,
    tags, private use, surrogates) the replacement character: shown rather
    than dropped, so that two names that differ also look different.
    Variation selectors go, because terminals disagree about their width.
    """
    if not text.isprintable() or not text.isascii():
        text = "".join([_visible(character) for character in text])
    return text if width is None else _cut(text, width)


def csv_safe(text: str) -> str:
    """``text`` such that no spreadsheet takes it for a formula; plain numbers stay as they are."""
    formula = text.lstrip().startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text)
    return "'" + text if formula or text.startswith(("\t", "\r", "\n")) else text


def number(count: int, word: str, plural: str = "") -> str:
    """``1 Record``, ``2 Records``, ``1,000 Records``."""
    return f"{count:,} {word if count == 1 else plural or word + 's'}"


def cells(text: str) -> int:
    """How many terminal cells an inert text takes."""
    if text.isascii():
        return len(text)
    # The table that the app draws with: a second one would cut elsewhere. Most texts need none.
    from rich.cells import cell_len

    return cell_len(text)


def _visible(character: str) -> str:
    if character.isprintable():
        # The only printing characters that still take effect on their neighbours.
        return "" if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef" else character
    if character.isspace():
        return " "
    if character < " ":
        return chr(_CONTROL_PICTURES + ord(character))
    return "\N{SYMBOL FOR DELETE}" if character == "\x7f" else REPLACEMENT


def _cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    if text.isascii():
        return text[: width - 1] + ELLIPSIS
    from rich.cells import split_text

    return split_text(text, width - 1)[0].rstrip() + ELLIPSIS
