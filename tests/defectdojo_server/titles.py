"""The real server title-cases every title it saves: "use of md5" becomes "Use of Md5"."""

from __future__ import annotations

import re

_SMALL = re.compile(r"(a|an|and|as|at|but|by|en|for|if|in|of|on|or|the|to|v\.?|via|vs\.?)", re.IGNORECASE)
_PUNCTUATION = re.escape("!\"“#$%&'‘()*+,-–‒—―./:;?@[\\]_`{|}~")  # noqa: RUF001 -- these dashes and quotes are meant
_FIRST_LETTER = re.compile(rf"^([{_PUNCTUATION}]*)([A-Za-z])")
_PERIOD_INSIDE = re.compile(r"[A-Za-z][.][A-Za-z]")
_CAPITAL_LATER = re.compile(rf"^[{_PUNCTUATION}]*[A-Za-z]+[A-Z]")


def title_case(text: str) -> str:
    """As much of the rules of the ``titlecase`` package as titles of findings meet."""
    return "".join(part if not part.strip("\r\n") else _line(part) for part in re.split(r"([\r\n]+)", text))


def _line(line: str) -> str:
    shouted = line.upper() == line
    words = [_word(word, shouted=shouted) for word in re.split(r"[\t ]", line)]
    line = " ".join(words)
    line = re.sub(
        rf"^([{_PUNCTUATION}]*)({_SMALL.pattern})\b", lambda m: m[1] + m[2].capitalize(), line, flags=re.IGNORECASE
    )
    return re.sub(
        rf"\b({_SMALL.pattern})([{_PUNCTUATION}]?)$", lambda m: m[1].capitalize() + m[3], line, flags=re.IGNORECASE
    )


def _word(word: str, *, shouted: bool) -> str:
    if shouted:
        word = word.lower()
    if _PERIOD_INSIDE.search(word) or _CAPITAL_LATER.match(word):
        return word
    if _SMALL.fullmatch(word):
        return word.lower()
    if "/" in word and "//" not in word:
        return "/".join(title_case(part) for part in word.split("/"))
    if "-" in word:
        return "-".join(_word(part, shouted=shouted) for part in word.split("-"))
    return _FIRST_LETTER.sub(lambda m: m[1] + m[2].upper(), word)
