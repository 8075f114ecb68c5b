"""Every export of the small world, by the name of its golden file."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import text

from dojo_tui.cli.root import main
from dojo_tui.model.record import MAPPED, UNMAPPED
from dojo_tui.store.open import Store
from dojo_tui.ui.export import formats, write_list
from dojo_tui.ui.lists.connectors import ConnectorSource
from dojo_tui.ui.lists.findings import FindingSource
from dojo_tui.ui.lists.history import HistorySource
from dojo_tui.ui.lists.operations import OperationSource
from dojo_tui.ui.lists.records import RecordSource
from dojo_tui.ui.lists.rules import RuleSource
from dojo_tui.ui.widgets.columns import Query, Source
from dojo_tui.wiring import Workspace

EXPECTED = Path(__file__).parent / "expected"

LISTINGS = ("connectors", "records", "findings", "operations", "products", "destinations", "rules")
VALUES: Mapping[str, tuple[str, ...]] = {
    "operation": ("operations", "show", "4"),
    "history-of-a-record": ("records", "history", "4"),
    "history": ("records", "history"),
    "act": ("records", "history", "--act", "1"),
    "history-of-a-finding": ("findings", "history", "2"),
    "suggestions": ("records", "suggest"),
    "rules-preview": ("rules", "preview"),
    "remap": ("records", "map", "4", "--product", "Other", "--dry-run"),
    "undo": ("records", "undo", "--dry-run"),
    "tools": ("tools",),
}
"""Commands whose ``--json`` is one value, or a list that cannot be filtered."""

SOURCES: Mapping[str, Callable[[Workspace], Source]] = {
    "unmapped": lambda workspace: RecordSource(workspace, UNMAPPED),
    "mapped": lambda workspace: RecordSource(workspace, MAPPED),
    "findings": lambda workspace: FindingSource(workspace, active=None),
    "operations": OperationSource,
    "connectors": ConnectorSource,
    "rules": RuleSource,
    "history": HistorySource,
}
"""Lists of the app; the others show what is only in memory, or on a server."""


def command(store: Path, *arguments: str) -> str:
    """What a command prints; it must succeed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--store", str(store), *arguments])
    assert code == 0, f"{' '.join(arguments)}: exit code {code}\n{err.getvalue()}"
    return out.getvalue()


def exports(workspace: Workspace, directory: Path) -> Iterator[tuple[str, str]]:
    """Golden file and text of every export of shell and app, and of the store's schema."""
    store = directory / "store.sqlite"
    made: dict[str, str] = {"schema.sql": schema(workspace.store)}
    for name in LISTINGS:
        made[f"shell/{name}.json"] = command(store, name, "list", "--json")
        made[f"shell/{name}.csv"] = command(store, name, "list", "--format", "csv")
    made["shell/findings.sarif"] = command(store, "findings", "list", "--format", "sarif")
    for name, arguments in VALUES.items():
        made[f"shell/{name}.json"] = command(store, *arguments, "--json")
    for name, make in SOURCES.items():
        source = make(workspace)
        ids = source.ids(Query())
        for ending in formats(source):
            path = directory / f"app-{name}.{ending}"
            write_list(str(path), source, ids, workspace.store)
            made[f"app/{name}.{ending}"] = path.read_text(encoding="utf-8")
    for name, said in made.items():
        yield name, said.replace(str(directory), "/world").replace("\r\n", "\n")


def schema(store: Store) -> str:
    """Tables and indexes as SQLite keeps them."""
    statement = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name"
    with store.database.read() as connection:
        return "".join(f"{sql};\n" for sql in connection.execute(text(statement)).scalars())


def alone(directory: Path) -> None:
    """Keep the person's own configuration out of it."""
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(directory)
    for name in [name for name in os.environ if name.startswith(("DOJO_TUI_", "DEFECTDOJO_"))]:
        del os.environ[name]
