"""Proxies of the environment, on loopback: they get what goes to the world outside, and nothing else."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
import trustme

from dojo_tui.http.auth import bearer
from dojo_tui.http.client import Client
from dojo_tui.http.errors import HttpError, RetriableError
from dojo_tui.http.exchange import Request
from dojo_tui.http.retry import Retry
from dojo_tui.model.secret import Secret
from dojo_tui.testing import TestRun, ToolServer

OUTSIDE = "tool.invalid"
"""A name that nobody can resolve: only a proxy can answer for it."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy() -> Iterator[ToolServer]:
    with ToolServer() as proxy:
        proxy.on("GET", "/a", {"from": "the proxy"})
        yield proxy


def ask(url: str) -> str:
    with (
        TestRun() as run,
        Client(url, run, now=run.now, auth=bearer(Secret("k-1234")), retry=Retry(attempts=1)) as client,
    ):
        response = client.send(Request("/a"))
        return f"{response.at('from')} {client.tls.partition(',')[0]}".strip()


def test_a_proxy_gets_what_goes_outside(proxy: ToolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert ask(f"http://{OUTSIDE}:8080") == "the proxy"
    (call,) = proxy.calls
    assert call.headers["host"] == f"{OUTSIDE}:8080"


@pytest.mark.parametrize("spared", [OUTSIDE, f".example.org,{OUTSIDE}", "*"])
def test_no_proxy_spares_it(proxy: ToolServer, monkeypatch: pytest.MonkeyPatch, spared: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", spared)
    with pytest.raises(RetriableError, match=r"http://tool\.invalid:80 cannot be reached"):
        ask(f"http://{OUTSIDE}")
    assert proxy.calls == []


@pytest.mark.parametrize("spared", ["", "127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_asked_of_a_proxy(
    proxy: ToolServer, monkeypatch: pytest.MonkeyPatch, host: str, spared: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", spared)
    with ToolServer() as tool:
        tool.on("GET", "/a", {"from": "the tool"})
        assert ask(tool.url.replace("127.0.0.1", host)) == "the tool"
    assert proxy.calls == []


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with ToolServer() as gone:
        url = gone.url
    monkeypatch.setenv("HTTP_PROXY", url)
    with pytest.raises(HttpError, match="cannot be reached"):
        ask(f"http://{OUTSIDE}")


# --- HTTPS: the proxy only sees to whom we speak -----------------------------------


class Tunnel:
    """A proxy that connects whoever asks with one place, whatever name was asked for."""

    def __init__(self, to: str, answer: bytes = b"200 OK") -> None:
        self.heads: list[bytes] = []
        self._to = to
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        client, _ = self._listening.accept()
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.heads.append(head)
            client.sendall(b"HTTP/1.1 " + self._answer + b"\r\ncontent-length: 0\r\n\r\n")
            if not self._answer.startswith(b"200"):
                return
            host, _, port = self._to.partition("://")[2].partition(":")
            with socket.create_connection((host, int(port))) as tool:
                back = threading.Thread(target=_pump, args=(tool, client), daemon=True)
                back.start()
                _pump(client, tool)
                back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the other side hung up


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToolServer]:
    """A tool whose certificate is for the name outside, and trusted."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(OUTSIDE, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    with ToolServer(context) as tool:
        tool.on("GET", "/a", {"from": "the tool"})
        yield tool


def test_p10_a_proxy_of_https_never_sees_the_secret(tool: ToolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel(tool.url) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert ask(f"https://{OUTSIDE}") == "the tool TLSv1.3"
    assert proxy.heads[0].startswith(f"CONNECT {OUTSIDE}:443 ".encode())
    assert b"k-1234" not in b"".join(proxy.heads)
    assert tool.calls[0].headers["authorization"] == "Bearer k-1234"


def test_a_proxy_that_does_not_let_us(tool: ToolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel(tool.url, b"407 Proxy Authentication Required") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(HttpError) as caught:
            ask(f"https://{OUTSIDE}")
    assert str(caught.value).startswith(f"The proxy does not let us to https://{OUTSIDE}:443.")
    assert "HTTPS_PROXY and NO_PROXY" in caught.value.do
    assert tool.calls == []
