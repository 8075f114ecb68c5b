"""A tool is a folder: it says what there is, and touches nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dojo_tui.tools as package
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import Field, Tool
from dojo_tui.tools.registry import tools
from tests.test_layers import imports_of

FOLDERS = sorted(file.parent for file in Path(package.__file__).parent.glob("*/__init__.py"))
TESTS = Path(__file__).parent
OWN = {"reports"}
"""Tools that are built on the engine of the report formats, not on the sdk alone."""
HEADINGS = ("What becomes a Record", "What its Findings are", "What is skipped", "How it was verified")
"""Of a tool's README; a server's tells where the key comes from, too."""


def folder_of(tool: Tool) -> Path:
    return Path(package.__file__).parent / type(tool).__module__.split(".")[2]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_imports_the_sdk_and_itself_only(folder: Path) -> None:
    allowed = ("dojo_tui.sdk", f"dojo_tui.tools.{folder.name}")
    foreign = {
        name
        for file in folder.rglob("*.py")
        for name in imports_of(file)
        if name.startswith("dojo_tui") and not name.startswith(allowed)
    }
    assert foreign - {"dojo_tui"} == set() or folder.name in OWN


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_has_no_http_or_sql_of_its_own(folder: Path) -> None:
    never = ("httpx", "http", "requests", "socket", "ssl", "time", "threading", "sqlalchemy", "sqlite3")
    found = {name.split(".")[0] for file in folder.rglob("*.py") for name in imports_of(file)}
    assert found & set(never) == set()
    assert "urllib.request" not in {name for file in folder.rglob("*.py") for name in imports_of(file)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_mapping_asks_nobody(folder: Path) -> None:
    """A mapping is a function of a row: what sends requests is not for it."""
    asks = {"Api", "ApiTool", "Request", "Listing", "Job", "query", "Server"}
    for file in folder.glob("mapping*.py"):
        assert {name.rpartition(".")[2] for name in imports_of(file)} & asks == set()


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)
def test_a_server_is_tried_with_the_kit(tool: Tool) -> None:
    if isinstance(tool, ApiTool):
        module = type(tool).__module__.rpartition(".")[2]
        test = TESTS / folder_of(tool).name / f"test_{module}.py"
        assert "conformance(" in test.read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)
def test_its_readme_says_what_a_person_needs(tool: Tool) -> None:
    text = (folder_of(tool) / "README.md").read_text(encoding="utf-8")
    assert f"dojo-tui connectors add {tool.name} " in text
    headings = HEADINGS if not tool.secrets else (*HEADINGS, "least rights")
    assert [heading for heading in headings if heading not in text] == []


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)
def test_every_field_is_explained_and_its_default_can_be_read(tool: Tool) -> None:
    for field in (tool.location, *tool.options, *tool.secrets):
        assert isinstance(field, Field)
        assert field.help
        if field.default:
            field.parse(field.default)
    assert len({field.name for field in (*tool.options, *tool.secrets)}) == len(tool.options) + len(tool.secrets)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_public_parts_are_explained(folder: Path) -> None:
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), file
