"""The imitation as a process of its own: ``python -m tests.defectdojo_server --port 8080 --state dojo.state``."""

from __future__ import annotations

import argparse
import json
import threading
from pathlib import Path

from tests.defectdojo_server.server import DojoServer
from tests.defectdojo_server.state import State


def main() -> None:
    """Say where it listens, as one line of JSON, and answer until it is killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.defectdojo_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--state", type=Path, help="a file that keeps the state, also through kill -9")
    parser.add_argument("--base-path", default="", help="the path that a proxy would put it under")
    parser.add_argument("--seconds-per-finding", type=float, default=0.0, help="how long it takes to create one")
    chosen = parser.parse_args()
    server = DojoServer(
        State(chosen.state),
        port=chosen.port,
        base_path=chosen.base_path,
        seconds_per_finding=chosen.seconds_per_finding,
    )
    with server:
        print(json.dumps({"url": server.url, "token": server.token}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
