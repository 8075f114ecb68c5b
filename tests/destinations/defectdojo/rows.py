"""Answers as DefectDojo 3.2.0 gives them, by their fields that matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dojo_tui.testing import Call

TOKEN = "d0j0f4a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7"
ROOT = "/security/api/v2"
GENERIC = "Generic Findings Import"
HTML = {"content-type": "text/html; charset=utf-8"}


def listing(*rows: dict[str, Any], obeys: bool = True) -> Callable[[Call], Any]:
    """Pages as DefectDojo gives them, with a ``next`` as a server gives it that does not know its own name."""

    def answer(call: Call) -> Any:
        limit, offset = call.number("limit", 25), call.number("offset", 0)
        ids = {int(part) for part in call.query.get("id", "").split(",") if part}
        found = [row for row in rows if not ids or row["id"] in ids or not obeys]
        more = offset + limit < len(found)
        return {
            "count": len(found),
            "next": f"http://dojo-internal:8080/api/v2{call.path}?limit=1&offset=0" if more else None,
            "previous": None,
            "results": found[offset : offset + limit],
            "prefetch": {},
        }

    return answer


def product(number: int, name: str, prod_type: int = 2) -> dict[str, Any]:
    return {"id": number, "name": name, "prod_type": prod_type, "findings_list": [1, 2, 3], "tags": []}


def engagement(number: int, name: str = "Global Connectors", **more: Any) -> dict[str, Any]:
    return {"id": number, "product": 5, "name": name, "active": True, "status": "In Progress", **more}


def row_of_test(number: int, title: str = "My tool", **more: Any) -> dict[str, Any]:
    told = {"test_type_name": GENERIC, "deduplication_algorithm": "hash_code", "hash_code_fields": None}
    return {"id": number, "engagement": 7, "title": title, "scan_type": GENERIC, "build_id": "run-1", **told, **more}


def finding(number: int, **more: Any) -> dict[str, Any]:
    flags = dict.fromkeys(("is_mitigated", "false_p", "out_of_scope", "risk_accepted", "duplicate"), False)
    told = {"title": f"Finding {number}", "severity": "High", "description": "d", "hash_code": "94d2", "line": 10}
    return {"id": number, "active": True, **flags, **told, "unique_id_from_tool": None, "service": "s-1", **more}
