"""Add what the Tests of older versions lack on a server: tags, a lead, an environment, a description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dojo_tui.model.errors import DojoTuiError
from dojo_tui.services.cancel import CancelToken, Quiet

if TYPE_CHECKING:
    from dojo_tui.destinations.defectdojo.destination import DefectDojoDestination
    from dojo_tui.destinations.defectdojo.labelling import Unlabelled


@dataclass(frozen=True, slots=True)
class Labelled:
    """What became of one Test."""

    test: Unlabelled
    error: str = ""
    """Why nothing was added; empty when it was."""


class Labelling:
    """One run at one server; it may be stopped and run again: what was added is not lacking any more."""

    def __init__(self, destination: DefectDojoDestination, token: CancelToken) -> None:
        self._destination = destination
        self._caller = Quiet(token)

    def plan(self) -> list[Unlabelled]:
        """The Tests that lack something; raises DestinationError when the server cannot be asked."""
        return self._destination.unlabelled(self._caller)

    def run(self, tests: Sequence[Unlabelled], told: Callable[[Labelled], None] = lambda _done: None) -> list[Labelled]:
        """Add it, Test by Test; what goes wrong with one harms no other. Raises CancelledError when it was stopped."""
        done: list[Labelled] = []
        for test in tests:
            self._caller.check()
            try:
                self._destination.label(test, self._caller)
            except DojoTuiError as error:
                self._caller.check()
                done.append(Labelled(test, str(error)))
            else:
                done.append(Labelled(test))
            told(done[-1])
        return done
