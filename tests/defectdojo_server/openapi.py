"""Checks requests against DefectDojo's published description of its API (openapi.json of the shared material)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]

from tests.defectdojo_server.forms import Request, form
from tests.shared import SHARED

FILE = ("defectdojo-api", "openapi.json")
_FORMATS = FormatChecker(formats=["date"])
"""``date-time`` is not checked: the real server takes a day there as well."""


class Description:
    """What may be asked."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = _with_null(document["components"])
        # An address that is spelled out is meant before one with a placeholder.
        paths = sorted(document["paths"].items(), key=lambda pair: pair[0].count("{"))
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), methods) for path, methods in paths]

    def violations(self, request: Request) -> list[str]:
        """What this request does that the description does not allow."""
        if not request.path.startswith("/api/"):
            return []  # a page for people
        methods = next((methods for path, methods in self._paths if path.fullmatch(request.path)), None)
        if methods is None:
            return ["there is no such address"]
        if request.method == "OPTIONS":
            return []  # every address answers it, and the description names it nowhere
        operation = methods.get(request.method.lower())
        if operation is None:
            return ["there is no such method"]
        return [
            *self._of_path(operation, request),
            *self._of_query(operation, request),
            *self._of_body(operation, request),
        ]

    def _of_path(self, operation: Mapping[str, Any], request: Request) -> Iterator[str]:
        for parameter in operation.get("parameters", ()):
            counts = parameter["in"] == "path" and parameter["schema"].get("type") == "integer"
            if counts and not any(part.isdigit() for part in request.path.split("/")):
                yield f"{parameter['name']} in the path is no number"

    def _of_query(self, operation: Mapping[str, Any], request: Request) -> Iterator[str]:
        known = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"}
        for name, text in request.query.items():
            if name not in known:
                yield f"there is no query parameter {name}"
            else:
                yield from self._wrong(known[name]["schema"], _typed(known[name]["schema"], text.split(",")), name)

    def _of_body(self, operation: Mapping[str, Any], request: Request) -> Iterator[str]:
        described = operation.get("requestBody")
        if described is None:
            if request.body not in (b"", b"{}"):
                yield "it takes no body"
            return
        content = described["content"].get(request.media_type())
        if content is None:
            if request.body or described.get("required"):
                yield f"it takes no body of type {request.media_type()!r}"
            return
        schema = self._resolved(content["schema"])
        body = _body(request, schema)
        if not isinstance(body, dict):
            yield "the body is no object"
            return
        for name in sorted(body.keys() - schema.get("properties", {}).keys()):
            yield f"there is no field {name}"
        yield from self._wrong(schema, body, "body")

    def _wrong(self, schema: Mapping[str, Any], cell: Any, name: str) -> Iterator[str]:
        validator = Draft4Validator({"components": self._components, **_with_null(schema)}, format_checker=_FORMATS)
        for error in validator.iter_errors(cell):
            place = ".".join([name, *map(str, error.absolute_path)])
            yield f"{place}: {error.message[:200]}"

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: Mapping[str, Any] = self._components["schemas"][reference.rpartition("/")[2]]
        return found


def _body(request: Request, schema: Mapping[str, Any]) -> Any:
    """The body, with the types that the fields of a form stand for."""
    if request.media_type() == "application/json":
        try:
            return json.loads(request.body)
        except ValueError:
            return None
    properties = schema.get("properties", {})
    if request.media_type() == "multipart/form-data":
        sent = form(request)
        lists, files = dict(sent.lists), {name: file.name for name, file in sent.files.items()}
    else:
        lists, files = {}, {}
        for name, text in parse_qsl(request.body.decode(), keep_blank_values=True):
            lists.setdefault(name, []).append(text)
    # A file's pattern is about its name.
    return files | {name: _typed(properties.get(name, {}), texts) for name, texts in lists.items()}


def _typed(schema: Mapping[str, Any], texts: list[str]) -> Any:
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return [_typed(schema["items"], [text]) for text in texts]
    text = ",".join(texts)
    if kind == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if kind == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if kind == "number":
        return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
    return text


def _with_null(schema: Any) -> Any:
    """OpenAPI's ``nullable`` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_with_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: _with_null(each) for name, each in schema.items() if name != "nullable"}
    if schema.get("nullable") is not True:
        return changed
    if isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
        return changed
    return {"anyOf": [changed, {"type": "null"}]}


@cache
def description(folder: Path = SHARED) -> Description | None:
    """The published description; None where the shared material is not there."""
    file = folder.joinpath(*FILE)
    return Description(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None
