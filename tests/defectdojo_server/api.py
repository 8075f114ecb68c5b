"""The addresses of the API: which request does what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.defectdojo_server import objects
from tests.defectdojo_server.answers import Answer, RefusalError, detail, forbidden, invalid, not_found
from tests.defectdojo_server.findings import add_note, save_changed, shown, shown_notes, value
from tests.defectdojo_server.forms import Form, Request, form, given, unsupported
from tests.defectdojo_server.importing import Import
from tests.defectdojo_server.listing import LISTINGS, column, page
from tests.defectdojo_server.reimport import Checkpoint, algorithm_of, test_type_of
from tests.defectdojo_server.state import ADMIN, PASSWORDS, USERS, Row, State, User

_ROOT = "/api/v2/"
_CHANGED = ("GET", "PUT", "PATCH", "DELETE")
# Which methods a list, and one of its objects, answers.
_METHODS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("product_types", "products", "engagements", "tests", "findings"), (("GET", "POST"), _CHANGED)),
    "test_types": (("GET", "POST"), ("GET", "PUT", "PATCH")),
    "test_imports": (("GET",), ("GET", "DELETE")),
    "development_environments": (("GET",), ("GET",)),
    "system_settings": (("GET",), ("GET", "PUT", "PATCH")),
}
_HTML = {"content-type": "text/html; charset=utf-8"}
_NO_PAGE = "<!doctype html><title>404</title><h1>Not Found</h1>"
_IMPORTS = {"import-scan": False, "reimport-scan": True}


class Api:
    """Answers requests from the state. ``checkpoint`` is called between the steps of an import."""

    def __init__(self, state: State) -> None:
        self.state = state

    def answer(self, request: Request, checkpoint: Checkpoint) -> Answer:
        """The answer to one request."""
        try:
            return self._answer(request, checkpoint)
        except RefusalError as refusal:
            return refusal.answer

    def _answer(self, request: Request, checkpoint: Checkpoint) -> Answer:
        if request.path == "/login" and request.method == "GET":
            return Answer(200, "<!doctype html><title>Login</title>DefectDojo (<b>v. 3.2.0</b>)", _HTML)
        if not request.path.startswith(_ROOT):
            return Answer(404, _NO_PAGE, _HTML)
        if not request.path.endswith("/"):
            base = re.sub(r"^https?://[^/]+", "", request.origin)
            query = "?" + "&".join(f"{k}={v}" for k, v in request.query.items()) if request.query else ""
            return Answer(301, "", {"location": f"{base}{request.path}/{query}", **_HTML})
        parts = request.path.removeprefix(_ROOT).strip("/").split("/")
        if parts == ["api-token-auth"]:
            return self._log_in(request)
        user = self._user(request)
        if parts[0] in _IMPORTS and len(parts) == 1:
            return self._import(request, user, checkpoint, again=_IMPORTS[parts[0]])
        with self.state.lock:
            return self._plain(request, user, parts)

    def _log_in(self, request: Request) -> Answer:
        who = given(request)
        if PASSWORDS.get(str(who.get("username"))) != who.get("password"):
            raise invalid({"non_field_errors": [("Unable to log in with provided credentials.", "authorization")]})
        return Answer(200, {"token": ADMIN.token})

    def _user(self, request: Request) -> User:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "token":
            raise detail(403, "Authentication credentials were not provided.")
        for user in USERS:
            if user.token == token:
                return user
        raise detail(403, "Invalid token.")

    def _import(self, request: Request, user: User, checkpoint: Checkpoint, *, again: bool) -> Answer:
        if request.body and request.media_type() != "multipart/form-data":
            raise unsupported(request.media_type())
        # The rights are checked before the method, so a GET is told which field it lacks.
        answer = Import(self.state, user, form(request) if request.body else Form(), again=again)
        if request.method != "POST":
            answer.permitted()
            raise _no_method(request, ("POST",))
        return answer.answer(checkpoint)

    def _plain(self, request: Request, user: User, parts: list[str]) -> Answer:
        table = parts[0]
        if parts == ["user_profile"]:
            return Answer(200, _profile(user))
        if table not in _METHODS or len(parts) > 3:
            return Answer(404, _NO_PAGE, _HTML)
        if table == "system_settings" and not user.may_change:  # only for superusers, even to look at
            raise forbidden()
        on_list, on_one = _METHODS[table]
        if len(parts) == 1:
            allowed = on_list
        elif len(parts) == 2:
            allowed = on_one
        else:
            return self._more(request, user, parts)
        if request.method == "OPTIONS":
            return _offered(table, user, "POST" if len(parts) == 1 else "PUT")
        if request.method not in allowed:
            raise _no_method(request, allowed)
        if len(parts) == 1:
            return self._list(request, user, table) if request.method == "GET" else self._create(request, user, table)
        return self._one(request, user, table, self._row(user, table, parts[1]))

    def _row(self, user: User, table: str, row_id: str) -> Row:
        row = self.state.get(table, row_id)
        if row is None or not user.may_view:
            raise not_found(objects.MODELS[table])
        return row

    def _list(self, request: Request, user: User, table: str) -> Answer:
        rows = self._rows(request, table) if user.may_view or table == "test_types" else []
        found = page(self.state, table, rows, request.query, f"{request.origin}{request.path}")
        results = [self.show(table, row) for row in found.rows]
        if request.query.get("related_fields") == "true" and table == "findings":
            for result, row in zip(results, found.rows, strict=True):
                result["related_fields"] = self._related(row)
        body: Row = {"count": found.count, "next": found.next, "previous": found.previous, "results": results}
        if LISTINGS[table].prefetch is not None:
            body["prefetch"] = self._prefetched(request, table, found.rows)
        return Answer(200, body)

    def _rows(self, request: Request, table: str) -> list[Row]:
        """All rows of a table; those of the wanted tests only, where that saves looking at every finding there is."""
        if table != "findings":
            return list(self.state.tables[table].values())
        tests = self.state.tables["tests"].values()
        wanted = request.query
        if wanted.get("test", "").isdigit():
            return self.state.findings(int(wanted["test"]))
        if wanted.get("test__engagement", "").isdigit():
            ids = [test["id"] for test in tests if test["engagement"] == int(wanted["test__engagement"])]
            return sorted((row for test in ids for row in self.state.findings(test)), key=lambda row: row["id"])
        return list(self.state.tables["findings"].values())

    def _prefetched(self, request: Request, table: str, rows: Any) -> Row:
        known = LISTINGS[table].prefetch or {}
        prefetched: Row = {}
        for name in request.query.get("prefetch", "").split(","):
            for row in rows if name in known else ():
                if (other := self.state.get(known[name], row[name])) is not None:
                    shown_other = (
                        self._engagement_stub(other) if name == "engagement" else self.show(known[name], other)
                    )
                    prefetched.setdefault(name, {})[str(other["id"])] = shown_other
        return prefetched

    def _create(self, request: Request, user: User, table: str) -> Answer:
        row = objects.create(self.state, user, table, given(request))
        created = self.show(table, row)
        for name in _ONLY_READ.get(table, ()):
            created.pop(name, None)
        if "tags" in row:
            created["tags"] = row["tags"]  # in the order given: lists show them sorted
        return Answer(201, created)

    def _one(self, request: Request, user: User, table: str, row: Row) -> Answer:
        if request.method == "DELETE":
            objects.delete(self.state, user, table, row)
            return Answer(204)
        if request.method == "GET":
            prefetch = {} if LISTINGS[table].prefetch is None else {"prefetch": self._prefetched(request, table, [row])}
            return Answer(200, {**self.show(table, row), **prefetch})
        objects.change(self.state, user, table, row, given(request), whole_object=request.method == "PUT")
        changed = self.show(table, row)
        changed.pop("push_to_jira", None)
        return Answer(200, changed)

    def _more(self, request: Request, user: User, parts: list[str]) -> Answer:
        """What can be done with one object beside reading and changing it."""
        actions: dict[tuple[str, str, str], Callable[[Request, User, Row], Answer]] = {
            ("GET", "findings", "notes"): self._notes,
            ("POST", "findings", "notes"): self._note,
            ("POST", "findings", "close"): self._close_finding,
            ("POST", "engagements", "close"): lambda _request, user, row: self._mark(
                user, row, "Completed", active=False
            ),
            ("POST", "engagements", "reopen"): lambda _request, user, row: self._mark(
                user, row, "In Progress", active=True
            ),
        }
        allowed = tuple(method for method, *rest in actions if rest == [parts[0], parts[2]])
        if not allowed:
            return Answer(404, _NO_PAGE, _HTML)
        if request.method not in allowed:
            raise _no_method(request, allowed)
        action = actions[request.method, parts[0], parts[2]]
        row = self._row(user, parts[0], parts[1])
        if request.method == "POST" and not user.may_change:
            raise forbidden()
        return action(request, user, row)

    def _mark(self, user: User, engagement: Row, status: str, *, active: bool) -> Answer:
        engagement.update(status=status, active=active, updated=self.state.stamp())
        self.state.save("engagements", engagement)
        return Answer(200, {})

    def _notes(self, _request: Request, _user: User, row: Row) -> Answer:
        return Answer(200, {"finding_id": row["id"], "notes": shown_notes(self.state, row)})

    def _note(self, request: Request, user: User, row: Row) -> Answer:
        said = given(request)
        if not said.get("entry"):
            raise invalid({"entry": [("This field is required.", "required")]})
        note = add_note(self.state, row, user, str(said["entry"]), private=bool(said.get("private")))
        return Answer(201, next(each for each in shown_notes(self.state, row) if each["id"] == note["id"]))

    def _close_finding(self, request: Request, user: User, row: Row) -> Answer:
        said = given(request)
        when = said.get("mitigated") or self.state.stamp()
        flags = {name: bool(said.get(name)) for name in ("is_mitigated", "false_p", "out_of_scope", "duplicate")}
        changes = {**flags, "active": False, "mitigated": when, "mitigated_by": said.get("mitigated_by") or user.id}
        save_changed(self.state, row, user, {**changes, "risk_accepted": False, "last_reviewed": when})
        if said.get("note"):
            add_note(self.state, row, user, said["note"])
        kept = (*flags, "mitigated", "mitigated_by")
        return Answer(200, {**{name: value(row, name) for name in kept}, "note_type": None})

    def show(self, table: str, row: Row) -> Row:
        """An object as the API gives it."""
        if table == "findings":
            return shown(self.state, row)
        if table == "tests":
            more: Row = {
                "test_type_name": test_type_of(self.state, row),
                "hash_code_fields": None,
                "finding_groups": [],
            }
            more["deduplication_algorithm"] = algorithm_of(self.state, row)
            return {**row, **more, "tags": sorted(row["tags"])}
        if table == "products":
            findings = self._open_findings(row)
            counted = {"findings_count": len(findings), "findings_list": findings}
            return {**row, **counted, "tags": sorted(row["tags"])}
        if table == "test_imports":
            return self._history(row)
        return {**row, "tags": sorted(row["tags"])} if "tags" in row else dict(row)

    def _open_findings(self, product: Row) -> list[int]:
        tests = [
            test["id"]
            for engagement in self.state.where("engagements", product=product["id"])
            for test in self.state.where("tests", engagement=engagement["id"])
        ]
        rows = [row for test in tests for row in self.state.findings(test)]
        return sorted(row["id"] for row in rows if value(row, "active"))

    def _history(self, row: Row) -> Row:
        findings = self.state.tables["findings"]
        there = [
            {"id": action_id, "action": action, "finding": finding}
            for action_id, action, finding in row["actions"]
            if finding in findings
        ]

        def place(action: Row) -> tuple[str, str, str]:
            finding = findings[action["finding"]]
            return (action["action"], finding["numerical_severity"], value(finding, "title"))

        times = {"created": row["created"], "modified": row["created"]}
        actions = [{**action, **times, "test_import": row["id"]} for action in sorted(there, key=place)]
        shown_row = {name: cell for name, cell in row.items() if name != "actions"}
        affected = sorted(action["finding"] for action in there)
        return {**shown_row, **times, "test_import_finding_action_set": actions, "findings_affected": affected}

    def _related(self, row: Row) -> Row:
        tables = self.state.tables
        test = tables["tests"][row["test"]]
        environment = tables["development_environments"].get(test["environment"] or 0)
        names = ("id", "title", "branch_tag", "build_id", "commit_hash", "version")
        test_type = {"id": test["test_type"], "name": test_type_of(self.state, test)}
        engagement = self._engagement_stub(tables["engagements"][test["engagement"]])
        more: Row = {"test_type": test_type, "engagement": engagement, "environment": environment}
        return {"test": {**{name: test[name] for name in names}, **more}, "jira": None}

    def _engagement_stub(self, engagement: Row) -> Row:
        product = self.state.tables["products"][engagement["product"]]
        kind = self.state.tables["product_types"][product["prod_type"]]
        names = (
            *("id", "name", "description", "target_start", "target_end", "branch_tag", "engagement_type", "build_id"),
            *("commit_hash", "version", "created", "updated"),
        )
        above = {"id": kind["id"], "name": kind["name"]}
        return {
            **{name: column(engagement, name) for name in names},
            "product": {"id": product["id"], "name": product["name"], "prod_type": above},
        }


_ONLY_READ = {"tests": ("test_type_name", "hash_code_fields", "finding_groups", "deduplication_algorithm")}


def _no_method(request: Request, allowed: tuple[str, ...]) -> RefusalError:
    return detail(405, f'Method "{request.method}" not allowed.', {"allow": ", ".join((*allowed, "HEAD", "OPTIONS"))})


def _offered(table: str, user: User, method: str) -> Answer:
    """What can be done there: the form to fill in is shown to those who may."""
    about: Row = {"name": f"{table} List", "description": "", "renders": ["application/json"]}
    return Answer(200, {**about, "actions": {method: {}}} if user.may_change else about)


def _profile(user: User) -> Row:
    all_rights = user.may_change
    return {
        "user": {
            **user.stub(),
            "email": f"{user.username}@defectdojo.local",
            "date_joined": "2026-01-01T00:00:00Z",
            "last_login": None,
            "is_active": True,
            "is_staff": all_rights,
            "is_superuser": all_rights,
            "token_last_reset": None,
            "password_last_reset": None,
            "configuration_permissions": [],
        },
        "user_contact_info": None,
    }
