"""Errors as a person, or a program, reads them; and the exit codes."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from enum import IntEnum

import click

from dojo_tui.model.errors import BusyError, CancelledError, DojoTuiError, UsageError
from dojo_tui.model.text import inert

TRACEBACK_VARIABLE = "DOJO_TUI_TRACEBACK"


class ExitCode(IntEnum):
    """What the command's end means to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    HELD = 3
    HUNG_UP = 129
    CANCELLED = 130


def tell(error: BaseException, *, as_json: bool) -> ExitCode:
    """Print an error on stderr and return the exit code it means."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
        print(error.format_message(), file=sys.stderr)
        return ExitCode.USAGE
    code, what, safe, do = _read(error)
    if as_json:
        said = {"what": what, "safe": safe, "do": do, "exit_code": int(code)}
        print(json.dumps({"error": said}), file=sys.stderr)
        return code
    for title, sentence in (("Error", what), ("Safe", safe), ("Do", do)):
        if sentence:
            print(f"{title}: {inert(sentence)}", file=sys.stderr)
    return code


def _read(error: BaseException) -> tuple[ExitCode, str, str, str]:
    match error:
        case CancelledError():
            return ExitCode.CANCELLED, error.what, error.safe, error.do
        case KeyboardInterrupt() | click.Abort():
            return ExitCode.CANCELLED, "Cancelled.", "", ""
        case UsageError():
            return ExitCode.USAGE, error.what, error.safe, error.do
        case BusyError() | DojoTuiError():
            return ExitCode.FAILED, error.what, error.safe, error.do
        case click.exceptions.NoArgsIsHelpError():
            return ExitCode.USAGE, "A subcommand is missing.", "", f"See '{error.ctx.command_path} --help'."
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "dojo-tui"
            return ExitCode.USAGE, error.format_message(), "", f"See '{path} --help'."
        case click.ClickException():
            return ExitCode.FAILED, error.format_message(), "", ""
        case FileNotFoundError(filename=None):
            # Only asking for the current folder fails so.
            return ExitCode.FAILED, "The current folder does not exist any more.", "", "Change to another one."
        case OSError(filename=None, errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG | errno.EIO | errno.EBADF):
            what = f"The output cannot be written: {error.strerror}."
            return ExitCode.FAILED, what, "What was done before is done.", ""
        case _:
            return ExitCode.FAILED, *_unexpected(error)


def _unexpected(error: BaseException) -> tuple[str, str, str]:
    """A fault of the program. Its traceback is shown only when asked for: it may quote what passed through."""
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""  # noqa: PTH119
    return (
        f"The program failed in a way it should not: {type(error).__name__}{where}.",
        "What was saved before is still saved.",
        f"Please report it, with what {TRACEBACK_VARIABLE}=1 shows.",
    )
