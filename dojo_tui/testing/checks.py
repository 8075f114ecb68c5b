"""What is held of any connector; each function tries one thing."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from dojo_tui.model.errors import CancelledError
from dojo_tui.testing.bench import Bench, Ended, Stall, at_call, from_call, identities, is_failure
from dojo_tui.testing.server import Call, Reply, Twist
from dojo_tui.testing.world import HOSTILE

_HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
_QUICK_SECONDS = 3.0

Change = Callable[[Reply], Reply]

BROKEN: dict[str, Change] = {
    "401": lambda _: Reply({"message": "no"}, 401),
    "403": lambda _: Reply({"message": "no"}, 403),
    "404": lambda _: Reply({"message": "no"}, 404),
    "429": lambda _: Reply(_HTML, 429, {"content-type": "text/html", "retry-after": "1"}),
    "500": lambda _: Reply({"message": "no"}, 500),
    "503 until tomorrow": lambda _: Reply(b"", 503, {"retry-after": "86400"}),
    "HTML with status 200": lambda _: Reply(_HTML, 200, {"content-type": "text/html; charset=utf-8"}),
    "HTML called JSON": lambda _: Reply(_HTML),
    "truncated JSON": lambda reply: Reply(reply.data[: max(len(reply.data) - 5, 1)], reply.status, reply.headers),
    "a connection that breaks off": lambda reply: replace(reply, cut=len(reply.data) // 2),
    "an empty answer": lambda _: Reply(b""),
    "null": lambda _: Reply(None),
    "an empty object": lambda _: Reply({}),
    "a text": lambda _: Reply("ok"),
    "deep JSON": lambda _: Reply(b"[" * 5_000 + b"]" * 5_000),
    "204 without content": lambda _: Reply(b"", 204),
}


def whole_listing(bench: Bench) -> None:
    """A Discover of a tool that is well sees everything, once."""
    ended = bench.list()
    assert ended.error is None, ended.told
    found = [vep.vendor_id for vep in ended.veps]
    assert sorted(found) == bench.ids, f"listed {len(found)} of {len(bench.ids)}, or other ids than expected"
    assert len(ended.calls) > 1, "the kit's world should take several pages: raise 'things' of the Subject"


def whole_fetch(bench: Bench) -> None:
    """A Sync of a tool that is well gets everything, once; and nothing where there is nothing."""
    ended = bench.fetch()
    assert ended.error is None, ended.told
    assert ended.fetch is not None
    assert not ended.fetch.skipped, ended.told
    found = identities(ended.fetch)
    assert len(found) >= bench.subject.flaws, f"{len(found)} findings of {bench.subject.flaws}"
    assert len(set(found)) == len(found), "two findings have the same identity"
    if bench.subject.findings_have_ids:
        assert all(finding.unique_id for finding in ended.fetch.findings), "a finding has no unique_id"
    none = bench.fetch(of=bench.subject.vendor_id(bench.world.things[-1]))
    assert none.error is None, none.told
    assert none.fetch is not None
    assert not none.fetch.findings, none.told


def identity_survives_renames(bench: Bench) -> None:
    """A renamed VEP is the same one, and so are its findings (P1)."""
    before = bench.list()
    held = _fetched(bench)
    bench.serve(bench.world.renamed())
    after = bench.list()
    assert after.error is None, after.told
    assert sorted(vep.vendor_id for vep in after.veps) == sorted(vep.vendor_id for vep in before.veps), (
        "a renamed VEP got another vendor_id: its Record would be lost"
    )
    names = {vep.name for vep in before.veps} & {vep.name for vep in after.veps}
    assert not names, f"a renamed VEP keeps its old name: {sorted(names)[:3]}"
    assert _fetched(bench) == held, "a rename changed the identity of findings"


def any_order_is_the_same(bench: Bench) -> None:
    """In whatever order a tool tells, it tells the same."""
    held = _fetched(bench)
    for told in (bench.world.reversed(), bench.world.rotated()):
        bench.serve(told)
        ended = bench.list()
        assert ended.error is None, ended.told
        assert sorted(vep.vendor_id for vep in ended.veps) == bench.ids, "another order lists other VEPs"
        assert _fetched(bench) == held, "another order gives other findings"


def bad_credentials_fail(bench: Bench) -> None:
    """A secret that is not accepted is a failure everywhere, never a skip, and says what to do."""
    refuse: Twist = lambda _call, _number, _reply: Reply({"message": "bad credentials"}, 401)  # noqa: E731
    for act in (*bench.acts, bench.check):
        ended = act(refuse)
        assert is_failure(ended.error), f"401 for everything: {ended.told}"
        assert ended.error is not None
        assert ended.error.do, f"the error does not say what to do: {ended.error}"


def nothing_is_taken_for_empty(bench: Bench) -> None:
    """Whatever goes wrong, at whichever request, once or from there on: incomplete is never empty (P3)."""
    for act in bench.acts:
        whole = act()
        for number in range(len(whole.calls)):
            for name, change in BROKEN.items():
                for twist in (at_call(number, change), from_call(number, change)):
                    _holds(whole, act(twist), f"{name} at request {number + 1} of {len(whole.calls)}")


def passing_failures_are_survived(bench: Bench) -> None:
    """One 429 or 503 is waited out."""
    for act in bench.acts:
        whole = act()
        for number in range(len(whole.calls)):
            for status in (429, 503):
                ended = act(at_call(number, lambda _, status=status: Reply(b"", status, {"retry-after": "2"})))  # type: ignore[misc]
                assert ended.error is None, f"{status} at request {number + 1}, once: {ended.told}"
                assert _same(whole, ended), f"{status} at request {number + 1} changed what was read"


def repeated_pages_are_seen(bench: Bench) -> None:
    """A page that comes again, a cursor that stands still: that is no end."""
    for act in bench.acts:
        whole = act()
        for number in range(1, len(whole.calls)):
            if whole.calls[number].path != whole.calls[number - 1].path:
                continue
            last: list[Reply] = []

            def again(_call: Call, index: int, reply: Reply, number: int = number, last: list[Reply] = last) -> Reply:
                if index < number:
                    last[:] = [reply]
                    return reply
                return last[0]

            _holds(whole, act(again), f"request {number + 1} is answered like the one before")


def foreign_links_are_not_followed(bench: Bench) -> None:
    """A link in an answer that leads to another server gets nothing, least of all the secret (P10)."""
    here, there = bench.server.url, bench.stranger.url

    def elsewhere(_call: Call, _number: int, reply: Reply) -> Reply:
        headers = {name: text.replace(here, there) for name, text in reply.headers.items()}
        return replace(reply, body=reply.data.replace(here.encode(), there.encode()), headers=headers)

    for act in bench.acts:
        whole = act()
        ended = act(elsewhere)
        _holds(whole, ended, "links lead to another server")


def redirects_stay_at_home(bench: Bench) -> None:
    """A redirect to another server is not followed; what it means is not "nothing"."""
    for act in bench.acts:
        whole = act()
        for number in range(len(whole.calls)):
            for status in (301, 302, 303, 307, 308):
                for target in (bench.stranger.url, "//127.0.0.1:9/", "https://user@127.0.0.1/", "gopher://x/", ""):
                    reply = Reply(b"", status, {"location": target})
                    ended = act(from_call(number, lambda _, reply=reply: reply))  # type: ignore[misc]
                    _holds(whole, ended, f"a redirect ({status}) at request {number + 1}")


def secrets_are_in_no_output(bench: Bench) -> None:
    """A tool that repeats what we sent does not get it into a log, an error or a result (P10)."""

    def parrot(status: int) -> Twist:
        def repeat(call: Call, _number: int, _reply: Reply) -> Reply:
            heard = json.dumps([dict(call.headers), dict(call.query), call.body.decode("utf-8", "replace")])
            plain = " ".join([*call.headers.values(), *bench.secrets.values()])
            return Reply({"message": plain, "detail": heard, "error": plain}, status)

        return repeat

    said = ""
    for act in (*bench.acts, bench.check):
        for twist in (None, *(parrot(status) for status in (200, 400, 401, 403, 500))):
            ended = act(twist)
            said += f"{ended.said}\n{ended.result!r}\n{ended.told}\n"
    said += repr(bench.config)
    for name, value in bench.secrets.items():
        forms = {value, quote(value, safe=""), base64.b64encode(value.encode()).decode()}
        found = [form for form in forms if form in said]
        assert not found, f"the {name} is in the output: ...{_around(said, found[0])}..."


def hostile_text_is_data(bench: Bench) -> None:
    """Names and texts that want to be more than text are taken, bounded, and can be stored (P11)."""
    bench.serve(bench.world.hostile())
    ended = bench.list()
    assert ended.error is None, ended.told
    assert ended.veps, "nothing is listed when names are hostile"
    if bench.subject.tool.assets:
        return
    ended = bench.fetch()
    assert ended.error is None, ended.told
    assert ended.fetch is not None
    assert len(ended.fetch.findings) >= bench.subject.flaws, ended.told
    for finding in ended.fetch.findings:
        text = f"{finding.title}{finding.description}{finding.unique_id}"
        assert "\0" not in text, "a NUL came through"
        assert not re.search("[\ud800-\udfff]", text), "half a character came through"
        assert len(finding.title) <= 500, "a title is not bounded"
        assert len(finding.description) < len(HOSTILE) * 2_000, "a description is not bounded"


def ids_stay_in_their_place(bench: Bench) -> None:
    """An id from outside is one part of a path, whatever it looks like."""
    for hostile in ("../../admin", "x/../../admin", "x?admin=1#", "..", "//127.0.0.1:9/admin", "%2e%2e/admin"):
        ended = bench.fetch(of=hostile)
        for call in ended.calls:
            assert "/admin" not in call.path, f"the id {hostile!r} led to {call.path}"
            assert "/../" not in f"{call.path}/", f"the id {hostile!r} led to {call.path}"
            assert "admin" not in call.query, f"the id {hostile!r} became a parameter"


def cancelling_is_quick(bench: Bench) -> None:
    """Who cancels in the middle of a page does not wait for its end."""
    for act in bench.acts:
        for number in sorted({0, len(act().calls) - 1}):
            stall = Stall()
            started = time.monotonic()
            ended = act(stall.twist(number), stall.reached.is_set)
            stall.over.set()
            took = time.monotonic() - started
            assert isinstance(ended.error, CancelledError), f"cancelled in request {number + 1}: {ended.told}"
            assert took < _QUICK_SECONDS, f"it took {took:.1f} s to notice that it was cancelled"


def check_tells(bench: Bench) -> None:
    """A check says how many there are, and asks for no more than it needs."""
    ended = bench.check()
    assert ended.error is None, ended.told
    assert ended.result is not None
    assert ended.result.works, "; ".join(f"{step.title}: {step.told}" for step in ended.result.failures)
    assert ended.result.veps == len(bench.ids) or not ended.result.all_counted, f"{ended.result.veps} VEPs"


# --- what "holds" means -----------------------------------------------------------


def _holds(whole: Ended, ended: Ended, when: str) -> None:
    """It failed as it should, or skipped what it could not read, or has all the same."""
    if ended.error is not None:
        assert is_failure(ended.error), f"{when}: {type(ended.error).__name__} is not the error of an unreadable tool"
        return
    if ended.fetch is not None and whole.fetch is not None:
        skipped = set(ended.fetch.skipped)
        assert all(ended.fetch.skipped.values()), f"{when}: skipped without a reason"
        left = [one for one in identities(whole.fetch) if one[0] not in skipped]
        assert identities(ended.fetch) == left, (
            f"{when}: {len(ended.fetch.findings)} findings were given out as all of {len(left)}: others would be closed"
        )
        return
    assert _same(whole, ended), (
        f"{when}: {len(ended.veps)} VEPs were given out as all of {len(whole.veps)}: the rest would become Missing"
    )


def _same(whole: Ended, ended: Ended) -> bool:
    if whole.fetch is not None:
        skips = ended.fetch.skipped if ended.fetch is not None else {}
        return not skips and identities(ended.fetch) == identities(whole.fetch)
    return sorted(vep.vendor_id for vep in ended.veps) == sorted(vep.vendor_id for vep in whole.veps)


def _fetched(bench: Bench) -> list[tuple[object, ...]]:
    if bench.subject.tool.assets:
        return []
    ended = bench.fetch()
    assert ended.error is None, ended.told
    return identities(ended.fetch)


def _around(text: str, found: str) -> str:
    place = text.index(found)
    return text[max(place - 60, 0) : place].replace("\n", " ")
