"""A connector is a page of code that says what to ask; asking is the framework's."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import dojo_tui.connectors as package
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import Field
from dojo_tui.connectors.registry import built_in, tools
from tests.test_layers import imports_of

README = Path(__file__).parents[2] / "README.md"
FOLDER = Path(package.__file__).parent
CONNECTORS = [
    file for file in sorted(FOLDER.glob("*.py"))
    if hasattr(importlib.import_module(f"dojo_tui.connectors.{file.stem}"), "TOOL")
]  # fmt: skip
NEVER = ("httpx", "urllib", "http.client", "requests", "socket", "ssl", "time", "threading", "sqlalchemy", "sqlite3")


@pytest.mark.parametrize("file", CONNECTORS, ids=lambda file: file.stem)
def test_it_is_without_http_or_sql(file: Path) -> None:
    names = imports_of(file)
    assert [name for name in names if name.split(".")[0] in NEVER or name in NEVER] == []
    assert [name for name in names if name.startswith(("dojo_tui.http.client", "dojo_tui.http.wire"))
            and not name.endswith("Limits") and name != "dojo_tui.http.client"] == []  # fmt: skip


@pytest.mark.parametrize("tool", [tool for tool in built_in() if isinstance(tool, ApiTool)], ids=lambda tool: tool.name)
def test_it_has_its_test_with_the_kit_and_its_section_in_the_readme(tool: ApiTool) -> None:
    module = type(tool).__module__.rpartition(".")[2]
    test = Path(__file__).parent / f"test_{module}.py"
    assert "conformance(" in test.read_text(encoding="utf-8")
    assert f"### {tool.name}:" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)
def test_every_field_is_explained_and_its_default_can_be_read(tool: ApiTool) -> None:
    for field in (tool.location, *tool.options, *tool.secrets):
        assert isinstance(field, Field)
        assert field.help
        if field.default:
            field.parse(field.default)
    assert len({field.name for field in (*tool.options, *tool.secrets)}) == len(tool.options) + len(tool.secrets)


@pytest.mark.parametrize("file", CONNECTORS, ids=lambda file: file.stem)
def test_its_public_parts_are_explained(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
