"""HTTPS on loopback, with an authority and certificates made for the test: whom we believe, and what we say."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from dojo_tui.http.client import Client
from dojo_tui.http.errors import TlsError
from dojo_tui.http.exchange import Request
from dojo_tui.testing import TestRun, ToolServer

Serve = Callable[..., ToolServer]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve(authority: trustme.CA) -> Iterator[Serve]:
    """A server whose certificate is for these names."""
    with ExitStack() as stack:

        def start(*names: str, until: datetime | None = None) -> ToolServer:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            key_type = trustme.KeyType.ECDSA
            since = until - timedelta(days=2) if until else None
            authority.issue_cert(*names, not_before=since, not_after=until, key_type=key_type).configure_cert(context)
            server = stack.enter_context(ToolServer(context))
            server.on("GET", "/a", {})
            return server

        yield start


@pytest.fixture
def known(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment names the authority."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def ask(url: str, *, verify: bool | str = True) -> str:
    """What is said of the way there, once it was gone."""
    with TestRun() as run, Client(url, run, now=run.now, verify=verify) as client:
        client.send(Request("/a"))
        return client.tls


def refused(server: ToolServer, url: str = "") -> TlsError:
    with pytest.raises(TlsError) as caught:
        ask(url or server.url)
    assert server.calls == [], "nothing was asked, so no secret was sent"
    return caught.value


def test_an_authority_that_nobody_knows(serve: Serve) -> None:
    server = serve("127.0.0.1")
    error = refused(server)
    assert error.what.startswith(f"The certificate of {server.url} is not trusted: ")
    assert error.do == "Add its authority to the system's, or name the file of its authority (PEM) in SSL_CERT_FILE."


def test_an_authority_that_the_environment_names(serve: Serve, known: Path) -> None:
    told = ask(serve("127.0.0.1").url)
    assert told.startswith("TLSv1.3, certificate verified, valid until ")


def test_a_name_for_a_place_on_loopback(serve: Serve, known: Path) -> None:
    assert ask(serve("localhost").url.replace("127.0.0.1", "localhost")).startswith("TLSv1.3")


def test_an_authority_that_the_connector_names(serve: Serve, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert ask(serve("127.0.0.1").url, verify=str(known)).startswith("TLSv1.3, certificate verified, valid until ")


def test_a_certificate_that_is_not_looked_at_is_told(serve: Serve) -> None:
    assert ask(serve("127.0.0.1").url, verify=False) == "TLSv1.3, not verified"


def test_a_file_of_an_authority_that_is_not_there(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert refused(serve("127.0.0.1")).do == "SSL_CERT_FILE names a file that is not there."


def test_a_certificate_of_another_name(serve: Serve, known: Path) -> None:
    server = serve("tool.example.org")
    by_address = refused(server)
    assert "IP address mismatch" in by_address.what
    assert by_address.do == "Write the location with a name or an address that the certificate has."
    by_name = refused(server, server.url.replace("127.0.0.1", "localhost"))
    assert "Hostname mismatch, certificate is not valid for 'localhost'." in by_name.what
    assert by_name.do == "Write the location with a name that the certificate has."


def test_a_certificate_that_is_out_of_date(serve: Serve, known: Path) -> None:
    error = refused(serve("127.0.0.1", until=datetime.now(UTC) - timedelta(days=1)))
    assert "certificate has expired" in error.what
    assert error.do.startswith("It is out of date: have it renewed.")


def test_a_certificate_of_tomorrow(serve: Serve, known: Path) -> None:
    error = refused(serve("127.0.0.1", until=datetime.now(UTC) + timedelta(days=4)))
    assert "not yet valid" in error.what
    assert error.do == "It is not valid yet: is this machine's clock right?"


def test_without_any_authority_of_the_system_there_are_those_of_the_browsers(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA
) -> None:
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setattr("certifi.where", lambda: str(bundle))
    refused(serve("127.0.0.1"))
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(empty))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert ask(serve("127.0.0.1").url).startswith("TLSv1.3")
