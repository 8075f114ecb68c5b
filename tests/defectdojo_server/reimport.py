"""Writes a report into a test, step by step and not atomically, as the real import and reimport do (facts.md, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.defectdojo_server import duplicates
from tests.defectdojo_server.answers import broken
from tests.defectdojo_server.findings import (
    SEVERITIES,
    add_note,
    hash_code,
    mitigate,
    save_changed,
    save_new,
    value,
)
from tests.defectdojo_server.reports import severity_of
from tests.defectdojo_server.state import Row, State, User

Algorithm = Literal["hash_code", "unique_id_from_tool_or_hash_code", "legacy"]
Stage = Literal["located", "start", "created", "closing", "closed", "finish"]

_BATCH = 1000
"""The real server looks for what matches a thousand findings at a time; what others create meanwhile is not seen."""


class Checkpoint(Protocol):
    """Is called between steps, with how many findings were created (or closed) so far. May wait, or raise."""

    def __call__(self, stage: Stage, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Options:
    """What the form says."""

    scan_type: str
    minimum_severity: str = "Info"
    active: bool | None = None
    verified: bool | None = None
    close_old: bool = True
    close_in_product: bool = False
    do_not_reactivate: bool = False
    service: str | None = None
    date: str | None = None
    tags: Sequence[str] = ()
    tag_findings: bool = False


@dataclass
class Outcome:
    """Which findings went into which group."""

    created: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    reactivated: list[Row] = field(default_factory=list)
    untouched: list[Row] = field(default_factory=list)


@dataclass
class Writer:
    """One import of one report into one test."""

    state: State
    user: User
    test: Row
    options: Options
    checkpoint: Checkpoint
    moment: str
    """When it closes what is gone: the scan date, or the moment the request came."""
    began: str
    outcome: Outcome = field(default_factory=Outcome)
    _kept: set[int] = field(default_factory=set)

    def reimport(self, reported: Iterable[Row]) -> Outcome:
        """Make the findings in scope equal to the report."""
        state, outcome = self.state, self.outcome
        # What it looked like before this reimport decides: a finding that this very report closes is closed once more.
        open_before = [row["id"] for row in self._scope(state.findings(self.test["id"])) if not _is_closed(row)]
        rows = self._cleaned(reported)
        for row in rows:
            row["hash_code"] = _hashed(row)
        rows.sort(key=_order)
        self.checkpoint("start", 0)
        for at in range(0, len(rows), _BATCH):
            self._match(rows[at : at + _BATCH])
        new = {row["id"] for row in (*outcome.created, *outcome.reactivated)}
        outcome.untouched = [row for row in outcome.untouched if row["id"] not in new]
        self._close([row_id for row_id in open_before if row_id not in new and row_id not in self._kept])
        return outcome

    def first_import(self, reported: Iterable[Row]) -> Outcome:
        """Write the findings of a report into a new test, and close those of older ones if that is wanted."""
        self.checkpoint("start", 0)
        for row in self._cleaned(reported):
            row["hash_code"] = _hashed(row)
            self._create(row)
        if self.options.close_old:
            self._close(self._older())
        return self.outcome

    def _scope(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Only findings of the same service; of none where none is given."""
        for row in rows:
            if (value(row, "service") or None) == self.options.service:
                yield row

    def _cleaned(self, reported: Iterable[Row]) -> list[Row]:
        least = SEVERITIES.index(self.options.minimum_severity)
        rows = []
        for row in reported:
            row["severity"] = severity_of(row["severity"])
            if SEVERITIES.index(row["severity"]) >= least:
                if self.options.service is not None:
                    row["service"] = self.options.service
                rows.append(row)
        return rows

    def _match(self, batch: Sequence[Row]) -> None:
        algorithm = algorithm_of(self.state, self.test)
        candidates: dict[object, list[Row]] = {key: [] for row in batch for key in _keys(algorithm, row)}
        for row in self.state.findings(self.test["id"]):
            for key in _keys(algorithm, row):
                if key in candidates:
                    candidates[key].append(row)
        for row in batch:
            matches = [match for key in _keys(algorithm, row) for match in candidates[key]]
            if matches:
                self._matched(row, min(matches, key=lambda match: match["id"]))
            else:
                created = self._create(row)
                for key in _keys(algorithm, created):
                    candidates.setdefault(key, []).append(created)

    def _create(self, row: Row) -> Row:
        options = self.options
        for name in ("active", "verified"):
            if (forced := getattr(options, name)) is not None:
                row[name] = forced
        if options.date is not None:
            row["date"] = options.date
        row.update(test=self.test["id"], found_by=[self.test["test_type"]])
        if options.tag_findings:
            row["tags"] = [*row.get("tags", ()), *options.tags]
        with self.state.lock:
            created = save_new(self.state, row, self.user, self.began)
        self.outcome.created.append(created)
        self.checkpoint("created", len(self.outcome.created))
        return created

    def _matched(self, row: Row, held: Row) -> None:
        with self.state.lock:
            if any(value(held, flag) for flag in ("false_p", "out_of_scope", "risk_accepted")):
                alike = all(
                    bool(value(held, flag)) == bool(value(row, flag))
                    for flag in ("false_p", "out_of_scope", "risk_accepted")
                )
                if alike or (value(held, "risk_accepted") and not value(held, "active")):
                    self._keep(held)
            elif value(held, "is_mitigated"):
                self._returned(row, held)
            else:
                self._still_open(row, held)

    def _keep(self, held: Row) -> None:
        if held["id"] not in self._kept:
            self._kept.add(held["id"])
            self.outcome.untouched.append(held)

    def _returned(self, row: Row, held: Row) -> None:
        """A closed finding is in the report again."""
        if value(row, "is_mitigated"):
            self._keep(held)
            return
        scan_type = self.options.scan_type
        if self.options.do_not_reactivate:
            note = f"Finding has skipped reactivation from {scan_type} re-upload with user decision do_not_reactivate."
            if all(old["entry"] != note for old in self.state.notes_of.get(held["id"], ())):
                add_note(self.state, held, self.user, note)
            return
        changes: Row = {"is_mitigated": False, "active": True, **self._details(row, held)}
        note = f"Re-activated by {scan_type} re-upload."
        if value(held, "duplicate"):
            changes.update(active=False, verified=False)
            note = f"Un-mitigated by {scan_type} re-upload but kept inactive because the finding is a duplicate."
        elif self.options.verified is not None:
            changes["verified"] = self.options.verified
        save_changed(self.state, held, self.user, changes)
        add_note(self.state, held, self.user, note)
        self.outcome.reactivated.append(held)

    def _still_open(self, row: Row, held: Row) -> None:
        changes = self._details(row, held)
        flags = ("risk_accepted", "false_p", "out_of_scope")
        if value(row, "is_mitigated"):
            changes.update(is_mitigated=True, active=False, mitigated=value(row, "mitigated"))
        elif any(value(row, flag) for flag in flags):
            changes.update({flag: bool(value(row, flag)) for flag in flags}, active=False)
        else:
            self._keep(held)
        if "active" in changes and self.options.verified is not None:
            changes["verified"] = self.options.verified
        if changes:
            save_changed(self.state, held, self.user, changes)

    def _details(self, row: Row, held: Row) -> Row:
        """The few facts of a known finding that a report changes."""
        new: Row = {name: value(row, name) for name in ("fix_available", "vulnerability_ids", "cwes")}
        if new["fix_available"] != value(held, "fix_available"):
            new["fix_version"] = value(row, "fix_version")
        for name in ("component_name", "component_version"):
            new[name] = value(held, name) or value(row, name)
        if self.options.tag_findings:
            new["tags"] = sorted({*value(held, "tags"), *self.options.tags})
        return {name: v for name, v in new.items() if v != value(held, name)}

    def _close(self, gone: Iterable[int]) -> None:
        if not self.options.close_old:
            return
        self.checkpoint("closing", 0)
        note = f"Mitigated by {test_type_of(self.state, self.test)} re-upload."
        for row_id in gone:
            with self.state.lock:
                held = self.state.get("findings", row_id)
                if held is not None:
                    mitigate(self.state, held, self.user, self.moment, note)
                    self.outcome.closed.append(held)
            self.checkpoint("closed", len(self.outcome.closed))

    def _older(self) -> list[int]:
        """What an import closes: in other tests of the same type, of the same service, not in this report."""
        state = self.state
        new = {row["hash_code"] for row in state.findings(self.test["id"]) if not value(row, "is_mitigated")}
        tests = state.where("tests", test_type=self.test["test_type"])
        scope = "product" if self.options.close_in_product else "id"
        place = state.tables["engagements"][self.test["engagement"]][scope]
        rows = [
            row
            for test in tests
            if test is not self.test and state.tables["engagements"][test["engagement"]][scope] == place
            for row in self._scope(state.findings(test["id"]))
        ]
        return [row["id"] for row in rows if _is_at_work(row) and row["hash_code"] not in new]

    def finish(self, labels: Mapping[str, str], kind: str, settings: Row) -> Row:
        """Mark the test, then write the history: the last things that happen."""
        state, test, now = self.state, self.test, self.state.stamp()
        self.checkpoint("finish", 0)
        with state.lock:
            if test["id"] not in state.tables["tests"]:
                raise broken()
            engagement = state.tables["engagements"][test["engagement"]]
            if engagement["engagement_type"] == "CI/CD":
                engagement["target_end"] = max(engagement["target_end"], self.moment[:10])
            engagement["updated"] = now
            test.update(labels, target_end=max(test["target_end"], self.moment), updated=now, percent_complete=100)
            if self.options.tags:
                test["tags"] = list(self.options.tags)
            state.save("tests", test)
            state.save("engagements", engagement)
            return state.add("test_imports", self._history(labels, kind, settings, now))

    def _history(self, labels: Mapping[str, str], kind: str, settings: Row, now: str) -> Row:
        groups = zip("CNRU", self.groups().values(), strict=True)
        pairs = [(letter, row["id"]) for letter, rows in groups for row in rows]
        ids = self.state.take_ids("actions", len(pairs))
        return {
            "test": self.test["id"],
            "created": now,
            "type": kind,
            "import_settings": settings,
            "actions": [(action, *pair) for action, pair in zip(ids, pairs, strict=True)],
            **labels,
        }

    def groups(self) -> dict[str, list[Row]]:
        """The four groups of a reimport's statistics."""
        found = self.outcome
        return {
            "closed": found.closed,
            "created": found.created,
            "reactivated": found.reactivated,
            "untouched": found.untouched,
        }

    def deduplicate(self) -> None:
        """Mark what is known in other tests of the product."""
        found = self.outcome
        if self.state.deduplicates():
            duplicates.mark(self.state, self.user, [*found.created, *found.reactivated, *found.untouched])


def test_type_of(state: State, test: Row) -> str:
    """The name of a test's type."""
    return str(state.tables["test_types"][test["test_type"]]["name"])


def algorithm_of(state: State, test: Row) -> Algorithm:
    """How findings of a test are matched: configured by test type or scan type, else ``legacy``."""
    names = {test_type_of(state, test), test["scan_type"]}
    if "Generic Findings Import" in names:
        return "hash_code"
    return "unique_id_from_tool_or_hash_code" if "SARIF" in names else "legacy"


def _keys(algorithm: Algorithm, row: Row) -> list[object]:
    if algorithm == "legacy":
        return [(value(row, "title").lower(), row["severity"])]
    keys: list[object] = [row["hash_code"]]
    if algorithm == "unique_id_from_tool_or_hash_code" and value(row, "unique_id_from_tool"):
        keys.append(("id", row["unique_id_from_tool"]))
    return keys


def _is_closed(row: Row) -> bool:
    return bool(value(row, "mitigated") and value(row, "is_mitigated"))


def _is_at_work(row: Row) -> bool:
    return not _is_closed(row) and bool(value(row, "active") or value(row, "risk_accepted"))


def _hashed(row: Row) -> str:
    try:
        return hash_code(row)
    except (TypeError, ValueError):  # no title, or text that is no Unicode
        raise broken() from None


def _order(row: Row) -> tuple[Any, ...]:
    """The order of creation: by content, so that the same report always gives the same findings."""
    line = value(row, "line")
    return (
        row["hash_code"],
        value(row, "unique_id_from_tool") or "",
        value(row, "file_path") or "",
        -1 if line is None else line,
        value(row, "title"),
    )
