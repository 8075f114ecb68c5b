"""JSON of any length in bounded memory, at the speed of the standard library's C scanner.

A report is one huge object whose bulk is an array of small ones. This reader
walks the outer levels itself and hands each small value to ``json``'s C
scanner, which is several times as fast as event parsers, needs no third-party
wheel, and lets every error carry line, column and path.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any

from dojo_tui.reports.errors import PlacedError

MAX_VALUE = 64 << 20
"""One value (a result, the rules of a run) may take at most this many characters."""
WINDOW = 1 << 20
"""A value that is only skipped is read whole up to this size and member by member above."""

_SPACE = re.compile(r"[ \t\n\r]*")
_TO_NEXT = re.compile(r"[ \t\n\r]*,[ \t\n\r]*(?=[^ \t\n\r])")
_NEAR_END = 16
"""A syntax error this close to the end of what was read may only be a value cut by the chunk's end."""


class _WordError(ValueError):
    """A word that Python would take for a number (NaN, Infinity) and JSON does not know."""


def _reject(word: str) -> Any:
    raise _WordError(f"{word} is not JSON")


class JsonReader:
    """Reads one JSON document from chunks of text, front to back."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._lines_before = 0
        self._line_start = 0
        """Where the buffer's first line starts, relative to the buffer (0 or less)."""
        # Not strict: control characters inside strings are common and harmless, since all text is cleaned.
        self._decode = JSONDecoder(strict=False, parse_constant=_reject).raw_decode
        self.path: list[str | int] = []
        """Where the reader is, as keys and indexes; error messages show it."""

    def peek(self) -> str:
        """The next character that is not white space, or an empty string at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def value(self) -> Any:
        """Read the next value whole."""
        if not self.peek():
            raise self.error("ends where a value is expected: the report is cut off")
        while True:
            value, end = self._scan(MAX_VALUE)
            if end >= 0:
                self._at = end
                return value
            if not self._fill():
                raise self.error("ends in the middle of a value: the report is cut off")

    def members(self) -> Iterator[str]:
        """Yield the keys of the object here; after each, the caller must read or skip its value."""
        self._open("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self._unexpected("a name in double quotes")
            key = self.value()
            if self.peek() != ":":
                raise self._unexpected("':'")
            self._at += 1
            self.path.append(key)
            yield key
            self.path.pop()
            if not self._more("}"):
                return

    def elements(self) -> Iterator[int]:
        """Yield the indexes of the array here; after each, the caller must read or skip its element."""
        self._open("[")
        if self.peek() == "]":
            self._at += 1
            return
        index = 0
        while True:
            self.path.append(index)
            yield index
            self.path.pop()
            if not self._more("]"):
                return
            index += 1

    def values(self) -> Iterator[Any]:
        """Yield the elements of the array here, each read whole.

        This is where a report's bulk goes through. As long as an element and
        the start of the next one lie in the buffer, it takes one call of the
        C scanner and one of a regular expression.
        """
        self._open("[")
        if self.peek() == "]":
            self._at += 1
            return
        decode, to_next = self._decode, _TO_NEXT.match
        self.path.append(0)
        while True:
            try:
                value, end = decode(self._buffer, self._at)
                match = to_next(self._buffer, end)
            except (ValueError, RecursionError):
                match = None
            if match is not None:
                self._at = match.end()
                yield value
            else:
                yield self.value()
                if not self._more("]"):
                    break
                self.peek()
            self.path[-1] += 1  # type: ignore[operator]
        self.path.pop()

    def skip(self) -> None:
        """Read the next value without keeping it, whatever its size."""
        opening = self.peek()
        if opening not in ("{", "["):
            self.value()
            return
        while True:
            _, end = self._scan(WINDOW)
            if end >= 0:
                self._at = end
                return
            if len(self._buffer) - self._at >= WINDOW or not self._fill():
                break
        for _ in self.members() if opening == "{" else self.elements():
            self.skip()

    def finish(self) -> None:
        """Make sure that the document ends here."""
        if self.peek():
            raise self.error("goes on after its end: it holds more than one JSON document")

    def error(self, reason: str) -> PlacedError:
        """An error at the reader's place."""
        return self._error_at(reason, self._at)

    def where(self) -> str:
        """The path to the value that is being read, such as ``runs[0].results[3]``."""
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path]
        return "".join(parts).removeprefix(".")[-200:]

    # Below: the buffer.

    def _scan(self, limit: int) -> tuple[Any, int]:
        """Decode at the reader's place; the end is -1 if more text is needed for that."""
        buffer, at = self._buffer, self._at
        try:
            value, end = self._decode(buffer, at)
        except JSONDecodeError as error:
            cut = error.pos >= len(buffer) - _NEAR_END or error.msg.startswith("Unterminated string")
            if self._ended or not cut:
                what = "is cut off" if self._ended and cut else "is not valid JSON"
                raise self._error_at(f"{what}: {error.msg}", error.pos) from error
        except RecursionError:
            raise self.error("is nested too deeply") from None
        except _WordError as error:
            raise self.error(f"is not valid JSON: {error}") from error
        except ValueError as error:
            # Nothing else but Python's limit for whole numbers, whose own words are for programmers.
            raise self.error(f"holds a number of more than {sys.get_int_max_str_digits():,} digits") from error
        else:
            # A number at the very end of the buffer may go on in the next chunk.
            if end < len(buffer) or self._ended:
                return value, end
        if len(buffer) - at > limit and limit == MAX_VALUE:
            raise self.error(f"holds a single value of more than {MAX_VALUE >> 20} MiB")
        return None, -1

    def _fill(self) -> bool:
        """Drop what was read and append at least as much as is left, so that retries stay linear."""
        if self._ended:
            return False
        done = self._buffer[: self._at]
        lines = done.count("\n")
        self._lines_before += lines
        self._line_start = done.rfind("\n") + 1 - self._at if lines else self._line_start - self._at
        rest = self._buffer[self._at :]
        parts, size = [rest], 0
        while size < max(len(rest), 1):
            chunk = next(self._chunks, None)
            if chunk is None:
                self._ended = True
                break
            parts.append(chunk)
            size += len(chunk)
        self._buffer = "".join(parts)
        self._at = 0
        return size > 0 or not self._ended

    def _open(self, bracket: str) -> None:
        if self.peek() != bracket:
            raise self._unexpected("an object" if bracket == "{" else "an array")
        self._at += 1

    def _more(self, closing: str) -> bool:
        character = self.peek()
        if character != "," and character != closing:
            raise self._unexpected(f"',' or '{closing}'")
        self._at += 1
        return character == ","

    def _unexpected(self, wanted: str) -> PlacedError:
        if not self.peek():
            return self.error("is cut off: it ends inside an object or array")
        return self.error(f"{wanted} is expected here, not {self.peek()!r}")

    def _error_at(self, reason: str, at: int) -> PlacedError:
        line = self._lines_before + self._buffer.count("\n", 0, at) + 1
        start = self._buffer.rfind("\n", 0, at) + 1
        column = at - (start or self._line_start) + 1
        place = f"line {line} column {column}"
        return PlacedError(reason, f"{place} ({self.where()})" if self.path else place)
