"""A DefectDojo server, behind the protocol of ``destinations/base.py``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from dojo_tui.destinations.base import Unattended
from dojo_tui.destinations.defectdojo import looking, remarks, stale
from dojo_tui.destinations.defectdojo.address import connected
from dojo_tui.destinations.defectdojo.api import Api
from dojo_tui.destinations.defectdojo.desk import Desk, Limits
from dojo_tui.destinations.defectdojo.errors import AlreadyThereError, TokenError
from dojo_tui.destinations.defectdojo.labelling import Unlabelled, unlabelled
from dojo_tui.destinations.defectdojo.places import Places
from dojo_tui.destinations.defectdojo.reimport import reimport
from dojo_tui.http.client import Client
from dojo_tui.http.exchange import Caller
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import DestinationError, LostError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.plan import Reimport, Summary
from dojo_tui.model.secret import Secret
from dojo_tui.model.target import Product, ServerProduct, Target
from dojo_tui.store import sent
from dojo_tui.store import server_products as cache
from dojo_tui.store.database import Database
from dojo_tui.store.destinations import DestinationRow, note_products_read, products_read_at
from dojo_tui.store.reimports import checked_name

_OLD = timedelta(minutes=5)
"""Products that were listed longer ago are listed again, in the background."""

_EMBEDDED = "embedded"


class DefectDojoDestination:
    """Findings on a DefectDojo server; what was sent there is also held in the store."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        row: DestinationRow,
        token: Callable[[Caller], Secret],
        *,
        limits: Limits | None = None,
    ) -> None:
        """``token`` resolves the reference to it when it is first needed."""
        self.name = urlsplit(row.url).netloc
        self._database = database
        self._clock = clock
        self._row = row
        self._token = token
        self._limits = replace(limits or Limits(), at_once=row.at_once)
        self._places = Places(database, clock)
        self._callers = _Callers()
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._api: Api | None = None
        self._refreshing = threading.Lock()

    # --- Products ---------------------------------------------------------------------

    def products(self, *, fresh: bool = False) -> list[Product]:
        """Those that were there when we last looked; the server is asked again in the background, or at once."""
        with self._database.read() as connection:
            read_at = products_read_at(connection, self._row.id)
        if self._database.read_only:
            pass  # what is known is all there can be
        elif fresh or read_at is None:
            self._refresh()
        elif self._clock.now() - read_at > _OLD:
            threading.Thread(target=self._refresh_quietly, name="products", daemon=True).start()
        with self._database.read() as connection:
            return cache.cached(connection, self._row.id)

    def find_or_create_product(self, name: str, product_type: str | None = None) -> Product:
        """The Product of exactly this name, created if there is none."""
        name = checked_name(name, "Product")
        kind = checked_name(product_type or self._row.product_type, "Product Type")
        with self._database.read() as connection:
            known = cache.named(connection, self._row.id, name)
            read_at = products_read_at(connection, self._row.id)
        if known is not None and read_at is not None and self._clock.now() - read_at <= _OLD:
            return known
        with self._asking(Unattended()) as api:
            # What was of this name when we last looked may have another one by now.
            found = api.product_named(name) or self._create(api, name, kind)
        return self._saved(found)

    def adjust_product(self, ref: str, name: str, product_type: str) -> Product:
        """Give a Product another name or Product Type; nothing else of it changes."""
        name = checked_name(name, "Product")
        kind = checked_name(product_type, "Product Type")
        with self._asking(Unattended()) as api:
            try:
                changed = api.change_product(self._remote(ref), name=name, product_type_id=_type_id(api, kind))
            except LostError:
                raise DestinationError("The Product is gone.", safe="Nothing was changed.") from None
            except AlreadyThereError:
                raise DestinationError(f"There is another Product named {name}.", safe="Nothing was changed.") from None
        return self._saved(changed)

    def links(self, refs: Collection[str]) -> dict[str, str]:
        """The web pages of many Products, by their refs."""
        with self._database.read() as connection:
            known = cache.known(connection, self._row.id, refs)
        return {ref: f"{self._row.url}/product/{one.remote_id}" for ref, one in known.items() if not one.gone}

    # --- what Tests of older versions lack ----------------------------------------------

    def unlabelled(self, caller: Caller) -> list[Unlabelled]:
        """Those of our Tests that lack tags, a lead, an environment or a description."""
        with self._asking(caller) as api:
            return list(unlabelled(self._database, self._row.id, api, caller))

    def label(self, one: Unlabelled, caller: Caller) -> None:
        """Add what a Test lacks; what is there stays."""
        with self._asking(caller) as api:
            api.change_test(one.test_id, one.body)

    def _create(self, api: Api, name: str, kind: str) -> ServerProduct:
        said = f"{name}, mapped with dojo-tui."
        type_id = _type_id(api, kind)
        try:
            return looking.made(
                lambda: api.create_product(name, type_id, said), lambda: api.product_named(name), Unattended()
            )
        except AlreadyThereError:
            # Somebody else was quicker.
            found = api.product_named(name)
            if found is None:
                raise
            return found

    def _saved(self, product: ServerProduct) -> Product:
        with self._database.write() as connection:
            cache.save(connection, self._row.id, [product], self._clock.now())
            return cache.of(connection, self._row.id, product.id)

    def _refresh(self) -> None:
        now = self._clock.now()
        with self._database.read() as connection:
            known = cache.remote_ids(connection, self._row.id)
        with self._asking(Unattended()) as api:
            listed = list(api.products())
            if not listed:
                stale.need_sight(api)
            # What is not listed is asked for once more: pages shift when one is deleted and another made meanwhile.
            missing = known - {product.id for product in listed}
            missing -= {product.id for product in api.products_with_ids(missing)}
        with self._database.write() as connection:
            cache.save(connection, self._row.id, listed, now)
            cache.mark_gone(connection, self._row.id, sorted(missing))
            note_products_read(connection, self._row.id, now)

    def _refresh_quietly(self) -> None:
        """In the background what fails is tried again at the next look."""
        if not self._refreshing.acquire(blocking=False):
            return
        try:
            self._refresh()
        except Exception:  # noqa: BLE001 -- also what comes of a destination that was closed meanwhile
            return
        finally:
            self._refreshing.release()

    def _remote(self, ref: str) -> int:
        with self._database.read() as connection:
            known = cache.known(connection, self._row.id, [ref]).get(ref)
        if known is None or known.gone:
            raise LostError("its Product was deleted", do="Map the Record again.")
        return known.remote_id

    # --- Records ------------------------------------------------------------------------

    def elsewhere(self, targets: Collection[Target]) -> dict[Target, str]:
        """Those of ``targets`` whose Product is one of another destination, with that one's name."""
        with self._database.read() as connection:
            names = {ref: url or _EMBEDDED for ref, url in cache.foreign(connection, self._row.id).items()}
        return {target: names[target.product_ref] for target in targets if target.product_ref in names}

    def lost(self, targets: Collection[Target], caller: Caller, *, quick: bool = False) -> dict[Target, str]:
        """Those of ``targets`` whose Product, or the Engagement or Test we made there, is gone, with the reason."""
        mine = set(targets) - set(self.elsewhere(targets))
        if quick:
            return stale.known_lost(self._database, self._row.id, mine)
        with self._asking(caller) as api:
            return stale.lost(self._database, self._row.id, api, mine)

    def reimport(self, target: Target, fetch: Fetch, settings: Reimport, caller: Caller) -> Summary:
        """Make the Record's Findings equal to ``fetch``; what an interruption leaves half done, the next completes."""
        product_remote = self._remote(target.product_ref)
        with self._here(caller):
            desk = self._desk(caller)
            try:
                return reimport(desk, target, product_remote, fetch, settings, caller)
            except LostError as error:
                with self._database.read() as connection:
                    self._places.forget(sent.place(connection, target).test_remote)
                why = stale.reason(self._database, self._row.id, desk.api, product_remote)
                raise LostError(why, safe=error.safe, do=error.do) from None

    def annotate(self, target: Target, notes: Mapping[int, str], caller: Caller) -> None:
        """Write a note to Findings of a Record, by their ids in the store; one that is there is not written again."""
        with self._here(caller):
            remarks.write(self._desk(caller), target, notes)

    def _desk(self, caller: Caller) -> Desk:
        return Desk(
            self._database,
            self._clock,
            lambda: self._connected(caller),
            self._places,
            self._row.mark,
            self._limits,
            lambda: self._callers.instead(caller),
        )

    def resend(self, connector_id: int, scopes: Collection[str] | None = None) -> None:
        """Let the next Sync of these scopes (all of the Connector by default) send everything, changed or not."""
        with self._database.write() as connection:
            sent.forget_full(connection, connector_id, scopes)

    # --- the connection -----------------------------------------------------------------

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            client, self._client, self._api = self._client, None, None
        if client is not None:
            client.close()

    @contextmanager
    def _asking(self, caller: Caller) -> Iterator[Api]:
        """The server, asked for ``caller`` in this thread."""
        with self._here(caller):
            yield self._connected(caller)

    @contextmanager
    def _here(self, caller: Caller) -> Iterator[None]:
        """In this thread ``caller`` asks. A token that is refused is read anew the next time: it may be put right."""
        with self._callers.instead(caller):
            try:
                yield
            except TokenError:
                self.close()  # whoever else asks with it is refused as well
                raise

    def _connected(self, caller: Caller) -> Api:
        with self._lock:
            if self._api is None:
                verify: bool | str = self._row.ca_file or self._row.verify
                self._client = connected(
                    self._row.url, self._token(caller), self._callers, verify=verify, at_once=self._row.at_once
                )
                self._api = Api(self._client)
            return self._api


class _Callers:
    """Each thread asks for another Operation, over the same connections."""

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def instead(self, caller: Caller) -> Iterator[None]:
        """In this thread it is ``caller`` who asks."""
        before = getattr(self._here, "caller", None)
        self._here.caller = caller
        try:
            yield
        finally:
            self._here.caller = before

    def check(self) -> None:
        """Raise if the one who asks was cancelled."""
        if (caller := getattr(self._here, "caller", None)) is not None:
            caller.check()

    def wait(self, seconds: float) -> None:
        """Wait as the one who asks does."""
        (getattr(self._here, "caller", None) or Unattended()).wait(seconds)

    def log(self, message: str) -> None:
        """Add to the log of the one who asks."""
        if (caller := getattr(self._here, "caller", None)) is not None:
            caller.log(message)


def _type_id(api: Api, name: str) -> int:
    found = api.product_type_named(name)
    if found is not None:
        return found
    try:
        return looking.made(lambda: api.create_product_type(name), lambda: api.product_type_named(name), Unattended())
    except AlreadyThereError:
        found = api.product_type_named(name)
        if found is None:
            raise
        return found
