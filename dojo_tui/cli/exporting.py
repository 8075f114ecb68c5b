"""``--format`` and ``--output`` of the listings: what is listed as a file, or on stdout in a format of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dojo_tui.cli.base import given
from dojo_tui.cli.output import number
from dojo_tui.model.text import inert

if TYPE_CHECKING:
    from dojo_tui.services.export import Writer

F = TypeVar("F", bound=Callable[..., Any])
Row = TypeVar("Row")

_FORMATS = ("csv", "json")


@dataclass(slots=True)
class _Asked:
    """The export options of one run."""

    format: str | None = None
    output: str | None = None
    force: bool = False


def export_options(*, sarif: bool = False) -> Callable[[F], F]:
    """The options of a listing that can be exported; ``exported`` reads them."""
    formats = (*_FORMATS, "sarif") if sarif else _FORMATS

    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        setattr(_asked(context), str(parameter.name), value)

    def decorate(function: F) -> F:
        for option in (
            click.option("--force", is_flag=True, callback=keep, expose_value=False, help="Replace the FILE."),
            click.option(
                "-o", "--output", metavar="FILE", callback=keep, expose_value=False,
                help="Write to FILE, whole or not at all.",
            ),
            click.option(
                "--format", type=click.Choice(formats), callback=keep, expose_value=False,
                help="Not a table but this; without it FILE's ending tells.",
            ),
        ):  # fmt: skip
            function = option(function)
        return function

    return decorate


def exported(
    context: click.Context,
    rows: Iterable[Row],
    shape: Callable[[Row], Mapping[str, Any]],
    noun: str,
    sarif: Callable[[], Writer] | None = None,
) -> bool:
    """Write ``rows`` if the options of this run ask for that; False when a table (or --json) is wanted."""
    asked = _asked(context)
    if asked.force and asked.output is None:
        raise click.UsageError("--force needs --output: it replaces that file.")
    if asked.format is None and asked.output is None:
        return False
    from dojo_tui.services import export

    usual = export.JSON if given(context).as_json else None
    known = (*_FORMATS, "sarif") if sarif is not None else _FORMATS
    kind = asked.format or usual or export.format_of(asked.output or "", known)
    if kind == export.SARIF and sarif is not None:
        write = sarif()
    else:
        write = (export.csv_writer if kind == export.CSV else export.json_writer)(shape(row) for row in rows)
    if asked.output is None:
        write(sys.stdout)
    else:
        count = export.write_file(asked.output, write, replace=asked.force)
        print(f"{number(count, noun)} written to {inert(asked.output)}.", file=sys.stderr)
    return True


def _asked(context: click.Context) -> _Asked:
    asked: _Asked = context.meta.setdefault(__name__, _Asked())
    return asked
