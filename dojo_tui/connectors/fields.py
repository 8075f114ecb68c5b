"""Reading what a person typed into a Tool's fields; each raises ValueError with a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from dojo_tui.connectors.base import Field

_YES = ("yes", "y", "true", "on", "1")
_NO = ("no", "n", "false", "off", "0")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


def address(text: str) -> str:
    """The address of a server, without what does not belong to it (a login, a query, a trailing slash)."""
    text = text.strip()
    if text and "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or any(mark in text for mark in " \\\t\n"):
        raise ValueError("it must be an address like https://tool.example.org")
    if "@" in parts.netloc:
        raise ValueError("an address is stored and shown in clear: leave the login out and give the secret apart")
    if parts.query or parts.fragment:
        raise ValueError("leave out what follows ? or #")
    bare = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc.rstrip(":")
    if not _HOST.fullmatch(bare):
        raise ValueError("it must be an address like https://tool.example.org")
    return f"{parts.scheme}://{parts.netloc.lower().rstrip(':')}{parts.path.rstrip('/')}"


def yes_no(text: str) -> bool:
    """Yes or no; nothing is no."""
    word = text.strip().lower() or "no"
    if word in (*_YES, *_NO):
        return word in _YES
    raise ValueError("answer yes or no")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two others."""

    def parse(text: str) -> int:
        try:
            number = int(text.strip())
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ValueError(f"it must be a whole number from {least} to {most}")
        return number

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words, in any case; nothing is the first."""

    def parse(text: str) -> str:
        word = text.strip().lower() or words[0].lower()
        found = {one.lower(): one for one in words}.get(word)
        if found is None:
            raise ValueError(f"it must be one of {', '.join(words)}")
        return found

    return parse


def word(text: str) -> str:
    """One word that may stand in an address: an organisation, a namespace."""
    text = text.strip()
    if text and not re.fullmatch(r"[\w.@~-]+", text):
        raise ValueError("it must be one word")
    return text


def words(text: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def server(help_: str, default: str = "") -> Field:
    """The location of a Tool that is a server."""
    return Field("location", help_, required=not default, default=default, parse=address)


def secret(help_: str, name: str = "secret", *, required: bool = True) -> Field:
    """A secret: what is stored is only the reference to it."""
    return Field(name, help_, required=required)
