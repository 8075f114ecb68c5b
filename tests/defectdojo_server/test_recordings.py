"""The imitation answers as the real server did."""

from __future__ import annotations

import pytest

from tests.defectdojo_server import importing, recordings
from tests.defectdojo_server.replaying import LOOSE, replay
from tests.shared import shared

RECORDINGS = recordings.read()


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What differs, by recording: all of them are sent once, in their order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "MAX_FILE", 1024 * 1024)
        return replay(RECORDINGS)


@pytest.mark.parametrize("number", [each["number"] for each in RECORDINGS])
def test_it_answers_as_recorded(found: dict[str, list[str]], number: str) -> None:
    assert found[number] == []


def test_all_are_replayed_but_those_with_a_reason() -> None:
    """What is left out, and the single values that may differ, are few and told."""
    assert len(RECORDINGS) + len(recordings.NOT_REPLAYED) == 276
    assert len(LOOSE) <= 2


def test_the_file_is_made_from_the_originals() -> None:
    shared("defectdojo-api", "recordings")
    assert list(recordings.originals()) == RECORDINGS
