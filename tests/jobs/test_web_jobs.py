"""Jobs about what lies on the web, and about files that are put there first."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from depthstudio.core.errors import HostNeeded, UsageError
from depthstudio.core.job import HoldKind, Job, JobState, Source
from depthstudio.core.record import to_json
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.jobs.web_source import source_from_address
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.fake_clock import FakeClock
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.shelf_host import HOST_KEY, KEPT_FOR, KEY, Shelf, shelf_at
from tests.support.watch import heard, settled, until

pytestmark = pytest.mark.anyio

ADDRESS = "https://cdn.test/clips/walk.png?sig=s3cret"
Open = Callable[..., Any]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


@pytest.fixture
def web_session(home: Home, clock: FakeClock, service: ScriptedService, shelf: Shelf) -> Open:
    """A session whose service takes addresses, and wants one of every file."""

    @asynccontextmanager
    async def opened(*, with_key: bool = False, **given: str) -> AsyncGenerator[Session]:
        provider = scripted_at(service.url, takes_urls=True, needs_web_address=True)
        host = shelf_at(shelf.url, secrets=(KEY,) if with_key else ())
        async with Session(
            home,
            Registry([provider]),
            clock=clock,
            secrets=Secrets(given),
            hosts={"shelf": host},
        ) as session:
            yield session

    return opened


async def done(session: Session, job: Job) -> Any:
    (status,) = await settled(session.queue, job.id)
    assert status.state is JobState.DONE, status
    return await session.result(status.result_id or "")


async def test_a_service_gets_the_whole_address_and_the_library_keeps_it_without_its_query(
    web_session: Open, service: ScriptedService
) -> None:
    async with web_session() as session:
        result = await done(
            session, await session.add([source_from_address(ADDRESS)], Order("scripted"))
        )
    assert service.jobs["1"].body == ADDRESS
    (source,) = result.sources
    assert (source.name, source.url) == ("walk.png", "https://cdn.test/clips/walk.png")
    assert source.hosted is None
    manifest = (result.folder / "manifest.json").read_text()
    assert "s3cret" not in manifest
    assert "s3cret" not in to_json(result)


async def test_an_address_that_was_asked_about_before_is_asked_anew(
    web_session: Open, service: ScriptedService
) -> None:
    source = source_from_address(ADDRESS)
    async with web_session() as session:
        first = await done(session, await session.add([source], Order("scripted")))
        known = await session.known_result([source], Order("scripted"))
        second = await done(session, await session.add([source], Order("scripted")))
    assert known is not None
    assert known.id == first.id
    assert second.id != first.id
    assert sum(service.accepted.values()) == 2


async def test_a_file_is_put_on_the_host_and_the_manifest_says_where_and_for_how_long(
    web_session: Open,
    service: ScriptedService,
    shelf: Shelf,
    make_source: Callable[..., Source],
    clock: FakeClock,
) -> None:
    source = make_source()
    async with web_session() as session:
        job = await session.add([source], Order("scripted", host_via="shelf"))
        result = await done(session, job)
    ((name, content),) = shelf.files.items()
    assert content == source.path.read_bytes()
    assert source.path.stem not in name
    assert service.jobs["1"].body == f"{shelf.url}/{name}?sig=only-for-the-service"
    hosted = result.sources[0].hosted
    assert (hosted.host_id, hosted.url) == ("shelf", f"{shelf.url}/{name}")
    assert hosted.until == clock.now() + KEPT_FOR
    assert "only-for-the-service" not in to_json(result)


async def test_no_file_leaves_without_a_host_and_no_job_is_promised(
    web_session: Open, make_source: Callable[..., Source], shelf: Shelf
) -> None:
    source, address = make_source(), source_from_address(ADDRESS)
    async with web_session() as session:
        with pytest.raises(HostNeeded, match="fetches its input from the web"):
            await session.add([source], Order("scripted"))
        with pytest.raises(HostNeeded):
            await session.enqueue([source, address], Order("scripted"))
        with pytest.raises(UsageError, match="There is no host “cloud”") as unknown:
            await session.add([source], Order("scripted", host_via="cloud"))
        assert unknown.value.hint == "Known: shelf"
        assert len(session.queue) == 0
    assert shelf.files == {}


async def test_a_host_that_gets_nothing_is_not_waited_for(web_session: Open, shelf: Shelf) -> None:
    async with web_session(with_key=True) as session:
        order = Order("scripted", host_via="shelf")
        job = await session.add([source_from_address(ADDRESS)], order)
        await done(session, job)
        assert job.host_via == ""
    assert shelf.files == {}


async def test_a_host_without_its_key_holds_the_job_until_it_is_given(
    web_session: Open, shelf: Shelf, make_source: Callable[..., Source]
) -> None:
    async with web_session(with_key=True) as session:
        job = await session.add([make_source()], Order("scripted", host_via="shelf"))
        (status,) = await settled(session.queue, job.id)
        assert status.hold is not None
        assert status.hold.kind is HoldKind.NEEDS_KEY
        assert status.hold.reason == "Shelf needs its Shelf key"
        assert shelf.files == {}
        session.secrets.give(KEY.name, HOST_KEY)
        await until(session.queue, lambda: session.queue.entry(job.id).status.hold is None)
        await done(session, job)
    assert shelf.keys == [f"Bearer {HOST_KEY}"]


def is_waiting(session: Session, job: Job) -> bool:
    progress = session.queue.entry(job.id).status.progress
    return progress is not None and progress.message == "the same job is running"


async def held(session: Session, job: Job) -> None:
    (status,) = await settled(session.queue, job.id)
    assert status.state is JobState.HELD, status


async def test_of_two_same_jobs_that_were_held_after_their_upload_one_is_paid(
    web_session: Open, make_source: Callable[..., Source], service: ScriptedService
) -> None:
    source = make_source()
    order = Order("scripted", {"script": "pause-hold-once"}, host_via="shelf")
    async with web_session() as session:
        first = await session.add([source], order)
        await heard(service.submitted)
        second = await session.add([source], order)  # has its slot before the hold is known
        await until(session.queue, lambda: is_waiting(session, second))
        service.release.set()
        for job in (first, second):
            await held(session, job)
        await session.runner.try_now("scripted")
        results = [await done(session, job) for job in (first, second)]
    assert len({result.id for result in results}) == 1
    assert sum(service.accepted.values()) == 1


async def test_a_job_goes_on_with_its_upload_after_a_start_and_asks_the_library_first(
    web_session: Open, make_source: Callable[..., Source], service: ScriptedService, shelf: Shelf
) -> None:
    source, order = make_source(), Order("scripted", {"script": "hold-once"}, host_via="shelf")
    async with web_session() as session:
        waits = await session.add([source], order)
        await held(session, waits)
    async with web_session() as session:
        await session.runner.try_now("scripted")
        await done(session, waits)
        again = await session.add([source], order)
        await done(session, again)
    assert sum(service.accepted.values()) == 1
    assert len(shelf.files) == 1


async def test_a_photo_edited_during_a_hold_is_not_sent_under_its_old_name(
    web_session: Open, make_source: Callable[..., Source], service: ScriptedService
) -> None:
    source, order = make_source(), Order("scripted", {"script": "hold-once"}, host_via="shelf")
    async with web_session() as session:
        job = await session.add([source], order)
        await held(session, job)
        make_source(colour=(200, 10, 10))
        await session.runner.try_now("scripted")
        (status,) = await settled(session.queue, job.id)
        assert status.failure is not None
        assert status.failure.type == "InputError"
    assert sum(service.accepted.values()) == 0


async def test_what_the_service_works_on_already_waits_for_no_key_of_the_host(
    web_session: Open, make_source: Callable[..., Source], service: ScriptedService
) -> None:
    order = Order("scripted", {"script": "slow"}, host_via="shelf")
    async with web_session(with_key=True, SHELF_KEY_OF_TESTS="word") as session:
        job = await session.add([make_source()], order)
        await heard(service.polled)
    service.release.set()
    async with web_session(with_key=True) as session:  # the key is gone
        await done(session, job)
    assert sum(service.accepted.values()) == 1


async def test_what_is_on_the_host_already_waits_for_no_key_of_it(
    web_session: Open, make_source: Callable[..., Source], service: ScriptedService, shelf: Shelf
) -> None:
    order = Order("scripted", {"script": "hold-once"}, host_via="shelf")
    async with web_session(with_key=True, SHELF_KEY_OF_TESTS="word") as session:
        job = await session.add([make_source()], order)
        await held(session, job)
    async with web_session(with_key=True) as session:
        await session.runner.try_now("scripted")
        await done(session, job)
    assert len(shelf.files) == 1


async def test_a_host_without_its_key_holds_nothing_but_its_own_jobs_also_after_a_start(
    web_session: Open, make_source: Callable[..., Source]
) -> None:
    async with web_session(with_key=True) as session:
        waits = await session.add([make_source()], Order("scripted", host_via="shelf"))
        await held(session, waits)
    async with web_session(with_key=True) as session:
        await done(session, await session.add([source_from_address(ADDRESS)], Order("scripted")))
        await held(session, waits)
        assert session.runner.holds == {}


async def test_the_endpoint_of_a_host_makes_no_other_question(
    web_session: Open, make_source: Callable[..., Source], shelf: Shelf, service: ScriptedService
) -> None:
    source = make_source()
    async with web_session() as session:
        first = await done(
            session, await session.add([source], Order("scripted", host_via="shelf"))
        )
        elsewhere = {"shelf": shelf.url.replace("127.0.0.1", "localhost")}
        order = Order("scripted", endpoints=elsewhere, host_via="shelf")
        second = await done(session, await session.add([source], order))
    assert second.id == first.id
    assert sum(service.accepted.values()) == 1
    assert first.endpoints == {"api": service.url}
