"""How PartPacker is asked on a Gradio server: cut-out, then 3D, as one job."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import RemoteJobFailed, ResultLost
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.json_shape import object_in
from depthstudio.core.record import Json, to_plain
from depthstudio.formats import media_type
from depthstudio.formats.glb_container import open_container
from depthstudio.formats.whole_file import whole_file
from depthstudio.providers.base import Context, Health, LiveSchema, Reach
from depthstudio.providers.footage import prepared
from depthstudio.providers.gradio.app import file_in
from depthstudio.providers.gradio.files import RemoteFile, described, downloaded
from depthstudio.providers.gradio.live_schema import live_schema
from depthstudio.providers.gradio.session import GradioSession, finished_if_cancelled
from depthstudio.providers.gradio.space import Space, connect, health_of, named_arguments
from depthstudio.providers.partpacker.cut_out import cut_out_canvas, has_own_alpha

if TYPE_CHECKING:
    from depthstudio.providers.builtin.partpacker import PartPackerParams

SERVICE = "PartPacker"
CUT, MAKE = "process_image", "process_3d"
NEEDS = (CUT, MAKE)
CUT_OUT, MADE = "cut_out", "made"  # what they made, where it lies at the server
NOT_PARAMETERS = frozenset({"input_image", "image_path"})
OURS = frozenset({"seed_mode", "sheet_size", "own_cut_out", "extra"})  # never sent
PICTURES_AS_IS = frozenset({media_type.JPEG, media_type.PNG, media_type.WEBP})
THE_CUT_OUT = RemoteFile("cut_out.webp", Role.CUT_OUT, media_type.PICTURES, 64 << 20)
THE_OBJECT = RemoteFile("parts.glb", Role.SCENE, frozenset({media_type.GLB}), 4 << 30)
OWN_CUT_OUT = "own_cut_out.png"


async def check(reach: Reach) -> Health:
    """Does the server answer, and is it the right app?"""
    return await health_of(reach, SERVICE, NEEDS)


async def describe(reach: Reach) -> LiveSchema:
    """What this server's 3D function takes."""
    space = await connect(reach, SERVICE, NEEDS)
    schema = live_schema([space.app.function(MAKE)], NOT_PARAMETERS)
    return LiveSchema(schema, space.profile(*NEEDS))


async def fetch(
    sources: Sequence[Source], params: "PartPackerParams", ctx: Context
) -> list[Artifact]:
    """Cut the object out, unless the photo brings its own cut-out, and make it 3D."""
    source = sources[0]
    ctx.report(Progress(Stage.PREPARING, message="Looking for the server"))
    space = await connect(ctx, SERVICE, NEEDS)
    await ctx.met_server(space.profile(*NEEDS))
    session = space.session()
    ctx.report(Progress(Stage.PREPARING, message="Preparing the photo"))
    if params.own_cut_out and await ctx.in_thread(lambda flag: has_own_alpha(source.path)):
        kept = await ctx.in_thread(lambda flag: _own_cut_out(source, ctx.folder))
        ctx.report(Progress(Stage.UPLOADING, 0.0, picture=kept.path))
        cut_out = await _sent(session, kept.path, kept.path.name, ctx)
    else:
        cut_out, kept = await _cut(space, session, sources, ctx)
    return await _made(space, session, cut_out, kept, params, ctx)


async def reattach(
    checkpoint: Checkpoint, params: "PartPackerParams", ctx: Context
) -> list[Artifact]:
    """Go on from what is on disk, or lies ready at the server.

    What was being made is gone with its stream.
    """
    steps = checkpoint.steps
    kept = await ctx.in_thread(lambda flag: _kept_files(ctx.folder))
    if len(kept) == 2:
        return kept
    ready = MADE in steps if kept else CUT_OUT in steps
    if not ready and (MAKE in steps or not kept):
        raise ResultLost(
            f"{SERVICE} cannot bring back what it was making",
            hint="The program ended meanwhile, and the server threw it away. Run it again",
        )
    space = await connect(ctx, SERVICE, NEEDS)
    session = space.session()
    cut_out = kept[0] if kept else await _kept_cut_out(session, steps[CUT_OUT], ctx)
    if MADE in steps:
        return await _kept_object(session, steps[MADE], cut_out, ctx)
    sent = await _sent(session, cut_out.path, cut_out.path.name, ctx)
    return await _made(space, session, sent, cut_out, params, ctx)


def _kept_files(folder: Path) -> list[Artifact]:
    """What was complete on disk when the program ended: the object, and its cut-out."""
    cut_outs = [folder / name for name in (THE_CUT_OUT.name, OWN_CUT_OUT)]
    found = [described(path, Role.CUT_OUT) for path in cut_outs if path.is_file()][:1]
    if found and (folder / THE_OBJECT.name).is_file():
        return [described(folder / THE_OBJECT.name, Role.SCENE), *found]
    return found


def _own_cut_out(source: Source, folder: Path) -> Artifact:
    """The photo's own cut-out as the model wants it. Blocks."""
    path = folder / OWN_CUT_OUT
    with whole_file(path) as temporary_path:
        temporary_path.write_bytes(cut_out_canvas(source.path))
    return described(path, Role.CUT_OUT)


async def _cut(
    space: Space, session: GradioSession, sources: Sequence[Source], ctx: Context
) -> tuple[dict[str, Json], Artifact]:
    """The server's cut-out: as an argument of the next call, and as a file that is kept."""
    folder = ctx.folder / "sent"
    (photo,) = await ctx.in_thread(
        lambda flag: prepared(sources, folder, as_is=PICTURES_AS_IS, check=flag.check)
    )
    given = await _sent(session, photo.path, photo.sent_as, ctx)
    cut = space.app.function(CUT)
    data = await session.work(ctx, CUT, cut, cut.positional(given), sent_as=[photo.sent_as])
    file = _ready_file(session, data[0])
    await ctx.remember(CUT_OUT, file)
    kept = await _kept_cut_out(session, file, ctx)
    ctx.report(Progress(Stage.RUNNING, message="Cut out", picture=kept.path))
    return session.file(str(file["path"])), kept


async def _kept_cut_out(session: GradioSession, file: Mapping[str, Json], ctx: Context) -> Artifact:
    async with finished_if_cancelled(ctx):
        return await downloaded(session, file, THE_CUT_OUT, ctx)


def _ready_file(session: GradioSession, value: object) -> dict[str, Json]:
    """A file at the server, as it is written down to be fetched in another life."""
    session.file_url(value)  # checks it
    return {"path": object_in(value)["path"]}


async def _sent(session: GradioSession, path: Path, name: str, ctx: Context) -> dict[str, Json]:
    def sent(done_bytes: int, of_bytes: int) -> None:
        ctx.report(Progress(Stage.UPLOADING, done_bytes / max(of_bytes, 1)))

    (at_server,) = await session.upload([(name, path)], sent)
    return session.file(at_server, name)


async def _made(
    space: Space,
    session: GradioSession,
    cut_out: dict[str, Json],
    kept: Artifact,
    params: "PartPackerParams",
    ctx: Context,
) -> list[Artifact]:
    make = space.app.function(MAKE)
    plain: Mapping[str, Json] = to_plain(params)
    values = {name: value for name, value in plain.items() if name not in OURS}
    arguments = named_arguments(make, {**values, **params.extra, "input_image": cut_out})
    data = await session.work(ctx, MAKE, make, arguments)
    if file_in(data[0]) is None:
        raise _nothing_made()
    file = _ready_file(session, data[0])
    await ctx.remember(MADE, file)
    return await _kept_object(session, file, kept, ctx)


async def _kept_object(
    session: GradioSession, file: Mapping[str, Json], kept: Artifact, ctx: Context
) -> list[Artifact]:
    ctx.report(Progress(Stage.DOWNLOADING, 0.0, "Parts", picture=kept.path))
    async with finished_if_cancelled(ctx):
        made = await downloaded(session, file, THE_OBJECT, ctx)
    if not await ctx.in_thread(lambda flag: open_container(made.path).document.meshes):
        raise _nothing_made()
    return [made, kept]


def _nothing_made() -> RemoteJobFailed:
    return RemoteJobFailed(
        f"{SERVICE} made no object",
        hint="Use a photo in which the object stands out from its background",
    )
