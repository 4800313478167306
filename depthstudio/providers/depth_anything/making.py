"""How Depth Anything 3 is asked on a Gradio server: upload, reconstruct, fetch every view."""

import asyncio
import contextlib
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import (
    BadResponse,
    InputError,
    ProviderError,
    RemoteJobFailed,
    ResultLost,
)
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.json_shape import list_in
from depthstudio.core.record import Json, to_plain
from depthstudio.formats import media_type
from depthstudio.providers.base import Context, Health, LiveSchema, Reach
from depthstudio.providers.depth_anything.pictures import (
    listed_views,
    no_pictures,
    view_file,
    view_pictures,
)
from depthstudio.providers.footage import Prepared, prepared
from depthstudio.providers.gradio.app import Function, file_in
from depthstudio.providers.gradio.failures import plain_text
from depthstudio.providers.gradio.files import RemoteFile, described, downloaded
from depthstudio.providers.gradio.live_schema import live_schema
from depthstudio.providers.gradio.session import (
    LONGEST_ID,
    GradioSession,
    finished_if_cancelled,
)
from depthstudio.providers.gradio.space import Space, connect, health_of, named_arguments
from depthstudio.providers.gradio.stream import without_secrets

if TYPE_CHECKING:
    from depthstudio.providers.builtin.depth_anything_3 import DepthAnythingParams

SERVICE = "Depth Anything 3"
UPLOAD, RECONSTRUCT, SHOW = "handle_uploads", "gradio_demo", "update_visualization"
NEEDS = (UPLOAD, RECONSTRUCT)
UPLOADED, LISTED = "uploaded", "views"  # the steps that start no work
# What the app reads as it is. Other pictures it would silently leave out.
TAKEN_AS_IS = frozenset({media_type.JPEG, media_type.PNG}) | media_type.VIDEOS
NOT_PARAMETERS = frozenset({"target_dir", "input_video", "input_images", "s_time_interval"})
# Where the outputs of `gradio_demo` are in the array.
SCENE, SAID, PHOTO, DEPTH, VIEWS, FLIGHT = 0, 1, 3, 4, 6, 7
RESCUE_WAITS_S = (0.0, 2.0, 5.0, 10.0, 20.0)
THE_SCENE = RemoteFile("scene.glb", Role.SCENE, frozenset({media_type.GLB}), 8 << 30)
THE_FLIGHT = RemoteFile("flight.mp4", Role.VIDEO, frozenset({media_type.MP4}), 8 << 30)
RESCUED = "Rescued after an interruption: the scene only, without the pictures of its views"
INTERRUPTED = "Interrupted while the files came: pictures of some views may be missing"
NO_FLIGHT = "The flight through the scene did not come"


async def check(reach: Reach) -> Health:
    """Does the server answer, and is it the right app?"""
    return await health_of(reach, SERVICE, NEEDS)


async def describe(reach: Reach) -> LiveSchema:
    """What this server's two functions take."""
    space = await connect(reach, SERVICE, NEEDS)
    functions = [space.app.function(name) for name in NEEDS]
    hidden = NOT_PARAMETERS - {"s_time_interval"}
    return LiveSchema(live_schema(functions, hidden), space.profile(*NEEDS))


async def fetch(
    sources: Sequence[Source], params: "DepthAnythingParams", ctx: Context
) -> list[Artifact]:
    """Send what is not there yet, reconstruct, and fetch scene and pictures."""
    _require_one_kind(sources)
    ctx.report(Progress(Stage.PREPARING, message="Looking for the server"))
    space = await connect(ctx, SERVICE, NEEDS)
    await ctx.met_server(space.profile(*NEEDS))
    uploaded = ctx.checkpoint.steps.get(UPLOADED)
    if uploaded is None:
        uploaded = await _upload(space, sources, params, ctx)
    session = space.session(str(uploaded["session_hash"]))
    demo = space.app.function(RECONSTRUCT)
    values = {**_plain_values(params), "target_dir": uploaded["target_dir"]}
    arguments = named_arguments(demo, values)
    target_dir = uploaded["target_dir"]
    try:
        data = await session.work(
            ctx, RECONSTRUCT, demo, arguments, stays=True, target_dir=target_dir
        )
    except ResultLost:
        # The stream broke off; what was running there goes on, and the scene is paid for.
        return await _rescued(target_dir, params, ctx)
    async with finished_if_cancelled(ctx):
        return await _collected(space, session, demo, data, params, ctx)


async def reattach(
    checkpoint: Checkpoint, params: "DepthAnythingParams", ctx: Context
) -> list[Artifact]:
    """Go on with a job that had not been sent to work yet, or rescue the scene of one that had."""
    if RECONSTRUCT not in checkpoint.steps:
        return await fetch(ctx.sources, params, ctx)
    if kept := await ctx.in_thread(lambda flag: _kept_files(ctx.folder)):
        async with finished_if_cancelled(ctx):
            return [*kept, *await _missing(kept, checkpoint, params, ctx)]
    return await _rescued(checkpoint.steps[RECONSTRUCT].get("target_dir"), params, ctx)


async def _missing(
    kept: Sequence[Artifact], checkpoint: Checkpoint, params: "DepthAnythingParams", ctx: Context
) -> list[Artifact]:
    """The pictures that had not come, where the server's session still lives to be asked."""
    if params.infer_gs:
        ctx.note(NO_FLIGHT)
    if not params.view_pictures:
        return []
    if LISTED not in checkpoint.steps:
        ctx.note(INTERRUPTED)  # nobody knows how many views there are
        return []
    names = [str(name) for name in list_in(checkpoint.steps[LISTED]["names"])]
    first = sum(artifact.role is Role.PHOTO for artifact in kept)
    if first == len(names):
        return []
    try:
        space = await connect(ctx, SERVICE, NEEDS)
    except ProviderError as error:
        ctx.note(no_pictures(len(names) - first, len(names), error))
        return []
    session = space.session(str(checkpoint.steps[RECONSTRUCT]["session_hash"]))
    change = space.app.called_by(space.app.function(RECONSTRUCT).outputs[VIEWS], "change")
    return await view_pictures(session, change, names, ctx, first=first)


async def _rescued(target_dir: Json, params: "DepthAnythingParams", ctx: Context) -> list[Artifact]:
    """The scene of a run that nobody followed to its end, where the server still has it."""
    ctx.report(Progress(Stage.RUNNING, message="Looking for the scene at the server"))
    space = await connect(ctx, SERVICE, (SHOW,))
    session = space.session()
    for wait_s in RESCUE_WAITS_S:  # what was running there goes on for a while
        await ctx.sleep(wait_s)
        data = await _shown(space, session, target_dir, params)
        if file_in(data[0]) is not None:
            # Half of it, if it is being written at this moment.
            with contextlib.suppress(BadResponse):
                scene = await downloaded(session, data[0], THE_SCENE, ctx)
                ctx.note(RESCUED)
                return [scene]
    raise ResultLost(
        f"{SERVICE} does not have this scene any more",
        hint="The connection ended while it was made. Run it again",
        detail=f"target_dir {target_dir}",
    )


def _kept_files(folder: Path) -> list[Artifact]:
    """What was complete on disk when the program ended: the scene, and pairs of pictures."""
    if not (folder / THE_SCENE.name).is_file():
        return []
    artifacts = [described(folder / THE_SCENE.name, Role.SCENE)]
    for number in itertools.count():
        files = [view_file(number, role) for role in (Role.PHOTO, Role.DEPTH)]
        if not all((folder / file.name).is_file() for file in files):
            break
        artifacts += [described(folder / file.name, file.role) for file in files]
    return artifacts


async def _shown(
    space: Space, session: GradioSession, target_dir: Json, params: "DepthAnythingParams"
) -> list[Any]:
    """Ask for the scene that lies in a folder of the server, without making it."""
    show = space.app.function(SHOW)
    values = {**_plain_values(params), "target_dir": target_dir, "is_example": "False"}
    return await session.call(show, named_arguments(show, values))


def _require_one_kind(sources: Sequence[Source]) -> None:
    videos = [source for source in sources if source.media_type in media_type.VIDEOS]
    if videos and len(sources) > 1:
        raise InputError(
            f"{SERVICE} takes one video, or photos, and not both together",
            hint="Make one job of each",
        )


def _plain_values(params: "DepthAnythingParams") -> dict[str, Json]:
    values = cast("dict[str, Json]", to_plain(params))
    return {**values, **params.extra}


async def _upload(
    space: Space, sources: Sequence[Source], params: "DepthAnythingParams", ctx: Context
) -> Mapping[str, Json]:
    """Bring the sources into a folder of the server, and write down which."""
    is_video = sources[0].media_type in media_type.VIDEOS
    files = await _prepare(sources, ctx)
    session = space.session()

    def sent(done_bytes: int, of_bytes: int) -> None:
        ctx.report(Progress(Stage.UPLOADING, done_bytes / max(of_bytes, 1)))

    ctx.report(Progress(Stage.UPLOADING, 0.0))
    paths = await session.upload([(file.sent_as, file.path) for file in files], sent)
    given = [session.file(path, file.sent_as) for path, file in zip(paths, files, strict=True)]
    take = space.app.function(UPLOAD)
    video = take.parameter("input_video").file_argument(given[0]) if is_video else None
    values: dict[str, Json] = {
        "input_video": video,
        "input_images": None if is_video else list(given),
        "s_time_interval": params.s_time_interval,
    }
    ctx.report(Progress(Stage.WAITING, message="The server reads what it was sent"))
    data = await session.call(take, named_arguments(take, values), ctx.report)
    target_dir = data[1] if len(data) > 1 else None
    if not isinstance(target_dir, str) or not 0 < len(target_dir) <= LONGEST_ID:
        raise RemoteJobFailed(
            f"{SERVICE} found no picture in what it was sent",
            hint="Check that the photos or the video can be opened elsewhere",
        )
    ids: dict[str, Json] = {
        "session_hash": session.session_hash,
        "target_dir": target_dir,
        "sent_as": [file.sent_as for file in files],
    }
    await ctx.remember(UPLOADED, ids)
    return ids


async def _prepare(sources: Sequence[Source], ctx: Context) -> Sequence[Prepared]:
    loop, folder = asyncio.get_running_loop(), ctx.folder / "sent"

    def made(share: float) -> None:
        progress = Progress(Stage.PREPARING, share, "Preparing the photos")
        loop.call_soon_threadsafe(ctx.report, progress)

    return await ctx.in_thread(
        lambda flag: prepared(sources, folder, as_is=TAKEN_AS_IS, check=flag.check, progress=made)
    )


async def _collected(
    space: Space,
    session: GradioSession,
    demo: Function,
    data: list[Any],
    params: "DepthAnythingParams",
    ctx: Context,
) -> list[Artifact]:
    """Everything that came of a run, on disk."""
    if file_in(data[SCENE]) is None:
        # “Success” with nothing in it is how this app reports a folder that is gone.
        said = plain_text(without_secrets(ctx, str(data[SAID] or "it does not say why")))
        raise RemoteJobFailed(
            f"{SERVICE} made no scene: {said}",
            hint="Run it again; the server may have been started again meanwhile",
        )
    ctx.report(Progress(Stage.DOWNLOADING, 0.0, "Scene"))
    artifacts = [await downloaded(session, data[SCENE], THE_SCENE, ctx)]
    if params.view_pictures:
        names = listed_views(data[VIEWS], SERVICE, ctx)
        await ctx.remember(LISTED, {"names": list(names)})
        change = space.app.called_by(demo.outputs[VIEWS], "change")
        first = data[PHOTO], data[DEPTH]
        artifacts += await view_pictures(session, change, names, ctx, shown=first)
    flight = file_in(data[FLIGHT])
    if params.infer_gs and flight is not None:
        artifacts.append(await downloaded(session, flight, THE_FLIGHT, ctx))
    elif params.infer_gs:
        ctx.note(NO_FLIGHT)
    return artifacts
