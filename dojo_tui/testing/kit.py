"""The conformance kit: what any connector must do, and never do, whatever its tool does.

@pytest.mark.parametrize("check", conformance(SUBJECT), ids=str)
def test_conformance(check):
    check()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dojo_tui.testing import checks
from dojo_tui.testing.bench import Bench
from dojo_tui.testing.world import Subject

CHECKS: tuple[Callable[[Bench], None], ...] = (
    checks.whole_listing,
    checks.whole_fetch,
    checks.identity_survives_renames,
    checks.any_order_is_the_same,
    checks.bad_credentials_fail,
    checks.nothing_is_taken_for_empty,
    checks.passing_failures_are_survived,
    checks.repeated_pages_are_seen,
    checks.foreign_links_are_not_followed,
    checks.redirects_stay_at_home,
    checks.secrets_are_in_no_output,
    checks.hostile_text_is_data,
    checks.ids_stay_in_their_place,
    checks.cancelling_is_quick,
    checks.check_tells,
)


@dataclass(frozen=True)
class Check:
    """One thing to hold; call it, and it raises AssertionError if it does not."""

    subject: Subject
    hold: Callable[[Bench], None]

    def __call__(self) -> None:
        """Try it, with a server of its own."""
        with Bench(self.subject) as bench:
            self.hold(bench)

    def __str__(self) -> str:
        return self.hold.__name__.replace("_", " ")


def conformance(subject: Subject) -> list[Check]:
    """Everything that a connector must hold; what concerns findings is not asked of a source of assets."""
    return [
        Check(subject, hold)
        for hold in CHECKS
        if not (subject.tool.assets and hold in (checks.whole_fetch, checks.ids_stay_in_their_place))
    ]
