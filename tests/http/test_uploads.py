"""Forms with files, long silences, and what may be sent again though it must not be done twice."""

from __future__ import annotations

import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from pathlib import Path
from shutil import which

import httpx
import pytest

from dojo_tui.http.client import Client, Limits
from dojo_tui.http.errors import FatalError, RetriableError, TlsError, UnreachableError
from dojo_tui.http.exchange import Request, Upload
from dojo_tui.http.wire import _ours
from dojo_tui.testing import Call, Reply, TestRun, ToolServer
from tests.waiting import PATIENCE

Connect = Callable[..., Client]


def parts(call: Call) -> dict[str, tuple[str | None, str, bytes]]:
    """File name, kind and content of each part, read by another's reader."""
    head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + call.body)
    read = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        read[name] = (part.get_filename(), part.get_content_type(), content)
    return read


def test_a_file_is_sent_as_a_form_of_known_length(server: ToolServer, connect: Connect) -> None:
    server.on("POST", "/import", {})
    form = {"test": "7", "service": 'Ünï "quoted"\r\n--'}
    content = b'{"a": "\xc3\xa4"}\r\n--\r\n'
    connect().send(Request("/import", method="POST", form=form, upload=Upload("file", "report.json", content)))
    call = server.calls[0]
    assert call.headers["content-length"] == str(len(call.body))
    assert "transfer-encoding" not in call.headers
    read = parts(call)
    assert read["file"] == ("report.json", "application/json", content)
    assert {name: value.decode() for name, (_, _, value) in read.items() if name != "file"} == form


def test_a_large_file_arrives(server: ToolServer, connect: Connect) -> None:
    server.on("POST", "/import", {})
    content = b"0123456789abcdef" * 2**20
    connect().send(Request("/import", method="POST", upload=Upload("file", "report.json", content)))
    assert len(server.calls[0].body) > len(content)
    assert "transfer-encoding" not in server.calls[0].headers
    assert content in server.calls[0].body


def test_a_request_may_wait_longer_than_others(server: ToolServer, connect: Connect) -> None:
    waiting = threading.Event()

    def late(call: Call) -> Reply:
        # The first one is held until it was given up; the second is later than the others may be.
        if waiting.is_set():
            time.sleep(0.6)
        else:
            waiting.wait(PATIENCE)
        return Reply({})

    server.on("POST", "/work", late)
    client = connect(limits=Limits(timeout=0.2))
    with pytest.raises(RetriableError, match="not answered in time"):
        client.send(Request("/work", method="POST"))
    waiting.set()
    client.send(Request("/work", method="POST", seconds=PATIENCE))
    assert len(server.calls) == 2


def test_what_found_no_connection_is_sent_again_though_it_must_not_be_done_twice(run: TestRun) -> None:
    with ToolServer() as gone:
        url = gone.url
    with Client(url, run, now=run.now) as client, pytest.raises(UnreachableError, match="cannot be reached"):
        client.send(Request("/work", method="POST", json={}))
    assert sum("Asking again" in line for line in run.lines) == 4


@pytest.mark.parametrize("date", [False, True], ids=["seconds", "date"])
def test_what_was_refused_for_now_is_sent_again_when_it_says(
    server: ToolServer, connect: Connect, run: TestRun, date: bool
) -> None:
    later = run.now().replace(second=17)
    server.on("POST", "/work", {})
    server.twist = lambda call, number, reply: (
        reply if number else Reply({}, 429, {"retry-after": format_datetime(later) if date else "17"})
    )
    connect().send(Request("/work", method="POST", json={}))
    assert run.waited == 17
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "broken",
    [
        lambda _reply: Reply({}, 500),
        lambda _reply: Reply({}, 502),
        lambda _reply: Reply({}, 503, {"retry-after": "1"}),
        lambda _reply: Reply({}, 504),
        lambda _reply: Reply(b'{"a": 1}', cut=3, headers={"content-length": "8"}),
    ],
    ids=["500", "502", "503 with retry-after", "504", "cut"],
)
def test_what_may_have_been_done_is_not_sent_again(
    server: ToolServer, connect: Connect, broken: Callable[[Reply], Reply]
) -> None:
    server.on("POST", "/work", {})
    server.twist = lambda call, number, reply: broken(reply)
    with pytest.raises(RetriableError):
        connect().send(Request("/work", method="POST", json={}))
    assert len(server.calls) == 1


# --- certificates -----------------------------------------------------------------


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[ToolServer, Path]]:
    """A server whose certificate nobody has signed but itself, and that certificate."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, which makes the certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with ToolServer() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
        server.url = server.url.replace("http:", "https:")
        server.on("GET", "/a", {})
        yield server, certificate


def test_a_certificate_of_ones_own_is_trusted_only_when_named(
    secured: tuple[ToolServer, Path], run: TestRun, tmp_path: Path
) -> None:
    server, certificate = secured
    with Client(server.url, run) as client, pytest.raises(FatalError, match="not trusted"):
        client.send(Request("/a"))
    assert server.calls == []
    for verify in (str(certificate), False):
        with Client(server.url, run, verify=verify) as client:
            client.send(Request("/a"))
    for name, content in {"none.pem": None, "empty.pem": "", "other.pem": "no certificate"}.items():
        if content is not None:
            (tmp_path / name).write_text(content)
        with (
            Client(server.url, run, verify=str(tmp_path / name)) as client,
            pytest.raises(FatalError, match=r"cannot be read|not trusted"),
        ):
            client.send(Request("/a"))


def test_a_secured_connection_that_breaks_is_no_wrong_address() -> None:
    """What was sent before may have been carried out."""
    for kind, wanted in ((httpx.ConnectError, TlsError), (httpx.WriteError, RetriableError)):
        broken = kind("x")
        cause = ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
        cause.reason = ""  # as the library leaves it
        broken.__cause__ = cause
        error = _ours(broken, "POST /a", "https://dojo.example.com/a")
        assert type(error) is wanted
        assert not isinstance(error, UnreachableError)
