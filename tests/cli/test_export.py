"""Listings as files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def test_findings_as_sarif_are_the_same_findings_for_another_connector(mapped: Cli, tmp_path: Path) -> None:
    mapped("sync")
    identifier = mapped.json("findings", "list")[0]["id"]
    mapped("findings", "triage", identifier, "--risk-accepted")
    path = tmp_path / "again" / "site" / "out.sarif"
    path.parent.mkdir(parents=True)
    told = mapped("findings", "list", "-o", path)
    assert (told.out, told.err) == ("", f"2 Findings written to {path}.\n")
    assert len(json.loads(path.read_text())["runs"][0]["results"]) == 2
    mapped("connectors", "add", "reports", "--label", "again", "--location", path.parent.parent)
    mapped("discover", "again")
    mapped("records", "map", mapped.record("site")["id"], "--product", "Copy")
    mapped("sync", "again")
    names = ("title", "severity", "file_path", "line", "snippet", "active", "risk_accepted", "rule_id", "scanner")
    shop, copied = (
        sorted(
            json.dumps([one[name] for name in names]) for one in mapped.json("findings", "list", "--product", product)
        )
        for product in ("Shop", "Copy")
    )
    assert shop == copied


def test_a_file_that_is_there_is_replaced_only_with_force(mapped: Cli, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text("mine")
    assert "exists already" in mapped("records", "list", "-o", path, expect=2).err
    assert path.read_text() == "mine"
    mapped("records", "list", "-o", path, "--force")
    assert len(path.read_text().splitlines()) == 3
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize(
    "what", ["records", "findings", "operations", "connectors", "products", "destinations", "rules"]
)
def test_every_listing_as_csv_and_json_says_the_same(mapped: Cli, what: str) -> None:
    mapped("sync")
    mapped("rules", "add", "team-*", "--product", "Shop")
    rows = mapped.json(what, "list")
    assert json.loads(mapped(what, "list", "--format", "json").out) == rows
    table = list(csv.DictReader(io.StringIO(mapped(what, "list", "--format", "csv").out)))
    assert [list(row) for row in table] == [list(row) for row in rows]


def test_what_cannot_be_written_is_said(mapped: Cli, tmp_path: Path) -> None:
    assert ".csv or .json" in mapped("records", "list", "-o", tmp_path / "x.sarif", expect=2).err
    assert "--output" in mapped("records", "list", "--force", expect=2).err
    assert "cannot be written" in mapped("records", "list", "-o", tmp_path / "no" / "x.csv", expect=2).err
