"""Exports: ask for one, wait until it is made, read it in chunks, and clean up whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from dojo_tui.http.client import Client
from dojo_tui.http.errors import Fault, HttpError, RetriableError, incomplete, malformed
from dojo_tui.http.exchange import Request, Response


@dataclass(frozen=True, slots=True)
class Job:
    """An export: how it is started, watched, read and removed."""

    start: Request
    id: str
    """Dotted place of its id in the answer to ``start``."""
    poll: Callable[[str], Request]
    state: str
    """Dotted place of its state in the answer to ``poll``."""
    done: frozenset[str]
    failed: frozenset[str]
    chunks: Callable[[str, Response], list[Request]]
    """What to read when it is done, from its id and the last answer to ``poll``."""
    clean: Callable[[str], Request] | None = None
    every: float = 5.0
    longest: float = 3600.0


def run(client: Client, job: Job) -> Iterator[Response]:
    """Yield each chunk's answer. An export that failed, was cancelled or takes too long raises."""
    answer = client.send(job.start)
    name = answer.at(job.id)
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        raise malformed(f"{answer.place} started an export without an id.")
    try:
        ready = _wait(client, job, str(name))
        for chunk in job.chunks(str(name), ready):
            yield client.send(chunk)
    finally:
        if job.clean is not None:
            # What cannot be removed ends by itself; it must not hide what happened.
            with suppress(HttpError):
                client.send(job.clean(str(name)))


def _wait(client: Client, job: Job, name: str) -> Response:
    waited = 0.0
    while True:
        answer = client.send(job.poll(name))
        state = str(answer.at(job.state, "")).upper()
        if state in {one.upper() for one in job.done}:
            return answer
        if state in {one.upper() for one in job.failed}:
            raise incomplete(f"The export ended as {state[:50]}.")
        if waited >= job.longest:
            raise RetriableError(
                f"The export was not made in {waited:.0f} s.", fault=Fault.THEIRS, do="Run it again later."
            )
        client.caller.wait(job.every)
        waited += job.every
