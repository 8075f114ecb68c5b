"""Who or what a message is about, without what changes while it stays the same."""

from __future__ import annotations

import pytest

from dojo_tui.model.subject import subject


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("HSTS missing (missing-hsts) found on https://a.example.org/x?y=1", {"https://a.example.org/x"}),
        ('container "web" is not set\nobject: <no namespace>/web apps/v1, Kind=X', {"web", "<no namespace>/web"}),
        ("Port 443 of 10.0.0.1:443 is open", {"10.0.0.1:443"}),
        ("lodash@4.17.20 is vulnerable", {"lodash"}),
        ("@babel/core@7.1.0 is vulnerable", {"@babel/core"}),
        ("openssl 1.1.1c has a flaw, fixed in 1.1.1d", {"openssl"}),
        ("vulnerability CVE-2020-1234 in 'django' (2.2.1), upgrade to '2.2.2'", {"django"}),
        ("Package: libcrypto1.1", {"libcrypto1.1"}),
        ("Bucket alpha is public", {"alpha"}),
        ("arn:aws:s3:::alpha is public. See https://docs.example.org/s3", {"arn:aws:s3:::alpha"}),
        ("Image registry.io/team/web:1.2.3 runs as root", {"registry.io/team/web"}),
        ("docker.io/library/nginx@sha256:abcdef0123456789 is old", {"docker.io/library/nginx"}),
        ("Found 3 issues in 12.5 s at 2026-01-31T10:00:00Z", set()),
        ("Use of assert detected.", set()),
    ],
)
def test_fault_2_what_a_message_names(message: str, names: set[str]) -> None:
    assert set(filter(None, subject(message).split("\x1e"))) == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("requests 2.19.0 is vulnerable", "requests 2.20.1 is vulnerable"),
        ("Image 'team/web:1.2' has no user", "Image 'team/web:1.3-rc1' has no user"),
        ("image nginx:latest has no user", "image nginx:v2 has no user"),
        ("pkg:npm/lodash@4.17.20 is old", "pkg:npm/lodash@4.17.21 is old"),
        ("Host a.example.org answers in 30 ms", "Host a.example.org answers in 2800 ms"),
        ("team/web@sha256:0123456789abcdef is old", "team/web@sha256:fedcba9876543210 is old"),
        ("'web' has 3 of 5 replicas", "'web' has 2 of 5 replicas"),
    ],
)
def test_fault_2_versions_tags_digests_counts_and_times_are_no_part_of_it(one: str, other: str) -> None:
    assert subject(one) == subject(other) != ""


def test_what_the_rule_says_of_itself_names_nothing() -> None:
    assert subject('The header "X-Frame-Options" is missing at a.example.org', "header x-frame-options missing") == (
        "a.example.org"
    )
