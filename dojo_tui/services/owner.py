"""Which process owns an Operation, and whether that process still lives."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from functools import lru_cache
from pathlib import Path


def new_owner() -> str:
    """Return a name for this process: its host, its pid, when it started, and a nonce."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_started(pid) or ''}:{os.urandom(4).hex()}"


def is_dead(owner: str) -> bool:
    """Whether the process certainly is no more. A process of another host is never certain."""
    host, pid, started = (*owner.split(":"), "", "", "")[:3]
    if host != _host() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it lives, as another user
    now = _started(int(pid))
    # The same pid that started at another time is another process.
    return bool(started and now and now != started)


@lru_cache(maxsize=1)
def _host() -> str:
    """Return a name for the space in which pids are unique: machines and containers may share a host name."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return f"{parts[0].replace(':', '_')}-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:8]}"


def _started(pid: int) -> str | None:
    """Return a word that is the same for one process at all times and another for a later process of the same pid."""
    try:
        # The name in brackets may hold anything; the start time is the 20th field after it.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if Path("/proc/self").exists():
        return None
    import subprocess  # only where there is no /proc

    try:
        told = subprocess.run(  # noqa: S603
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return "".join(told.stdout.split()).replace(":", ".") or None
