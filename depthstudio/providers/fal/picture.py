"""A picture on its way to fal: inside the request, through fal's storage, or from the web."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from depthstudio.core.job import Progress, Source, Stage, hosted_step
from depthstudio.formats import media_type
from depthstudio.formats.image import read_photo, thumbnail, write_jpeg
from depthstudio.formats.sniff import sniff
from depthstudio.formats.whole_file import whole_file
from depthstudio.providers.base import CancelFlag, Context
from depthstudio.providers.fal.account import CDN, REST
from depthstudio.providers.fal.data_uri import PictureInside
from depthstudio.providers.fal.storage import FalStorage
from depthstudio.providers.footage import prepared
from depthstudio.providers.transport.file_pieces import WholeBody

if TYPE_CHECKING:
    from depthstudio.providers.transport.form_stream import Body

SERVICE = "fal"
HOST_ID = "fal-storage"
PICTURES_AS_IS = frozenset({media_type.JPEG, media_type.PNG, media_type.WEBP})
INSIDE_UP_TO_BYTES = 7_000_000  # 10 MB once it is text
KEPT_WHOLE_UP_TO_BYTES = 16_000_000
KEPT_SIDE_PX = 2048
LEAST_LEFT = timedelta(minutes=10)  # fal may fetch the photo only when its turn comes
KEPT = "photo"  # name of what is kept of it


@dataclass(frozen=True)
class _Photo:
    path: Path
    sent_as: str
    media_type: str
    size_bytes: int


async def picture_input(source: Source, ctx: Context, *, upload: str, keep_s: int | None) -> "Body":
    """What a request carries: the picture itself, or an address of it.

    The photo is kept beside the result to come, under the name `KEPT`. `upload` is
    “data-uri” or “storage”, or “auto” by its size; what lies on the web stays where it is.

    Raises
    ------
    InputError
        when the photo cannot be read
    ProviderError
        when the storage cannot be reached, or refuses
    """
    if source.is_remote:
        return _address_body(await ctx.web_address(source))
    photo = await ctx.in_thread(lambda flag: _prepared(source, ctx.folder, flag))
    if upload == "data-uri" or (upload == "auto" and photo.size_bytes <= INSIDE_UP_TO_BYTES):
        return await ctx.in_thread(lambda flag: PictureInside(photo.path, photo.media_type))
    return _address_body(await _uploaded(photo, keep_s, ctx))


def _address_body(url: str) -> WholeBody:
    return WholeBody(json.dumps({"image_url": url}).encode())


def _prepared(source: Source, folder: Path, flag: CancelFlag) -> _Photo:
    """The photo as fal reads it; what is kept of it with the result is made as well. Blocks."""
    (ready,) = prepared([source], folder / "sent", as_is=PICTURES_AS_IS, check=flag.check)
    kind, size_bytes = sniff(ready.path).media_type, ready.path.stat().st_size
    if size_bytes > KEPT_WHOLE_UP_TO_BYTES:
        write_jpeg(folder / f"{KEPT}.jpg", thumbnail(read_photo(ready.path), KEPT_SIDE_PX))
    else:
        with whole_file(folder / f"{KEPT}{media_type.ending(kind)}") as temporary_path:
            shutil.copyfile(ready.path, temporary_path)
    return _Photo(ready.path, ready.sent_as, kind, size_bytes)


async def _uploaded(photo: _Photo, keep_s: int | None, ctx: Context) -> str:
    """The photo's address in fal's storage, where it may lie already from an earlier attempt."""
    step = hosted_step(0)
    known = ctx.checkpoint.steps.get(step)
    if known is not None and _holds(known, ctx.now()):
        return str(known["url"])
    storage = FalStorage(ctx, ctx.endpoints[REST], ctx.endpoints[CDN], keep_s=keep_s)

    def sent(done_bytes: int, of_bytes: int) -> None:
        ctx.report(Progress(Stage.UPLOADING, done_bytes / max(of_bytes, 1), "to fal storage"))

    ctx.report(Progress(Stage.UPLOADING, 0.0, "to fal storage"))
    until = ctx.now() + timedelta(seconds=keep_s) if keep_s else None
    url = await storage.put(
        photo.path, name=photo.sent_as, media_type=photo.media_type, progress=sent
    )
    await ctx.remember(
        step,
        {
            "host": HOST_ID,
            "url": url,
            "until": until.isoformat() if until else None,
            "sent_as": [photo.sent_as],
        },
    )
    return url


def _holds(known: Mapping[str, Any], now: datetime) -> bool:
    until = known.get("until")
    return until is None or datetime.fromisoformat(str(until)) - now > LEAST_LEFT
