"""What every provider must stand, whichever service it speaks to."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from depthstudio.core.job import JobState
from depthstudio.jobs.clock import SystemClock
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.services.conftest import OpenPeer
from tests.support.gradio_jobs import DA3, PARTPACKER, STREAM, thing
from tests.support.peers import GradioPeer, Kinds, Peer, said
from tests.support.rest_service import Answer, RestService
from tests.support.vendors import EVERY, FAL
from tests.support.watch import settled, until

pytestmark = pytest.mark.anyio

PAGE = b"<!DOCTYPE html><html><head><title>Welcome to the hotel</title></head></html>"
WHO_IS_FIRST = ("cancel first", "at once", "release first")

ALL: tuple[Kinds, ...] = (DA3, PARTPACKER, *EVERY)
IN_ORDER = [pytest.param(one, id=getattr(one, "name", "") or one.provider_id) for one in ALL]


@pytest.mark.parametrize("one", IN_ORDER)
async def test_two_jobs_at_a_time_share_nothing(peer: Peer, open_peer: OpenPeer) -> None:
    side_by_side = Registry.load().get(peer.provider_id).info.max_parallel > 1
    async with open_peer() as jobs:
        peer.hold()
        both = [await jobs.add(0), await jobs.add(150)]
        if side_by_side:
            await asyncio.to_thread(peer.wait_held, 2)
        await asyncio.to_thread(peer.release)
        statuses = await jobs.ended(*both)
        made = [await jobs.files(status) for status in statuses]

    assert [status.state for status in statuses] == [JobState.DONE] * 2
    assert peer.accepted() == 2
    assert not set(made[0]) & set(made[1])


@pytest.mark.parametrize("one", IN_ORDER)
async def test_an_empty_file_is_refused_here_and_nothing_is_asked(
    peer: Peer, open_peer: OpenPeer, tmp_path: Path
) -> None:
    empty = tmp_path / f"nothing{peer.thing(tmp_path).suffix}"
    empty.touch()
    async with open_peer() as jobs:
        intake = await jobs.session.take_in([empty])
        assert intake.sources == ()
        job = await jobs.session.add_unusable(intake.unusable[0], peer.order())
        (status,) = await jobs.ended(job)

    assert said(status) == "failed InputError"
    assert peer.targets() == []


@pytest.mark.parametrize("one", IN_ORDER)
async def test_a_wrong_key_is_told_and_nothing_is_begun(peer: Peer, open_peer: OpenPeer) -> None:
    async with open_peer(peer.wrong_secrets()) as jobs:
        status = await jobs.run()

    assert said(status) == "failed AuthError"
    assert status.failure
    assert status.failure.hint
    assert peer.accepted() == 0


@pytest.mark.parametrize("one", IN_ORDER)
async def test_without_a_network_the_job_waits_and_goes_on_when_there_is_one(
    peer: Peer, open_peer: OpenPeer
) -> None:
    with peer.away() as come_back:
        async with open_peer() as jobs:
            job = await jobs.add()
            (status,) = await jobs.ended(job)
            assert said(status) == "held offline"
            assert status.hold
            assert status.hold.until
            come_back()
            await jobs.session.runner.try_now(peer.provider_id)
            await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.DONE)

    assert peer.accepted() == 1


@pytest.mark.parametrize("one", IN_ORDER)
async def test_a_page_to_log_in_at_a_hotel_is_no_answer(
    one: Kinds, peer: Peer, open_peer: OpenPeer
) -> None:
    peer.answer_everything(Answer(200, PAGE, {"Content-Type": "text/html"}))
    async with open_peer() as jobs:
        status = await jobs.run()

    # fal's submit is the first thing asked of it, and whoever answered may have passed it on.
    assert said(status) == ("held submit-lost" if one is FAL else "failed BadResponse")
    assert peer.accepted() == 0


@pytest.mark.parametrize("one", IN_ORDER)
async def test_nobody_is_followed_elsewhere_with_a_call(
    one: Kinds, peer: Peer, open_peer: OpenPeer
) -> None:
    with RestService() as elsewhere:
        peer.answer_everything(Answer(307, b"", {"Location": f"{elsewhere.url}/x"}))
        async with open_peer() as jobs:
            status = await jobs.run()
        assert elsewhere.requests == []

    assert said(status) == ("held submit-lost" if one is FAL else "failed BadResponse")
    assert peer.accepted() == 0


@pytest.mark.parametrize("one", IN_ORDER)
async def test_answers_that_say_more_than_we_know_are_understood(
    peer: Peer, open_peer: OpenPeer
) -> None:
    peer.say_more()
    async with open_peer() as jobs:
        status = await jobs.run()

    assert said(status) == "done"
    assert peer.accepted() == 1


NONSENSE = ('{"msg":"of a kind nobody knows","event_id":null}', '{"msg":7}', '{"rank":"first"}')


@pytest.mark.parametrize("one", [DA3, PARTPACKER], ids=lambda one: one.provider_id)
async def test_messages_nobody_told_us_of_are_passed_over(
    peer: GradioPeer, open_peer: OpenPeer
) -> None:
    """The REST services' unknown words are in the fault table."""
    events = "".join(f"data: {message}\n\n" for message in NONSENSE)
    start = 'data: {"msg":"process_starts"'
    peer.server.wire_fault(STREAM, "rewrite", times=None, old=start, new=events + start)
    async with open_peer() as jobs:
        status = await jobs.run()

    assert said(status) == "done"


class SkewedClock(SystemClock):
    """A computer whose clock is wrong: every service seems to be as far off."""

    def __init__(self, skew: timedelta) -> None:
        self._skew = skew

    def now(self) -> datetime:
        return super().now() + self._skew


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize("one", IN_ORDER)
async def test_a_clock_that_is_a_day_off_harms_nothing(
    peer: Peer, open_peer: OpenPeer, days: int
) -> None:
    clock = SkewedClock(timedelta(days=days))
    async with open_peer(clock=clock) as jobs:
        peer.hold()
        job = await jobs.add()
        await asyncio.to_thread(peer.wait_held)
        await asyncio.to_thread(peer.release)
        (status,) = await jobs.ended(job)

    assert said(status) == "done"
    assert peer.accepted() == 1
    assert len(peer.targets()) < 40  # no token or address that is asked for again and again


@pytest.mark.parametrize("one", IN_ORDER)
async def test_a_job_that_waits_for_its_turn_is_cancelled_unasked(
    peer: Peer, open_peer: OpenPeer
) -> None:
    slots = Registry.load().get(peer.provider_id).info.max_parallel
    async with open_peer() as jobs:
        peer.hold()
        before = [await jobs.add(number) for number in range(slots)]
        waiting = await jobs.add(slots)
        await asyncio.to_thread(peer.wait_held, slots)
        await jobs.session.cancel(waiting.id)
        status = jobs.status(waiting)
        await asyncio.to_thread(peer.release)
        others = await jobs.ended(*before)

    assert (status.state, status.note) == (JobState.CANCELLED, "before it was sent")
    assert [other.state for other in others] == [JobState.DONE] * slots
    assert peer.accepted() == slots


@pytest.mark.parametrize("who", WHO_IS_FIRST)
@pytest.mark.parametrize("one", IN_ORDER)
async def test_a_cancel_and_an_end_at_the_same_moment_leave_one_of_them(
    peer: Peer, open_peer: OpenPeer, who: str
) -> None:
    async with open_peer() as jobs:
        peer.hold()
        job = await jobs.add()
        await asyncio.to_thread(peer.wait_held)
        releasing = asyncio.to_thread(peer.release)
        if who == "release first":
            await releasing
            await jobs.session.cancel(job.id)
        elif who == "at once":
            await asyncio.gather(releasing, jobs.session.cancel(job.id))
        else:
            cancelling = asyncio.create_task(jobs.session.cancel(job.id))
            await asyncio.sleep(0)
            await releasing
            await cancelling
        first = jobs.status(job)
        other = await jobs.run(1)  # whatever was late for the first has come by now
        last = jobs.status(job)
    async with open_peer() as jobs:
        kept = jobs.status(job)

    assert first.state in (JobState.DONE, JobState.CANCELLED)
    assert (first.result_id is not None) == (first.state is JobState.DONE)
    assert other.state is JobState.DONE
    assert (last.state, kept.state) == (first.state, first.state)
    assert peer.accepted() == 2


async def test_relief_needs_no_network_no_key_and_no_clock(home: Home, tmp_path: Path) -> None:
    clock = SkewedClock(timedelta(days=1))
    empty = tmp_path / "nothing.png"
    empty.touch()
    async with Session(home, Registry.load(), secrets=Secrets({}), clock=clock) as session:
        intake = await session.take_in([thing(tmp_path), thing(tmp_path, (9, 90, 9)), empty])
        order = Order("relief", {"resolution": 256})
        first, second = [await session.add([source], order) for source in intake.sources]
        third = await session.add_unusable(intake.unusable[0], order)
        statuses = await settled(session.queue, first.id, second.id, third.id)

    assert [said(status) for status in statuses] == ["done", "done", "failed InputError"]
    assert statuses[0].result_id != statuses[1].result_id
