"""The pictures of an artwork, on their way to the working folder of a job."""

from collections.abc import Sequence
from pathlib import Path

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import BadResponse, FormatError, InputError
from depthstudio.core.job import Progress, Stage
from depthstudio.core.views import DepthKind
from depthstudio.formats import media_type
from depthstudio.formats.depth_picture import read_depth_picture
from depthstudio.formats.sniff import sniff
from depthstudio.providers.base import Context
from depthstudio.providers.tengr.account import API
from depthstudio.providers.transport.download import download

KINDS = frozenset({media_type.PNG, media_type.JPEG, media_type.WEBP})
MOST_BYTES = 256 << 20


async def downloaded(ctx: Context, service: str, urls: Sequence[str]) -> list[Artifact]:
    """Every picture, checked by its content; the first is the map. See `download` for errors."""
    return [await _downloaded(ctx, service, url, number) for number, url in enumerate(urls, 1)]


async def _downloaded(ctx: Context, service: str, url: str, number: int) -> Artifact:
    # The server's own name for it is not used; its ending shows once it is here.
    path = ctx.folder / ("depth" if number == 1 else f"depth_{number}")

    def received(done_bytes: int, of_bytes: int | None) -> None:
        if of_bytes:
            ctx.report(Progress(Stage.DOWNLOADING, done_bytes / of_bytes))

    ctx.report(Progress(Stage.DOWNLOADING))
    await download(
        ctx,
        service,
        url,
        path,
        kinds=KINDS,
        max_bytes=MOST_BYTES,
        progress=received,
        own=[ctx.endpoints[API]],
    )
    return await ctx.in_thread(lambda flag: _checked(path, service))


def _checked(path: Path, service: str) -> Artifact:
    """The picture under its full name. One that is damaged goes, so that a retry fetches it anew.

    Blocks.
    """
    try:
        kind = sniff(path).media_type
        read_depth_picture(path, DepthKind.DISPLAY)
    except (FormatError, InputError) as error:
        path.unlink(missing_ok=True)
        raise BadResponse(
            f"{service} sent a damaged picture",
            hint="Retry fetches it again, and orders nothing",
            detail=str(error),
        ) from error
    named = path.with_suffix(media_type.ending(kind))
    path.replace(named)
    return Artifact.of(named, Role.DEPTH, kind)
