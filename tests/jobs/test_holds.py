"""Holds, over a real loopback service and a clock that stands still."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from depthstudio.core.errors import ProviderHeld
from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.session import Session
from tests.support.fake_clock import FakeClock
from tests.support.local_provider import Local, one_file
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import settled, states, submits, until

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]
HOUR_S = 3600.0


async def test_a_held_provider_does_not_keep_another_waiting(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url), Local(one_file)) as session:
        held = await add(session, "hold-once")
        await settled(session.queue, held.id)
        behind = await add(session)
        local = await add(session, provider="local")
        await settled(session.queue, local.id)

        assert session.queue.entry(behind.id).status.state is JobState.QUEUED
        assert states(session) == [JobState.HELD, JobState.QUEUED, JobState.DONE]


async def test_nothing_is_sent_during_a_hold_and_all_of_it_after(
    session: Session, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    first = await add(session, "hold-once")
    (status,) = await settled(session.queue, first.id)
    assert status.hold is not None
    assert (status.hold.kind, status.hold.needs_person) == (HoldKind.SERVICE, False)
    assert (status.hold.until - clock.now()).total_seconds() == HOUR_S
    assert list(session.runner.holds) == ["scripted"]
    sent = list(service.requests)
    second = await add(session)
    clock.advance(HOUR_S - 1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (service.requests, states(session)) == (sent, [JobState.HELD, JobState.QUEUED])

    clock.advance(1)
    await settled(session.queue, first.id, second.id)
    await until(session.queue, lambda: states(session) == [JobState.DONE] * 2)

    assert session.runner.holds == {}
    assert sorted(submits(service)) == sorted([first.id, second.id])


async def test_a_job_that_was_getting_ready_does_not_send_into_a_hold(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    """It had its slot before the other job learned of the hold."""
    ready, learned = asyncio.Event(), asyncio.Event()
    scripted = scripted_at(service.url)
    fetch = scripted.fetch

    async def late_fetch(sources: Any, params: Any, ctx: Any) -> Any:
        if params.script == "ok":
            ready.set()
            await learned.wait()
        return await fetch(sources, params, ctx)

    scripted.fetch = late_fetch
    async with open_session(scripted) as session:
        late = await add(session, "ok")
        await ready.wait()
        first = await add(session, "hold-once")
        await settled(session.queue, first.id)
        learned.set()
        (status,) = await settled(session.queue, late.id)

        assert (status.state, submits(service)) == (JobState.HELD, [])
        assert status.hold == session.queue.entry(first.id).status.hold


async def test_the_longest_of_several_holds_counts(
    session: Session, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    jobs = [await add(session, "hold-longer-once"), await add(session, "pause-hold-once")]
    await settled(session.queue, jobs[0].id)
    service.release.set()
    await settled(session.queue, jobs[1].id)
    until_long = session.queue.entry(jobs[0].id).status.hold.until
    assert session.runner.holds["scripted"].until == until_long

    clock.advance(HOUR_S + 1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (states(session), submits(service)) == ([JobState.HELD] * 2, [])

    clock.advance(HOUR_S)
    await until(session.queue, lambda: states(session) == [JobState.DONE] * 2)


async def test_a_longer_hold_takes_the_place_of_a_shorter_one(
    session: Session, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    jobs = [await add(session, "hold-once"), await add(session, "pause-hold-longer-once")]
    await settled(session.queue, jobs[0].id)
    service.release.set()
    await settled(session.queue, jobs[1].id)

    clock.advance(HOUR_S + 1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert states(session) == [JobState.HELD] * 2

    clock.advance(HOUR_S)
    await until(session.queue, lambda: states(session) == [JobState.DONE] * 2)


async def test_trying_now_ends_a_hold_before_its_time(
    session: Session, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    job = await add(session, "hold-once")
    await settled(session.queue, job.id)
    news: list[int] = []
    session.runner.holds_changed.connect(lambda: news.append(len(session.runner.holds)))

    await asyncio.gather(session.runner.try_now("scripted"), session.runner.try_now("scripted"))
    await until(session.queue, lambda: states(session) == [JobState.DONE])

    assert set(news) == {0}
    clock.advance(2 * HOUR_S)
    await session.runner.try_now("scripted")
    assert states(session) == [JobState.DONE]


async def test_trying_now_does_not_answer_for_a_lost_submit(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "silence")
    (status,) = await settled(session.queue, job.id)
    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST

    await session.runner.try_now("scripted")

    assert session.queue.entry(job.id).status == status
    assert submits(service) == [job.id]


async def test_a_hold_only_a_person_can_end_stays(
    open_session: Any, add: Add, clock: FakeClock
) -> None:
    answers: list[Exception | None] = [
        ProviderHeld("Accept the licence first", until=None, hint="Open its page"),
        None,
    ]

    async def work(sources: Any, ctx: Any) -> Any:
        if error := answers.pop(0):
            raise error
        return await one_file(sources, ctx)

    async with open_session(Local(work)) as session:
        job = await add(session, provider="local")
        (status,) = await settled(session.queue, job.id)
        assert status.hold is not None
        assert status.hold.needs_person
        clock.advance(1e6)
        await asyncio.sleep(0)
        assert states(session) == [JobState.HELD]

        await session.runner.try_now("local")
        await until(session.queue, lambda: states(session) == [JobState.DONE])


async def test_a_hold_without_an_end_outlasts_one_that_ends(
    open_session: Any, add: Add, clock: FakeClock
) -> None:
    ends = clock.now() + timedelta(seconds=HOUR_S)
    all_running, waiting = asyncio.Event(), [ends, None, ends]

    async def work(sources: Any, ctx: Any) -> Any:
        until_then = waiting.pop(0)
        if not waiting:
            all_running.set()
        await all_running.wait()
        raise ProviderHeld("Not now", until=until_then)

    local = Local(work)
    local.info = replace(Local.info, max_parallel=3)
    async with open_session(local) as session:
        jobs = [await add(session, provider="local") for _ in range(3)]
        await settled(session.queue, *(job.id for job in jobs))
        assert session.runner.holds["local"].needs_person
        clock.advance(2 * HOUR_S)
        for _ in range(20):
            await asyncio.sleep(0)

        assert states(session) == [JobState.HELD] * 3


async def test_a_submit_that_reaches_nobody_waits_for_the_network(
    open_session: Any, add: Add, clock: FakeClock, service: ScriptedService
) -> None:
    """A night's batch goes on when the network is back."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    async with open_session(scripted_at(away)) as session:
        jobs = [await add(session) for _ in range(3)]
        (status,) = await settled(session.queue, jobs[0].id)
        assert status.hold is not None
        assert status.hold.kind is HoldKind.OFFLINE
        assert status.hold.until == clock.now() + timedelta(seconds=30)
        assert session.runner.holds["scripted"].reason == "Scripted cannot be reached"
    async with open_session(scripted_at(service.url)) as session:
        await session.runner.try_now("scripted")
        await until(session.queue, lambda: states(session) == [JobState.DONE] * 3)
    assert sorted(submits(service)) == sorted(job.id for job in jobs)


async def test_a_hold_outlives_the_program_and_ends_when_it_would_have(
    open_session: Any, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "hold-once")
        await settled(session.queue, job.id)
    clock.advance(HOUR_S / 2)
    async with open_session(scripted_at(service.url)) as session:
        assert list(session.runner.holds) == ["scripted"]
        assert states(session) == [JobState.HELD]
        clock.advance(HOUR_S / 2)
        await asyncio.sleep(0)
        await until(session.queue, lambda: states(session) == [JobState.DONE])


async def test_a_hold_that_ended_while_the_program_was_away_is_over(
    open_session: Any, service: ScriptedService, add: Add, clock: FakeClock
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "hold-once")
        await settled(session.queue, job.id)
    clock.advance(2 * HOUR_S)
    async with open_session(scripted_at(service.url)) as session:
        await until(session.queue, lambda: states(session) == [JobState.DONE])


async def test_a_job_that_goes_on_after_a_hold_says_since_when_it_runs(
    session: Session, add: Add, clock: FakeClock
) -> None:
    job = await add(session, "hold-follow-once")
    await settled(session.queue, job.id)
    clock.advance(HOUR_S)
    await until(session.queue, lambda: states(session) == [JobState.DONE])

    assert session.queue.entry(job.id).status.started_at == clock.now()
