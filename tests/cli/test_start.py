"""What starts at once, and what the help says."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dojo_tui import __version__
from dojo_tui.cli.root import MODULES, main
from tests.cli.conftest import COMMAND, Cli

HEAVY = ("textual", "sqlalchemy", "httpx", "alembic", "rich", "tomllib")
PAGES = [
    ["--version"],
    ["--help"],
    *([name, "--help"] for name in MODULES),
    ["records", "list", "--help"],
    ["connectors", "add", "--help"],
]


@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom dojo_tui.cli.root import main\n"
        f"code = main({arguments!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dojo-tui, version {__version__}\n"


def test_every_command_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    page = capsys.readouterr().out
    for name in MODULES:
        assert f"\n  {name} " in page


def test_global_options_stand_on_either_side(cli: Cli) -> None:
    cli.add()
    before = main(["--json", "--store", str(cli.store), "connectors", "list"])
    first = cli.capture.readouterr().out
    after = main(["connectors", "list", "--store", str(cli.store), "--json"])
    assert (before, after) == (0, 0)
    assert first == cli.capture.readouterr().out
    assert '"label": "scans"' in first


def test_an_unknown_command_names_those_like_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recods", "list"]) == 2
    assert "Did you mean 'records'?" in capsys.readouterr().err
    assert main(["records", "lst"]) == 2
    assert "'list'" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert __version__ in done.stdout


def test_the_packaged_version_is_the_shown_one() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"]["dojo-tui"] == "dojo_tui.__main__:main"
    assert "version" in project["project"]["dynamic"]
