"""What makes a connector to a server a page of code: it says what there is; asking, paging and proving is done here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dojo_tui.connectors.api import Api, Family, Server, Setup, Unavailable, Who
from dojo_tui.connectors.base import BaseTool, Config, Run, Vep, count_veps
from dojo_tui.connectors.probing import Arrival, Watch, accepted, known, readable, unreadable
from dojo_tui.connectors.tidy import tidy
from dojo_tui.http.errors import HttpError, RefusedError
from dojo_tui.model.check import About, Step, counted, trying
from dojo_tui.model.errors import ConnectorError, DojoTuiError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding

_CHECK_WAITS = 5.0


class ApiTool(BaseTool):
    """A Tool that is a server. Subclasses say ``server``, ``veps`` and ``families``."""

    concurrency = 4

    def server(self, setup: Setup) -> Server:
        """Where it is and how we prove who we are."""
        raise NotImplementedError

    def veps(self, api: Api) -> Iterator[Vep]:
        """Every VEP, in any order."""
        raise NotImplementedError

    def families(self, setup: Setup) -> tuple[Family, ...]:
        """Its kinds of Findings; none for assets."""
        return ()

    def who(self, api: Api) -> Who | None:
        """As whom the tool knows us, where it tells."""
        return None

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """Yield every VEP; raises ConnectorError if that cannot be shown to be all."""
        yield from self.veps(self._api(config, run))

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        """All Findings of a VEP, family by family."""
        api = self._api(config, run)
        findings: list[Finding] = []
        skipped: dict[str, str] = {}
        for family in self.families(api.setup):
            try:
                # Wholly or not at all: a part of a skipped family would be taken for new Findings.
                found = list(self._read(api, family, vendor_id, run))
            except (Unavailable, RefusedError) as error:
                reason = family.reason(error)
                if not reason:
                    raise
                skipped[family.scanner] = reason
            else:
                findings += found
        return Fetch(findings, skipped)

    def check(self, config: Config, run: Run) -> Iterator[Step]:
        """Say as whom we are known, count the VEPs, and try each family at the first of them."""
        watch = Watch(run)
        api = self._api(config, watch, patient=False)
        arrival = Arrival(api, watch)
        yield trying(About.REACHED, api.base)
        who: Who | None = None
        try:
            who = self.who(api)
            if who is not None:
                yield from arrival.steps()
                yield from known(who)
                yield trying(About.VEPS, "counting")
            first: list[Vep] = []
            number, ended = count_veps(_first_kept(self.veps(api), first), run)
        except HttpError as error:
            yield from arrival.failed(error, About.ANSWER if who is None else About.VEPS)
            raise
        yield from arrival.steps()
        if who is None and self.secrets:
            yield accepted()
        families = self.families(api.setup)
        yield counted(number, all_counted=ended, tried=first[0].name if first and families else "")
        for family in families if first else ():
            yield trying(About.FAMILY, family.scanner)
            yield self._tried(api, family, first[0].vendor_id)

    def _read(self, api: Api, family: Family, vendor_id: str, run: Run) -> Iterator[Finding]:
        for row in family.rows(api, vendor_id):
            run.check()
            try:
                finding = family.finding(row, vendor_id)
            except DojoTuiError:
                raise
            except Exception as error:
                raise ConnectorError(
                    f"{family.scanner}: a row of the tool's answer cannot be read ({type(error).__name__}).",
                    safe="What we hold stays as it is.",
                    do="Please report it, with the tool's version.",
                ) from error
            if finding is not None:
                yield tidy(finding, family.scanner)

    def _tried(self, api: Api, family: Family, vendor_id: str) -> Step:
        try:
            for _ in family.rows(api, vendor_id):
                break
        except (Unavailable, ConnectorError) as error:
            return unreadable(family, error)
        return readable(family)

    def _api(self, config: Config, run: Run, *, patient: bool = True) -> Api:
        """The one of this Operation. A check is not patient: a person looks on."""

        def make() -> Api:
            fields = {one.name: one for one in (self.location, *self.options)}
            setup = Setup(config, {**fields, "location": self.location})
            server = self.server(setup)
            if not patient:
                server = replace(server, retry=replace(server.retry, attempts=2, longest=_CHECK_WAITS))
            return Api(server, setup, run)

        return run.share(make)


def _first_kept(veps: Iterator[Vep], first: list[Vep]) -> Iterator[Vep]:
    for vep in veps:
        if not first:
            first.append(vep)
        yield vep
