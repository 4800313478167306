"""Work asked for in one long request: its answer is the result, and comes once."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from depthstudio.core.errors import BadResponse, ResultLost, ServiceUnavailable
from depthstudio.core.record import Json
from depthstudio.formats.whole_file import whole_file
from depthstudio.providers.base import Context
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.oxen.hub import SERVICE, Hub
from depthstudio.providers.oxen.long_texts import (
    NotReadable,
    Place,
    bytes_in,
    decoded,
    opened_answer,
    outline_of,
)
from depthstudio.providers.oxen.refusals import oxen_errors
from depthstudio.providers.transport.part_file import Origin, PartFile
from depthstudio.providers.transport.threads import finished_in_thread

GENERATE_PATH = "/api/ai/videos/generate"
ANSWER_NAME = "answer.json"
READ_LIMIT_S = 25 * 60.0  # it usually takes 5 to 15 minutes, and nothing is said meanwhile
MOST_ANSWER_BYTES = 512 << 20
MOST_VIDEOS = 16
WRITE_BYTES = 4 << 20
LOOK_S = 0.2
NOT_STOPPABLE = "this call cannot be stopped at Oxen: it may go on there and be charged"
RUN_AGAIN = "Look at your generations at Oxen before you run it again"


class Video(msgspec.Struct):
    """One video of an answer: an address, or the file itself as text."""

    url: str | None = None
    b64_json: str | Place | None = None


async def generated(ctx: Context, hub: Hub, step: str, body: Mapping[str, Json]) -> None:
    """Ask, and keep the answer on disk as it came.

    An answer that came whole to an earlier attempt at this job, and was not written down before
    the program ended, is paid for: it is taken and nothing is asked.

    Raises
    ------
    ProviderError
        as `Context.submit` does
    """
    asker = asyncio.current_task()

    def is_given_up() -> bool:
        return asker is not None and asker.cancelling() > 0

    async def send() -> Mapping[str, Json]:
        # A cancel waits for a submit to end, and this one may last for twenty minutes: the
        # connection is closed then, and the service goes on or not.
        if await finished_in_thread(lambda: _has_answer(ctx.folder)):
            return {"answer": ANSWER_NAME}
        asking = asyncio.ensure_future(_keep_answer(ctx, hub, body))
        try:
            while not asking.done() and not is_given_up():
                await asyncio.wait({asking}, timeout=LOOK_S)
            if asking.done():
                asking.result()
                return {"answer": ANSWER_NAME}
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        return await _left(ctx)

    await ctx.submit(step, send)


def _has_answer(folder: Path) -> bool:
    """Whether a whole answer is here; one of an earlier attempt is brought here. Blocks."""
    path = folder / ANSWER_NAME
    earlier = () if path.is_file() else folder.parent.glob(f"*/{ANSWER_NAME}")
    for found in sorted(earlier, key=lambda answer: answer.stat().st_mtime_ns)[-1:]:
        found.replace(path)
    return path.is_file()


async def _left(ctx: Context) -> Mapping[str, Json]:
    """What a request that nobody waits for any more leaves: a word, or else the question."""
    said: list[CancelAnswer] = []

    async def say() -> CancelAnswer:
        # It comes to nobody. A person is told so before it is paid for once more.
        said.append(CancelAnswer(NOT_STOPPABLE, may_come=True))
        return said[-1]

    await ctx.cancel_remotely(say)  # only if the user cancelled, and does not only leave
    if said:
        return {"answer": ""}
    raise ServiceUnavailable(
        f"The program ended while {SERVICE} worked", hint="Its answer is lost with the connection"
    )


async def _keep_answer(ctx: Context, hub: Hub, body: Mapping[str, Json]) -> None:
    import httpx

    from depthstudio.providers.transport.bounded import raise_for_trouble
    from depthstudio.providers.transport.extensions import OPEN_ENDED

    part = PartFile(ctx.folder / ANSWER_NAME)
    timeout = httpx.Timeout(READ_LIMIT_S, connect=10.0, write=120.0, pool=10.0)
    with oxen_errors(SERVICE, ctx.now):
        async with ctx.http.stream(
            "POST",
            f"{hub.url}{GENERATE_PATH}",
            json=dict(body),
            timeout=timeout,
            extensions={OPEN_ENDED: True},
        ) as response:
            await raise_for_trouble(response)
            await _write(response, part)


async def _write(response: Any, part: PartFile) -> None:
    """Write the answer to disk; it may hold the whole video as text."""
    pieces: list[bytes] = []
    all_bytes = unwritten_bytes = 0
    await finished_in_thread(lambda: part.restart(Origin(url="", validator="", total_bytes=None)))
    async for piece in response.aiter_raw():
        pieces.append(piece)
        all_bytes += len(piece)
        unwritten_bytes += len(piece)
        if all_bytes > MOST_ANSWER_BYTES:
            raise BadResponse(f"{SERVICE} sent far too long an answer", hint=RUN_AGAIN)
        if unwritten_bytes >= WRITE_BYTES:
            written, pieces, unwritten_bytes = pieces, [], 0
            await finished_in_thread(lambda p=written: part.append(p))
    await finished_in_thread(lambda: part.append(pieces))
    await finished_in_thread(part.finish)


def require_answer(ids: Mapping[str, Json]) -> None:
    """Fail where nobody waited for the answer: it was cancelled, and cannot be asked for.

    Raises
    ------
    ResultLost
        always then
    """
    if not ids.get("answer"):
        raise ResultLost(
            f"{SERVICE} was not to be stopped, and what it made of it came to nobody",
            hint=f"Look at your generations at {SERVICE}: running it again is charged again",
        )


def videos_in(folder: Path) -> list[Video]:
    """The videos of the answer that is kept there. Blocks.

    Raises
    ------
    ResultLost
        when there is none
    BadResponse
        when it cannot be read, or holds no video
    """
    path = folder / ANSWER_NAME
    if not path.is_file():
        raise ResultLost(
            f"The answer of {SERVICE} was not kept", hint="It is sent only once. Run it again"
        )
    try:
        with opened_answer(path) as text:
            answer = msgspec.json.decode(outline_of(text), type=_Answer)
    except (NotReadable, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadResponse(f"{SERVICE} sent an answer that cannot be read", hint=RUN_AGAIN) from None
    found = [video for video in answer.videos if video.url or video.b64_json]
    if not 0 < len(found) <= MOST_VIDEOS:
        raise BadResponse(f"{SERVICE} sent no video", hint=RUN_AGAIN)
    return found


def write_video(video: Video, folder: Path, path: Path, check: Callable[[], None]) -> None:
    """Write the file that came as text in the answer in `folder`. Blocks; `check` may raise.

    Raises
    ------
    BadResponse
        when the text is none
    """
    try:
        with (
            opened_answer(folder / ANSWER_NAME) as answer,
            whole_file(path) as temporary,
            temporary.open("wb") as file,
        ):
            place = video.b64_json
            is_long = isinstance(place, Place)
            for piece in bytes_in(answer, place) if is_long else decoded([(place or "").encode()]):
                check()
                file.write(piece)
    except NotReadable:
        raise BadResponse(f"{SERVICE} sent a damaged video", hint=RUN_AGAIN) from None


class _Answer(msgspec.Struct):
    videos: list[Video]
