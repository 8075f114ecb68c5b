"""Saying who we are: small strategies, each adds to an outgoing request what proves it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlencode

from dojo_tui.http.errors import malformed
from dojo_tui.http.exchange import Request, Response
from dojo_tui.model.secret import Secret, remember


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it will be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0
    """Longest silence of the server before it answers; 0 is that of the Limits."""

    def with_headers(self, more: Mapping[str, str]) -> Outgoing:
        """The same with more headers."""
        return replace(self, headers={**self.headers, **more})


@dataclass(frozen=True, slots=True)
class Token:
    """What a server gave for our secret."""

    value: Secret
    seconds: float = 0.0
    """How long it lasts; 0 when nobody says."""


Send = Callable[[Request], Response]
"""Sends a request without proof, to the location or to where tokens are given (``Exchanged.issuers``)."""


class Auth(Protocol):
    """One way to say who we are."""

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """The request with its proof. ``token`` is what ``obtain`` gave, where there is one."""
        ...


class Anonymous:
    """Nobody in particular."""

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add nothing."""
        return outgoing


@dataclass(frozen=True, slots=True)
class Header:
    """The secret in a header: ``Header("X-Api-Key", key)``, or with a word before it."""

    name: str
    secret: Secret
    prefix: str = ""

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add the header."""
        return outgoing.with_headers({self.name: self.prefix + self.secret.reveal()})


def bearer(secret: Secret) -> Header:
    """The usual ``Authorization: Bearer``."""
    return Header("Authorization", secret, "Bearer ")


@dataclass(frozen=True, slots=True)
class Basic:
    """User and password; some tools want a token as either of them."""

    user: str
    password: Secret | None = None

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add the header."""
        password = self.password.reveal() if self.password is not None else ""
        pair = base64.b64encode(f"{self.user}:{password}".encode()).decode()
        remember(pair)
        return outgoing.with_headers({"Authorization": f"Basic {pair}"})


@dataclass(frozen=True, slots=True)
class Query:
    """The secret as a query parameter, for tools that know no other way."""

    name: str
    secret: Secret

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add the parameter."""
        mark = "&" if "?" in outgoing.url else "?"
        return replace(outgoing, url=f"{outgoing.url}{mark}{urlencode({self.name: self.secret.reveal()})}")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A token that the secret is exchanged for, renewed before it ends and when it is refused.

    ``obtain`` may take several steps; ``issuers`` are the origins beside the
    location where tokens are given.
    """

    obtain: Callable[[Send], Token]
    name: str = "Authorization"
    prefix: str = "Bearer "
    issuers: frozenset[str] = frozenset()

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add the header, with the token of the moment."""
        assert token is not None, "the client obtains one before it asks"
        return outgoing.with_headers({self.name: self.prefix + token.reveal()})


@dataclass(frozen=True, slots=True)
class Signed:
    """Each request is signed: ``sign`` gives the headers to add."""

    sign: Callable[[Outgoing], Mapping[str, str]]

    def apply(self, outgoing: Outgoing, token: Secret | None) -> Outgoing:
        """Add the signature."""
        return outgoing.with_headers(self.sign(outgoing))


@dataclass(frozen=True, slots=True)
class OAuth:
    """The ``obtain`` of OAuth 2: a form for a token (client credentials, a refresh token ...)."""

    url: str
    form: Mapping[str, str | Secret] = field(default_factory=dict)

    def __call__(self, send: Send) -> Token:
        """Ask for a token."""
        form = {key: value.reveal() if isinstance(value, Secret) else value for key, value in self.form.items()}
        answer = send(Request(self.url, method="POST", form=form, repeatable=True))
        return read_token(answer, "access_token", "expires_in")


def read_token(answer: Response, where: str, lifetime: str = "") -> Token:
    """The token in an answer, by the dotted place where it stands."""
    value = answer.at(where)
    if not isinstance(value, str) or not value:
        raise malformed(f"{answer.place} gave no token.")
    seconds = answer.at(lifetime) if lifetime else None
    return Token(Secret(value), float(seconds) if isinstance(seconds, int | float) else 0.0)
