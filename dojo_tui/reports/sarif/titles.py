"""What to call a result in a list: what its message says, or what its rule says of it and whom it is about.

Each result is looked at by itself, whatever else its report holds, so that
its title stays the same from scan to scan. Its message is the title where it
is short and says what was found. Where it would say the same in every row
(facts of a package line by line, a text for a web page, a paragraph, "this
line contains a potential issue"), the rule says it better, and the subject
tells its results apart. The whole message is in the description.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from dojo_tui.model.finding import Finding
from dojo_tui.model.subject import subject
from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_NAME, MAX_TITLE, title
from dojo_tui.reports.sarif.messages import without_links
from dojo_tui.reports.sarif.rules import Rule

_TAGS = (
    "a|abbr|b|blockquote|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|sub|sup|table|td|th|tr|tt|u|ul"
)
_MARKUP = re.compile(rf"</(?:{_TAGS})\s*>|<(?:br|p|hr)\s*/?>", re.IGNORECASE)
"""A message that only speaks of an element (``<a> without rel``) closes none."""
_TAG = re.compile(rf"</?(?:{_TAGS})\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]+)\]\((?:\w+:)?/[^\s()]*\)")
_STRONG = re.compile(r"(?<![\w*])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_MARK = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_FACT = re.compile(r"^([A-Z][\w /-]{0,30}):(?: +(\S.*?))? *$", re.MULTILINE)
_POINTS = re.compile(r"(?:this|these|those|the following|here|it)\b", re.IGNORECASE)
"""How a message begins that points at the place and does not name what is wrong there."""
_SEVERITY = re.compile(r"\W*(?:critical|high|medium|moderate|low|info\w*)\W+severity\s*[-\u2013:]\s*", re.IGNORECASE)
_BLANK = re.compile(r"\{\w*\}|\$[A-Z]\b|%[sd]\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_WORD = re.compile(r"[A-Z]{2,}\b|[^\W\d_]{4,}")
_STEM = 4
"""So many letters of two words alike: ``call`` and ``calls`` are one."""
_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        """check contains critical detected error finding found from high info issue line medium misconfiguration
        potential possible problem risk rule security severity should that this vulnerability vulnerable warning
        with""",
    )
)
_SHORT = 120
_NAMES = 2
_MANY_NAMES = 3
_LONG_NAME = 60


class Heading(NamedTuple):
    """What a message and its rule make of a title."""

    wording: str
    """The message in one line: what matching goes by, whatever the title is."""
    text: str
    general: bool = False
    """It is the rule's: equal for all its results without their subjects."""
    names: str = ""
    """Who or what the message names, for a title that does not."""


def heading(rule: Rule, said: str, scanner: str) -> Heading:
    """What to call the results of ``rule`` whose message is ``said``."""
    wording = clean(title(without_links(said) or rule.headline or rule.id or scanner), MAX_NAME)
    if not said:
        return Heading(wording, wording)
    plain = _plain(said)
    facts = _facts(plain)
    line = clean(" ".join(plain.split()), MAX_NAME)
    general = _headline(rule)
    if not facts and not (general and (rule.component or _says_little(line, rule, general))):
        return Heading(wording, title(line) or wording)
    if not general and facts.get("Message"):
        return Heading(wording, title(facts["Message"]))
    short = bool(facts) or len(line) <= MAX_TITLE
    names = _shown(plain, subject(facts.get("Message", plain), rule.about)) if short else ""
    return Heading(wording, general or rule.id or title(line), True, names)


def titled(finding: Finding, made: Heading) -> None:
    """Give a Finding at its place its title."""
    finding.title = made.text
    if made.general:
        finding.title = _about(made.text, finding.component_name or _host(finding) or made.names or _resource(finding))
    finding.wording = "" if made.wording == finding.title else made.wording


def _about(text: str, name: str) -> str:
    name = " ".join(name.split())
    if not name or name.casefold() in text.casefold():
        return text
    if len(name) > _LONG_NAME:
        # Names differ at their ends, as those of resources and paths do.
        name = f"\N{HORIZONTAL ELLIPSIS}{name[1 - _LONG_NAME :]}"
    return f"{title(text).rstrip('. ')} ({name})"


def _host(finding: Finding) -> str:
    try:
        return urlsplit(finding.endpoints[0]).netloc.rpartition("@")[2] if finding.endpoints else ""
    except ValueError:
        return ""


def _resource(finding: Finding) -> str:
    return "" if finding.file_path else finding.logical_location


def _plain(said: str) -> str:
    text = without_links(said)
    if "<" in text and _MARKUP.search(text):
        text = html.unescape(_TAG.sub(" ", text))
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "**" in text or "__" in text:
        text = _STRONG.sub(r"\2", text)
    return _MARK.sub("", text).strip()


def _facts(plain: str) -> dict[str, str]:
    """The facts of a message that is nothing else: ``Package: x`` and the like, line by line."""
    first = _FACT.match(plain)
    if first is None or "\n" not in plain:
        return {}
    found = {match[1]: match[2] or "" for match in _FACT.finditer(plain)}
    return found if len(found) * 2 >= len(plain.splitlines()) else {}


def _headline(rule: Rule) -> str:
    """What the rule calls itself, in words; empty if it has only an id or a form to be filled."""
    for text in (rule.short, rule.name, rule.full):
        line = _SEVERITY.sub("", " ".join(_plain(text).split()), count=1)
        if len(line) > _SHORT:
            line = _SENTENCE.split(line, maxsplit=1)[0]
        if len(line) > _SHORT or _BLANK.search(line) or _POINTS.match(line):
            continue
        has_id = bool(rule.id) and rule.id in line
        words = (line.replace(rule.id, " ") if has_id else line).split()
        # "Semgrep Finding: its.id" is no more than the id.
        if len(words) > (2 if has_id else 1):
            return clean(line, MAX_NAME)
    return ""


def _says_little(line: str, rule: Rule, general: str) -> bool:
    """Whether a message says less of what was found than its rule does."""
    if general.casefold() in line.casefold():
        return False
    if len(line) > MAX_TITLE or _POINTS.match(line):
        return True
    return _stems(line).isdisjoint(_stems(f"{general} {rule.name} {rule.id}")) and not subject(line, rule.about)


def _stems(text: str) -> set[str]:
    words = map(str.casefold, _WORD.findall(text))
    return {word[:_STEM] for word in words if word not in _SAYS_NOTHING}


def _shown(plain: str, names: str) -> str:
    """The first names of a message as they are written there; none where it names many."""
    folded = plain.casefold()
    found = names.split("\x1e") if names else []
    if len(folded) != len(plain) or len(found) > _MANY_NAMES:
        return ""
    places = sorted((folded.find(name), len(name)) for name in found)
    return ", ".join([plain[at : at + size] for at, size in places if at >= 0][:_NAMES])
