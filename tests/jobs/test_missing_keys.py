"""Jobs whose service lacks what only the user has: a key, an address, a host for files."""

from dataclasses import replace
from typing import Any

import pytest

from depthstudio.core.errors import HostNeeded, UsageError
from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Secret
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import settled, states, submits, until

pytestmark = pytest.mark.anyio

KEY = Secret(name="acme_key", label="API key", is_needed=True)


async def test_a_job_without_its_key_is_held_and_goes_on_when_the_key_is_given(
    open_session: Any, service: ScriptedService, add: Any
) -> None:
    async with open_session(scripted_at(service.url, secrets=(KEY,))) as session:
        job = await add(session)
        (status,) = await settled(session.queue, job.id)
        assert status.state is JobState.HELD
        assert status.hold is not None
        assert (status.hold.kind, status.hold.needs_person) == (HoldKind.NEEDS_KEY, True)
        assert status.hold.reason == "Scripted needs its API key"
        assert service.requests == []

        session.secrets.give(KEY.name, "word")
        await settled_as(session, job.id, JobState.DONE)
        assert len(submits(service)) == 1


async def test_the_wrong_key_holds_it_still(
    open_session: Any, service: ScriptedService, add: Any
) -> None:
    async with open_session(scripted_at(service.url, secrets=(KEY,))) as session:
        job = await add(session)
        await settled(session.queue, job.id)
        session.secrets.give("another", "word")
        await settled_as(session, job.id, JobState.HELD)
        assert service.requests == []


async def test_a_key_that_came_while_the_program_was_away_lets_the_job_go_on(
    open_session: Any, service: ScriptedService, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = replace(KEY, variable="ACME_KEY")
    monkeypatch.delenv("ACME_KEY", raising=False)
    async with open_session(scripted_at(service.url, secrets=(key,))) as session:
        job = await add(session)
        await settled(session.queue, job.id)
    monkeypatch.setenv("ACME_KEY", "word")
    async with open_session(scripted_at(service.url, secrets=(key,))) as session:
        await settled_as(session, job.id, JobState.DONE)
    assert len(submits(service)) == 1


async def test_a_job_that_waits_for_a_key_holds_no_command_that_has_one(
    open_session: Any, service: ScriptedService, add: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = replace(KEY, variable="ACME_KEY")
    monkeypatch.delenv("ACME_KEY", raising=False)
    provider = scripted_at(service.url, secrets=(key,))
    async with open_session(provider, only=set()) as session:
        waits = await add(session)
        await settled(session.queue, waits.id)
    monkeypatch.setenv("ACME_KEY", "word")
    async with open_session(provider, only=set()) as session:
        job = await add(session)
        (status,) = await settled(session.queue, job.id)
        assert status.state is JobState.DONE
        assert session.queue.entry(waits.id).status.state is JobState.HELD
    assert submits(service) == [job.id]


async def test_a_job_may_not_jump_the_line_when_a_hold_ends(
    open_session: Any, service: ScriptedService, add: Any
) -> None:
    one_at_a_time = scripted_at(service.url, secrets=(KEY,), max_parallel=1)
    async with open_session(one_at_a_time) as session:
        first = await add(session)
        await settled(session.queue, first.id)
        session.secrets.give(KEY.name, "word")
        later = await add(session)
        await until(session.queue, lambda: states(session) == [JobState.DONE] * 2)
        assert submits(service) == [first.id, later.id]


async def test_a_server_without_an_address_is_asked_for(
    open_session: Any, service: ScriptedService, add: Any
) -> None:
    async with open_session(scripted_at("")) as session:
        with pytest.raises(UsageError, match="address of its server"):
            await add(session)
        job = await add(session, endpoints={"api": service.url})
        await settled(session.queue, job.id)
        assert states(session) == [JobState.DONE]


async def test_a_file_for_a_service_that_reads_the_web_needs_a_host(
    open_session: Any, service: ScriptedService, add: Any
) -> None:
    async with open_session(scripted_at(service.url, needs_web_address=True)) as session:
        with pytest.raises(HostNeeded, match="from the web"):
            await add(session)
        assert len(session.queue) == 0


async def settled_as(session: Session, job_id: str, state: JobState) -> None:
    """Wait until a job that goes on, or tries to, is where it is to be."""
    await until(session.queue, lambda: session.queue.entry(job_id).status.state is JobState.QUEUED)
    await settled(session.queue, job_id)
    assert session.queue.entry(job_id).status.state is state
