"""What a server can store, and what it cannot."""

from __future__ import annotations

import pytest

from dojo_tui.destinations.defectdojo.generic import entry
from dojo_tui.destinations.defectdojo.limits import is_endpoint, is_vector, tag
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from tests.destinations.defectdojo.hostile import V3, V4


def test_a_tag_is_as_long_as_its_column() -> None:
    assert tag("X" * 255) == "x" * 255
    assert tag("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}" * 255) == "i\u0307" * 127 + "i"


@pytest.mark.parametrize(
    "given",
    [
        "https://h.example/p?q=1#f", "h", "h.example:8443", "h:65535/x", "ftp://user:pw@h/", "https://[::1]:80/",
        "https://xn--bcher-kva.example", "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example/a b", "10.0.0.1",
        "https://h?x", "h" * 253, "https://h/" + "x" * 1990,
    ],
)  # fmt: skip
def test_endpoints(given: str) -> None:
    assert is_endpoint(given)


@pytest.mark.parametrize(
    "given",
    [
        "", "https://", "https:///x", "h:0", "h:65536", "h:x", "https://h:99999999999/", "h" * 254, "a b",
        "https://h/" + "x" * 1991, "averylongscheme://h", "https://h\n/x", "https://[::1", "https://[x]/", "h\x00",
        "https://h/\ud800", "a@b@c",
    ],
)  # fmt: skip
def test_no_endpoints(given: str) -> None:
    assert not is_endpoint(given)


@pytest.mark.parametrize(
    ("version", "vector"),
    [
        (3, V3),
        (3, V3.replace("3.1", "3.0")),
        (3, V3 + "/E:X/RL:O/RC:C/CR:H/IR:M/AR:L/MAV:P/MAC:H/MPR:L/MUI:R/MS:C/MC:N/MI:L/MA:X"),
        (3, "CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N"),
        (4, V4),
        (4, V4 + "/E:A/CR:H/IR:H/AR:L/MAV:A/MAC:H/MAT:P/MPR:L/MUI:A/MVC:L/MVI:L/MVA:L/MSC:L/MSI:S/MSA:S/S:P/AU:Y"),
        (4, V4 + "/R:U/V:C/RE:H/U:Amber"),
    ],
)  # fmt: skip
def test_vectors(version: int, vector: str) -> None:
    assert is_vector(vector, version)
    assert not is_vector(vector, 7 - version)
    assert len(vector) <= {3: 117, 4: 255}[version]  # characters of the columns


@pytest.mark.parametrize(
    "vector",
    [
        "", "AV:N/AC:L/Au:N/C:P/I:P/A:P", V3[9:], V3 + "/", V3 + "/AV:N", V3[:-4], V3.lower(), V3 + "/X:Y",
        V3.replace("S:U", "S:X"), V3.replace("3.1", "3.2"), " " + V3, "nonsense",
    ],
)  # fmt: skip
def test_no_vectors(vector: str) -> None:
    assert not is_vector(vector, 3)
    told: list[str] = []
    finding = Finding(title="T", severity=Severity.LOW, cvssv3=vector, cvssv3_score=9.8)
    written = entry(finding, "r", told.append)
    assert "cvssv3" not in written
    assert written["cvssv3_score"] == 9.8
    assert told == (["cvssv3 is no CVSS vector of version 3 and was left out"] if vector else [])
