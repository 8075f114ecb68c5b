"""From artifact locations to the path of a Finding: stable, decoded, and never out of the root."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo_tui.reports.sarif.paths import Paths, Place, normal_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("./src//a.py", "src/a.py"),
        ("src/../a.py", "a.py"),
        ("../../etc/passwd", "etc/passwd"),
        ("%2e%2e/%2E%2E/etc/passwd", "etc/passwd"),
        ("a%20b/%C3%A9.py", "a b/é.py"),
        ("file:///src/flask/app.py", "/src/flask/app.py"),
        ("file:////src/app.py", "/src/app.py"),
        ("file://localhost/src/app.py", "/src/app.py"),
        ("file:///C:/x/y%20z.c", "C:/x/y z.c"),
        ("C:\\x\\..\\y.c", "C:/y.c"),
        ("src\\win\\a.c", "src/win/a.c"),
        ("\\\\server\\share\\a.c", "//server/share/a.c"),
        ("\\\\srv\\s\\f.c", "//srv/s/f.c"),
        ("file://srv/s/f.c", "//srv/s/f.c"),
        ("file://srv/s/../f%20g.c", "//srv/f g.c"),
        ("file://C:/x/f.c", "C:/x/f.c"),
        ("src/a.py#L10", "src/a.py"),
        ("src/a.py#L10-L20", "src/a.py"),
        ("src/a.py#L10C5-L20C3", "src/a.py"),
        ("file:///src/a.py#line=10", "/src/a.py"),
        ("src/C#/a.cs", "src/C#/a.cs"),
        ("src/a#1", "src/a#1"),
        ("src/a.py%23L10", "src/a.py#L10"),
        ("docker://image:tag", "docker://image:tag"),
        ("./", "."),
    ],
)
def test_normal_path(uri: str, path: str) -> None:
    assert normal_path(uri) == path


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Place("a.c", "SRC"), "src/a.c"),
        (Place("a.c", "ROOT"), "a.c"),
        (Place("a.c", "UNKNOWN"), "a.c"),
        (Place("", "", 0), "src/n.c"),
        (Place("", "", 7), ""),
        (Place("file:///repo/q.c"), "q.c"),
        (Place("file:///elsewhere/q.c"), "/elsewhere/q.c"),
        (Place("nul\0.c"), "nul\N{REPLACEMENT CHARACTER}.c"),
    ],
)
def test_bases(place: Place, path: str) -> None:
    bases = {"ROOT": Place("file:///repo/"), "SRC": Place("src/", "ROOT")}
    assert Paths(bases, [Place("n.c", "SRC")]).path(place) == path


def test_bases_in_a_circle_end() -> None:
    paths = Paths({"A": Place("x", "B"), "B": Place("y", "A")})
    assert paths.path(Place("z", "A")).endswith("/z")


def test_checkout_elsewhere_keeps_the_path() -> None:
    here = Paths({"ROOT": Place("file:///home/ci/1/")})
    there = Paths({"ROOT": Place("file:///builds/2/")})
    assert here.path(Place("file:///home/ci/1/a.c")) == there.path(Place("file:///builds/2/a.c"))
    assert here.path(Place("a.c", "ROOT")) == there.path(Place("a.c", "ROOT"))


@given(st.text(alphabet="abc./\\:%2eEfil ", max_size=40))
def test_p11_no_path_leads_out(uri: str) -> None:
    path = normal_path(uri)
    if "://" not in uri and not path[:1].isalpha():
        assert ".." not in path.split("/")


@given(st.lists(st.sampled_from(["..", ".", "a", "", "%2e%2e", "b\\..", "..\\.."]), max_size=12))
def test_p11_dots_never_survive(parts: list[str]) -> None:
    assert ".." not in normal_path("/".join(parts)).split("/")
