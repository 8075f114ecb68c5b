"""What does nothing says so, by its exit code and on stderr (issue 10, point 18)."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import update

from dojo_tui.model.clock import Clock
from dojo_tui.store.destinations import save_destination
from dojo_tui.store.open import open_store
from dojo_tui.store.tables import products, records
from tests.cli.conftest import Cli

SERVER = "https://dojo.example"


def move_products(cli: Cli, clock: Clock, *names: str) -> None:
    """Let Products be of a server that is not in use."""
    store = open_store(str(cli.store), clock=clock)
    with store.database.write() as connection:
        row = save_destination(
            connection, SERVER, clock.now(), secret=None, ca_file="", verify=True, product_type="X"
        )  # fmt: skip
        connection.execute(update(products).values(destination_id=row.id).where(products.c.name.in_(names)))
    store.close()


@pytest.fixture
def away(cli: Cli, clock: Clock) -> Cli:
    """Two Records, ``web`` mapped to a Product of another destination, ``api`` to one of this."""
    cli.report("web", ["xss@app/view.py:10"])
    cli.report("api", ["ssrf@api/fetch.py:5"])
    cli.add("scans", "--auto-map")
    cli("discover")
    move_products(cli, clock, "web")
    return cli


def test_fault_18_records_of_another_destination_are_marked_and_found(away: Cli) -> None:
    rows = {line.split()[3]: line.split()[1] for line in away("records", "list").out.splitlines()[1:]}
    assert rows == {"web": "Away", "api": "Good"}
    assert [row["name"] for row in away.json("records", "list", "--filter", "state:away")] == ["web"]
    assert [row["name"] for row in away.json("records", "list", "--filter", "!state:away")] == ["api"]
    assert away.record("web")["destination"] == SERVER
    assert away.record("api")["destination"] == "embedded"
    assert "mapped, unmapped or away" in away("records", "list", "--filter", "state:xyz", expect=2).err


def test_fault_18_a_sync_that_skips_everything_is_no_success(away: Cli, clock: Clock) -> None:
    assert "1 created" in away("sync").out, "one of two was synced"
    assert (
        "Nothing was synced: 1 mapped to another destination"
        in away("sync", "--record", away.record("web")["id"], expect=1).out
    )
    move_products(away, clock, "api")
    for more in ((), ("--dry-run",)):
        failed = away("sync", *more, expect=1)
        assert "Nothing was synced: 2 mapped to another destination" in failed.out
    (shown,) = away.json("sync", expect=1)["operations"]
    assert (shown["status"], shown["cause"]) == ("Failed", "elsewhere")


def test_fault_18_run_due_is_no_success_either(away: Cli, clock: Clock) -> None:
    move_products(away, clock, "api")
    away("connectors", "edit", "scans", "--sync-every", "1h")
    store = open_store(str(away.store), clock=clock)
    from dojo_tui.store.tables import connectors

    with store.database.write() as connection:
        connection.execute(update(connectors).values(sync_due_at=clock.now()))
    store.close()
    assert "Nothing was synced" in away("run-due", expect=1).out


def test_fault_18_a_sync_of_records_that_are_all_missing_is_no_success(mapped: Cli) -> None:
    mapped("sync")
    shutil.rmtree(mapped.reports / "web")
    mapped("discover")
    assert "Nothing was synced: 1 Missing (run Discover" in mapped("sync", expect=1).out


def test_fault_18_stale_records_are_no_success(mapped: Cli, clock: Clock) -> None:
    mapped("sync")
    store = open_store(str(mapped.store), clock=clock)
    with store.database.write() as connection:
        connection.execute(update(records).values(product_ref="999").where(records.c.product_ref.is_not(None)))
    store.close()
    assert "Nothing was synced: 1 Stale" in mapped("sync", expect=1).out


def test_fault_18_a_sync_without_mapped_records_is_still_no_failure(cli: Cli) -> None:
    cli.report("web", ["xss@app/view.py:10"])
    cli.add()
    cli("discover")
    assert "None of its Records is mapped" in cli("sync").out


def test_fault_18_a_discover_of_an_emptied_location_warns(mapped: Cli) -> None:
    for name in ("web", "api"):
        shutil.rmtree(mapped.reports / name)
    done = mapped("discover")
    assert "holds no folders with reports: is it mounted?" in done.err
    assert "Warning: The location" in done.out
    (shown,) = mapped.json("discover")["operations"]
    assert (shown["status"], shown["errors"]) == ("Completed", [])
    assert "is it mounted?" in shown["warnings"][0]
    (row,) = [row for row in mapped.json("operations", "list") if row["id"] == shown["id"]]
    assert "is it mounted?" in row["warnings"][0]
