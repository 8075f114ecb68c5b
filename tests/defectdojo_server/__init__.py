"""A server that answers as DefectDojo 3.2.0 does, for tests: real HTTP on loopback, its state apart from it.

    with DojoServer() as server:
        remote = Remote(server.url, server.token)
        product = remote.product("Shop")

Built from what a real server was seen to do; ``test_recordings.py`` replays that against it, so that a wrong imitation
fails its own tests. README.md tells what it can do, what may be made to fail, and what it leaves out.
"""

from tests.defectdojo_server.answers import Answer
from tests.defectdojo_server.faults import FOREIGN, Fault, gateway, login_page, page, too_many
from tests.defectdojo_server.remote import Remote, generic, upload
from tests.defectdojo_server.server import DojoServer, Seen
from tests.defectdojo_server.state import NOBODYS_TOKEN, READERS_TOKEN, TOKEN, State

__all__ = [
    "FOREIGN",
    "NOBODYS_TOKEN",
    "READERS_TOKEN",
    "TOKEN",
    "Answer",
    "DojoServer",
    "Fault",
    "Remote",
    "Seen",
    "State",
    "gateway",
    "generic",
    "login_page",
    "page",
    "too_many",
    "upload",
]
