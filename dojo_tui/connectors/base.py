"""What a Tool's code must provide, and what it may use while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dojo_tui.model.finding import Finding
from dojo_tui.model.operation import LogLevel
from dojo_tui.model.severity import Severity


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


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a complete fetch of one VEP returned.

    ``findings`` are all that the tool says now. ``skipped`` names scanners (see
    ``Finding.scanner``) about which the tool could say nothing this time, with
    the reason: what we hold of these stays untouched (P3). ``partial`` names
    scanners that may not have said all: what they found is taken over, but
    nothing of theirs is closed.
    """

    findings: list[Finding]
    skipped: Mapping[str, str] = field(default_factory=dict)
    partial: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """Sentences for the Operation's log (which run was the newest, what was ignored ...)."""
    evidence: frozenset[str] = frozenset()
    """Digests of what was read, of the same kind as ``Vep.evidence``: a VEP that is moved after this
    fetch shows these at its new place, and not those of the listing before (P1)."""
    left_out: tuple[str, ...] = ()
    """Names of reports of which something does not count, because a newer report of the same scanner does."""


class Run(Protocol):
    """What a running Operation offers to a Connector."""

    def check(self) -> None:
        """Raise CancelledError if the person cancelled; call it in every loop."""

    def log(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Add a line to the Operation's log."""


@dataclass(frozen=True, slots=True)
class Config:
    """One configured Connector, as its Tool sees it."""

    label: str
    location: str
    options: Mapping[str, str] = field(default_factory=dict)
    min_severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``connectors check`` found: sentences for the person, and how many VEPs there are."""

    veps: int
    notes: tuple[str, ...] = ()


class Tool(Protocol):
    """A kind of product we can talk to. Implementations are stateless; one instance serves all."""

    name: str
    """The word on the command line, e.g. ``reports``."""
    title: str
    """What a person calls it, e.g. ``Folder of reports``."""
    location: Field
    options: tuple[Field, ...]

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
