"""What is built can be installed, and holds what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command, away from what the tests' own environment installs; what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP"))}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the source distribution, made from what git knows and nothing else."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a checkout: git tells what is built")
    source = tmp_path_factory.mktemp("source")
    files = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, files):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "hatchling", "build", cwd=source)
    return source / "dist"


def fresh(folder: Path) -> Path:
    """The Python of a new environment, which sees the packages that the program needs but not the program."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    (site,) = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).split()
    here = Path(sysconfig.get_path("purelib"))
    for package in here.iterdir():
        if not package.name.startswith(("dojo_tui", "_dojo_tui", "__editable__", "pip", "setuptools", "_virtualenv")):
            target = Path(site) / package.name
            if not target.exists():
                target.symlink_to(package)
    return python


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_what_is_built_is_installed_and_runs(built: Path, tmp_path: Path, kind: str) -> None:
    (file,) = built.glob(kind)
    python = fresh(tmp_path / "venv")
    run(
        python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", file, cwd=tmp_path
    )
    program = python.parent / "dojo-tui"
    store = tmp_path / "store.sqlite"
    listed = run(program, "--store", store, "tools", "--json", cwd=tmp_path)
    assert '"github-security"' in listed
    run(program, "--store", store, "connectors", "add", "reports", "--label", "x", "--location", tmp_path, cwd=tmp_path)
    assert store.exists()
    where = run(python, "-c", "import dojo_tui; print(dojo_tui.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(tmp_path)


def test_the_source_distribution_has_its_tests_and_pages_and_no_pictures_of_them(built: Path, tmp_path: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in (
        "docs/tools.md",
        "tests/test_readme.py",
        "scripts/readme.py",
        "CHANGELOG.md",
        "Makefile",
        "README.md",
    ):
        assert needed in names
    assert not [name for name in names if "__snapshots__" in name]
    assert "dojo_tui/tools/github/README.md" in names
