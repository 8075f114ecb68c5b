"""Deciding about Findings from the shell."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def synced(mapped: Cli) -> Cli:
    mapped("sync")
    return mapped


def _first(cli: Cli) -> dict[str, object]:
    found: dict[str, object] = cli.json("findings", "list")[0]
    return found


@pytest.mark.parametrize(
    ("option", "flag"),
    [("--false-positive", "false_p"), ("--risk-accepted", "risk_accepted"), ("--out-of-scope", "out_of_scope")],
)
def test_triage_is_set_kept_by_a_sync_undone_and_cleared(synced: Cli, option: str, flag: str) -> None:
    identifier = str(_first(synced)["id"])
    told = synced("findings", "triage", identifier, option, "--reason", "looked at it")
    assert "every Sync keeps that" in told.out
    synced("sync")
    held = {str(one["id"]): one for one in synced.json("findings", "list")}[identifier]
    assert (held["active"], held[flag]) == (False, True)
    assert synced.json("findings", "undo")["count"] == 1
    assert synced("findings", "undo").out == "There is nothing to undo.\n"
    assert "Done again" in synced("findings", "redo").out
    assert synced.json("findings", "redo")["count"] == 0
    (decision,) = synced.json("findings", "history", identifier)
    assert (decision["reason"], decision["undone"]) == ("looked at it", False)
    assert "looked at it" in synced("findings", "history", identifier).out
    assert "1 active again" in synced("findings", "triage", identifier, "--clear").out


def test_triage_refuses_what_is_not_said_or_not_there(synced: Cli) -> None:
    identifier = str(_first(synced)["id"])
    assert "--false-positive" in synced("findings", "triage", identifier, expect=2).err
    assert "not exist" in synced("findings", "triage", "4711", "--clear", expect=2).err
    assert "read-only" in synced("--read-only", "findings", "triage", identifier, "--clear", expect=2).err
