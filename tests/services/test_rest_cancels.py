"""Jobs of the paid services are cancelled wherever they stand: who hears it, what the row says."""

import asyncio
from collections.abc import Callable

import pytest

from depthstudio.core.job import Job, JobState
from tests.services.conftest import OpenPeer
from tests.services.rest_cancel_table import CANCELS, Cancel
from tests.support.peers import Jobs, RestPeer
from tests.support.rest_service import Fault
from tests.support.vendors import FAL, OXEN, TENGR, Vendors
from tests.support.watch import until

pytestmark = pytest.mark.anyio

STOPS = {"oxen": r"^DELETE /api/ai/queue/", "fal": r"^PUT /fal-ai/.*/cancel$", "tengr": "DELETE"}
LOOKS = {
    "oxen": r"^GET /api/ai/queue/",
    "tengr": r"^GET /v2/artworks/",
    "fal": r"^GET /fal-ai/.*/status",
}


def let_wait(vendors: Vendors, state: str) -> None:
    """Let what is taken on get so far and no further."""
    is_running = state == "running there"
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


@pytest.mark.parametrize("one", [OXEN, TENGR, FAL], ids=str)
async def test_a_cancelled_job_is_run_again_as_a_new_one(
    peer: RestPeer, open_peer: OpenPeer
) -> None:
    let_wait(peer.vendors, "running there")
    async with open_peer() as jobs:
        job = await jobs.add()
        await asyncio.to_thread(peer.vendors.of(peer.asked).wait_for, LOOKS[peer.asked.vendor], 2)
        await jobs.session.cancel(job.id)
        peer.release()
        peer.vendors.oxen.held = set()
        await jobs.session.retry(job.id)
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.DONE)

    assert peer.accepted() == 2
