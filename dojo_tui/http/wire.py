"""The connections: what httpx does for us, with bounds, and its errors as ours."""

from __future__ import annotations

import io
import os
import ssl
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import certifi
import httpx

from dojo_tui.http.auth import Outgoing
from dojo_tui.http.errors import (
    FatalError,
    Fault,
    HttpError,
    RetriableError,
    TlsError,
    UnreachableError,
    UnsentError,
    incomplete,
)
from dojo_tui.http.exchange import Response, origin

_CONNECT_SECONDS = 8.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _Limits(Protocol):
    @property
    def concurrency(self) -> int: ...
    @property
    def timeout(self) -> float: ...
    @property
    def whole(self) -> float: ...
    @property
    def most_bytes(self) -> int: ...
    @property
    def depth(self) -> int: ...


class Wire:
    """Open connections to one server. Redirects are not followed and cookies not kept here."""

    def __init__(self, limits: _Limits, verify: bool | str, base: str, issuers: Collection[str] = ()) -> None:
        """``issuers`` are asked as well as ``base``."""
        secured = any(origin(url)[0] == "https" for url in (base, *issuers))
        self._limits = limits
        self._client = httpx.Client(
            # Reading the system's authorities takes as long as a Discover of a thousand VEPs.
            verify=_trusted(verify) if secured else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=limits.concurrency),
            follow_redirects=False,
            # A proxy of the environment is for the world outside.
            trust_env=origin(base)[1] not in _LOOPBACK,
        )
        self.tls = ""

    def close(self) -> None:
        """Close them."""
        self._client.close()

    def exchange(self, outgoing: Outgoing, check: Callable[[], None]) -> Response:
        """Send, and read the answer whole, within its bounds."""
        place = f"{outgoing.method} {urlsplit(outgoing.url).path}"
        sent = _Body(outgoing.body)
        try:
            request = self._client.build_request(
                outgoing.method, outgoing.url, headers=dict(outgoing.headers),
                content=sent if outgoing.body else None,
                timeout=httpx.Timeout(outgoing.seconds or self._limits.timeout, connect=_CONNECT_SECONDS),
            )  # fmt: skip
            if _origin_of(request.url) != origin(outgoing.url):
                # Two readers of addresses disagree: somebody made it so.
                raise incomplete(f"{place} leads to an address that is none.")
            answer = self._client.send(request, stream=True)
            try:
                self._see_tls(answer)
                body = self._read(answer, place, check)
            finally:
                answer.close()
                self._client.cookies.clear()
        except httpx.HTTPError as error:
            ours = _ours(error, place, outgoing.url)
            if not sent.taken and not isinstance(ours, UnreachableError | TlsError):
                ours = UnsentError(f"{place}: the connection broke off before all was sent.", fault=Fault.THEIRS)
            raise ours from None
        except (httpx.InvalidURL, ValueError) as error:
            raise FatalError(
                f"{place} cannot be asked: {error}.", fault=Fault.YOURS, do="Look at the location."
            ) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(outgoing.method, outgoing.url, answer.status_code, headers, body, self._limits.depth)

    def _read(self, answer: httpx.Response, place: str, check: Callable[[], None]) -> bytes:
        until = time.monotonic() + self._limits.whole
        chunks, size = [], 0
        for chunk in answer.iter_bytes():
            check()
            size += len(chunk)
            if size > self._limits.most_bytes:
                raise incomplete(f"{place} answers with more than {self._limits.most_bytes:,} bytes.")
            if time.monotonic() > until:
                raise RetriableError(
                    f"{place} did not end its answer in {self._limits.whole:.0f} s.", fault=Fault.THEIRS
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _see_tls(self, answer: httpx.Response) -> None:
        if self.tls:
            return
        stream = answer.extensions.get("network_stream")
        secured = stream.get_extra_info("ssl_object") if stream is not None else None
        if secured is not None:
            ends = (secured.getpeercert() or {}).get("notAfter", "")
            self.tls = (
                f"{secured.version()}{f', certificate verified, valid until {ends}' if ends else ', not verified'}"
            )


def _trusted(verify: bool | str) -> ssl.SSLContext | bool:
    """Whom we believe: the file that is named, else the system's authorities, or those that the environment names.

    httpx by itself never asks the system, and not even the environment for a place on loopback.
    """
    if verify is False:
        return False
    if isinstance(verify, str):
        return _trusting(verify)
    context = ssl.create_default_context()
    there = ssl.get_default_verify_paths()
    if not there.cafile and not (there.capath and any(Path(there.capath).iterdir())):
        context.load_verify_locations(certifi.where())
    return context


class _Body(io.BytesIO):
    """What is sent, a piece at a time: in one piece it would be copied anew for each part that the network takes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.taken = not content
        """The network took all of it: who asks for more has sent what there was."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The next piece; with what is read at the end, all was taken."""
        piece = super().read(size)
        self.taken = self.taken or not piece
        return piece


def _trusting(path: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # also what is no certificate
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise FatalError(
            f"The certificates in {path!r} cannot be read: {why}.",
            fault=Fault.YOURS, do="Name a file of certificates (PEM) of the authority that the server's is from.",
        ) from None  # fmt: skip


def _origin_of(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host.lower(), url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


def _ours(error: httpx.HTTPError, place: str, url: str) -> HttpError:
    """What went wrong on the way, in our words: httpx's own may quote what we sent."""
    scheme, host, port = origin(url)
    where = f"{scheme}://{host}:{port}"
    cause: BaseException | None = error
    why = ""
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return TlsError(
                f"The certificate of {where} is not trusted: {cause.verify_message.rstrip('.')}.", fault=Fault.YOURS,
                do=_CERTIFICATE.get(cause.verify_code) or _authority(),
            )  # fmt: skip
        if isinstance(cause, ssl.SSLError):
            # Once connected it is a connection that broke, and something may have been sent.
            kind = TlsError if isinstance(error, httpx.ConnectError) else RetriableError
            return kind(
                f"{where} does not speak TLS as it should: {cause.reason or 'it answers with something else'}.",
                fault=Fault.YOURS, do="Look at the location: http or https, and the port.",
            )  # fmt: skip
        if isinstance(cause, OSError) and cause.strerror:
            why = f" ({cause.strerror})"
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return UnreachableError(
                f"{where} cannot be reached{why}.",
                fault=Fault.THEIRS, do="Look at the location, the network and whether the tool runs.",
            )  # fmt: skip
        case httpx.TimeoutException():
            what, do = f"{place} was not answered in time.", "Run it again when the server is less busy."
        case httpx.ProxyError():
            return UnreachableError(
                f"The proxy does not let us to {where}.", fault=Fault.THEIRS, do="Look at HTTPS_PROXY and NO_PROXY."
            )
        case httpx.DecodingError():
            return incomplete(f"{place} answered with data that cannot be unpacked.")
        case _:
            what, do = f"{place}: the connection broke off.", "Run it again."
    return RetriableError(what, fault=Fault.THEIRS, do=do)


_CERTIFICATE = {
    9: "It is not valid yet: is this machine's clock right?",
    10: "It is out of date: have it renewed. If it is not, look at this machine's clock.",
    62: "Write the location with a name that the certificate has.",
    64: "Write the location with a name or an address that the certificate has.",
}
"""What to do, by OpenSSL's code (X509_V_ERR_*); without the others' it is an authority that nobody here knows."""


def _authority() -> str:
    named = os.environ.get("SSL_CERT_FILE", "")
    if named and not Path(named).is_file():
        return "SSL_CERT_FILE names a file that is not there."
    return "Add its authority to the system's, or name the file of its authority (PEM) in SSL_CERT_FILE."
