"""What the server knows: tables of rows, apart from HTTP, so that a server may be stopped, killed and started again."""

from __future__ import annotations

import pickle
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.defectdojo_server.settings import SYSTEM_SETTINGS

Row = dict[str, Any]

FLAGS = ("active", "verified", "duplicate", "false_p", "out_of_scope", "is_mitigated", "risk_accepted")
Kind = tuple[Any, ...]
"""Of a finding: its severity and its flags."""

TOKEN = "d0j0" * 10
"""The token of the first user, who may do everything."""
NOBODYS_TOKEN = "0b0d" * 10
"""The token of a user who has no rights at all."""
TEST_TYPES = (
    "API Test",
    "Static Check",
    "Pen Test",
    "Web Application Test",
    "Security Research",
    "Generic Findings Import",
    "SARIF",
)
ENVIRONMENTS = ("Development", "Staging", "Production", "Test", "Pre-prod", "Lab", "Default")

# What goes with a row that is deleted: the table and the column that points at it.
_CHILDREN = {
    "product_types": (("products", "prod_type"),),
    "products": (("engagements", "product"),),
    "engagements": (("tests", "engagement"),),
    "tests": (("findings", "test"), ("test_imports", "test")),
    "findings": (("notes", "finding"),),
}

READERS_TOKEN = "4ead" * 10
"""The token of a user who may look at everything and change nothing."""


@dataclass(frozen=True, slots=True)
class User:
    """Who sends a request. Membership of single products is not imitated: all or nothing."""

    id: int
    username: str
    first_name: str
    last_name: str
    token: str
    may_view: bool
    may_change: bool

    def stub(self) -> Row:
        """How others show this user."""
        names = {"first_name": self.first_name, "last_name": self.last_name}
        return {"id": self.id, "username": self.username, **names}


USERS = (
    User(1, "admin", "Admin", "User", TOKEN, may_view=True, may_change=True),
    User(2, "nobody", "No", "Body", NOBODYS_TOKEN, may_view=False, may_change=False),
    User(3, "reader", "Only", "Reads", READERS_TOKEN, may_view=True, may_change=False),
)
ADMIN = USERS[0]
PASSWORDS = {"admin": "Dojo-Admin-1!"}


class State:
    """Tables by name. Rows change in place, under ``lock``; ``save`` writes what must outlive a kill -9."""

    def __init__(self, journal: Path | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.lock = threading.RLock()
        self.tables: dict[str, dict[int, Row]] = defaultdict(dict)
        self.findings_of: dict[int, dict[int, Row]] = defaultdict(dict)
        self.notes_of: dict[int, list[Row]] = defaultdict(list)
        self.kinds_of: dict[int, Counter[Kind]] = defaultdict(Counter)
        """How many findings of each kind a test has: counting tens of thousands for each report takes too long."""
        self._kinds: dict[int, Kind] = {}
        self.running: Counter[int] = Counter()
        """How many imports write into a test right now."""
        self._last: Counter[str] = Counter()
        self._now = now or (lambda: datetime.now(UTC))
        self._journal = journal
        if journal is not None and journal.exists():
            _replay(journal, self._put, self._remove)
        if not self.tables:
            self._found()

    def _found(self) -> None:
        """What a fresh installation has."""
        for name in TEST_TYPES:
            self.add("test_types", {"name": name, "static_tool": False, "dynamic_tool": False, "active": True})
        for name in ENVIRONMENTS:
            self.add("development_environments", {"name": name})
        self.add("product_types", {**PRODUCT_TYPE, "name": "Research and Development", "critical_product": True})
        self.add("system_settings", dict(SYSTEM_SETTINGS))

    def now(self) -> datetime:
        """The present."""
        return self._now()

    def stamp(self) -> str:
        """The present, as the API writes it."""
        return stamp(self.now())

    def today(self) -> date:
        """The present day."""
        return self.now().date()

    def add(self, table: str, row: Row) -> Row:
        """Give a row its id and keep it."""
        with self.lock:
            row = {"id": self._last[table] + 1, **row}
            self._put(table, row)
            self.save(table, row)
            return row

    def take_ids(self, table: str, count: int) -> range:
        """Ids of things that are kept with another row."""
        with self.lock:
            first = self._last[table] + 1
            self._last[table] += count
            return range(first, first + count)

    def save(self, table: str, row: Row) -> None:
        """Take note of a row that changed, and write it where a kill cannot reach it."""
        if table == "findings":
            self._tally(row)
        self._write(table, row["id"], row)

    def drop(self, table: str, row_id: int) -> None:
        """Delete a row and all that belongs to it."""
        with self.lock:
            for child, column in _CHILDREN.get(table, ()):
                for found in [row["id"] for row in self.tables[child].values() if row[column] == row_id]:
                    self.drop(child, found)
            self._remove(table, row_id)
            self._write(table, row_id, None)

    def get(self, table: str, row_id: object) -> Row | None:
        """A row by its id, however that was written."""
        try:
            return self.tables[table].get(int(str(row_id)))
        except ValueError:
            return None

    def where(self, table: str, **columns: Any) -> list[Row]:
        """The rows that have all these values, oldest first."""
        return [row for row in list(self.tables[table].values()) if all(row[k] == v for k, v in columns.items())]

    def findings(self, test: int) -> list[Row]:
        """The findings of a test, oldest first."""
        with self.lock:
            return list(self.findings_of[test].values())

    def deduplicates(self) -> bool:
        """Whether findings are compared between tests."""
        return bool(self.tables["system_settings"][1]["enable_deduplication"])

    def _write(self, table: str, row_id: int, row: Row | None) -> None:
        if self._journal is not None:
            with self.lock, self._journal.open("ab") as file:
                file.write(pickle.dumps((table, row_id, row)))

    def _put(self, table: str, row: Row) -> None:
        self.tables[table][row["id"]] = row
        self._last[table] = max(self._last[table], row["id"])  # an id is never given twice
        if table == "findings":
            self.findings_of[row["test"]][row["id"]] = row
            self._tally(row)
        elif table == "notes":
            self.notes_of[row["finding"]].append(row)

    def _tally(self, row: Row) -> None:
        tally, new = self.kinds_of[row["test"]], kind(row)
        if (old := self._kinds.get(row["id"])) is not None:
            tally[old] -= 1
        tally[new] += 1
        self._kinds[row["id"]] = new

    def _remove(self, table: str, row_id: int) -> None:
        row = self.tables[table].pop(row_id, None)
        if table == "findings" and row is not None:
            self.findings_of[row["test"]].pop(row_id, None)
            self.notes_of.pop(row_id, None)
            self.kinds_of[row["test"]][self._kinds.pop(row_id)] -= 1


def kind(row: Row) -> Kind:
    """The kind of a finding."""
    active, *others = FLAGS
    return (row["severity"], row.get(active, True), *[row.get(flag, False) for flag in others])


def _replay(journal: Path, put: Callable[[str, Row], None], remove: Callable[[str, int], None]) -> None:
    """Read what was written before; what a kill cut off in the middle of a row never happened."""
    whole = 0
    with journal.open("rb") as file:
        while True:
            try:
                table, row_id, row = pickle.load(file)
            except (EOFError, pickle.UnpicklingError):
                break
            whole = file.tell()
            if row is None:
                remove(table, row_id)
            else:
                put(table, row)
    with journal.open("r+b") as file:
        file.truncate(whole)


def stamp(moment: datetime) -> str:
    """A moment as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")


PRODUCT_TYPE: Row = {
    "created": None,
    "updated": None,
    "name": "",
    "description": None,
    "critical_product": False,
    "key_product": False,
    "authorized_users": [],
}
PRODUCT: Row = {
    "business_criticality": None,
    "platform": None,
    "lifecycle": None,
    "origin": None,
    "product_meta": [],
    "created": None,
    "name": "",
    "description": "",
    "prod_numeric_grade": None,
    "user_records": None,
    "revenue": None,
    "external_audience": False,
    "internet_accessible": False,
    "enable_product_tag_inheritance": False,
    "enable_simple_risk_acceptance": False,
    "enable_full_risk_acceptance": True,
    "disable_sla_breach_notifications": False,
    "product_manager": None,
    "technical_contact": None,
    "team_manager": None,
    "prod_type": 0,
    "sla_configuration": 1,
    "authorized_users": [],
    "regulations": [],
    "tags": [],
}
ENGAGEMENT: Row = {
    "created": None,
    "updated": None,
    "name": None,
    "description": None,
    "version": None,
    "first_contacted": None,
    "target_start": None,
    "target_end": None,
    "reason": None,
    "active": True,
    "tracker": None,
    "test_strategy": None,
    "threat_model": True,
    "api_test": True,
    "pen_test": True,
    "check_list": True,
    "status": "Not Started",
    "progress": "threat_model",
    "tmodel_path": "none",
    "done_testing": False,
    "engagement_type": "Interactive",
    "build_id": None,
    "commit_hash": None,
    "branch_tag": None,
    "source_code_management_uri": None,
    "deduplication_on_engagement": False,
    "lead": None,
    "requester": None,
    "preset": None,
    "report_type": None,
    "product": 0,
    "cicd_scm_server": None,
    "cicd_build_server": None,
    "cicd_orchestration_engine": None,
    "notes": [],
    "files": [],
    "risk_acceptance": [],
    "tags": [],
}
TEST: Row = {
    "engagement": 0,
    "notes": [],
    "scan_type": None,
    "title": None,
    "description": None,
    "target_start": None,
    "target_end": None,
    "percent_complete": None,
    "updated": None,
    "created": None,
    "version": None,
    "build_id": None,
    "commit_hash": None,
    "branch_tag": None,
    "lead": None,
    "test_type": 0,
    "environment": None,
    "api_scan_configuration": None,
    "files": [],
    "tags": [],
}
