"""Brings the files of a generation here, from addresses that may have expired."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    FormatError,
    InputError,
    ProviderError,
    ProviderHeld,
    ResultLost,
    ServiceUnavailable,
)
from depthstudio.core.job import Progress, Stage
from depthstudio.formats import media_type
from depthstudio.formats.npz import NpzFile
from depthstudio.formats.video_file import opened_video
from depthstudio.providers.base import Context
from depthstudio.providers.oxen.generation import Generation
from depthstudio.providers.oxen.hub import SERVICE, Hub
from depthstudio.providers.oxen.outputs import raw_depth_address, video_address
from depthstudio.providers.oxen.queue import row_of
from depthstudio.providers.transport.download import download, withheld

MOST_VIDEO_BYTES = 8 << 30
MOST_RAW_BYTES = 16 << 30
NO_RAW_DEPTH = "Oxen sent no raw depth, only the video"


@dataclass(frozen=True)
class Wanted:
    """One file of a generation: what it is called there, and is to become here."""

    find: Callable[[Mapping[str, Any]], str | None]
    name: str
    kind: str
    most_bytes: int
    words: str


def video_wanted(number: int, count: int) -> Wanted:
    """The depth as a video, of one generation among several."""
    name = _numbered("depth.mp4", number, count)
    return Wanted(video_address, name, media_type.MP4, MOST_VIDEO_BYTES, "Depth video")


def raw_wanted(number: int, count: int) -> Wanted:
    """The values of depth, of one generation among several."""
    name = _numbered("raw_depth.npz", number, count)
    return Wanted(raw_depth_address, name, media_type.NPZ, MOST_RAW_BYTES, "Raw depth")


def _numbered(name: str, number: int, count: int) -> str:
    stem, dot, ending = name.partition(".")
    return name if count == 1 else f"{stem}_{number + 1}{dot}{ending}"


async def files_of(
    ctx: Context, hub: Hub, generation: Generation, number: int, count: int, *, with_raw: bool
) -> list[Artifact]:
    """Video and raw depth of a generation that succeeded. Raw depth may be missing.

    Raises
    ------
    ProviderError
        as `download` does for the video; `ResultLost` only where its row is gone
    """
    video = await _fetched(ctx, hub, generation, video_wanted(number, count))
    if video is None:
        raise BadResponse(
            f"{SERVICE} names no address for its result",
            hint=f"Retry looks again and sends nothing; look at your generations at {SERVICE}",
        )
    files = [await ctx.in_thread(lambda flag: video_artifact(video))]
    if with_raw:
        files += await _raw_depth(ctx, hub, generation, raw_wanted(number, count))
    return files


async def _raw_depth(
    ctx: Context, hub: Hub, generation: Generation, wanted: Wanted
) -> list[Artifact]:
    """The raw depth if it comes, and a word where it does not: the video is worth keeping."""
    try:
        path = await _fetched(ctx, hub, generation, wanted)
        if path is None:
            ctx.note(NO_RAW_DEPTH)
            return []
        return [await ctx.in_thread(lambda flag: raw_depth_artifact(path))]
    except (ServiceUnavailable, ProviderHeld):
        raise  # that passes, and the job goes on from here
    except ProviderError as error:
        ctx.note(f"{NO_RAW_DEPTH}: {error}")
    return []


async def _fetched(ctx: Context, hub: Hub, generation: Generation, wanted: Wanted) -> Path | None:
    """The file, by the address that was told, or else by a fresh one; None where there is none."""
    address = wanted.find(generation.told)
    if address is not None:
        try:
            return await downloaded(ctx, hub, address, wanted)
        except (ResultLost, AuthError):
            pass  # addresses expire; the row gives new ones
    fresh = wanted.find((await row_of(hub, generation.id)).told)
    return None if fresh is None else await downloaded_for_good(ctx, hub, fresh, wanted)


async def downloaded_for_good(ctx: Context, hub: Hub, address: str, wanted: Wanted) -> Path:
    """Fetch a file from the last address there is."""
    try:
        return await downloaded(ctx, hub, address, wanted)
    except ResultLost as lost:
        raise withheld(lost) from lost


async def downloaded(ctx: Context, hub: Hub, address: str, wanted: Wanted) -> Path:
    """Fetch a file from an address out of an answer; see `download`."""
    path = ctx.folder / wanted.name

    def received(done_bytes: int, of_bytes: int | None) -> None:
        share = done_bytes / of_bytes if of_bytes else None
        ctx.report(Progress(Stage.DOWNLOADING, share, wanted.words))

    ctx.report(Progress(Stage.DOWNLOADING, None, wanted.words))
    await download(
        ctx,
        SERVICE,
        address,
        path,
        kinds={wanted.kind},
        max_bytes=wanted.most_bytes,
        progress=received,
        own=[hub.url],
    )
    return path


def video_artifact(path: Path) -> Artifact:
    """A video that is here, if it is one; else it goes, so that a retry fetches it anew. Blocks.

    Raises
    ------
    BadResponse
        when it is damaged
    """
    try:
        with opened_video(path, media_type.MP4):
            return Artifact.of(path, Role.VIDEO, media_type.MP4)
    except (FormatError, InputError) as error:
        raise _damaged(path, "video", error) from error


def raw_depth_artifact(path: Path) -> Artifact:
    """Raw depth that is here, if it is what was promised. Nothing of it is unpacked. Blocks.

    Raises
    ------
    BadResponse
        when it is not
    """
    try:
        depths = NpzFile(path).members.get("depths")
    except (FormatError, InputError) as error:
        raise _damaged(path, "archive of depth", error) from error
    if depths is None or len(depths.shape) != 3 or 0 in depths.shape or depths.dtype.kind != "f":
        held = "none" if depths is None else f"{depths.dtype} {depths.shape}"
        raise _damaged(path, "archive of depth", FormatError(f"its “depths”: {held}"))
    return Artifact.of(path, Role.RAW_DEPTH, media_type.NPZ)


def _damaged(path: Path, what: str, error: Exception) -> BadResponse:
    path.unlink(missing_ok=True)
    return BadResponse(f"{SERVICE} sent a damaged {what}", hint="Run it again", detail=str(error))
