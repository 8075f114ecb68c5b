"""What ``destinations tag`` shows and prints."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.failures import ExitCode
from dojo_tui.cli.output import Column, number, write_object, write_table
from dojo_tui.cli.running import stopped_by_signals
from dojo_tui.model.errors import CancelledError
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.destinations.defectdojo.labelling import Unlabelled
    from dojo_tui.services.labelling import Labelled
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.wiring import Workspace


def tag(context: click.Context, workspace: Workspace, server: DestinationRow, *, dry_run: bool) -> ExitCode:
    """Show what our Tests lack there, and add it."""
    from dojo_tui.services.cancel import CancelToken
    from dojo_tui.services.labelling import Labelling

    as_json, token = given(context).as_json, CancelToken()
    destination = workspace.destinations.connect(server)
    try:
        with stopped_by_signals(token):
            labelling = Labelling(destination, token)
            lacking = labelling.plan()
            if dry_run:
                _print_plan(server, lacking, as_json=as_json)
                return ExitCode.DONE
            done: list[Labelled] = []

            def tell(one: Labelled) -> None:
                done.append(one)
                _tell(one, as_json=as_json)

            try:
                labelling.run(lacking, tell)
            except CancelledError:
                print("Stopped: what was added stays. Run it again to go on.", file=sys.stderr)
    finally:
        destination.close()
    failed = [one for one in done if one.error]
    if as_json:
        write_object({"destination": server.url, "dry_run": False, "tests": [_json(one.test, one) for one in done]})
    else:
        rest = f", {len(failed):,} failed" if failed else ""
        nothing = "" if lacking else ": none lacks anything"
        print(f"{number(len(done) - len(failed), 'Test')} changed{rest}{nothing}.")
    if token.cancelled:
        return ExitCode.CANCELLED
    return ExitCode.FAILED if failed else ExitCode.DONE


def _print_plan(server: DestinationRow, lacking: Sequence[Unlabelled], *, as_json: bool) -> None:
    if as_json:
        write_object({"destination": server.url, "dry_run": True, "tests": [_json(one) for one in lacking]})
        return
    if lacking:
        write_table(
            lacking,
            [
                Column("TEST", lambda one: str(one.test_id), right=True),
                Column("TITLE", lambda one: one.title, at_most=40),
                Column("LACKS", lambda one: ", ".join(one.missing)),
            ],
        )
    print(f"{number(len(lacking), 'Test')} would be changed; what is there stays.")


def _tell(one: Labelled, *, as_json: bool) -> None:
    if not as_json:
        said = f"failed: {one.error}" if one.error else f"added {', '.join(one.test.missing)}"
        print(f"  {inert(f'{one.test.title} (Test {one.test.test_id}): {said}')}", flush=True)


def _json(test: Unlabelled, done: Labelled | None = None) -> Mapping[str, Any]:
    found: dict[str, Any] = {"test": test.test_id, "title": test.title, "missing": list(test.missing)}
    return found if done is None else {**found, "error": done.error}
