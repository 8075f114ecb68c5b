"""A check in words: a line for each step, and what to do about those that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from dojo_tui.model.check import Checked, Mark, Step
from dojo_tui.ui.widgets.plain import Line, Span, plain

MARKS: dict[Mark, Span] = {
    Mark.TRYING: ("… trying", "accent"),
    Mark.OK: ("✓ ok", "good"),
    Mark.LOOK: ("! look", "warn"),
    Mark.SKIPPED: ("- skipped", "warn"),
    Mark.FAILED: ("✗ failed", "bad"),
}
_WORD = max(len(word) for word, _ in MARKS.values())
_TITLE = 24
"""Cells of the longest title that the others stand in line with."""
_LONGEST = 1_000
_NARROW = 60


def step_lines(steps: Sequence[Step], width: int = 80) -> Iterator[Line]:
    """What was looked at; of what is being tried, only the last. Where it is narrow, each says all below its title."""
    shown = [step for number, step in enumerate(steps, 1) if step.mark is not Mark.TRYING or number == len(steps)]
    titles = [plain(step.title, _TITLE) for step in shown]
    longest = max(map(cell_len, titles), default=0)
    for step, title in zip(shown, titles, strict=True):
        word, style = MARKS[step.mark]
        label = f"{word:<{_WORD}}  {title}{' ' * (longest - cell_len(title))}  "
        if width < _NARROW:
            yield ((label, style),)
            label = "  "
            yield (label, ""), (plain(step.told, _LONGEST), "")
        else:
            yield (label, style), (plain(step.told, _LONGEST), "")
        for sign, text in (("", step.safe), ("→ ", step.do)):
            if text:
                yield (" " * cell_len(label), ""), (sign + plain(text, _LONGEST), "dim" if not sign else "strong")


def verdict(checked: Checked) -> Span:
    """Whether it works, in a word or two."""
    if not checked.works:
        return "✗ does not work", "bad"
    if any(step.mark is not Mark.OK for step in checked.steps):
        return "✓ works, but look", "warn"
    return "✓ works", "good"


def summary(checked: Checked) -> str:
    """What it comes to, in a sentence."""
    if not checked.works:
        many = len(checked.failures)
        return f"{'One thing has' if many == 1 else f'{many} things have'} to be put right first; nothing was changed."
    parts = []
    if checked.veps is not None:
        least = "" if checked.all_counted else "at least "
        parts.append(f"Discover would find {least}{checked.veps:,}")
    if checked.skips:
        many = len(checked.skips)
        parts.append(f"a Sync would skip {many} kind{'' if many == 1 else 's'} of Findings")
    return f"{' and '.join(parts) or 'It works'}. Nothing was changed."
