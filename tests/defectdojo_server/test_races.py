"""What a real server was seen to do when requests overlap (facts.md, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from tests.defectdojo_server import DojoServer, Remote, generic, upload
from tests.waiting import PATIENCE

Send = Callable[..., "Future[httpx.Response]"]


@pytest.fixture
def test_id(remote: Remote) -> int:
    engagement = remote.engagement(remote.product("Shop")["id"], "Global Connectors")
    made: int = remote.test(engagement["id"], "connector-1")["id"]
    return made


@pytest.fixture
def aside(remote: Remote) -> Iterator[Send]:
    """Send requests that overlap."""
    with ThreadPoolExecutor(8) as pool:
        yield lambda *given, **more: pool.submit(remote.call, *given, **more)


def test_two_reimports_at_once_double_the_findings(
    dojo_server: DojoServer, remote: Remote, test_id: int, aside: Send
) -> None:
    report = [generic(number) for number in range(50)]
    first = dojo_server.fails(path="reimport-scan/", hold="created", hold_count=1)
    slow = aside("POST", "reimport-scan/", **upload(report, test=test_id))
    assert first.reached.wait(PATIENCE)
    remote.reimport(test_id, report)
    first.release()
    assert slow.result(30).status_code == 201
    assert len(remote.findings(test=test_id, active=True)) == 99  # the one that was there was seen
    done = remote.reimport(test_id, report)["statistics"]
    assert done["delta"]["closed"]["total"]["total"] == 49
    assert (done["after"]["total"]["active"], done["after"]["total"]["total"]) == (50, 99)


def test_reimports_by_name_at_once_make_a_test_each(dojo_server: DojoServer, remote: Remote, aside: Send) -> None:
    faults = [dojo_server.fails(path="reimport-scan/", nth=nth, hold="located") for nth in range(1, 5)]
    names = {"product_type_name": "Tools", "product_name": "Shop", "engagement_name": "Global Connectors"}
    sent = upload([generic(1)], auto_create_context="true", test_title="t", **names)
    running = [aside("POST", "reimport-scan/", **sent) for _ in faults]
    assert all(fault.reached.wait(PATIENCE) for fault in faults)
    for fault in faults:
        fault.release()
    assert {each.result(30).status_code for each in running} == {201}
    (product,) = remote.products(name_exact="Shop")
    (engagement,) = remote.engagements(product=product["id"])
    assert len(remote.tests(engagement=engagement["id"])) == 4


def test_a_test_that_is_written_to_cannot_be_deleted(
    dojo_server: DojoServer, remote: Remote, test_id: int, aside: Send
) -> None:
    fault = dojo_server.fails(path="reimport-scan/", hold="created", hold_count=1)
    slow = aside("POST", "reimport-scan/", **upload([generic(1), generic(2)], test=test_id))
    assert fault.reached.wait(PATIENCE)
    assert remote.call("DELETE", f"tests/{test_id}/").status_code == 500
    fault.release()
    assert slow.result(30).status_code == 201
    assert len(remote.findings(test=test_id)) == 2
    remote.delete("tests", test_id)
    assert remote.call("GET", f"tests/{test_id}/").status_code == 404
