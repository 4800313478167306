"""How Depth Anything V2 is asked at fal: a photo sent, its request followed, the depth fetched."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import BadResponse, FormatError, InputError, ResultLost
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.json_shape import object_in
from depthstudio.formats import media_type
from depthstudio.formats.sniff import sniff
from depthstudio.providers.base import Context, Health, Reach
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.fal.account import CDN, QUEUE, REST
from depthstudio.providers.fal.failures import failed
from depthstudio.providers.fal.picture import KEPT, SERVICE, picture_input
from depthstudio.providers.fal.queue import (
    FINISHED,
    SUBMITTED,
    Completed,
    FalQueue,
    require_queue,
)
from depthstudio.providers.fal.storage import FalStorage, lifecycle_headers
from depthstudio.providers.fal.ticket import Ticket
from depthstudio.providers.fal.views import gray_values
from depthstudio.providers.transport.download import download, withheld
from depthstudio.providers.transport.result_address import LONGEST_ADDRESS

if TYPE_CHECKING:
    from depthstudio.providers.builtin.fal_depth_anything_v2 import FalParams

APP = "fal-ai/image-preprocessors"
MODEL = f"{APP}/depth-anything/v2"
MADE = "made"  # the step under which the address of the depth stands
LARGEST_DEPTH_BYTES = 512 << 20
DID_NOT_FAIL = Completed("", "")
IN_COLOURS = "The depth came in colours, so it is shown as a picture and measures nothing"


async def check(reach: Reach) -> Health:
    """Is the key good, and does the queue answer? Nothing is run.

    A token for uploads is given to a good key only, which a request nobody made may not tell.
    """
    before = reach.now()
    await FalStorage(reach, reach.endpoints[REST], reach.endpoints[CDN]).token()
    await require_queue(reach, SERVICE, reach.endpoints[QUEUE], APP)
    latency_s = (reach.now() - before).total_seconds()
    return Health(ok=True, message="fal takes the key, and its queue answers", latency_s=latency_s)


async def fetch(sources: Sequence[Source], params: "FalParams", ctx: Context) -> list[Artifact]:
    """Send the photo, wait for its depth and fetch it."""
    queue = FalQueue(ctx, SERVICE, APP)
    ctx.report(Progress(Stage.PREPARING, message="Preparing the photo"))
    body = await picture_input(sources[0], ctx, upload=params.upload, keep_s=params.keep_s)
    ticket = await queue.submit(MODEL, body, _headers(params))
    return await _followed(queue, ticket, ctx)


async def reattach(checkpoint: Checkpoint, params: "FalParams", ctx: Context) -> list[Artifact]:
    """Go on from the upload, from the request, or from the depth that lies ready."""
    steps = checkpoint.steps
    if SUBMITTED not in steps:
        return await fetch(ctx.sources, params, ctx)
    queue = FalQueue(ctx, SERVICE, APP)
    ticket = queue.ticket(steps[SUBMITTED])
    if MADE in steps:
        return await _collected(queue, ticket, str(steps[MADE]["url"]), ctx)
    return await _followed(queue, ticket, ctx)


def _headers(params: "FalParams") -> dict[str, str]:
    """Everything that is asked for beside the picture."""
    headers = {"X-Fal-Queue-Priority": params.priority}
    if params.start_timeout_s is not None:
        # The second is the newer name of the first; servers read one or the other.
        for name in ("X-Fal-Request-Timeout", "X-Fal-Request-Start-Timeout"):
            headers[name] = f"{params.start_timeout_s:g}"
    if not params.store_io:
        headers["X-Fal-Store-IO"] = "0"
    wish = lifecycle_headers(params.keep_s).get("X-Fal-Object-Lifecycle-Preference")
    return {**headers, "X-Fal-Object-Lifecycle-Preference": wish} if wish else headers


async def _followed(queue: FalQueue, ticket: Ticket, ctx: Context) -> list[Artifact]:
    ctx.report(Progress(Stage.WAITING))
    completed = await queue.follow(ticket)
    try:
        url = _depth_address(await queue.result(ticket, completed), completed)
        await ctx.remember(MADE, {"url": url})
    except asyncio.CancelledError:
        await _say_finished(ctx)
        raise
    return await _collected(queue, ticket, url, ctx)


def _depth_address(result: Mapping[str, Any], completed: Completed) -> str:
    url = object_in(result.get("image")).get("url")
    if isinstance(url, str) and 0 < len(url) <= LONGEST_ADDRESS:
        return url
    if completed.error or completed.kind:
        raise failed(SERVICE, completed.error, completed.kind)
    raise BadResponse(f"{SERVICE} says it is done and names no picture", hint="Run it again")


async def _collected(queue: FalQueue, ticket: Ticket, url: str, ctx: Context) -> list[Artifact]:
    """The depth and what was kept of the photo. An address that ended is asked for anew once."""
    path = ctx.folder / "depth.png"
    ctx.report(Progress(Stage.DOWNLOADING, 0.0))
    try:
        try:
            await _download(url, path, ctx)
        except ResultLost as lost:
            fresh = _depth_address(await queue.result(ticket, DID_NOT_FAIL), DID_NOT_FAIL)
            if fresh == url:
                raise withheld(lost) from lost
            await _download_for_good(fresh, path, ctx)
        return await ctx.in_thread(lambda flag: _artifacts(path, ctx))
    except asyncio.CancelledError:
        await _say_finished(ctx)
        raise


async def _say_finished(ctx: Context) -> None:
    async def nothing_to_stop() -> CancelAnswer:
        return CancelAnswer(FINISHED, may_come=True)

    await ctx.cancel_remotely(nothing_to_stop)


async def _download_for_good(url: str, path: Path, ctx: Context) -> None:
    try:
        await _download(url, path, ctx)
    except ResultLost as lost:
        raise withheld(lost) from lost


async def _download(url: str, path: Path, ctx: Context) -> None:
    def received(done_bytes: int, of_bytes: int | None) -> None:
        if of_bytes:
            ctx.report(Progress(Stage.DOWNLOADING, done_bytes / of_bytes))

    await download(
        ctx,
        SERVICE,
        url,
        path,
        kinds={media_type.PNG},
        max_bytes=LARGEST_DEPTH_BYTES,
        progress=received,
        own=ctx.endpoints.values(),
    )


def _artifacts(path: Path, ctx: Context) -> list[Artifact]:
    """The files of the result. A depth that is damaged goes, so that a retry fetches it anew."""
    try:
        values = gray_values(path)
    except (FormatError, InputError) as error:
        path.unlink(missing_ok=True)
        raise BadResponse(
            f"{SERVICE} sent a damaged picture", hint="Run it again", detail=str(error)
        ) from error
    if values is None:
        ctx.note(IN_COLOURS)
    photos = [
        Artifact.of(photo, Role.PHOTO, sniff(photo).media_type)
        for photo in sorted(ctx.folder.glob(f"{KEPT}.*"))
    ]
    return [Artifact.of(path, Role.DEPTH, media_type.PNG), *photos[:1]]
