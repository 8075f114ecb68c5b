"""The real server title-cases every title it saves: "use of md5" becomes "Use of Md5"."""

from __future__ import annotations

import re

# As much of the rules of the package ``titlecase`` as titles of findings meet.
_SMALL = r"(?:a|an|and|as|at|but|by|en|for|if|in|of|on|or|the|to|v\.?|via|vs\.?)"
_MARKS = "[" + re.escape("!\"“#$%&'‘()*+,-–‒—―./:;?@[\\]_`{|}~") + "]"  # noqa: RUF001 -- these dashes and quotes are meant
_SMALL_WORD = re.compile(_SMALL, re.IGNORECASE)
_SMALL_FIRST = re.compile(rf"^({_MARKS}*)({_SMALL})\b", re.IGNORECASE)
_SMALL_LAST = re.compile(rf"\b{_SMALL}{_MARKS}?$", re.IGNORECASE)
_SMALL_AFTER_STOP = re.compile(rf"([:.;?!][ ])({_SMALL})")
_FIRST_LETTER = re.compile(rf"^{_MARKS}*[A-Za-z]")
_PERIOD_INSIDE = re.compile(r"[A-Za-z][.][A-Za-z]")
_CAPITAL_LATER = re.compile(rf"{_MARKS}*[A-Za-z]+[A-Z]")
_SHOUTED = re.compile(rf"(?:[A-Z\s\d]|{_MARKS})+")


def title_case(text: str) -> str:
    """A title as it is saved."""
    return "\n".join(_line(line) for line in re.split(r"[\r\n]+", text))


def _line(line: str) -> str:
    shouted = _SHOUTED.fullmatch(line) is not None
    line = " ".join(_word(word.lower() if shouted else word) for word in re.split(r"[\t ]", line))
    line = _SMALL_FIRST.sub(lambda found: found[1] + found[2].capitalize(), line)
    line = _SMALL_LAST.sub(lambda found: found[0].capitalize(), line)
    return _SMALL_AFTER_STOP.sub(lambda found: found[1] + found[2].capitalize(), line)


def _word(word: str) -> str:
    if _PERIOD_INSIDE.search(word) or _CAPITAL_LATER.match(word):
        return word
    if _SMALL_WORD.fullmatch(word):
        return word.lower()
    if "/" in word and "//" not in word:
        return "/".join(title_case(part) for part in word.split("/"))
    if "-" in word:
        return "-".join(title_case(part) for part in word.split("-"))
    return _FIRST_LETTER.sub(lambda found: found[0].upper(), word)
