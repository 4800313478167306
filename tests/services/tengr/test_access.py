"""Where Tengr is and who asks: all of it the user's to say."""

import logging
from pathlib import Path

import pytest

from depthstudio.core.errors import UsageError
from depthstudio.core.job import HoldKind, JobState
from depthstudio.settings.paths import Home
from tests.services.tengr.conftest import Open
from tests.support.shelf_host import Shelf
from tests.support.tengr_jobs import ID
from tests.support.tengr_service import KEY, TengrService
from tests.support.watch import until

pytestmark = pytest.mark.anyio


async def test_address_header_and_paths_are_the_users_to_say(
    open_tengr: Open, photo_url: str
) -> None:
    wiring = {
        "auth_header": "X-Api-Key",
        "create_path": "/api/depth",
        "get_path": "/api/{id}/show",
        "list_path": "/api/all",
    }
    with TengrService(auth_scheme="", **wiring) as elsewhere:
        endpoints = {"api": f"{elsewhere.url}/", "auth_scheme": "none", **wiring}
        async with open_tengr(endpoints=endpoints) as tengr:
            await tengr.result(await tengr.add_url(photo_url))
            health = await tengr.session.check(ID, endpoints)
        assert health.ok
        assert [r.target.partition("?")[0] for r in elsewhere.matching("/api|GET /$")] == [
            "POST /api/depth",
            f"GET /api/{next(iter(elsewhere.artworks))}/show",
            "GET /",
            "GET /api/all",
        ]


async def test_a_job_waits_for_the_key(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    async with open_tengr(keys={}) as tengr:
        status = await tengr.settled(await tengr.add_url(photo_url))

    assert status.hold is not None
    assert status.hold.kind is HoldKind.NEEDS_KEY
    assert status.hold.reason == "Tengr needs its Tengr key"
    assert service.requests == []


async def test_no_job_is_made_before_the_server_has_an_address(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    async with open_tengr(endpoints={}) as tengr:
        with pytest.raises(UsageError, match="Tengr needs the address of its server"):
            await tengr.add_url(photo_url)
        assert len(tengr.session.queue) == 0
    assert service.requests == []


async def test_the_job_goes_on_when_the_key_is_given(open_tengr: Open, photo_url: str) -> None:
    async with open_tengr(keys={}) as tengr:
        job = await tengr.add_url(photo_url)
        await tengr.settled(job)
        tengr.session.secrets.give("tengr_api_key", KEY)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)


async def test_a_test_of_the_connection_costs_nothing(
    open_tengr: Open, service: TengrService
) -> None:
    async with open_tengr() as tengr:
        assert (await tengr.session.check(ID, tengr.endpoints)).ok
    assert [r.target for r in service.requests] == ["GET /", "GET /v2/artworks?offset=0&limit=1"]
    assert service.orders == []


async def test_the_key_stays_at_its_host(
    open_tengr: Open, web: Shelf, home: Home, photo: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_file(photo))

    assert [r for r in web.requests if KEY in str(r.headers)] == []
    files = [path for path in home.journal_file.parent.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    assert KEY not in caplog.text
