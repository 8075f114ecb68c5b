"""A form with a file (RFC 7578), in one piece: its length is known, for servers that cannot read chunks."""

from __future__ import annotations

from collections.abc import Mapping

from dojo_tui.http.exchange import Upload


def encoded(form: Mapping[str, str], upload: Upload) -> tuple[str, bytes]:
    """The content type and the body; half a character in a value becomes a question mark."""
    import httpx

    values = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    file = (upload.name, upload.content, upload.kind)
    # Only encoded here: the request itself is never sent.
    request = httpx.Request("POST", "http://localhost/", data=values, files={upload.field: file})
    return request.headers["Content-Type"], request.read()
