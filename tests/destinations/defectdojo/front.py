"""What stands before a DefectDojo: TLS, another path, another name; and what a proxy adds or takes away."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from dojo_tui.testing import Call, Reply, ToolServer
from tests.defectdojo_server import Remote

_HOP = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding"}


class Front(ToolServer):
    """Hands every request below ``path`` on to the DefectDojo of a Remote, and its answer back."""

    def __init__(self, remote: Remote, *, path: str = "", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self._path = path
        self._to = httpx.Client(base_url=remote.url, timeout=120, trust_env=False)
        self.address = f"{self.url}{path}"
        """Where a person finds it."""
        self.instead: Callable[[Call], Reply | None] = lambda _call: None
        """Answers what is not handed on."""

    def answer(self, call: Call) -> Reply:
        if (said := self.instead(call)) is not None:
            return said
        if not call.path.startswith(f"{self._path}/"):
            return Reply(b"<h1>nothing here</h1>", 404, {"content-type": "text/html"})
        headers = {name: text for name, text in call.headers.items() if name not in _HOP}
        below = call.path.removeprefix(self._path)
        answer = self._to.request(call.method, below, params=call.query, headers=headers, content=call.body)
        kept = {name: text for name, text in answer.headers.items() if name.lower() in ("content-type", "location")}
        return Reply(answer.content, answer.status_code, kept)

    def close(self) -> None:
        """Close the connections to what stands behind."""
        self._to.close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine's loopback that nobody has signed but itself, and what a server needs of it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl, which makes the certificate")
    made, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context
