"""The house of the design: what each layer may bring with it when it is imported."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dojo_tui"
HEAVY = ("alembic", "httpx", "sqlalchemy", "textual")


def imported_by(code: str) -> set[str]:
    """Names of the modules in ``sys.modules`` after ``code`` ran in a fresh process."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def modules_of(layer: str) -> list[str]:
    """Every module of a layer, migrations apart (Alembic runs these, nobody imports them)."""
    folder = PACKAGE / layer
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    names = []
    for file in files:
        if file.is_file() and "migrations" not in file.parts:
            parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


@pytest.mark.parametrize(
    ("layer", "never"),
    [
        ("model", (*HEAVY, "click", "sqlite3", "dojo_tui.store", "dojo_tui.services", "dojo_tui.connectors")),
        ("reports", ("textual", "sqlalchemy", "click", "dojo_tui.store", "dojo_tui.connectors", "dojo_tui.services")),
        ("store", ("textual", "rich", "click", "sqlalchemy.orm", "httpx", "dojo_tui.connectors", "dojo_tui.services")),
        (
            "http",
            ("textual", "sqlalchemy", "dojo_tui.store", "dojo_tui.connectors", "dojo_tui.services"),
        ),
        ("testing", ("textual", "rich", "click", "sqlalchemy", "pytest", "dojo_tui.store", "dojo_tui.services")),
        (
            "connectors",
            ("textual", "rich", "click", "sqlalchemy", "dojo_tui.services", "dojo_tui.store", "dojo_tui.sdk"),
        ),
        ("sdk", ("textual", "rich", "click", "sqlalchemy", "httpx", "dojo_tui.services", "dojo_tui.store")),
        ("tools", ("textual", "rich", "click", "sqlalchemy", "dojo_tui.services", "dojo_tui.store")),
        ("destinations", ("textual", "rich", "click", "sqlalchemy.orm", "dojo_tui.services", "dojo_tui.ui")),
        (
            "services",
            ("textual", "rich", "click", "sqlalchemy.orm", "dojo_tui.wiring", "dojo_tui.tools.reports"),
        ),
        ("wiring", ("textual", "click", "sqlalchemy.orm", "alembic", "dojo_tui.ui", "dojo_tui.cli")),
        (
            "ui",
            ("click", "sqlalchemy.orm", "alembic", "dojo_tui.cli", "dojo_tui.demo", "dojo_tui.tools.reports"),
        ),
        ("cli", (*HEAVY, "sqlite3", "dojo_tui.store", "dojo_tui.wiring", "dojo_tui.ui", "dojo_tui.connectors")),
    ],
)
def test_a_layer_brings_only_what_it_may(layer: str, never: tuple[str, ...]) -> None:
    names = modules_of(layer)
    assert names, f"the layer {layer} is not there"
    loaded = imported_by("\n".join(f"import {name}" for name in names))
    assert [name for name in never if name in loaded] == []


def test_no_file_imports_what_its_floor_does_not_know() -> None:
    """Also late imports, which a look at ``sys.modules`` does not see."""
    forbidden = {
        "model": ("sqlalchemy", "textual", "httpx", "alembic", "click", "sqlite3"),
        "services": ("textual", "rich", "click", "dojo_tui.tools.reports", "dojo_tui.ui", "dojo_tui.cli"),
        "ui": ("sqlalchemy", "sqlite3", "httpx", "alembic", "dojo_tui.tools.reports", "dojo_tui.reports"),
        "cli": ("sqlalchemy", "sqlite3", "httpx", "alembic", "textual"),
        "demo": ("sqlalchemy", "sqlite3", "httpx", "alembic"),
    }
    wrong = [
        f"{file.relative_to(PACKAGE)} imports {name}"
        for layer, names in forbidden.items()
        for file in (PACKAGE / layer).rglob("*.py")
        for name in imports_of(file)
        if any(name == one or name.startswith(f"{one}.") for one in names)
    ]
    assert wrong == []


def test_nobody_imports_the_orm() -> None:
    """Importing it takes longer than the whole first frame may."""
    wrong = [
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        for name in imports_of(file)
        if name.startswith("sqlalchemy.orm")
    ]
    assert wrong == []


def imports_of(file: Path) -> list[str]:
    """Every module that a file imports anywhere, except for type checking only."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    names: list[str] = []
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.extend([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return names
