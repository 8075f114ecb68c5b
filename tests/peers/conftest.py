"""Starts the peers: installed from npm once, each ended with the test that started it."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LISTENING = r"listening (\S+)"
_INSTALL_SECONDS = 300
_START_SECONDS = 60
_NO_REGISTRY = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ETIMEDOUT", "EHOSTUNREACH")


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with the installed programs; skips where there is no Node.js, or no registry."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js with npm")
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    stamp = HERE / "node_modules" / ".installed-from"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        # Scripts of packages are not run, and no lock file is left that would name this machine's registry.
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        done = subprocess.run(
            ["npm", "install", *options], cwd=HERE, capture_output=True, text=True, timeout=_INSTALL_SECONDS
        )
        if any(code in done.stderr for code in _NO_REGISTRY):
            pytest.skip("needs npm's registry, which cannot be reached")
        assert done.returncode == 0, f"npm install failed:\n{done.stderr[-2_000:]}"
        stamp.write_text(wanted, encoding="utf-8")
    return HERE


@pytest.fixture
def peer(installed: Path) -> Iterator[Callable[..., str]]:
    """``peer(script, *arguments, ready=...)`` starts it and gives its address."""
    with ExitStack() as stack:

        def start(script: str, *arguments: str, ready: str = LISTENING) -> str:
            return stack.enter_context(_started(["node", str(installed / script), *arguments], ready))

        yield start


@contextmanager
def _started(command: list[str], ready: str) -> Iterator[str]:
    with subprocess.Popen(
        command, cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        # Who says nothing is ended, which ends the reading below.
        late = threading.Timer(_START_SECONDS, process.kill)
        late.start()
        reader: threading.Thread | None = None
        try:
            said: list[str] = []
            found = None
            while found is None and (line := process.stdout.readline()):
                said.append(line)
                found = re.search(ready, line)
            late.cancel()
            assert found is not None, f"{command[1]} did not begin to listen:\n{''.join(said)[-2_000:]}"
            # A full pipe would stop it.
            reader = threading.Thread(target=process.stdout.read)
            reader.start()
            yield found[1]
        finally:
            late.cancel()
            process.kill()
            if reader is not None:
                reader.join()
