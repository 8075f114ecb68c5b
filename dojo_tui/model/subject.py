"""Who or what a finding is about: the host, object, package or resource that its message names.

It counts where a finding has no position of its own: without it one host's
finding would be taken for another's. What changes while the thing stays the
same is no part of it: versions, tags and digests, counts and times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

LIMIT = 400
_LONGEST = 1_000
"""So much of a name is read."""

# Every repetition below that may begin anywhere is bounded: a message is as long as who wrote it wants, and one that
# names nothing must not cost its length squared.
_KINDS = (
    "account|application|bucket|certificate|chart|class|cluster|component|container|cookie|database|dependency|"
    "deployment|device|domain|endpoint|field|function|gem|group|header|host|hostname|image|ingress|instance|key|library|"
    "module|namespace|node|object|package|parameter|pod|policy|principal|queue|region|repository|resource|role|route|"
    "secret|serviceaccount|server|service|site|stack|subnet|subscription|table|target|tenant|topic|url|user|volume|vm|"
    "vpc|workload"
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_ADVICE = re.compile(
    r"\b(?:see|info(?:rmation)?|references?|documentation|docs|details|links?|learn more|read more|guide|advisory)\b"
    r"[^.\n]{0,40}?\w+://\S+",
    re.IGNORECASE,
)
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://[^\s\"'`<>()\[\],;|]+", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:arn:[\w-]+:|pkg:[\w.+-]+/|urn:)[^\s\"'`,;()]+", re.IGNORECASE)
_FACT = re.compile(
    rf"\b(?:{_KINDS})(?:[ _-]?(?:name|id))?\s*(?::\s|=)\s*([^\n,;|=]+?)(?=[\n,;|]|\.\s|$|\s\w+[:=])", re.IGNORECASE
)
_QUOTED = re.compile(
    r"(?<![\w])([\"'`])([^\"'`\n]{1,200})\1(?!\w)|[\u201c\u00ab\u2018]([^\u201d\u00bb\u2019\n]{1,200})[\u201d\u00bb\u2019]"
)
_NO_NAME_FOLLOWS = re.compile(
    r"\b(?:expected|got|instead of|values?|versions?|set to|should be|must be|to be|equals?|than|be|fixed in|upgrade"
    r" to)\W*$",
    re.IGNORECASE,
)
_AT = re.compile(r"(?<![\w@/.-])(@?[a-z0-9][\w./-]{0,200})@[~^v]?\d[\w.+~-]*", re.IGNORECASE)
_PINNED = re.compile(
    r"(?<![\w/.-])([a-z][\w./+-]{0,200}?)(?:==|[<>~]=|[:_-]|\s+(?:version\s+)?\(?v?(?=\d))v?\d+\.\d[\w.+~:-]*\)?",
    re.IGNORECASE,
)
_OF_KIND = re.compile(rf"\b(?:{_KINDS})s?\s+(?:named\s+|called\s+)?([\w@][\w@./:-]*\w)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])|\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b", re.IGNORECASE
)
_PATH = re.compile(
    r"(?<![\w.])(?:/[\w.-]+|(?:[\w.-]{1,200}/){1,40}[\w.-]+)(?:/[\w.-]+)*(?::[\w][\w.-]*)?(?:@sha\d+:[0-9a-f]+)?"
)
_DOTTED = re.compile(r"(?<![\w.@/])(?:[a-z0-9_-]{1,100}\.){1,40}[a-z][a-z0-9-]+(?::\d{2,5})?(?![\w(])", re.IGNORECASE)
_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and any are as at be been before but by can cannot contains could did do does each exists exposed
        fails for from had has have id if in into is it its may might must name named names no not of on or out
        runs should since than that the their this to type uses using v version versions via was were when which
        while will with without would""",
    )
)
"""Words that follow the word for a kind of thing, but name none."""
_TAG = re.compile(r":[\w][\w.+-]*$")
_MOVING = re.compile(r":(?:latest|stable|edge|nightly|main|master|dev|prod|staging|alpine|slim|sha-\w+|v\d[\w.-]*)$")
"""Tags that an image has, where nothing else tells that it is one."""
_END_VERSION = re.compile(r"[\s:@=_-]*\(?\bv?\d+(?:\.\d+)+[\w.+~-]*\)?$")
_NOTHING = re.compile(
    r"v?\d+(?:[.:,x_/-]\d+)*(?:[-+~.][\w.+~-]*)?|(?:sha\d+:)?[0-9a-f]{7,}|[\d.,]+\s*(?:%|\w{1,7})|"
    r"\d{4}-\d\d-\d\d(?:[t ].*)?|(?:cve|cwe|ghsa|rustsec|pysec|go)-[\w-]+|(?:[\w.-]+/)?v\d+(?:(?:alpha|beta)\d+)?|\W*",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def subject(text: str, known: str = "") -> str:
    """What a message names, in one text that is equal for equal things; empty if it names nothing.

    ``known`` is what the rule says of itself: what stands there as well says
    nothing about this finding.
    """
    known = known.casefold()
    names = {name for found in _named(text) if (name := bare(found)) and name not in known}
    return "\x1e".join(sorted(names))[:LIMIT]


def _named(text: str) -> Iterator[str]:
    """The names in a text, surest first; each stretch of it is read once."""
    text = _LINK.sub(r"\1", text)
    text = _ADVICE.sub(" ", text)
    for pattern in (_URL, _NAMED, _FACT, _QUOTED, _ADDRESS, _AT, _PINNED, _OF_KIND, _PATH, _DOTTED):
        rest: list[str] = []
        end = 0
        for match in pattern.finditer(text):
            found = next((group for group in match.groups()[::-1] if group), match[0]) if match.re.groups else match[0]
            if pattern is _QUOTED and _NO_NAME_FOLLOWS.search(text[max(match.start() - 40, 0) : match.start()]):
                found = ""
            if pattern in (_OF_KIND, _PINNED) and found.casefold() in _STOP:
                continue
            if found:
                yield found
            rest.append(text[end : match.start()])
            end = match.end()
        if rest:
            text = " \N{SYMBOL FOR NULL} ".join([*rest, text[end:]])


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """A name without its version, tag or digest, in one case; empty for what is only such a thing."""
    plain = name[:_LONGEST].strip().strip("\"'`.,;:!?()[]{}").casefold()
    if "://" in plain:
        return _address(plain)
    if _ADDRESS.fullmatch(plain):
        return plain
    plain = plain.partition("@sha")[0]
    if not plain.startswith(("arn:", "urn:")):
        head, at, version = plain.rpartition("@")
        if at and head and version[:1].isdigit():
            plain = head
        plain = _END_VERSION.sub("", _MOVING.sub("", plain)) or plain
        if "/" in plain and (tag := _TAG.search(plain)):
            plain = plain[: tag.start()]
    words = [word for word in plain.split() if not _NOTHING.fullmatch(word)]
    return " ".join(words)


def _address(url: str) -> str:
    """A URL without what is no part of where it leads to: user, query and fragment, an image's tag."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https", "ws", "wss"):
        path = _TAG.sub("", path.partition("@")[0])
    return f"{parts.scheme}://{host}{path}"
