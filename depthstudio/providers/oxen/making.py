"""How Video Depth Anything is asked at Oxen: in its queue, or in one long request."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import (
    ProviderError,
    ProviderHeld,
    RemoteJobFailed,
    ResultLost,
    ServiceUnavailable,
)
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.json_shape import list_in
from depthstudio.core.record import Json, to_plain
from depthstudio.providers.base import Context, Health, LiveSchema, Reach
from depthstudio.providers.builtin.oxen_video_depth import (
    API,
    ENDPOINT_PARAMETERS,
    ENQUEUED,
    MODEL,
)
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.lost import LostStep, Search
from depthstudio.providers.oxen.account import KEY
from depthstudio.providers.oxen.at_once import (
    generated,
    require_answer,
    videos_in,
    write_video,
)
from depthstudio.providers.oxen.files import (
    NO_RAW_DEPTH,
    downloaded_for_good,
    files_of,
    video_artifact,
    video_wanted,
)
from depthstudio.providers.oxen.generation import CANCELLED, SUCCEEDED, Generation
from depthstudio.providers.oxen.hub import SERVICE, Hub
from depthstudio.providers.oxen.listed import listed, rows_like
from depthstudio.providers.oxen.listening import Listening
from depthstudio.providers.oxen.model import model_schema
from depthstudio.providers.oxen.queue import (
    HAD_FINISHED,
    QUEUE_PATH,
    Following,
    enqueue,
    stop_on_cancel,
)
from depthstudio.providers.oxen.refusals import CREDIT_HINT, RUN_HINT, is_about_credit

if TYPE_CHECKING:
    from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams

GENERATED = "generated"  # the step of a long request
IDS = "generation_ids"
NOT_PARAMETERS = frozenset({"model", "video_url"})
OURS = frozenset({"call", "extra"})  # never sent
NOT_ECHOED = frozenset({"num_generations", "target_namespace", "response_format"})  # by rows
ONLY_QUEUED, ONLY_AT_ONCE = frozenset({"num_generations"}), frozenset({"response_format"})


async def check(reach: Reach) -> Health:
    """Is the key good, and does the service have the model? Asks for lists only."""
    hub = Hub.at(reach, API)
    hub.require_key(KEY.name)
    began = reach.now()
    await hub.look_up(QUEUE_PATH)
    latency_s = (reach.now() - began).total_seconds()
    await model_schema(hub, MODEL, ())
    return Health(ok=True, message="The key is good, and the model is there", latency_s=latency_s)


async def describe(reach: Reach) -> LiveSchema:
    """What the model takes now, beside what the service's own endpoints do.

    What the service takes for granted of raw depth is left out: values are what we ask for.
    """
    hub = Hub.at(reach, API)
    hub.require_key(KEY.name)
    schema = await model_schema(hub, MODEL, NOT_PARAMETERS)
    properties = dict(schema["properties"])
    if not properties:
        return LiveSchema(schema)
    raw = dict(properties.get("include_raw_depths") or {})
    if raw.pop("default", None) is not None:
        properties["include_raw_depths"] = raw
    return LiveSchema({**schema, "properties": {**ENDPOINT_PARAMETERS, **properties}})


async def fetch(
    sources: Sequence[Source], params: "OxenVideoParams", ctx: Context
) -> list[Artifact]:
    """Give the video an address, have its depth made, and bring it here."""
    hub = Hub.at(ctx, API)
    ctx.report(Progress(Stage.PREPARING, message="Looking for the service"))
    if params.call == "sync":
        address = await ctx.web_address(sources[0])
        ctx.report(Progress(Stage.RUNNING, message="one long answer, without news meanwhile"))
        await generated(ctx, hub, GENERATED, request_body(params, address))
        return await _answered(ctx, hub, params)
    async with Listening(hub) as listening:
        address = await ctx.web_address(sources[0])
        await listening.ensure_open()  # the file may have taken long on its way
        ids = await _enqueued(ctx, hub, request_body(params, address))
        made = await _followed(ctx, hub, ids, listening, is_new=True)
    return await _brought(ctx, hub, made, params)


async def reattach(
    checkpoint: Checkpoint, params: "OxenVideoParams", ctx: Context
) -> list[Artifact]:
    """Go on from what is at the service: its rows stay, however long ago they ended.

    The answer of a long request comes once; it is on disk, or lost.
    """
    hub = Hub.at(ctx, API)
    if GENERATED in checkpoint.steps:
        require_answer(checkpoint.steps[GENERATED])
        return await _answered(ctx, hub, params)
    if ENQUEUED not in checkpoint.steps:
        return await fetch(ctx.sources, params, ctx)
    ids = _ids_in(checkpoint)
    ctx.report(Progress(Stage.WAITING, message="Looking for the job at the service"))
    async with Listening(hub) as listening:
        made = await _followed(ctx, hub, ids, listening, is_new=False)
    return await _brought(ctx, hub, made, params)


async def find_lost(lost: LostStep, params: "OxenVideoParams", reach: Reach) -> Search:
    """The generations in Oxen's list that can only be those that were asked for."""
    hub = Hub.at(reach, API)
    hub.require_key(KEY.name)
    taken = {str(one) for ids in lost.others_at(ENQUEUED) for one in list_in(ids[IDS])}
    rows = await listed(hub, MODEL, params.target_namespace)
    names = (to_plain(params).keys() | params.extra.keys()) - OURS - NOT_ECHOED
    alike = rows_like(rows, lost, request_body(params, lost.address()), names)
    found: list[Json] = [one for one in alike if one not in taken]
    if len(found) != params.num_generations:
        return Search(alike=len(found))
    return Search({IDS: found})


def request_body(params: "OxenVideoParams", address: str) -> dict[str, Json]:
    """What is sent: everything the user may set, but for what is left open."""
    plain: Mapping[str, Json] = to_plain(params)
    left_out = OURS | (ONLY_AT_ONCE if params.call == "queue" else ONLY_QUEUED)
    values = {
        name: value
        for name, value in plain.items()
        if name not in left_out and value is not None and value != ""
    }
    return {**params.extra, **values, "model": MODEL, "video_url": address}


def _ids_in(checkpoint: Checkpoint) -> list[str]:
    return [str(one) for one in list_in(checkpoint.steps[ENQUEUED][IDS])]


async def _enqueued(ctx: Context, hub: Hub, body: Mapping[str, Json]) -> list[str]:
    async def send() -> Mapping[str, Json]:
        ids: list[Json] = [*await enqueue(hub, body)]
        return {IDS: ids}

    ctx.report(Progress(Stage.WAITING))
    try:
        await ctx.submit(ENQUEUED, send)
    except asyncio.CancelledError:
        if ENQUEUED in ctx.checkpoint.steps:
            await stop_on_cancel(ctx, hub, _ids_in(ctx.checkpoint))
        raise
    return _ids_in(ctx.checkpoint)


async def _followed(
    ctx: Context, hub: Hub, ids: Sequence[str], listening: Listening, *, is_new: bool
) -> list[Generation]:
    try:
        return await Following(hub, ids, listening, ctx.report, is_new=is_new).to_the_end()
    except asyncio.CancelledError:
        await stop_on_cancel(ctx, hub, ids)
        raise


async def _brought(
    ctx: Context, hub: Hub, made: Sequence[Generation], params: "OxenVideoParams"
) -> list[Artifact]:
    """The files of every generation that came, whatever became of others: they are paid."""
    files: list[Artifact] = []
    failures: list[ProviderError] = []
    try:
        for number, one in enumerate(made):
            try:
                if one.status != SUCCEEDED:
                    raise _failure(one)
                files += await files_of(
                    ctx, hub, one, number, len(made), with_raw=params.include_raw_depths
                )
            except (ServiceUnavailable, ProviderHeld):
                raise  # that passes, and a retry has the files that are here
            except ProviderError as error:
                failures.append(error)
    except asyncio.CancelledError:
        await ctx.cancel_remotely(_nothing_to_stop)
        raise
    if not files:
        raise min(failures, key=_is_final)
    if failures:
        ctx.note(f"{len(failures)} of {len(made)} failed: {failures[0]}")
    return files


def _is_final(error: ProviderError) -> bool:
    """Whether asking after the same work again cannot help."""
    return isinstance(error, RemoteJobFailed | ResultLost)


async def _answered(ctx: Context, hub: Hub, params: "OxenVideoParams") -> list[Artifact]:
    """The videos of an answer that is on disk. There is no raw depth in one."""
    videos = await ctx.in_thread(lambda flag: videos_in(ctx.folder))
    files: list[Artifact] = []
    try:
        for number, video in enumerate(videos):
            wanted = video_wanted(number, len(videos))
            path = ctx.folder / wanted.name
            if video.url:
                path = await downloaded_for_good(ctx, hub, video.url, wanted)
            else:
                await ctx.in_thread(
                    lambda flag, v=video, p=path: write_video(v, ctx.folder, p, flag.check)
                )
            files.append(await ctx.in_thread(lambda flag, p=path: video_artifact(p)))
    except asyncio.CancelledError:
        await ctx.cancel_remotely(_nothing_to_stop)
        raise
    if params.include_raw_depths:
        ctx.note(NO_RAW_DEPTH)
    return files


async def _nothing_to_stop() -> CancelAnswer:
    return CancelAnswer(HAD_FINISHED, may_come=True)


def _failure(generation: Generation) -> ProviderError:
    if generation.trouble is not None:
        return generation.trouble
    if generation.status == CANCELLED:
        return RemoteJobFailed(f"{SERVICE} cancelled the job", hint="Somebody stopped it there")
    words = generation.error or "it does not say why"
    hint = CREDIT_HINT if is_about_credit(words) else RUN_HINT
    return RemoteJobFailed(f"{SERVICE} could not make it: {words}", hint=hint)
