"""What ``connectors check`` and ``destinations check`` print: the same steps as the app shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dojo_tui.cli.output import number
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.model.check import Checked
    from dojo_tui.store.connectors import ConnectorRow


def check_json(row: ConnectorRow, result: Checked) -> Mapping[str, Any]:
    """All of it."""
    return {
        "label": row.label,
        "tool": row.tool,
        "works": result.works,
        "veps": result.veps,
        "all_counted": result.all_counted,
        "way": result.way,
        "who": result.who,
        "rights": list(result.rights),
        "skips": result.skips,
        "notes": list(result.notes),
        **steps_json(result),
    }


def steps_json(result: Checked) -> dict[str, Any]:
    """What was looked at."""
    return {
        "errors": [_joined(step.told, step.safe, step.do) for step in result.failures],
        "steps": [
            {"about": step.about, "title": step.title, "result": step.mark, "told": step.told, "safe": step.safe,
             "do": step.do}
            for step in result.steps
        ],
    }  # fmt: skip


def print_check(row: ConnectorRow, result: Checked) -> None:
    """One line says whether it works, then one for each step."""
    verdict = "does not work"
    if result.works:
        least = "" if result.all_counted else "at least "
        verdict = f"works, {least}{number(result.veps or 0, 'unit')} found"
    print(f"{inert(row.label)} ({inert(row.tool)}): {verdict}")
    print_steps(result)


def print_steps(result: Checked) -> None:
    """A line for each step, and one for what to do about it."""
    width = max((len(inert(step.title)) for step in result.steps), default=0)
    for step in result.steps:
        print(f"  {step.mark:<7}  {inert(step.title):<{width}}  {inert(_joined(step.told, step.safe))}")
        if step.do:
            print(f"  {'':<7}  {'':<{width}}  → {inert(step.do)}")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
