"""Reads what a request carries: JSON, or the parts of a form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from tests.defectdojo_server.answers import Answer, RefusalError, broken, detail

_MAX_FIELDS = 8 * 1024 * 1024
"""More than this outside of files, and the real server breaks."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent. ``path`` is below the server's base path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With their names in lower case."""
    body: bytes
    origin: str
    """Scheme, host and base path as the server sees them: what it builds links from."""

    def media_type(self) -> str:
        """The content type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """Fields (the last of each name, as Django takes it; all of them in ``lists``) and files."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)


def unsupported(media_type: str) -> RefusalError:
    """A body of another kind than this address takes."""
    return detail(415, f'Unsupported media type "{media_type}" in request.')


def given(request: Request) -> Mapping[str, Any]:
    """The fields of a body that may be JSON or a form."""
    if not request.body:
        return {}
    media_type = request.media_type()
    if media_type == "application/json":
        try:
            body = json.loads(request.body)
        except ValueError:
            raise RefusalError(Answer(400, {"message": "JSON request content is malformed"})) from None
        return body if isinstance(body, dict) else {}
    if media_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    if media_type == "multipart/form-data":
        return form(request).fields
    raise unsupported(request.headers.get("content-type", ""))


def form(request: Request) -> Form:
    """A multipart form."""
    boundary = _parameter(request.headers.get("content-type", ""), "boundary")
    if not request.body or not boundary:
        return Form()
    lists: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    size = 0
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = re.search(r"content-disposition:([^\r\n]*)", head.decode(), re.IGNORECASE)
        if disposition is None:
            continue
        name = _parameter(disposition[1], "name")
        file_name = _parameter(disposition[1], "filename")
        if file_name:
            files[name] = Upload(file_name, data)
        else:
            lists.setdefault(name, []).append(data.decode())
            size += len(data)
    if size > _MAX_FIELDS:
        raise broken()
    return Form({name: texts[-1] for name, texts in lists.items()}, files, lists)


def _parameter(header: str, name: str) -> str:
    message = Message()
    message["content-type"] = "x/x;" + header.partition(";")[2]
    found = message.get_param(name)
    text = found[2] if isinstance(found, tuple) else found or ""
    return str(text).replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
