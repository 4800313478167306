"""What makes a service on Gradio wait: who waits, until when, and how it goes on."""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.job import Hold, HoldKind, Job, JobState
from depthstudio.jobs.order import Order
from depthstudio.providers.transport import repeat
from depthstudio.settings.secrets import Secrets
from tests.services.conftest import OpenService
from tests.support.fake_hub import FakeHub
from tests.support.gradio_jobs import (
    CONFIG,
    DA3,
    JOIN,
    PARTPACKER,
    UPLOAD,
    Kind,
    accepted,
    matching,
    on_both_versions,
    thing,
    until_matching,
)
from tests.support.gradio_servers import ZEROGPU, GradioServer
from tests.support.loopback import Loopback
from tests.support.service_jobs import Service

pytestmark = pytest.mark.anyio

LEEWAY_S = 15.0
FULL = "Queue is full. Max size is 1 and size is 1."


@dataclass(frozen=True)
class Wait:
    """Something that holds a job, and for how long; `uploads` is how many it takes in all."""

    kind: Kind
    what: str
    words: str
    seconds: float
    refused: str = ""  # by ZeroGPU, in this way
    on: str = ""  # or on the way, by an answer
    status: int = 0
    body: str = ""
    retry_after: str = ""
    skip: int = 0
    uploads: int = 1

    def __str__(self) -> str:
        return f"{self.kind.provider_id}-{self.what.replace(' ', '-')}"

    def arrange(self, server: GradioServer) -> None:
        if self.refused:
            server.refuse(self.kind.work[-1], ZEROGPU[self.refused])
            return
        headers = {"retry-after": retry_after(self.retry_after)} if self.retry_after else {}
        headers["content-type"] = "application/json"
        server.wire_fault(
            self.on, "answer", skip=self.skip, status=self.status, body=self.body, headers=headers
        )


def retry_after(text: str) -> str:
    """The header; “date” is the moment in two hours."""
    moment = datetime.now(UTC) + timedelta(hours=2)
    return format_datetime(moment, usegmt=True) if text == "date" else text


def detail(text: str) -> str:
    return f'{{"detail":"{text}"}}'


QUOTA = "GPU quota for {} is used up: 120 s needed, 42 s left"
D, P = DA3, PARTPACKER
WAITS = [
    Wait(D, "quota", QUOTA.format(D.title), 23 * 3600 + 605, refused="quota"),
    Wait(D, "quota of a Space", "Space app has reached its GPU limit", 3600, refused="space-limit"),
    Wait(D, "no GPU", "found no free GPU", 60, refused="no-gpu"),
    Wait(
        D, "requests by seconds", "too many requests", 120, on=JOIN, status=429,
        retry_after="120", skip=1,
    ),
    Wait(
        D, "requests by date", "too many requests", 7200, on=JOIN, status=429,
        retry_after="date", skip=1,
    ),
    Wait(D, "requests", "too many requests", 60, on=JOIN, status=429, skip=1),
    Wait(
        D, "requests at the door", "too many requests", 300, on=CONFIG, status=429,
        retry_after="300",
    ),
    Wait(D, "line full", "its line is full", 10, on=JOIN, status=503, body=detail(FULL), skip=1),
    Wait(P, "quota", QUOTA.format(P.title), 2527, refused="quota-html", uploads=2),
    Wait(P, "line full", "its line is full", 10, on=JOIN, status=503, body=detail(FULL), uploads=2),
]  # fmt: skip
MORE_WAITS = [
    Wait(D, "runs limit", "exceeded your ZeroGPU runs limit", 3600, refused="runs-limit"),
    Wait(D, "proxy token", "found no free GPU", 60, refused="proxy-token"),
    Wait(
        D, "line stopped", "is starting again", 20, on=JOIN, status=503,
        body=detail("Queue is stopped."), skip=1,
    ),
    Wait(
        D, "upload for long", "trouble of its own (503)", 100, on=UPLOAD, status=503,
        retry_after="100", uploads=2,
    ),
    Wait(P, "no GPU", "found no free GPU", 60, refused="no-gpu", uploads=2),
    Wait(
        P, "line full before 3D", "its line is full", 10, on=JOIN, status=503,
        body=detail(FULL), skip=1, uploads=2,
    ),
]  # fmt: skip


async def held_alone(service: Service, job: Job) -> Hold:
    """The hold of a job; another provider goes on meanwhile."""
    status = await service.settled(job)
    assert status.state is JobState.HELD
    relief = await service.session.add(job.sources, Order("relief", {"resolution": 256}))
    assert (await service.settled(relief)).state is JobState.DONE
    assert job.provider_id in service.session.runner.holds
    assert status.hold is not None
    return status.hold


@pytest.mark.parametrize(
    ("server", "wait"),
    [*on_both_versions(WAITS), *on_both_versions(MORE_WAITS, long=True)],
    indirect=["server"],
)
async def test_a_hold_says_why_and_until_when_sends_nothing_and_goes_on(
    server: GradioServer, wait: Wait, open_service: OpenService, tmp_path: Path
) -> None:
    kind = wait.kind
    before = datetime.now(UTC)  # the whole seconds of a date are counted from then on
    wait.arrange(server)
    async with open_service(kind.provider_id, server.url) as service:
        job = await service.add([thing(tmp_path)], **kind.values)
        hold = await held_alone(service, job)
        sent = len(server.requests())
        refused = accepted(server, kind)
        assert hold.kind is HoldKind.SERVICE
        assert wait.words in hold.reason
        assert hold.until is not None
        assert -1 < (hold.until - before).total_seconds() - wait.seconds < LEEWAY_S

        waiting = await service.add([thing(tmp_path, (20, 90, 200))], **kind.values)
        assert service.status(waiting).state is JobState.QUEUED
        await service.session.cancel(waiting.id)
        assert len(server.requests()) == sent
        await service.session.runner.try_now(kind.provider_id)
        assert (await service.settled(job)).state is JobState.DONE

    # What was refused did not run; of the rest nothing is asked for twice.
    done = [len(server.calls(name, state="done")) for name in kind.work]
    assert done == [1] * len(done)
    assert sum(refused) <= (1 if wait.refused else 0) + len(kind.work) - 1
    assert len(matching(server, UPLOAD)) == wait.uploads


@pytest.mark.parametrize("token", ["", "hf_canary"])
async def test_a_quota_advises_a_token_only_where_there_is_none(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, token: str
) -> None:
    da3_seed.refuse("gradio_demo", ZEROGPU["quota"])
    secrets = Secrets({"HF_TOKEN": token})
    async with open_service(DA3.provider_id, da3_seed.url, secrets=secrets) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.hold is not None
    assert ("token" in status.hold.hint) == (not token)


async def test_a_full_line_of_real_jobs_holds_the_next(
    partpacker_lock: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    """The Space lets one job wait while another runs."""
    partpacker_lock.hold("process_image")
    async with (
        open_service(PARTPACKER.provider_id, partpacker_lock.url, user="first") as first,
        open_service(PARTPACKER.provider_id, partpacker_lock.url, user="second") as second,
        open_service(PARTPACKER.provider_id, partpacker_lock.url) as third,
    ):
        jobs = [await first.add([thing(tmp_path)], **PARTPACKER.values)]
        await partpacker_lock.until_called("process_image", state="held")
        jobs.append(await second.add([thing(tmp_path, (9, 90, 9))], **PARTPACKER.values))
        await until_matching(partpacker_lock, JOIN, 2)
        status = await third.run([thing(tmp_path, (9, 9, 90))], **PARTPACKER.values)
        partpacker_lock.release()
        assert (await first.settled(jobs[0])).state in (JobState.DONE, JobState.HELD)

    assert status.hold is not None
    assert "line is full" in status.hold.reason


async def test_without_a_network_jobs_wait_offline_and_go_on_when_it_is_back(
    da3_seed: GradioServer,
    open_service: OpenService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    async with open_service(DA3.provider_id, away) as service:
        job = await service.add([thing(tmp_path)], **DA3.values)
        hold = await held_alone(service, job)

    assert hold.kind is HoldKind.OFFLINE
    assert "cannot be reached" in hold.reason
    assert hold.until is not None
    assert da3_seed.requests() == []


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("SLEEPING", "is asleep and being woken"),
        ("BUILDING", "is being built"),
        ("APP_STARTING", "is starting"),
    ],
)
async def test_a_space_that_is_not_awake_yet_is_waited_for(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, stage: str, words: str
) -> None:
    hub = FakeHub("somebody/depth", da3_seed.url, stage)
    before = datetime.now(UTC)
    with Loopback(hub) as loopback:
        async with open_service(DA3.provider_id, hub.space_id) as service:
            job = await add_by_hub(service, loopback, thing(tmp_path))
            hold = await held_alone(service, job)
            woken = [r["target"] for r in da3_seed.requests()]
            hub.stage = "RUNNING"
            await service.session.runner.try_now(DA3.provider_id)
            assert (await service.settled(job)).state is JobState.DONE

    assert words in hold.reason
    assert hold.until is not None
    assert -1 < (hold.until - before).total_seconds() - 20 < LEEWAY_S
    assert woken == (["/"] if stage == "SLEEPING" else [])  # a visit is what wakes it
    assert accepted(da3_seed, DA3) == (1,)


@pytest.mark.parametrize(
    ("stage", "words"),
    [("PAUSED", "is paused by its owner"), ("RUNTIME_ERROR", "has crashed")],
)
async def test_a_space_that_will_not_wake_fails_with_its_reason(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, stage: str, words: str
) -> None:
    hub = FakeHub("somebody/depth", da3_seed.url, stage)
    with Loopback(hub) as loopback:
        async with open_service(DA3.provider_id, hub.space_id) as service:
            status = await service.settled(await add_by_hub(service, loopback, thing(tmp_path)))

    assert status.failure is not None
    assert (status.failure.type, status.failure.retryable) == ("ServiceUnavailable", True)
    assert words in status.failure.message
    assert da3_seed.requests() == []


async def test_a_space_nobody_may_see_asks_for_a_token(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    hub = FakeHub("somebody/depth", da3_seed.url)
    with Loopback(hub) as loopback:
        async with open_service(DA3.provider_id, "somebody/hidden") as service:
            status = await service.settled(await add_by_hub(service, loopback, thing(tmp_path)))

    assert status.failure is not None
    assert status.failure.type == "AuthError"
    assert "There is no Space somebody/hidden" in status.failure.message
    assert "token" in status.failure.hint


async def add_by_hub(service: Service, hub: Loopback, photo: Path) -> Job:
    intake = await service.session.take_in([photo])
    values: dict[str, Any] = dict(DA3.values)
    endpoints = {"space": service.url, "hub": hub.url}
    return await service.session.add(
        intake.sources, Order(DA3.provider_id, values, endpoints=endpoints)
    )
