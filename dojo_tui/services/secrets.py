"""References to secrets: what may be stored, and what they refer to while an Operation or a check runs (P10)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from dojo_tui.connectors.base import Field, Tool
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.secret import Secret, scrub
from dojo_tui.model.text import inert

KINDS = "env:NAME, command:pass show x, keyring:service/user, file:/path"
_SAFE = "Nothing was asked of the tool."
_MOST_BYTES = 64 * 1024
_COMMAND_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.1
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ONLY = "secret"

Check = Callable[[], None]


def checked(reference: str, field: Field) -> str:
    """``reference`` as it may be stored; raises UsageError, never repeating what may be the secret itself."""
    reference = reference.strip()
    kind, _, rest = reference.partition(":")
    rest = rest.strip()
    if kind not in _RESOLVE or not rest or inert(reference) != reference:
        raise UsageError(
            f"The {field.name} must be a reference: {KINDS}.",
            safe="Nothing was stored; what was given was not looked at any further.",
            do="Say where the secret is. If it was the secret itself, typed in a shell, it is in its history now.",
        )
    if kind == "env" and not _NAME.fullmatch(rest):
        raise UsageError(f"The {field.name}: env: is followed by the name of a variable.")
    if kind == "file" and not Path(rest).expanduser().is_absolute():
        raise UsageError(f"The {field.name}: file: is followed by a whole path.")
    if kind == "keyring" and not all(rest.partition("/")):
        raise UsageError(f"The {field.name}: keyring: is followed by service/user.")
    if kind == "command":
        _words(rest, field.name)
    return f"{kind}:{rest}"


def may_become_reference(text: str) -> bool:
    """Whether it is a reference as far as it is typed; anything else may be the secret itself."""
    kind, colon, _ = text.strip().partition(":")
    return kind in _RESOLVE if colon else any(known.startswith(kind) for known in _RESOLVE)


def pack(references: Mapping[str, str]) -> str | None:
    """References by their field's name, as they are stored."""
    given = {name: reference for name, reference in references.items() if reference}
    if not given:
        return None
    return given[_ONLY] if set(given) == {_ONLY} else json.dumps(given)


def unpack(stored: str | None) -> dict[str, str]:
    """What ``pack`` packed."""
    if not stored:
        return {}
    if not stored.startswith("{"):
        return {_ONLY: stored}
    return {str(name): str(reference) for name, reference in json.loads(stored).items()}


def given(tool: Tool, before: Mapping[str, str], secret: str | Mapping[str, str] | None) -> str | None:
    """What is to be stored: what was, but for those given; a text is the Tool's first secret, an empty one removes."""
    fields = {field.name: field for field in tool.secrets}
    if secret is None:
        return pack(before)
    if isinstance(secret, str):
        if not fields:
            if not secret:
                return None
            raise UsageError(f"The Tool {tool.name} needs no secret.", safe="Nothing was stored.")
        secret = {next(iter(fields)): secret}
    unknown = sorted(set(secret) - set(fields))
    if unknown:
        there = ", ".join(fields) or "none"
        raise UsageError(f"{tool.name} has no secret {inert(unknown[0])[:40]!r}.", do=f"There are: {there}.")
    new = {name: checked(text, fields[name]) if text.strip() else "" for name, text in secret.items()}
    return pack({**before, **new})


def missing(tool: Tool, stored: str | None) -> str:
    """The first required secret without a reference; empty if there is none."""
    held = unpack(stored)
    return next((field.name for field in tool.secrets if field.required and not held.get(field.name)), "")


def resolved(stored: str | None, check: Check) -> dict[str, Secret]:
    """The secrets themselves, by their field's name; raises ConnectorError that names the reference."""
    return {name: resolve(reference, check) for name, reference in unpack(stored).items()}


def where(reference: str) -> str:
    """The place that a reference names; of a command only its first word, for its arguments may tell too much."""
    kind, _, rest = reference.partition(":")
    if kind not in _RESOLVE:
        return "a place of no known kind"
    return f"{kind}:{inert(rest.split(maxsplit=1)[0] if kind == 'command' and rest.strip() else rest)}"


def resolve(reference: str, check: Check) -> Secret:
    """What a reference refers to."""
    kind, _, rest = reference.partition(":")
    read = _RESOLVE.get(kind)
    if read is None:
        raise _failed("The stored reference to the secret is of no known kind.", "Edit the Connector.")
    value = read(rest.strip(), check)
    if not value:
        raise _failed(f"What {where(reference)} refers to is empty.", "Put the secret there.")
    if not value.isprintable():
        raise _failed(
            f"What {where(reference)} refers to holds more than one line, or control characters.", "Look at it."
        )
    return Secret(value)


def _env(name: str, _check: Check) -> str:
    value = os.environ.get(name)
    if value is None:
        raise _failed(f"The environment variable {name} is not set.", "Set it where dojo-tui is started.")
    return value.strip()


def _command(text: str, check: Check) -> str:
    words = _words(text, "secret")
    try:
        process = subprocess.Popen(  # noqa: S603 -- the person's own command, without a shell
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise _failed(f"The command {inert(words[0])} cannot be run: {error.strerror}.", "Look at the PATH.") from None
    with process:
        try:
            out = _output(process, words[0], check)
        finally:
            with contextlib.suppress(OSError):
                process.kill()
    if process.returncode != 0:
        raise _failed(
            f"The command {inert(words[0])} ended with exit code {process.returncode}.",
            "Run it yourself: is it locked?",
        )
    # Tools such as pass keep notes below the first line.
    return out.decode("utf-8", "replace").partition("\n")[0].strip()


def _output(process: subprocess.Popen[bytes], name: str, check: Check) -> bytes:
    waited = 0.0
    while True:
        try:
            return process.communicate(timeout=_LOOK_AGAIN_SECONDS)[0][:_MOST_BYTES]
        except subprocess.TimeoutExpired:
            check()
            waited += _LOOK_AGAIN_SECONDS
            if waited >= _COMMAND_SECONDS:
                raise _failed(
                    f"The command {inert(name)} gave nothing in {waited:.0f} s.", "Does it ask for something?"
                ) from None


def _keyring(text: str, _check: Check) -> str:
    service, _, user = text.partition("/")
    try:
        import keyring  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise _failed(
            "The package 'keyring' is not installed.", "Install it beside dojo-tui: pip install 'dojo-tui[keyring]'."
        ) from None
    try:
        value = keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001 -- each backend has errors of its own
        raise _failed(f"The keyring cannot be read ({type(error).__name__}).", "Is it unlocked?") from None
    if value is None:
        raise _failed(f"The keyring has nothing for {inert(text)}.", "Put it there: keyring set SERVICE USER.")
    return str(value).strip()


def _file(text: str, _check: Check) -> str:
    path = Path(text).expanduser()
    shown = inert(str(path))
    try:
        # A pipe or the like must not hold us; what is opened is what is looked at.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise _failed(f"The file {shown} cannot be read: {error.strerror}.", "Look at its path and rights.") from None
    about = os.fstat(number)
    if not stat.S_ISREG(about.st_mode):
        os.close(number)
        raise _failed(f"{shown} is no file.", "Name a file.")
    with os.fdopen(number, "rb") as file:
        if hasattr(os, "getuid") and about.st_uid != os.getuid():
            raise _failed(f"The file {shown} belongs to somebody else.", "Name a file of your own.")
        if os.name == "posix" and about.st_mode & 0o077:
            raise _failed(f"The file {shown} can be read by others.", f"Run: chmod 600 {shlex.quote(str(path))}")
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise _failed(f"The file {shown} is too large for a secret.", "Name another one.")
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise _failed(f"The file {shown} is not text.", "Name another one.") from None


def _words(text: str, name: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words:
        raise UsageError(f"The {name}: command: is followed by a command with its arguments.")
    return words


def _failed(what: str, do: str) -> ConnectorError:
    return ConnectorError(scrub(what), safe=_SAFE, do=do, cause=Cause.SECRET)


_RESOLVE: Mapping[str, Callable[[str, Check], str]] = {
    "env": _env,
    "command": _command,
    "keyring": _keyring,
    "file": _file,
}
