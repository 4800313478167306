"""Jobs that need a key: the keychain is waited for, and a missing key holds them until given."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from depthstudio.core.errors import KeyMissing
from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Secret
from depthstudio.providers.registry import Registry
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.memory_keyring import MemoryKeyring
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import settled, states, submits, until

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]
KEY = Secret("acme_key", "API key", "ACME_KEY", is_needed=True)


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def opened(home: Home, service: ScriptedService, ring: MemoryKeyring) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_with_keychain(**changes: Any) -> AsyncGenerator[Session]:
        secrets = Secrets({}, SystemKeychain(ring))
        provider = scripted_at(service.url, **{"secrets": (KEY,), **changes})
        async with Session(home, Registry([provider]), secrets=secrets) as session:
            yield session

    return open_with_keychain


async def test_a_key_of_the_keychain_is_waited_for_and_nobody_says_it_is_missing(
    opened: Any, ring: MemoryKeyring, service: ScriptedService, add: Add
) -> None:
    ring.kept["DepthStudio", KEY.name] = "kept"
    ring.gate.clear()
    async with opened() as session:
        assert ring.calls == []  # nobody asked for a key yet
        job = await add(session)

        def waits() -> bool:
            progress = session.queue.entry(job.id).status.progress
            return progress is not None and progress.message == "waiting for the keychain"

        await until(session.queue, waits)
        assert (session.runner.holds, submits(service)) == ({}, [])
        ring.gate.set()
        (status,) = await settled(session.queue, job.id)
        assert status.state is JobState.DONE


async def test_a_job_whose_key_is_missing_waits_until_it_is_kept(
    opened: Any, ring: MemoryKeyring, service: ScriptedService, add: Add
) -> None:
    async with opened() as session:
        job = await add(session)
        (status,) = await settled(session.queue, job.id)
        assert status.hold is not None
        assert status.hold.kind is HoldKind.NEEDS_KEY
        assert status.hold.reason == "Scripted needs its API key"
        assert status.hold.hint == "Give it under Keys, or set ACME_KEY"
        assert service.requests == []
        await session.secrets.keep(KEY.name, "kept")
        await until(session.queue, lambda: states(session) == [JobState.DONE])
        assert ring.kept == {("DepthStudio", KEY.name): "kept"}


async def test_a_job_that_waited_for_a_key_goes_on_at_the_next_start(
    opened: Any, ring: MemoryKeyring, add: Add
) -> None:
    async with opened() as session:
        job = await add(session)
        await settled(session.queue, job.id)
    ring.kept["DepthStudio", KEY.name] = "kept"
    async with opened() as session:
        assert states(session) == [JobState.HELD]
        await session.look_up_secrets()
        await until(session.queue, lambda: states(session) == [JobState.DONE])


async def test_a_locked_keychain_is_not_a_missing_key_and_trying_again_asks_it_anew(
    opened: Any, ring: MemoryKeyring, add: Add
) -> None:
    ring.kept["DepthStudio", KEY.name] = "kept"
    ring.is_locked = True
    async with opened() as session:
        first, second = await add(session), await add(session)
        (status,) = await settled(session.queue, first.id)
        assert status.hold is not None
        assert status.hold.reason == (
            "The keychain did not give the API key of Scripted: it is locked"
        )
        assert len(ring.calls) == 1  # and the second job asks nobody to unlock it again
        ring.is_locked = False
        await session.runner.try_now("scripted")
        statuses = await settled(session.queue, first.id, second.id)
        assert [status.state for status in statuses] == [JobState.DONE] * 2


async def test_a_test_of_the_service_needs_the_same_and_sends_nothing_without(
    opened: Any, ring: MemoryKeyring, service: ScriptedService
) -> None:
    async with opened() as session:
        with pytest.raises(KeyMissing, match="needs its API key"):
            await session.check("scripted")
        assert service.requests == []
        session.secrets.give(KEY.name, "given")
        assert (await session.check("scripted")).ok
        with pytest.raises(KeyMissing, match="needs the address of its server"):
            await session.check("scripted", {"api": ""})


async def test_leaving_does_not_wait_for_the_keychain(
    opened: Any, ring: MemoryKeyring, add: Add
) -> None:
    ring.gate.clear()
    async with opened() as session:
        job = await add(session)
        async with asyncio.timeout(10):
            while not ring.calls:  # noqa: ASYNC110 - a thread of its own tells nobody
                await asyncio.sleep(0.001)
    ring.gate.set()
    assert job.id in session.queue
