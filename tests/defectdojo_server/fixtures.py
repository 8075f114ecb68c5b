"""Fixtures for tests of what talks to a DefectDojo; tests/conftest.py offers them everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.defectdojo_server.openapi import description
from tests.defectdojo_server.remote import Remote
from tests.defectdojo_server.server import DojoServer


@pytest.fixture
def dojo_server() -> Iterator[DojoServer]:
    """The imitation: for tests that make it fail, or look at what it was asked.

    The test fails if a request was not as DefectDojo's published description wants it (where that is there).
    """
    described = description()
    with DojoServer(check=None if described is None else described.violations) as server:
        yield server
    assert server.mistakes == []
    assert server.violations == []


@pytest.fixture
def remote(dojo_server: DojoServer) -> Iterator[Remote]:
    """The imitation, as a client sees it."""
    remote = Remote(dojo_server.url, dojo_server.token)
    yield remote
    remote.close()


@pytest.fixture
def dojo(request: pytest.FixtureRequest) -> Iterator[Remote]:
    """A DefectDojo: a real one at $DD_URL with $DD_TOKEN, else the imitation. Tests make up names of their own."""
    url, token = os.environ.get("DD_URL"), os.environ.get("DD_TOKEN")
    if not url or not token:
        server: DojoServer = request.getfixturevalue("dojo_server")
        url, token = server.url, server.token
    remote = Remote(url.rstrip("/"), token)
    yield remote
    remote.close()
