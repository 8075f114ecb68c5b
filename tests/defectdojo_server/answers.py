"""What the API answers, in the five shapes its errors come in (facts.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_ADVERTS = ["Pro comes with support. Try today for free or email us at hello@defectdojo.com"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body (JSON, text, or None for none) and headers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusalError(Exception):
    """Ends the processing of a request with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body}")
        self.answer = answer


Problem = tuple[str, str]
"""What is wrong with a field: the sentence, and Django REST framework's code for it."""


def _printed(problems: Sequence[Problem]) -> str:
    """As Python prints a list of ErrorDetail, which is what the real server puts into ``message``."""
    return "[" + ", ".join(f"ErrorDetail(string={text!r}, code={code!r})" for text, code in problems) + "]"


def detail(status: int, text: str, headers: Mapping[str, str] | None = None) -> RefusalError:
    """Shape 1: ``{"detail": ...}``."""
    return RefusalError(Answer(status, {"detail": text}, headers or {}))


def invalid(fields: Mapping[str, Sequence[Problem]]) -> RefusalError:
    """Shapes 2 and 3: per field, or ``non_field_errors``."""
    message = "{" + ", ".join(f"{name!r}: {_printed(problems)}" for name, problems in fields.items()) + "}"
    body: dict[str, Any] = {name: [text for text, _code in problems] for name, problems in fields.items()}
    return RefusalError(Answer(400, {**body, "message": message, "pro": _ADVERTS}))


def rejected(text: str) -> RefusalError:
    """Shape 4: what a parser or an importer says, as Python prints a list of it."""
    return RefusalError(Answer(400, {"message": repr([text]), "pro": _ADVERTS}))


def bare(text: str) -> RefusalError:
    """Shape 5: a JSON array, from the stage that checks permissions of an import."""
    return RefusalError(Answer(400, [text]))


def not_found(model: str) -> RefusalError:
    """An object that is not there, or that this user may not see."""
    return detail(404, f"No {model} matches the given query.")


def forbidden() -> RefusalError:
    """A right that the user does not have."""
    return detail(403, "You do not have permission to perform this action.")


def broken() -> RefusalError:
    """A 500: the reason is only in the server's log."""
    return RefusalError(Answer(500, {"message": "Internal server error, check logs for details", "pro": _ADVERTS}))
