"""Moving from the embedded destination to a DefectDojo server, one Record at a time, with triage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection

from dojo_tui.destinations.base import Destination
from dojo_tui.model import identity
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import BusyError, DojoTuiError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.plan import Reimport
from dojo_tui.model.record import State
from dojo_tui.model.reimport import read
from dojo_tui.model.severity import Severity
from dojo_tui.model.target import Product, Target
from dojo_tui.services.cancel import CancelToken, LeaseLostError, Quiet
from dojo_tui.services.leases import Heartbeat
from dojo_tui.services.owner import is_dead, new_owner
from dojo_tui.store import discovery, embedded, leases, mapping, triage
from dojo_tui.store import finding_evidence as finding_rows
from dojo_tui.store.database import Database
from dojo_tui.store.embedded import Inhabitant
from dojo_tui.store.leases import Lease
from dojo_tui.store.mapping import Act
from dojo_tui.store.reimports import DEFAULT_PRODUCT_TYPE, test_of

_MOVES = (State.GOOD, State.MISSING)


class MoveStatus(StrEnum):
    """What became of one Record."""

    MOVED = "Moved"
    SKIPPED = "Skipped"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Move:
    """What is planned for one Record."""

    record: Inhabitant
    product_exists: bool
    """There is one of its Product's name at the server."""
    open: Mapping[Severity, int]
    dismissed: int
    """Findings that go there as false positive, out of scope or risk accepted."""
    triaged: int
    """Those of them that a person dismissed."""
    closed: int
    """Findings that stay: what is closed is history."""
    skipped: str = ""
    """Why this Record stays; empty if it goes."""

    @property
    def sent(self) -> int:
        """How many Findings go there."""
        return sum(self.open.values()) + self.dismissed


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one Record."""

    move: Move
    status: MoveStatus
    reason: str = ""


class Migration:
    """From the embedded destination to another.

    What is done twice comes to the same: so one that was interrupted, even by
    kill -9, is completed by the next.
    """

    def __init__(
        self, database: Database, destination: Destination, clock: Clock, who: str, token: CancelToken | None = None
    ) -> None:
        """``who`` stands in the history of mappings; ``token`` stops it between two requests."""
        self._database = database
        self._destination = destination
        self._clock = clock
        self._who = who
        self._token = token or CancelToken()
        self._owner = new_owner()
        self._heartbeat = Heartbeat(database, clock)
        self._act: Act | None = None

    def plan(self) -> list[Move]:
        """What would be done, Record by Record; the server is asked for its Products only."""
        there = {product.name for product in self._destination.products(fresh=not self._database.read_only)}
        with self._database.read() as connection:
            return [self._planned(connection, one, there) for one in embedded.inhabitants(connection)]

    def run(self, moves: Sequence[Move], told: Callable[[Moved], None] = lambda _moved: None) -> list[Moved]:
        """Do it. What goes wrong with one Record harms no other; raises only when it was stopped."""
        done: list[Moved] = []
        for move in moves:
            self._token.check()
            done.append(self._one(move))
            told(done[-1])
        return done

    # --- planning -----------------------------------------------------------------------

    def _planned(self, connection: Connection, one: Inhabitant, there: set[str]) -> Move:
        self._token.check()
        known = test_of(connection, _target(one, one.product_ref))
        held = embedded.held(connection, known[0] if known else None, one.scope)
        why = "" if one.state in _MOVES else f"It is {one.state}: map it yourself."
        return Move(one, one.product_name in there, held.open, held.dismissed, held.triaged, held.closed, why)

    # --- one Record -----------------------------------------------------------------------

    def _one(self, move: Move) -> Moved:
        if move.skipped:
            return Moved(move, MoveStatus.SKIPPED, move.skipped)
        try:
            with self._alone(move.record):
                return self._move(move)
        except LeaseLostError as error:
            return Moved(move, MoveStatus.FAILED, str(error))
        except DojoTuiError as error:
            self._token.check()  # that it was stopped is no failure of this Record
            return Moved(move, MoveStatus.FAILED, str(error))

    def _move(self, move: Move) -> Moved:
        one = move.record
        with self._database.read() as connection:
            if not embedded.still_lives(connection, one):
                return Moved(move, MoveStatus.SKIPPED, "It was remapped, ignored or deleted meanwhile.")
            known = test_of(connection, _target(one, one.product_ref))
            held = dict(finding_rows.held_findings(connection, known[0], one.scope)) if known else {}
        kind = None if one.product_type == DEFAULT_PRODUCT_TYPE else one.product_type
        product = self._destination.find_or_create_product(one.product_name, kind)
        going = {key: finding for key, finding in held.items() if _goes(finding)}
        left = ""
        if going:
            target = _target(one, product.ref)
            everything = Reimport(accept_large_change=True)
            self._destination.reimport(target, Fetch(list(going.values())), everything, Quiet(self._token))
            copied = self._hand_over(target, going)
            left = self._explain(target, copied)
        return self._map(move, product, sent=bool(going), left=left)

    def _explain(self, target: Target, copied: Mapping[int, int]) -> str:
        """Write why people decided what they did as notes there; why that could not be, or nothing.

        Without its reasons a Record is moved all the same: they stay in the history of its Findings here.
        """
        with self._database.read() as connection:
            decided = triage.histories(connection, copied)
        notes = {}
        for original, rows in decided.items():
            row = next((row for row in rows if not row.undone), None)
            if row is not None and row.reason:
                notes[copied[original]] = f"{row.decision} by {row.by} on {row.at:%Y-%m-%d} in dojo-tui: {row.reason}"
        try:
            if notes:
                self._destination.annotate(target, notes, Quiet(self._token))
        except DojoTuiError as error:
            self._token.check()
            return f"The reasons of {len(notes):,} decisions could not be written there as notes: {error.what}"
        return ""

    def _hand_over(self, target: Target, going: Mapping[int, Finding]) -> dict[int, int]:
        """Let the next Sync find there what it would have found here; above all a person's triage.

        Gives the copy of each Finding that went.
        """
        report = read(going.values())
        digests = zip(report.places, report.contents, strict=True)
        sent = dict(zip(map(identity.same, report.findings), digests, strict=True))
        with self._database.write() as connection:
            known = test_of(connection, target)
            if known is None:
                return {}
            originals = {sent[identity.same(finding)]: key for key, finding in going.items()}
            return embedded.hand_over(connection, known[0], target.scope, originals)

    def _map(self, move: Move, product: Product, *, sent: bool, left: str) -> Moved:
        one = move.record
        with self._database.write() as connection:
            if not embedded.still_lives(connection, one):
                return Moved(
                    move,
                    MoveStatus.SKIPPED,
                    "It was remapped, ignored or deleted meanwhile; what was sent stays there.",
                )
            mapping.map_to(connection, [one.record_id], self._acting(connection), product.ref, product.name)
            if sent and one.last_synced_at is not None:
                # What is there now is what that Sync brought.
                discovery.mark_synced(connection, one.record_id, one.last_synced_at)
        return Moved(move, MoveStatus.MOVED, left)

    def _acting(self, connection: Connection) -> Act:
        """One act for all Records, so that one undo takes all of it back."""
        now = self._clock.now()
        if self._act is None:
            self._act = mapping.new_act(connection, "migrate", now, self._who)
        return replace(self._act, at=now)

    @contextmanager
    def _alone(self, one: Inhabitant) -> Iterator[None]:
        """No Operation of the Record's Connector runs meanwhile, in no process (P8)."""
        lease = Lease(one.connector_id, 0, self._owner)
        with self._database.write() as connection:
            busy = leases.acquire(connection, lease, self._clock.now(), lambda holder: is_dead(holder.owner))
        if busy is not None:
            raise BusyError(
                f"An Operation of {one.connector_label} is running.",
                safe="The Record is as before.",
                do="Wait for its end, then migrate again.",
            )
        try:
            with self._heartbeat.keep(lease, self._token):
                yield
        finally:
            with self._database.write() as connection:
                leases.release(connection, lease)


def _target(one: Inhabitant, product_ref: str) -> Target:
    return Target(product_ref, one.connector_id, one.connector_label, one.scope)


def _goes(finding: Finding) -> bool:
    return finding.active or finding.false_p or finding.out_of_scope or finding.risk_accepted
