"""Which DefectDojo servers there are, which one is used, and what its check says."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from dojo_tui.model.check import About, Checked, Mark
from dojo_tui.model.clock import Clock
from dojo_tui.model.errors import CancelledError, DestinationError, NotFoundError, UsageError
from dojo_tui.services.destinations import USUAL_TOKEN, Destinations, Server
from dojo_tui.services.settings import EMBEDDED, Configured
from dojo_tui.store.open import open_store
from dojo_tui.testing import Reply, ToolServer
from dojo_tui.wiring import Workspace, open_workspace
from tests.defectdojo_server.server import DojoServer
from tests.defectdojo_server.state import NOBODYS_TOKEN, READERS_TOKEN
from tests.services.fakes import FakeTool, World

URL = "https://dojo.example.com"
OTHER = "https://other.example.com"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEFECTDOJO_TOKEN", raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


@pytest.fixture
def there(store_url: str, clock: Clock) -> Iterator[Destinations]:
    store = open_store(store_url, clock=clock)
    yield Destinations(store.database, clock)
    store.close()


Opener = Callable[..., Workspace]


@pytest.fixture
def opens(store_url: str, clock: Clock) -> Iterator[Opener]:
    opened: list[Workspace] = []

    def one(**options: object) -> Workspace:
        opened.append(open_workspace(store_url, clock=clock, who="ada", tools={"fake": FakeTool()}, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield one
    for workspace in opened:
        workspace.close()


# --- which there are ------------------------------------------------------------------------


def test_a_server_is_added_at_the_address_of_its_pages(there: Destinations) -> None:
    row = there.add(f" {URL}/api/v2/ ", secret="file:/run/token")
    assert (row.url, row.secret, row.verify, row.chosen) == (URL, "file:/run/token", True, False)
    assert there.rows() == [row]
    assert there.get(f"{URL}/") == row


def test_a_server_without_a_token_takes_the_usual_one(there: Destinations) -> None:
    assert there.add(URL).secret == USUAL_TOKEN


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("dojo.example.com", {}, "does not start with"),
        (URL, {"secret": "8f3ad0e9-the-token-itself"}, "must be a reference"),
        (URL, {"ca_file": "/no/such/file.pem"}, "no file /no/such/file.pem"),
        (URL, {"product_type": " "}, "Product Type needs a name"),
        (URL, {"at_once": 0}, "Choose 1 to 16"),
        (URL, {"at_once": 17}, "17 is no number of requests"),
        (URL, {"ca_file": __file__, "verify": False}, "switched off"),
    ],
)
def test_what_cannot_work_is_not_stored(there: Destinations, url: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        there.add(url, **options)  # type: ignore[arg-type]
    assert "8f3ad0e9" not in str(refused.value)
    assert there.rows() == []


def test_the_same_server_is_not_added_twice(there: Destinations) -> None:
    there.add(URL)
    with pytest.raises(UsageError, match="already"):
        there.add(f"{URL}/api/v2")


def test_an_edit_changes_what_is_given(there: Destinations, tmp_path: Path) -> None:
    there.add(URL, secret="env:ONE", product_type="Web", at_once=2)
    authority = tmp_path / "authority.pem"
    authority.write_text("x")
    assert there.edit(URL, verify=False).verify is False
    row = there.edit(URL, ca_file=str(authority))
    assert (row.ca_file, row.verify, row.secret, row.product_type) == (str(authority), True, "env:ONE", "Web")
    assert row.at_once == 2
    row = there.edit(URL, verify=False)
    assert (row.ca_file, row.verify) == ("", False)


def test_a_server_that_moved_keeps_what_is_known_of_it(there: Destinations) -> None:
    before = there.add(URL)
    there.add(OTHER)
    after = there.edit(URL, address="https://new.example.com/dojo/")
    assert (after.id, after.mark, after.url) == (before.id, before.mark, "https://new.example.com/dojo")
    with pytest.raises(UsageError, match="already"):
        there.edit(after.url, address=OTHER)


def test_an_unknown_server_is_told_with_those_that_there_are(there: Destinations) -> None:
    there.add(URL)
    with pytest.raises(NotFoundError, match=URL):
        there.choose(OTHER)


def test_choosing_tells_how_many_records_stay_behind(world: World, opens: Opener) -> None:
    world.list("a", "b")
    world.discover()
    world.map("Shop")
    there = world.workspace.destinations
    there.add(URL)
    assert "2 Records are mapped to Products of another one" in there.choose(URL)
    assert opens().server == there.get(URL)
    assert there.choose(None) == "Findings go to the embedded destination from now on."
    assert opens().server is None


def test_records_mapped_elsewhere_are_skipped_and_left_as_they_are(world: World, opens: Opener) -> None:
    world.list("a")
    world.discover()
    world.map("Shop")
    world.workspace.destinations.add(URL)
    world.workspace.destinations.choose(URL)
    there = World(opens(), world.tool, world.connector_id)
    there.workspace.operations._tools = {"fake": world.tool}
    outcome = there.outcomes(there.sync())["a"]
    assert (outcome.status.value, "another destination" in outcome.reason) == ("Skipped", True)
    assert world.states()["a"].value == "Good"


def test_the_chosen_server_and_one_with_records_are_not_removed(world: World) -> None:
    there = world.workspace.destinations
    there.add(URL)
    there.choose(URL)
    with pytest.raises(UsageError, match="chosen"):
        there.remove(URL)
    there.choose(None)
    assert "stays" in there.remove(URL)
    assert there.rows() == []


# --- which one is used ------------------------------------------------------------------------


def test_what_is_named_is_stronger_than_the_config_file_and_that_than_the_choice(there: Destinations) -> None:
    there.add(URL)
    there.add(OTHER)
    there.choose(URL)
    config = Configured("https://config.example.com", token="env:CONFIG")
    assert there.in_use() == there.get(URL)
    configured = there.in_use(None, config)
    assert configured is not None
    assert (configured.url, configured.secret) == ("https://config.example.com", "env:CONFIG")
    assert there.in_use(OTHER, config) == there.get(OTHER)
    assert there.in_use(EMBEDDED, config) is None
    assert there.in_use(None, Configured(EMBEDDED)) is None


def test_a_token_goes_to_no_other_server_than_it_was_given_for(there: Destinations) -> None:
    config = Configured(URL, token="env:OURS", verify=False)
    used = there.in_use(OTHER, config)
    assert used is not None
    assert (used.secret, used.verify) == (USUAL_TOKEN, True)


def test_what_a_config_file_says_of_a_known_server_is_not_stored(there: Destinations) -> None:
    there.add(URL, secret="env:SHARED", product_type="Web")
    used = there.in_use(None, Configured(f"{URL}/api/v2", token="env:MINE"))
    assert used is not None
    assert (used.secret, used.product_type) == ("env:MINE", "Web")
    assert there.get(URL).secret == "env:SHARED"


def test_a_store_that_is_read_only_is_not_written(store_url: str, clock: Clock, opens: Opener) -> None:
    opens().destinations.add(URL)
    assert opens(read_only=True, destination=URL).destination.name == "dojo.example.com"
    with pytest.raises(UsageError, match="read-only"):
        opens(read_only=True, destination=OTHER)


def test_opening_asks_nothing_and_reads_no_token(opens: Opener, dojo_server: DojoServer) -> None:
    workspace = opens(destination=dojo_server.url, configured=Configured(dojo_server.url, token="env:NOT_SET"))
    assert workspace.destination.products is not None
    assert dojo_server.requests == []
    with pytest.raises(DestinationError, match="NOT_SET is not set"):
        workspace.destination.products()
    assert dojo_server.requests == []


# --- whether it can be used ---------------------------------------------------------------------


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def is_now(value: str) -> str:
        monkeypatch.setenv("DEFECTDOJO_TOKEN", value)
        return value

    return is_now


def told(result: Checked, about: About, name: str = "") -> str:
    return next(step.told for step in result.steps if step.about is about and name in step.title)


def failure(result: Checked) -> tuple[About, str]:
    (step,) = result.failures
    assert step.do
    return step.about, step.told


def test_a_good_server_is_told_step_by_step(
    there: Destinations, dojo_server: DojoServer, token: Callable[[str], str]
) -> None:
    token(dojo_server.token)
    row = there.add(dojo_server.url)
    seen: list[About] = []
    result = there.check(row, told=lambda step: seen.append(step.about))
    assert result.works, result.failures
    assert told(result, About.SECRET) == "read from env:DEFECTDOJO_TOKEN"
    assert dojo_server.url in told(result, About.REACHED)
    assert "does not leave this machine" in told(result, About.WAY)
    assert told(result, About.ANSWER) == "DefectDojo 3.2.0"
    assert result.who == "admin"
    assert "add Engagements and Tests" in result.rights
    assert told(result, About.VEPS) == "sees 0 Products"
    assert told(result, About.NOTE, "Deduplication") == "off"
    assert seen.index(About.REACHED) < seen.index(About.ANSWER) < seen.index(About.WHO) < seen.index(About.RIGHTS)


def test_a_check_changes_nothing(there: Destinations, dojo_server: DojoServer, token: Callable[[str], str]) -> None:
    for one in (dojo_server.token, READERS_TOKEN, NOBODYS_TOKEN):
        token(one)
        there.check(Server(dojo_server.url, USUAL_TOKEN))
    assert {seen.method for seen in dojo_server.requests} <= {"GET", "OPTIONS"}
    assert there.rows() == []


def test_a_user_without_rights_is_told_what_is_missing(
    there: Destinations, dojo_server: DojoServer, token: Callable[[str], str]
) -> None:
    token(NOBODYS_TOKEN)
    result = there.check(Server(dojo_server.url, USUAL_TOKEN))
    about, said = failure(result)
    assert (about, said) == (About.RIGHTS, "it sees no Product and may not add any")
    assert result.who == "nobody"
    assert "administrators only" in told(result, About.NOTE, "Deduplication")


def test_a_user_who_only_reads_cannot_send(
    there: Destinations, dojo_server: DojoServer, token: Callable[[str], str], dojo: object
) -> None:
    dojo.product("Shop")  # type: ignore[attr-defined]
    token(READERS_TOKEN)
    result = there.check(Server(dojo_server.url, USUAL_TOKEN))
    assert failure(result) == (About.RIGHTS, "nothing can be sent: it may not add Engagements")
    assert result.rights == ("see Products",)


def test_a_server_that_deduplicates_is_told(
    there: Destinations, dojo_server: DojoServer, dojo: object, token: Callable[[str], str]
) -> None:
    dojo.set_deduplication(on=True)  # type: ignore[attr-defined]
    token(dojo_server.token)
    result = there.check(Server(dojo_server.url, USUAL_TOKEN))
    assert result.works
    assert told(result, About.NOTE, "Deduplication").startswith("on:")


def test_a_wrong_token_is_refused_and_not_shown(
    there: Destinations, dojo_server: DojoServer, token: Callable[[str], str]
) -> None:
    secret = token("c0ffee" * 6)
    result = there.check(Server(dojo_server.url, USUAL_TOKEN))
    about, said = failure(result)
    assert about is About.WHO
    assert "does not accept the token" in said
    assert secret not in repr(result)


def test_without_its_token_no_server_is_asked(there: Destinations, dojo_server: DojoServer) -> None:
    result = there.check(Server(dojo_server.url, "env:NOT_SET"))
    assert failure(result)[0] is About.SECRET
    assert dojo_server.requests == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Reply(b"<html><title>Log in</title></html>", headers={"content-type": "text/html"}), "a web page instead"),
        ({"hello": "world"}, "without a user"),
        ([], "not DefectDojo"),
    ],
)
def test_what_is_no_defectdojo_is_told(
    there: Destinations, token: Callable[[str], str], answer: object, said: str
) -> None:
    token("c0ffee" * 6)
    with ToolServer() as server:
        server.on("GET", "/api/v2/user_profile/", answer)
        about, what = failure(there.check(Server(server.url, USUAL_TOKEN)))
    assert about is About.ANSWER
    assert said in what


def test_what_cannot_be_reached_is_told_at_once(there: Destinations, token: Callable[[str], str]) -> None:
    token("c0ffee" * 6)
    with ToolServer() as server:
        url = server.url
    about, said = failure(there.check(Server(url, USUAL_TOKEN)))
    assert about is About.REACHED
    assert "cannot be reached" in said


@contextmanager
def secured(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ToolServer(context) as server:
        server.on("GET", "/api/v2/user_profile/", {"user": {"id": 1, "username": "ada", "is_superuser": True}})
        server.on("GET", "/login", "<html>DefectDojo (v. 3.2.0)</html>")
        for name in ("products", "system_settings", "tests"):
            server.on("GET", f"/api/v2/{name}/", {"count": 0, "next": None, "previous": None, "results": []})
        yield server.url


def test_a_certificate_of_ones_own_authority_is_trusted_when_it_is_named(
    there: Destinations, tmp_path: Path, token: Callable[[str], str]
) -> None:
    token("c0ffee" * 6)
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    with secured(authority) as url:
        refused = there.check(Server(url, USUAL_TOKEN))
        trusted = there.check(Server(url, USUAL_TOKEN, ca_file=str(file)))
        open_ = there.check(Server(url, USUAL_TOKEN, verify=False))
    about, said = failure(refused)
    assert about is About.WAY
    assert "not trusted" in said
    assert "--ca FILE" in refused.failures[0].do
    assert trusted.works, trusted.failures
    assert "valid until" in trusted.way
    assert open_.works, open_.failures
    assert next(step.mark for step in open_.steps if step.about is About.WAY) is Mark.LOOK


def test_who_gives_up_ends_a_check(there: Destinations, dojo_server: DojoServer, token: Callable[[str], str]) -> None:
    token(dojo_server.token)

    def given_up() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        there.check(Server(dojo_server.url, USUAL_TOKEN), given_up)
