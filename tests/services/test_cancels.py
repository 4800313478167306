"""Jobs on Gradio are cancelled wherever they stand: what the service hears, what the row says."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import Job, JobState, Stage
from depthstudio.jobs.order import Order
from tests.services.conftest import MakePhotos, OpenService
from tests.support.gradio_jobs import (
    CANCEL,
    CONFIG,
    DA3,
    JOIN,
    PARTPACKER,
    PICTURE,
    SCENE,
    STREAM,
    UPLOAD,
    Kind,
    accepted,
    matching,
    on_both_versions,
    thing,
    until_matching,
)
from tests.support.gradio_servers import ZEROGPU, GradioServer
from tests.support.service_jobs import Service
from tests.support.watch import until

pytestmark = pytest.mark.anyio

BEFORE_SENT = "before it was sent"
ASKED = "the service was asked to stop; what it has begun may go on there for a while"
TAKEN_OUT = "taken out of the service's line"
FINISHED = "the service had finished its part"

Fault = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Moment:
    """How far a job gets, and what comes of cancelling it there.

    A fault on the way stops it (`fault`, at the request after `skip` such ones), or a function
    that does not return (`held`); it has got there when `seen` was requested so often.
    """

    kind: Kind
    stage: str
    note: str
    fault: Fault | None = None
    skip: int = 0
    held: str = ""
    seen: tuple[str, int] = ("", 0)
    accepted: tuple[int, ...] = (0,)
    cancels: int = 0

    def __str__(self) -> str:
        return f"{self.kind.provider_id}-{self.stage.replace(' ', '-')}"


STALL = {"after_bytes": 100}
MOMENTS = [
    *(
        moment
        for kind, none in ((DA3, (0,)), (PARTPACKER, (0, 0)))
        for moment in (
            Moment(
                kind, "preparing", BEFORE_SENT, (CONFIG, "hold_answer", {}),
                seen=(CONFIG, 1), accepted=none,
            ),
            Moment(
                kind, "uploading", BEFORE_SENT, (UPLOAD, "pause", {}),
                seen=(UPLOAD, 1), accepted=none,
            ),
        )
    ),
    Moment(DA3, "reading what was sent", BEFORE_SENT, held="handle_uploads"),
    Moment(DA3, "running", ASKED, held="gradio_demo", accepted=(1,), cancels=1),
    Moment(
        DA3, "downloading", FINISHED, (SCENE, "stall", STALL), seen=(SCENE, 1), accepted=(1,)
    ),
    Moment(
        DA3, "fetching pictures", FINISHED, (PICTURE, "stall", STALL), 1,
        seen=(PICTURE, 2), accepted=(1,),
    ),
    Moment(PARTPACKER, "cutting out", ASKED, held="process_image", accepted=(1, 0), cancels=1),
    Moment(
        PARTPACKER, "between the steps", FINISHED, (PICTURE, "stall", STALL),
        seen=(PICTURE, 1), accepted=(1, 0),
    ),
    Moment(PARTPACKER, "running", ASKED, held="process_3d", accepted=(1, 1), cancels=1),
    Moment(
        PARTPACKER, "downloading", FINISHED, (SCENE, "stall", STALL), seen=(SCENE, 1),
        accepted=(1, 1),
    ),
]  # fmt: skip


async def at_stage(service: Service, job: Job, stage: Stage) -> None:
    """Wait until the job reports to be at a stage."""

    def is_there() -> bool:
        progress = service.status(job).progress
        return progress is not None and progress.stage is stage

    await until(service.session.queue, is_there)


SERVERS = [
    pytest.param((DA3, "5.49"), DA3, id="depth-anything-3-gradio5.49"),
    pytest.param((DA3, "6"), DA3, id="depth-anything-3-gradio6", marks=pytest.mark.long),
    pytest.param((PARTPACKER, "5.25"), PARTPACKER, id="partpacker-gradio5.25"),
    pytest.param((PARTPACKER, "6"), PARTPACKER, id="partpacker-gradio6", marks=pytest.mark.long),
]


def event_of_last_join(server: GradioServer) -> dict[str, Any]:
    """What a cancel of the newest call has to say."""
    join = matching(server, JOIN)[-1]["json"]
    return {"session_hash": join["session_hash"], "fn_index": join["fn_index"]}


@pytest.mark.parametrize(("server", "moment"), on_both_versions(MOMENTS), indirect=["server"])
async def test_a_cancel_ends_the_job_where_it_stands(
    server: GradioServer, moment: Moment, open_service: OpenService, tmp_path: Path
) -> None:
    if moment.fault:
        on, kind, facts = moment.fault
        server.wire_fault(on, kind, skip=moment.skip, **facts)
    if moment.held:
        server.hold(moment.held)
    async with open_service(moment.kind.provider_id, server.url) as service:
        job = await service.add([thing(tmp_path)], **moment.kind.values)
        if moment.held:
            await server.until_called(moment.held, state="held")
            await at_stage(service, job, Stage.RUNNING)
        else:
            await until_matching(server, *moment.seen)
        joins = len(matching(server, JOIN))
        await service.session.cancel(job.id)
        status = service.status(job)
        server.release()
        relief = await service.session.add(job.sources, Order("relief", {"resolution": 256}))
        assert (await service.settled(relief)).state is JobState.DONE

    assert (status.state, status.note) == (JobState.CANCELLED, moment.note)
    assert accepted(server, moment.kind) == moment.accepted
    assert len(matching(server, JOIN)) == joins  # nothing was begun afterwards
    cancels = matching(server, CANCEL)
    assert len(cancels) == moment.cancels
    for cancel in cancels:
        assert event_of_last_join(server).items() <= cancel["json"].items()
        assert len(cancel["json"]["event_id"]) == 32


@pytest.mark.parametrize(("server", "kind"), SERVERS, indirect=["server"])
@pytest.mark.parametrize("heard", ["at once", "late"])
async def test_a_call_that_waits_in_line_is_taken_out_and_never_runs(
    server: GradioServer, kind: Kind, heard: str, open_service: OpenService, tmp_path: Path
) -> None:
    last = kind.work[-1]
    if heard == "late":
        # Before version 6 the server ends a stream it is asked to cancel, and lets the call run.
        server.wire_fault(CANCEL, "drip", bytes=4, every_s=0.1)
    server.hold(last)
    async with (
        open_service(kind.provider_id, server.url, user="somebody else") as other,
        open_service(kind.provider_id, server.url) as service,
    ):
        theirs = await other.add([thing(tmp_path)], **kind.values)
        await server.until_called(last, state="held")
        ours = await service.add([thing(tmp_path, (20, 90, 200))], **kind.values)
        await until_matching(server, STREAM, 4)
        await service.session.cancel(ours.id)
        server.release()
        await other.settled(theirs)
        assert (await other.run([thing(tmp_path, (9, 9, 90))], **kind.values)).result_id

    status = service.status(ours)
    assert (status.state, status.note) == (JobState.CANCELLED, TAKEN_OUT)
    assert len(matching(server, CANCEL)) == 1
    assert len(server.calls(last)) == 2  # of the other user, before and after


@pytest.mark.parametrize(("server", "kind"), SERVERS, indirect=["server"])
async def test_a_cancel_while_a_submit_has_no_answer_waits_for_its_id_and_uses_it(
    server: GradioServer, kind: Kind, open_service: OpenService, tmp_path: Path
) -> None:
    last = kind.work[-1]
    server.fault(last, "latency", seconds=1.5)
    server.wire_fault(JOIN, "hold_answer", skip=kind.join(last))
    async with open_service(kind.provider_id, server.url) as service:
        job = await service.add([thing(tmp_path)], **kind.values)
        await server.until_called(last)
        cancelling = asyncio.create_task(service.session.cancel(job.id))
        await asyncio.sleep(0)
        assert service.status(job).state is JobState.RUNNING
        server.release()
        await cancelling

    status = service.status(job)
    assert (status.state, status.note) == (JobState.CANCELLED, ASKED)
    (cancel,) = matching(server, CANCEL)
    assert event_of_last_join(server).items() <= cancel["json"].items()
    assert len(matching(server, JOIN)) == 2


@pytest.mark.parametrize(("server", "kind"), SERVERS, indirect=["server"])
async def test_what_was_finished_while_its_submit_had_no_answer_comes_where_it_lies_at_the_server(
    server: GradioServer, kind: Kind, open_service: OpenService, tmp_path: Path
) -> None:
    last = kind.work[-1]
    server.wire_fault(JOIN, "hold_answer", skip=kind.join(last))
    async with open_service(kind.provider_id, server.url) as service:
        job = await service.add([thing(tmp_path)], **kind.values)
        await server.until_called(last, state="done")
        cancelling = asyncio.create_task(service.session.cancel(job.id))
        await asyncio.sleep(0)
        server.release()
        await cancelling
        status = service.status(job)
        assert (status.state, status.note) == (JobState.CANCELLED, FINISHED)
        assert status.may_come == (kind is DA3)
        assert matching(server, CANCEL) == []

        if status.may_come:
            await service.session.retry(job.id)
            status = await service.settled(job)
            (scene,) = (await service.result(status)).artifacts
            assert (status.state, scene.role) == (JobState.DONE, Role.SCENE)
            assert accepted(server, kind) == (1,)


@pytest.mark.parametrize("lives", [True, False], ids=["session lives", "session forgotten"])
async def test_a_retry_after_a_cancel_asks_for_the_views_that_had_not_come(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos, lives: bool
) -> None:
    da3_seed.wire_fault(PICTURE, "stall", skip=2, **STALL)  # of the second view
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        job = await service.add(photos(3), **DA3.values)
        await until_matching(da3_seed, PICTURE, 3)
        await service.session.cancel(job.id)
        assert service.status(job).may_come
        if not lives:
            da3_seed.forget()
        await service.session.retry(job.id)
        result = await service.result(await service.settled(job))

    pictures = [artifact for artifact in result.artifacts if artifact.role is Role.DEPTH]
    assert len(pictures) == (3 if lives else 1)
    assert len({artifact.sha256 for artifact in pictures}) == len(pictures)
    said = [warning.partition(":")[0] for warning in result.warnings]
    assert said == ([] if lives else ["The pictures of 2 of 3 views did not come"])
    assert accepted(da3_seed, DA3) == (1,)


@pytest.mark.parametrize(("server", "kind"), SERVERS, indirect=["server"])
async def test_a_cancel_while_a_submit_waits_in_line_unanswered_leaves_nothing_there(
    server: GradioServer, kind: Kind, open_service: OpenService, tmp_path: Path
) -> None:
    last = kind.work[-1]
    server.hold(last)
    server.wire_fault(JOIN, "drip", bytes=4, every_s=0.05, skip=2 + kind.join(last))
    async with (
        open_service(kind.provider_id, server.url, user="somebody else") as other,
        open_service(kind.provider_id, server.url) as service,
    ):
        theirs = await other.add([thing(tmp_path)], **kind.values)
        await server.until_called(last, state="held")
        ours = await service.add([thing(tmp_path, (20, 90, 200))], **kind.values)
        await until_matching(server, JOIN, 4)
        await service.session.cancel(ours.id)
        server.release()
        await other.settled(theirs)
        assert (await other.run([thing(tmp_path, (9, 9, 90))], **kind.values)).result_id

    status = service.status(ours)
    assert (status.state, status.note) == (JobState.CANCELLED, TAKEN_OUT)
    assert len(matching(server, CANCEL)) == 1
    assert len(server.calls(last)) == 2


async def test_a_job_that_is_held_after_its_upload_is_cancelled_before_any_work(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    da3_seed.refuse("gradio_demo", ZEROGPU["quota"])
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        job = await service.add([thing(tmp_path)], **DA3.values)
        assert (await service.settled(job)).state is JobState.HELD
        sent = len(da3_seed.requests())
        await service.session.cancel(job.id)
        status = service.status(job)

    assert (status.state, status.note) == (JobState.CANCELLED, "before any work began")
    assert len(da3_seed.requests()) == sent


async def test_a_service_that_does_not_hear_a_cancel_is_said_to_go_on(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    da3_seed.hold("gradio_demo")
    da3_seed.wire_fault(CANCEL, "answer", status=500)
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        job = await service.add([thing(tmp_path)], **DA3.values)
        await da3_seed.until_called("gradio_demo", state="held")
        await at_stage(service, job, Stage.RUNNING)
        await service.session.cancel(job.id)
        status = service.status(job)

    assert status.state is JobState.CANCELLED
    assert status.note == "the service did not hear the cancel; it may go on"
    assert len(matching(da3_seed, CANCEL)) == 1
