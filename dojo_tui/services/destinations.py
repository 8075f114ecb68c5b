"""Which DefectDojo servers there are, which one is used, and whether it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dojo_tui.connectors.base import Field
from dojo_tui.destinations.defectdojo.address import normalised
from dojo_tui.http.exchange import Caller
from dojo_tui.model.check import About, Checked, Mark, Step, trying
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import ConnectorError, DestinationError, NotFoundError, UsageError
from dojo_tui.model.secret import Secret
from dojo_tui.model.text import inert
from dojo_tui.services import secrets
from dojo_tui.services.checking import Checking, Told, nobody
from dojo_tui.services.settings import EMBEDDED, MOST_AT_ONCE, Configured
from dojo_tui.store import destinations as stored
from dojo_tui.store.database import Database
from dojo_tui.store.destinations import AT_ONCE, DestinationRow
from dojo_tui.store.reimports import DEFAULT_PRODUCT_TYPE, checked_name

if TYPE_CHECKING:
    from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination

USUAL_TOKEN = "env:DEFECTDOJO_TOKEN"  # noqa: S105 -- where it is, not the token
"""Where the token of a server is looked for when nobody said."""

TOKEN = Field("token", "Reference to the API v2 key of a DefectDojo user.", required=True)
"""What proves who we are."""

_SAFE = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Server:
    """A DefectDojo server as it is told, before or without being stored: validated, with a usual value for the rest."""

    url: str
    secret: str
    ca_file: str = ""
    verify: bool = True
    product_type: str = DEFAULT_PRODUCT_TYPE
    at_once: int = AT_ONCE


class Destinations:
    """Every change is validated here; a UsageError says what is wrong and nothing was done."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- which there are --------------------------------------------------------------

    def rows(self) -> list[DestinationRow]:
        """Every server, oldest first."""
        with self._database.read() as connection:
            return stored.all_destinations(connection)

    def get(self, url: str) -> DestinationRow:
        """The server of this address; raises NotFoundError."""
        address = normalised(url)
        known = {row.url: row for row in self.rows()}
        if address not in known:
            there = f"There are: {', '.join(known)}." if known else "There are none yet."
            raise NotFoundError(
                f"There is no destination {address}.", safe=_SAFE, do=f"{there} 'dojo-tui destinations add' adds one."
            )
        return known[address]

    def mapped(self, row: DestinationRow | None) -> int:
        """How many Records are mapped to Products of this server; with None, of the embedded destination."""
        with self._database.read() as connection:
            return stored.mapped_to(connection, row.id if row else None)

    def add(
        self,
        url: str,
        *,
        secret: str = USUAL_TOKEN,
        ca_file: str = "",
        verify: bool = True,
        product_type: str = DEFAULT_PRODUCT_TYPE,
        at_once: int = AT_ONCE,
    ) -> DestinationRow:
        """Add a server. Nothing is asked of it: see ``check``."""
        server = _validated(Server(url, secret, ca_file, verify, product_type, at_once))
        with self._database.write() as connection:
            if stored.destination_at(connection, server.url) is not None:
                raise UsageError(
                    f"There is a destination {server.url} already.", safe=_SAFE, do="Use 'destinations edit'."
                )
            return self._save(connection, server)

    def edit(
        self,
        url: str,
        *,
        address: str | None = None,
        secret: str | None = None,
        ca_file: str | None = None,
        verify: bool | None = None,
        product_type: str | None = None,
        at_once: int | None = None,
    ) -> DestinationRow:
        """Change what is given. ``address`` is for a server that moved with all its data, and for no other."""
        row = self.get(url)
        if ca_file and verify is None:
            verify = True
        if verify is False and ca_file is None:
            ca_file = ""
        server = _validated(
            Server(
                url=row.url if address is None else address,
                secret=(row.secret or USUAL_TOKEN) if secret is None else secret,
                ca_file=row.ca_file if ca_file is None else ca_file,
                verify=row.verify if verify is None else verify,
                product_type=row.product_type if product_type is None else product_type,
                at_once=row.at_once if at_once is None else at_once,
            )
        )
        with self._database.write() as connection:
            if server.url != row.url:
                if stored.destination_at(connection, server.url) is not None:
                    raise UsageError(f"There is a destination {server.url} already.", safe=_SAFE)
                stored.readdress(connection, row.url, server.url)
            return self._save(connection, server)

    def choose(self, url: str | None) -> str:
        """Use a server from now on, or with None the embedded destination; a sentence says what that means.

        What is open already goes on with what it uses.
        """
        row = None if url is None else self.get(url)
        with self._database.write() as connection:
            stored.choose_destination(connection, row.url if row else None)
            elsewhere = stored.mapped_elsewhere(connection, row.id if row else None)
        said = f"Findings go to {row.url if row else 'the embedded destination'} from now on."
        if not elsewhere:
            return said
        records, are = ("1 Record is", "it is") if elsewhere == 1 else (f"{elsewhere:,} Records are", "they are")
        way = "map them again" if row is None else "map them again, or 'dojo-tui destinations migrate'"
        return f"{said} {records} mapped to Products of another one: {are} left alone, and skipped by Sync ({way})."

    def removable(self, row: DestinationRow) -> None:
        """Raise UsageError if a server cannot be removed."""
        with self._database.read() as connection:
            _refuse_needed(connection, row)

    def remove(self, url: str) -> str:
        """Forget a server; a sentence says what stays (P6)."""
        row = self.get(url)
        with self._database.write() as connection:
            _refuse_needed(connection, row)
            stored.remove_destination(connection, row.url)
        return f"Removed {row.url}. Everything on that server stays; what this store knew of it is forgotten."

    def _save(self, connection: Connection, server: Server) -> DestinationRow:
        return stored.save_destination(
            connection,
            server.url,
            self._clock.now(),
            secret=server.secret,
            ca_file=server.ca_file,
            verify=server.verify,
            product_type=server.product_type,
            at_once=server.at_once,
        )

    # --- which one is used --------------------------------------------------------------

    def in_use(self, named: str | None = None, configured: Configured | None = None) -> DestinationRow | None:
        """The server to use; None for the embedded destination.

        ``named`` is stronger than what a config file describes, which is
        stronger than the choice in the store. A server that the store does
        not know yet is added to it.
        """
        wanted = named or (configured.url if configured is not None else None)
        if wanted is None:
            with self._database.read() as connection:
                return stored.chosen_destination(connection)
        if wanted.strip() == EMBEDDED:
            return None
        url = normalised(wanted)
        with self._database.read() as connection:
            row = stored.destination_at(connection, url)
        # A token is for the server it was given for: another one does not get it.
        said = configured if configured is not None and _is_at(configured, url) else None
        if row is None:
            return self._added(_validated(_server(url, said)))
        if said is None:
            return row
        known = Server(row.url, row.secret or USUAL_TOKEN, row.ca_file, row.verify, row.product_type, row.at_once)
        now = _validated(_server(url, said, known))
        # The store may be shared: what one person's file says stays with that person.
        said_of_it = {name: getattr(now, name) for name in ("secret", "ca_file", "verify", "product_type", "at_once")}
        return replace(row, **said_of_it)

    def _added(self, server: Server) -> DestinationRow:
        if self._database.read_only:
            raise UsageError(
                f"This store does not know {server.url} yet, and was opened read-only.", safe=_SAFE,
                do="Open it once without --read-only.",
            )  # fmt: skip
        with self._database.write() as connection:
            return stored.destination_at(connection, server.url) or self._save(connection, server)

    def connect(self, row: DestinationRow) -> DefectDojoDestination:
        """The destination itself; nothing is asked, and no secret read, before it is used."""
        from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination

        return DefectDojoDestination(self._database, self._clock, row, lambda caller: _token(row.secret, caller))

    # --- whether it can be used ---------------------------------------------------------

    def check(
        self,
        server: DestinationRow | Server,
        cancelled: Callable[[], None] = lambda: None,
        told: Told = nobody,
    ) -> Checked:
        """Look whether it works, changing nothing here or there; ``told`` hears each step as it is made.

        What does not work is a step, not an error; only giving up is raised.
        """
        return Checking(self._clock, cancelled, told).of(lambda run: self._steps(server, run), "Please report it.")

    def _steps(self, server: DestinationRow | Server, caller: Caller) -> Iterator[Step]:
        yield from _steps(server, caller)
        if isinstance(server, DestinationRow):
            yield from self._labels(server, caller)

    def _labels(self, row: DestinationRow, caller: Caller) -> Iterator[Step]:
        """What our Tests there lack, by which an administrator finds them."""
        yield trying(About.NOTE, "looking at our Tests")
        destination = self.connect(row)
        try:
            lacking = destination.unlabelled(caller)
        finally:
            destination.close()
        if not lacking:
            return
        words = ", ".join(dict.fromkeys(word for one in lacking for word in one.missing))
        tests = "1 of our Tests lacks" if len(lacking) == 1 else f"{len(lacking):,} of our Tests lack"
        do = f"'dojo-tui destinations tag {row.url}' adds it; what is there stays."
        yield Step(About.NOTE, Mark.LOOK, f"{tests}: {words}", name="Labels", do=do)

    def server(self, url: str) -> DestinationRow | Server:
        """The server of this address as it is stored, or else as it would be with what is usual."""
        with self._database.read() as connection:
            row = stored.destination_at(connection, normalised(url))
        return row or Server(normalised(url), USUAL_TOKEN)


def _steps(server: DestinationRow | Server, caller: Caller) -> Iterator[Step]:
    from dojo_tui.destinations.defectdojo import check

    yield trying(About.SETTINGS)
    known = _validated(
        Server(server.url, server.secret or USUAL_TOKEN, server.ca_file, server.verify, server.product_type)
    )
    yield trying(About.SECRET, f"reading {secrets.where(known.secret)}")
    token = _token(known.secret, caller)
    yield Step(About.SECRET, Mark.OK, f"read from {secrets.where(known.secret)}")
    verify: bool | str = known.ca_file or known.verify
    yield from check.steps(known.url, token, caller, verify=verify, product_type=known.product_type)


def _server(url: str, said: Configured | None, known: Server | None = None) -> Server:
    """What a config file says of a server; what it leaves open is as it was known."""
    known = known or Server(url, USUAL_TOKEN)
    if said is None:
        return known
    verify, ca_file = said.verify, said.ca_file
    if verify is False and ca_file is None:
        ca_file = ""
    if ca_file and verify is None:
        verify = True
    return Server(
        url,
        known.secret if said.token is None else said.token,
        known.ca_file if ca_file is None else ca_file,
        known.verify if verify is None else verify,
        known.product_type if said.product_type is None else said.product_type,
        known.at_once if said.at_once is None else said.at_once,
    )


def _refuse_needed(connection: Connection, row: DestinationRow) -> None:
    chosen = stored.chosen_destination(connection)
    if chosen is not None and chosen.id == row.id:
        raise UsageError(
            f"{row.url} is the chosen destination.", safe=_SAFE,
            do="Choose another first: dojo-tui destinations use embedded.",
        )  # fmt: skip
    mapped = stored.mapped_to(connection, row.id)
    if mapped:
        records = "1 Record is" if mapped == 1 else f"{mapped:,} Records are"
        raise UsageError(f"{records} mapped to Products of {row.url}.", safe=_SAFE, do="Map or ignore these first.")


def _is_at(configured: Configured, url: str) -> bool:
    return configured.url.strip() != EMBEDDED and normalised(configured.url) == url


def _validated(server: Server) -> Server:
    url = normalised(server.url)
    if server.ca_file and not server.verify:
        raise UsageError(
            "A file of certificates is named, and verifying them is switched off.", safe=_SAFE, do="Choose one of both."
        )
    ca_file = str(_file(server.ca_file)) if server.ca_file.strip() else ""
    return Server(
        url,
        secrets.checked(server.secret, TOKEN),
        ca_file,
        server.verify,
        checked_name(server.product_type, "Product Type"),
        _at_once(server.at_once),
    )


def _at_once(number: int) -> int:
    if not 1 <= number <= MOST_AT_ONCE:
        raise UsageError(
            f"{number:,} is no number of requests at the same time.", safe=_SAFE, do=f"Choose 1 to {MOST_AT_ONCE}."
        )
    return number


def _file(text: str) -> Path:
    try:
        path = Path(text.strip()).expanduser().absolute()
    except (OSError, RuntimeError) as error:  # there is no such user, or the current folder was removed
        raise UsageError(f"The file of certificates cannot be told from {inert(text)!r}.", safe=_SAFE) from error
    if not path.is_file():
        raise UsageError(
            f"There is no file {inert(str(path))}.", safe=_SAFE,
            do="Name the file (PEM) with the certificate of the authority that the server's is from.",
        )  # fmt: skip
    return path


def _token(reference: str | None, caller: Caller) -> Secret:
    try:
        return secrets.resolve(reference or USUAL_TOKEN, caller.check)
    except ConnectorError as error:
        raise DestinationError(error.what, safe="Nothing was asked of the server.", do=error.do) from None
