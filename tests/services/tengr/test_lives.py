"""How long Tengr keeps things, and jobs that are cancelled or left behind."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.job import Job, JobState
from depthstudio.core.views import DepthKind, Polarity
from tests.services.tengr.conftest import Open
from tests.support.hurried_clock import HurriedClock
from tests.support.shelf_host import Shelf
from tests.support.tengr_service import CREATE, GET, TengrService, refused
from tests.support.watch import until

pytestmark = pytest.mark.anyio

GOES_ON = "it cannot be stopped there: it may still run at Tengr, and be billed"


async def test_row_and_manifest_say_until_when_it_is_kept(open_tengr: Open, photo_url: str) -> None:
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        result = await tengr.result(job)
    kept = "Tengr keeps photo and map until 22 March 2026"
    assert (tengr.status(job).note, result.warnings) == (kept, (kept,))


async def test_what_is_not_kept_any_more_is_lost_and_says_why(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    clock = HurriedClock()
    job = await left_behind(open_tengr, service, photo_url, clock)
    service.expire()
    clock.advance(9 * 24 * 3600)
    service.faults.clear()
    async with open_tengr(clock=clock) as tengr:
        status = await tengr.settled(job)
    assert status.failure is not None
    assert status.failure.type == "ResultLost"
    assert "keeps what it makes for 8 days" in status.failure.hint
    assert len(service.matching(CREATE)) == 1


async def test_what_was_ordered_is_fetched_by_the_next_start(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    clock = HurriedClock()
    job = await left_behind(open_tengr, service, photo_url, clock)
    async with open_tengr(clock=clock) as tengr:
        await tengr.result(job)
    assert len(service.matching(CREATE)) == 1


async def left_behind(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> Job:
    """A job whose program ended while it asked after its artwork."""
    held = service.fault(GET, "stall")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_url(photo_url)
        await asyncio.to_thread(service.wait_for, GET)
    held.released.set()
    return job


async def test_a_file_that_lies_on_the_host_is_not_put_there_twice(
    open_tengr: Open, service: TengrService, web: Shelf, photo: Path
) -> None:
    service.fault("POST", "answer", answer=refused(429, "slow down", Retry_After="60"))
    async with open_tengr() as tengr:
        job = await tengr.add_file(photo)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert len(web.matching("PUT")) == 1
    assert len(service.orders) == 1


async def test_cancelling_stops_the_waiting_and_says_that_it_may_be_billed(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    held = service.fault(GET, "stall")
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        await asyncio.to_thread(service.wait_for, GET)
        await tengr.session.cancel(job.id)
        status = tengr.status(job)
        held.released.set()
    assert (status.state, status.note) == (JobState.CANCELLED, GOES_ON)
    assert {r.method for r in service.requests} == {"POST", "GET"}


async def test_what_the_user_says_of_a_map_holds_over_what_the_provider_says(
    open_tengr: Open, photo_url: str
) -> None:
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        before, result = await tengr.depth(job), await tengr.result(job)
        await tengr.session.set_polarity(result.id, Polarity.NEAR_BLACK)
        after = await tengr.depth(job)
        notes = json.loads((result.folder / "annotations.json").read_text())
    assert (before.kind, after.kind) == (DepthKind.RELATIVE_DISPARITY, DepthKind.RELATIVE_DEPTH)
    np.testing.assert_array_equal(before.values, after.values)
    assert notes["polarity"] == "near-black"
