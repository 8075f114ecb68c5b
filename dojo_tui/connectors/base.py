"""What a Tool's code must provide, and what it may use while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from dojo_tui.model.check import About, Step, counted, trying
from dojo_tui.model.errors import UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import LogLevel
from dojo_tui.model.secret import Secret
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import inert

API_VERSION = 1
"""Version of ``dojo_tui.sdk``. A Tool of another package may say ``api_version = 1``: where that is not this one,
it is refused by name instead of failing in the middle. It is raised when a Tool written before would break."""

CHECK_SECONDS = 8.0
"""How long a check counts VEPs before it says "at least"."""


class Closes(Protocol):
    """Something that is to be closed."""

    def close(self) -> None:
        """Close it."""


_Shared = TypeVar("_Shared", bound=Closes)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person configures for a Tool: shown in the form, the CLI and the README."""

    name: str
    help: str
    required: bool = False
    default: str = ""
    parse: Callable[[str], object] = str
    """Turns the text a person typed into a value; raises ValueError with a plain sentence. A value that
    is a text (a path made absolute, a word in lower case) is what is kept."""


@dataclass(frozen=True, slots=True)
class Vep:
    """One Vendor-Equivalent Product as a listing shows it."""

    vendor_id: str
    """The tool's stable id; never the name unless the tool has nothing better."""
    name: str
    details: Mapping[str, str] = field(default_factory=dict)
    """What a person would want to see beside the name (url, branch, number of files ...)."""
    evidence: frozenset[str] = frozenset()
    """Digests of its content, for tools whose ids change when a VEP is moved: a VEP that
    vanished and one that appeared in the same complete listing with common evidence are one
    moved VEP (P1). Empty where the tool's ids are stable by themselves."""
    product_type: str = ""
    """Of an asset: the Product Type that its Product belongs to (an owner, a project, a namespace)."""


class Run(Protocol):
    """What a running Operation offers to a Connector."""

    def check(self) -> None:
        """Raise CancelledError if the person cancelled; call it in every loop."""

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line to the Operation's log."""

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until the person cancelled; then raise as ``check`` does."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...

    def share(self, make: Callable[[], _Shared]) -> _Shared:
        """What ``make`` makes at the first call: one for the whole Operation, closed at its end."""
        ...


@dataclass(frozen=True, slots=True)
class Config:
    """One configured Connector, as its Tool sees it."""

    label: str
    location: str
    options: Mapping[str, str] = field(default_factory=dict)
    min_severity: Severity = Severity.INFO
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By the name of its field. Resolved while an Operation or a check runs, and empty otherwise."""


class Tool(Protocol):
    """A kind of product we can talk to. Implementations are stateless; one instance serves all.

    What is a property here is only read: a plain attribute of a class, ``options = (Field(...),)``, fulfils it.
    """

    @property
    def name(self) -> str:
        """The word on the command line, e.g. ``reports``."""
        ...

    @property
    def title(self) -> str:
        """What a person calls it, e.g. ``Folder of reports``."""
        ...

    @property
    def location(self) -> Field:
        """Where it is."""
        ...

    @property
    def options(self) -> tuple[Field, ...]:
        """What else a person can choose."""
        ...

    @property
    def secrets(self) -> tuple[Field, ...]:
        """What proves who we are: only references to it are stored."""
        ...

    @property
    def assets(self) -> bool:
        """True for a source of Products and Product Types without Findings."""
        ...

    @property
    def concurrency(self) -> int:
        """How many VEPs may be fetched at once."""
        ...

    @property
    def local(self) -> bool:
        """True for what reads files of this machine: with neither a server nor a secret a person can begin at once."""
        ...

    def validate(self, config: Config) -> None:
        """Raise UsageError if the configuration cannot work, before it is saved."""

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """Yield every VEP.

        The listing is complete only if the iterator ends by itself. Raise
        ConnectorError at any point (best after yielding all that could be
        read) to say that it is not: what was yielded is recorded, and nothing
        is marked Missing (P3).
        """
        ...

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        """Read all Findings of one VEP; raise ConnectorError if any part of it cannot be read."""
        ...

    def check(self, config: Config, run: Run) -> Iterator[Step]:
        """Look whether it works, storing nothing: yield each step, ``trying`` before what may take a while.

        Raise ConnectorError where it does not work: that is a failure of what was being tried.
        """
        ...


class BaseTool:
    """What most Tools have in common; one that follows ``Tool`` by itself needs none of it."""

    name: str
    title: str
    location: Field
    options: tuple[Field, ...] = ()
    secrets: tuple[Field, ...] = ()
    assets: bool = False
    concurrency: int = 1
    local: bool = False

    def validate(self, config: Config) -> None:
        """Known options only, and all of them readable."""
        known = {option.name: option for option in self.options}
        for name, text in {self.location.name: config.location, **config.options}.items():
            field = self.location if name == self.location.name else known.get(name)
            if field is None:
                there = ", ".join(known) or "none"
                raise UsageError(
                    f"The Tool {self.name} has no option {inert(name)!r}.", do=f"Its options are: {there}."
                )
            try:
                field.parse(text or field.default)
            except ValueError as error:
                raise UsageError(f"{name}: {inert(str(error))}.") from error

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """Yield every VEP; see ``Tool``."""
        raise NotImplementedError

    def check(self, config: Config, run: Run) -> Iterator[Step]:
        """Read the listing, as far as there is time."""
        yield trying(About.VEPS, "reading what there is")
        number, ended = count_veps(self.list_veps(config, run), run)
        yield counted(number, all_counted=ended)


def count_veps(veps: Iterator[Vep], run: Run, seconds: float = CHECK_SECONDS) -> tuple[int, bool]:
    """How many there are, and whether that are all: a check has only so much time."""
    until = time.monotonic() + seconds
    seen: set[str] = set()
    for vep in veps:
        run.check()
        seen.add(vep.vendor_id)
        if time.monotonic() > until:
            return len(seen), False
    return len(seen), True
