"""Opening a store: find it, check it, bring it to this version's tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import StoreError
from dojo_tui.store import sqlite_file
from dojo_tui.store.database import Database
from dojo_tui.store.version import HEAD, stored_version


@dataclass(frozen=True, slots=True)
class Store:
    """An open store whose tables are those of this version."""

    database: Database
    made: bool = False
    """Whether there was none and it was made now."""

    def reopen(self) -> None:
        """Use the file that stands at the store's path now, after it was deleted, replaced or mended.

        Raises StoreError when there is none or it is no store of this version; nothing is made or upgraded.
        """
        if self.database.is_sqlite:
            sqlite_file.check_there(self.database.url)
        self.database.reopen()
        with self.database.read() as connection:
            if stored_version(connection) != HEAD:
                raise StoreError(
                    "The store that is there now was made by another version.",
                    safe="It was not changed.",
                    do="Quit and start again: it is upgraded then, after a copy was made.",
                )

    @property
    def name(self) -> str:
        """Where it is, as a person may see it: without the password."""
        url = self.database.url
        return str(url.database) if self.database.is_sqlite else url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()


def open_store(url: str | None = None, *, clock: Clock, read_only: bool = False) -> Store:
    """Open the store at ``url`` (a URL, or a path of an SQLite file), made or upgraded if need be.

    Before an upgrade an SQLite store is copied beside itself. ``read_only``
    makes and changes nothing. Raises StoreError, and leaves the file as it
    was, when it cannot be used.
    """
    where = _url(url)
    made = False
    if where.get_backend_name() == "sqlite":
        made = not sqlite_file.prepare(where, read_only=read_only)
    database = _database(where, read_only=read_only)
    try:
        with database.read() as connection:
            version = stored_version(connection)
        if version != HEAD:
            _upgrade(database, version, clock)
    except BaseException:
        database.close()
        raise
    return Store(database, made=made)


def default_path() -> Path:
    """Where the store is when nobody says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("dojo-tui", appauthor=False) / "store.sqlite"


def _url(text: str | None) -> URL:
    if text is None:
        return URL.create("sqlite", database=str(default_path()))
    if not text.strip() or text == ":memory:":
        raise _no_file(text)
    if "://" not in text:
        try:
            path = Path(text).expanduser().absolute()
        except (OSError, RuntimeError) as error:  # there is no such user, or the current folder was removed
            raise StoreError(
                f"The path of the store cannot be told from {text!r}: {getattr(error, 'strerror', None) or error}.",
                safe="Nothing was changed.",
                do="Give the whole path.",
            ) from error
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError(
            "The address of the store cannot be read.",
            do="Give a path, sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE.",
        ) from error
    if url.get_backend_name() == "sqlite" and (url.database or "").split("?")[0] in ("", ":memory:", "file::memory:"):
        raise _no_file(text)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"A store in {url.get_backend_name()!r} is not supported.",
            do="Give a path, sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE.",
        )
    return url


def _no_file(text: str) -> StoreError:
    return StoreError(
        f"{text!r} names no file: what was stored there would be gone at once.",
        safe="Nothing was stored.",
        do="Give a path, sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE.",
    )


def _database(url: URL, *, read_only: bool) -> Database:
    path = sqlite_file.path_of(url) if read_only and url.get_backend_name() == "sqlite" else None
    still = sqlite_file.still_uri(path) if path is not None and sqlite_file.is_still(path) else None
    try:
        return Database(url, read_only=read_only, still=still)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            "The driver for PostgreSQL is not installed.",
            do="Install it with: pip install 'dojo-tui[postgresql]'.",
        ) from error


def _upgrade(database: Database, version: str | None, clock: Clock) -> None:
    if database.read_only:
        raise StoreError(
            "The store was made by another version and would have to be upgraded."
            if version
            else "There is no store there yet.",
            safe="Nothing was changed.",
            do="Open it once without --read-only.",
        )
    # Alembic is imported only when there is something to do: it would be a third of the start-up.
    from dojo_tui.store import migrate

    migrate.upgrade(database, clock)
