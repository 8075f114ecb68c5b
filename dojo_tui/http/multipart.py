"""A form with a file (RFC 7578), in one piece: its length is known, for servers that cannot read chunks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from dojo_tui.http.exchange import Upload


def encoded(form: Mapping[str, str], upload: Upload) -> tuple[str, bytes]:
    """The content type and the body."""
    fields = [(name, value.encode("utf-8", "replace")) for name, value in form.items()]
    held = (*(value for _, value in fields), upload.content)
    boundary = _boundary()
    while any(boundary in one for one in held):
        boundary = _boundary()
    parts: list[bytes] = []
    for name, value in fields:
        parts += [b"--", boundary, b'\r\nContent-Disposition: form-data; name="', _quoted(name), b'"\r\n\r\n', value]
        parts.append(b"\r\n")
    parts += [b"--", boundary, b'\r\nContent-Disposition: form-data; name="', _quoted(upload.field)]
    parts += [b'"; filename="', _quoted(upload.name), b'"\r\nContent-Type: ', upload.kind.encode(), b"\r\n\r\n"]
    parts += [upload.content, b"\r\n--", boundary, b"--\r\n"]
    return f"multipart/form-data; boundary={boundary.decode()}", b"".join(parts)


def _boundary() -> bytes:
    return b"dojo-tui-" + secrets.token_hex(16).encode()


def _quoted(name: str) -> bytes:
    """A name as browsers write it: what would end it, or the header, is escaped."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode("utf-8", "replace")
