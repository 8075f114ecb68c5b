"""Applying migrations. Imports Alembic: import this only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.store import sqlite_file
from dojo_tui.store.database import Database
from dojo_tui.store.version import HEAD, stored_version

MIGRATIONS = Path(__file__).parent / "migrations"

_ADVISORY_KEY = 0x646F6A6F  # "dojo": two processes upgrade one PostgreSQL store one after the other


def upgrade(database: Database, clock: Clock) -> None:
    """Bring the store to HEAD in one transaction; of several processes one does it and the others wait."""
    with database.reshape() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
        version = stored_version(connection)
        if version == HEAD:
            return
        config = alembic_config(connection)
        if version is not None:
            _refuse_newer(config, version)
            path = sqlite_file.path_of(database.url) if database.is_sqlite else None
            if path is not None:
                # Nothing is changed yet in this transaction, and nobody else can write while it is open.
                sqlite_file.back_up(path, version, clock.now())
        command.upgrade(config, HEAD)


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; migrations run on ``connection``, in its transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _refuse_newer(config: Config, version: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version not in known:
        raise StoreError(
            f"The store was written by a newer version of dojo-tui (its tables are {version}, ours {HEAD}).",
            safe="It was not changed.",
            do="Upgrade dojo-tui, or choose another store with --store.",
        )
