"""What a person types as the address of a server."""

from __future__ import annotations

import pytest

from dojo_tui.destinations.defectdojo.address import connected, normalised
from dojo_tui.model.errors import DestinationError, UsageError
from dojo_tui.model.secret import Secret
from dojo_tui.testing import TestRun


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://dojo.example.com", "https://dojo.example.com"),
        (" https://Dojo.Example.com/ ", "https://dojo.example.com"),
        ("https://dojo.example.com/api/v2", "https://dojo.example.com"),
        ("https://dojo.example.com/api/v2/", "https://dojo.example.com"),
        ("http://dojo_nginx:8080", "http://dojo_nginx:8080"),
        ("https://example.com/Security/dojo/", "https://example.com/Security/dojo"),
        ("https://example.com/dojo/api/v2/", "https://example.com/dojo"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("HTTPS://dojo.example.com:", "https://dojo.example.com"),
    ],
)
def test_one_address_for_all_ways_to_type_it(typed: str, address: str) -> None:
    assert normalised(typed) == address
    assert normalised(address) == address


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "does not start with https"),
        ("dojo.example.com", "does not start with https"),
        ("ftp://dojo.example.com", "does not start with https"),
        ("javascript:alert(1)", "does not start with https"),
        ("https://", "is no address"),
        ("https://dojo.example.com:port", "is no address"),
        ("https://dojo.example.com:99999", "is no address"),
        ("https://dojo example.com", "is no address"),
        ("https://dojo.example.com\\@evil.example", "user or a password"),
        ("https://dojo.example.com\\x", "is no address"),
        ("https://dojo.example.com/a/../b", "is no address"),
        ("https://dojo.ex\u0430mple.com", "is no address"),
        ("https://[::1", "is no address"),
        ("https://dojo.example.com/?next=/", "query or a fragment"),
        ("https://dojo.example.com/#x", "query or a fragment"),
    ],
)
def test_what_is_no_address(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        normalised(typed)


def test_p10_a_password_in_the_address_is_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        normalised("https://admin:hunter22@dojo.example.com")
    assert "hunter22" not in str(raised.value)
    assert "password" in str(raised.value)


@pytest.mark.parametrize("token", ["", "Token d0j0d0j0", "d0j0d0j0\n", "d0j0\u2026d0j0"])
def test_p10_what_is_no_token_is_neither_sent_nor_repeated(token: str) -> None:
    with pytest.raises(DestinationError, match="no token has") as raised:
        connected("https://dojo.example.com", Secret(token), TestRun())
    assert "d0j0" not in str(raised.value)
