"""Looks at a DefectDojo over its API alone, so that the same tests run against the imitation and against a real one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]
_PAGE = 1000
_BY_ID = {"findings", "products", "test_imports"}
"""Lists that can be asked for in order of their ids."""


class Remote:
    """What tests ask about, and do to, a server."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self._http = httpx.Client(
            base_url=f"{url}/api/v2/", headers={"authorization": f"Token {token}"}, timeout=120, trust_env=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; ``path`` below ``/api/v2/``."""
        return self._http.request(method, path, **more)

    def _said(self, method: str, path: str, **more: Any) -> Any:
        reply = self.call(method, path, **more)
        assert reply.is_success, f"{method} {path}: {reply.status_code} {reply.text[:2000]}"
        return reply.json() if reply.content else None

    def rows(self, table: str, **filters: Any) -> list[Json]:
        """All rows of a list, page by page. True and False are written as the API writes them."""
        query = {name: str(v).lower() if isinstance(v, bool) else v for name, v in filters.items()}
        if table in _BY_ID:
            query.setdefault("o", "id")
        found: list[Json] = []
        while True:
            page = self._said("GET", f"{table}/", params={**query, "limit": _PAGE, "offset": len(found)})
            found += page["results"]
            if not page["results"] or len(found) >= page["count"]:
                return found

    def get(self, table: str, row_id: int) -> Json:
        """One object."""
        found: Json = self._said("GET", f"{table}/{row_id}/")
        return found

    def create(self, table: str, **fields: Any) -> Json:
        """Make an object."""
        made: Json = self._said("POST", f"{table}/", json=fields)
        return made

    def change(self, table: str, row_id: int, **fields: Any) -> Json:
        """Change an object."""
        changed: Json = self._said("PATCH", f"{table}/{row_id}/", json=fields)
        return changed

    def delete(self, table: str, row_id: int) -> None:
        """Delete an object with all that is in it."""
        self._said("DELETE", f"{table}/{row_id}/")

    def product_types(self, **filters: Any) -> list[Json]:
        """Product types."""
        return self.rows("product_types", **filters)

    def products(self, **filters: Any) -> list[Json]:
        """Products."""
        return self.rows("products", **filters)

    def engagements(self, **filters: Any) -> list[Json]:
        """Engagements, as ``engagements(product=3)``."""
        return self.rows("engagements", **filters)

    def tests(self, **filters: Any) -> list[Json]:
        """Tests, as ``tests(engagement=3)``."""
        return self.rows("tests", **filters)

    def findings(self, product: int | None = None, **filters: Any) -> list[Json]:
        """Findings by id, as ``findings(product=3, active=True)`` or ``findings(test=4, service="a")``."""
        if product is not None:
            filters["test__engagement__product"] = product
        return self.rows("findings", **filters)

    def test_imports(self, test: int) -> list[Json]:
        """The history of a test."""
        return self.rows("test_imports", test=test)

    def notes(self, finding: int) -> list[str]:
        """What the notes of a finding say, oldest first."""
        notes = self._said("GET", f"findings/{finding}/notes/")["notes"]
        return [note["entry"] for note in sorted(notes, key=lambda note: note["id"])]

    def product(self, name: str, prod_type: int = 1) -> Json:
        """Make a Product."""
        return self.create("products", name=name, description=name, prod_type=prod_type)

    def engagement(self, product: int, name: str, **more: Any) -> Json:
        """Make an Engagement of a year."""
        dates = {"target_start": "2026-01-01", "target_end": "2026-12-31"}
        return self.create("engagements", product=product, name=name, **{**dates, **more})

    def test(self, engagement: int, title: str, *, type_name: str = "Generic Findings Import", **more: Any) -> Json:
        """Make a Test that takes generic reports."""
        kinds = self.rows("test_types", name=type_name) or [self.create("test_types", name=type_name)]
        fields = {"scan_type": "Generic Findings Import", "target_start": "2026-01-01", "target_end": "2026-12-31"}
        return self.create("tests", engagement=engagement, title=title, test_type=kinds[0]["id"], **{**fields, **more})

    def reimport(self, test: int, findings: Sequence[Mapping[str, Any]], **form: Any) -> Json:
        """Send a generic report to a Test."""
        done: Json = self._said("POST", "reimport-scan/", **upload(findings, test=test, **form))
        return done

    def triage(self, finding: int, **flags: Any) -> Json:
        """What a person says of a finding: ``triage(7, false_p=True, active=False, verified=False)``."""
        return self.change("findings", finding, **flags)

    def close_finding(self, finding: int) -> None:
        """Close a finding by hand."""
        self._said("POST", f"findings/{finding}/close/", json={"is_mitigated": True})

    def set_deduplication(self, *, on: bool) -> None:
        """Compare findings between tests, or do not."""
        self.change("system_settings", 1, enable_deduplication=on)


def upload(findings: Iterable[Mapping[str, Any]], **form: Any) -> dict[str, Any]:
    """The arguments of a request that sends a generic report: ``call("POST", "reimport-scan/", **upload(...))``."""
    report = json.dumps({"findings": list(findings)}).encode()
    fields = {"scan_type": "Generic Findings Import", **{name: str(text) for name, text in form.items()}}
    return {"data": fields, "files": {"file": ("report.json", report, "application/json")}}


def generic(number: int, **more: Any) -> dict[str, Any]:
    """A finding of a generic report, told apart by its number."""
    return {
        "title": f"Finding {number}",
        "severity": "High",
        "description": f"description {number}",
        "file_path": f"src/f{number}.c",
        "line": 10,
        "static_finding": True,
        "dynamic_finding": False,
        "unique_id_from_tool": f"uid-{number}",
        "vuln_id_from_tool": f"RULE-{number}",
        **more,
    }
