"""Jobs of the paid services are cancelled wherever they stand: who hears it, what the row says."""

import asyncio
from collections.abc import Callable

import pytest

from depthstudio.core.job import Job, JobState
from tests.services.conftest import OpenPeer
from tests.services.rest_cancel_table import CANCELS, FOLLOWED, LOST, ORDERED, Cancel
from tests.support.peers import Jobs, RestPeer, said
from tests.support.rest_kinds import ALWAYS
from tests.support.rest_service import Answer, Fault
from tests.support.vendors import TENGR, Vendors

pytestmark = pytest.mark.anyio

STOPS = {"oxen": r"^DELETE /api/ai/queue/", "fal": r"^PUT /fal-ai/.*/cancel$", "tengr": "DELETE"}
LOOKS = {
    "oxen": r"^GET /api/ai/queue/",
    "tengr": r"^GET /v2/artworks/",
    "fal": r"^GET /fal-ai/.*/status",
}


def let_wait(vendors: Vendors, state: str) -> None:
    """Let what is taken on get so far and no further."""
    is_running = state in ("running there", "deaf")
    vendors.oxen.held = {"processing" if is_running else "queued"}
    vendors.tengr.walk = ("processing" if is_running else "starting",) * 10_000
    vendors.fal.queue.walk = ("IN_PROGRESS" if is_running else "IN_QUEUE",)
    vendors.fal.queue.is_held = True
    vendors.fal.queue.ignores_cancel = is_running


def arranged(peer: RestPeer, state: str) -> tuple[Fault | None, Callable[[], None]]:
    """Let a job get to a state; what waits until it is there."""
    asked, service = peer.asked, peer.vendors.of(peer.asked)
    if state == "uploading":
        receiving = peer.vendors.receiving(asked)
        fault = receiving.fault(asked.upload, "hold_answer")
        return fault, lambda: receiving.wait_for(asked.upload)
    if state == "downloading":
        fault = service.fault(asked.result, "stall", after_bytes=100)
        return fault, lambda: service.wait_for(asked.result)
    let_wait(peer.vendors, state)
    if state == "deaf":
        service.fault(STOPS[asked.vendor], "answer", answer=Answer(500), times=ALWAYS)
    if state == "sent":
        fault = service.fault(asked.submit, "hold_answer")
        return fault, lambda: service.wait_for(asked.submit)
    if asked.name == "oxen-at-once":
        return None, lambda: service.wait_for(asked.submit)
    return None, lambda: service.wait_for(LOOKS[asked.vendor], 2)


@pytest.mark.parametrize(
    ("one", "cancel"), [pytest.param(cancel.asked, cancel, id=str(cancel)) for cancel in CANCELS]
)
async def test_a_cancel_ends_the_job_where_it_stands_and_nothing_is_asked_afterwards(
    peer: RestPeer, cancel: Cancel, open_peer: OpenPeer
) -> None:
    fault, wait = arranged(peer, cancel.state)
    async with open_peer() as jobs:
        job = await jobs.add()
        await asyncio.to_thread(wait)
        await cancelled(jobs, job, fault if cancel.state == "sent" else None)
        status = jobs.status(job)
        asked = len(peer.targets())
        if fault is not None:
            fault.released.set()
        peer.release()
        await asyncio.sleep(0)

    assert status.state is JobState.CANCELLED
    assert status.note.endswith(cancel.note)
    assert len(peer.targets()) == asked
    assert len(peer.vendors.of(cancel.asked).matching(STOPS[cancel.asked.vendor])) == cancel.stops
    assert len(peer.vendors.of(cancel.asked).matching(cancel.asked.submit)) == cancel.accepted


async def cancelled(jobs: Jobs, job: Job, answer: Fault | None) -> None:
    """Cancel; where the answer to the submit is on the way, it comes meanwhile."""
    cancelling = asyncio.create_task(jobs.session.cancel(job.id))
    await asyncio.sleep(0)
    if answer is not None:
        assert jobs.status(job).state is JobState.RUNNING
        answer.released.set()
    await cancelling


@pytest.mark.parametrize("by", ["retry", "the same order"])
@pytest.mark.parametrize(
    ("one", "cancel"),
    [pytest.param(cancel.asked, cancel, id=str(cancel)) for cancel in CANCELS if cancel.accepted],
)
async def test_what_was_not_stopped_is_followed_when_it_is_run_again(
    peer: RestPeer, cancel: Cancel, by: str, open_peer: OpenPeer
) -> None:
    fault, wait = arranged(peer, cancel.state)
    async with open_peer() as jobs:
        job = await jobs.add()
        await asyncio.to_thread(wait)
        await cancelled(jobs, job, fault if cancel.state == "sent" else None)
        assert jobs.status(job).may_come == (cancel.again != ORDERED)
        if fault is not None:
            fault.released.set()
        peer.release()
        peer.vendors.oxen.held = set()
        (again,) = await jobs.session.retry(job.id) if by == "retry" else [await jobs.add()]
        (status,) = await jobs.ended(again)

        assert said(status) == ("failed ResultLost" if cancel.again == LOST else "done")
        is_told = by != "retry" and cancel.again == FOLLOWED
        assert ("an earlier job ordered" in status.note) == is_told
        assert not jobs.status(job).may_come
    assert peer.accepted() == (2 if cancel.again == ORDERED else 1)


@pytest.mark.parametrize("one", [TENGR], ids=str)
async def test_who_wants_another_one_gets_it_though_the_first_may_come(
    peer: RestPeer, open_peer: OpenPeer
) -> None:
    async with open_peer() as jobs:
        job = await cancelled_there(jobs, peer)
        again = await jobs.session.run_again(job.id)
        (status,) = await jobs.ended(again)

        assert status.state is JobState.DONE
        assert jobs.status(job).may_come
    assert peer.accepted() == 2


@pytest.mark.parametrize("one", [TENGR], ids=str)
async def test_what_the_service_forgot_meanwhile_is_only_ordered_anew_by_the_user(
    peer: RestPeer, open_peer: OpenPeer
) -> None:
    async with open_peer() as jobs:
        await cancelled_there(jobs, peer)
        gone = Answer.of({"message": "Gone"}, 410)
        peer.vendors.tengr.fault(LOOKS["tengr"], "answer", answer=gone)
        again = await jobs.add()
        (status,) = await jobs.ended(again)
        assert said(status) == "failed ResultLost"
        assert len(peer.vendors.of(peer.asked).matching(peer.asked.submit)) == 1

        await jobs.session.retry(again.id)
        (status,) = await jobs.ended(again)
        assert status.state is JobState.DONE
    assert len(peer.vendors.of(peer.asked).matching(peer.asked.submit)) == 2


async def cancelled_there(jobs: Jobs, peer: RestPeer) -> Job:
    """A job that runs at the service, and was cancelled here."""
    let_wait(peer.vendors, "running there")
    job = await jobs.add()
    await asyncio.to_thread(peer.vendors.of(peer.asked).wait_for, LOOKS[peer.asked.vendor], 2)
    await jobs.session.cancel(job.id)
    peer.release()
    return job
