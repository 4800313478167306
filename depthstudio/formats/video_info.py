"""What a video is before any of it is shown: its size, its rate, and how many frames it has."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from depthstudio.core.views import no_check
from depthstudio.formats.video_file import (
    damaged,
    opened_video,
    packets_of,
    refuse_long,
)
from depthstudio.formats.video_picture import upright_shape

MAX_RATE_HZ = 10_000.0
# Longer than any file takes that people work with; afterwards its length is an estimate.
COUNTING_LIMIT_S = 20.0
_PACKETS_TO_FIRST_FRAME = 500
_AV_TIME_BASE_HZ = 1_000_000


@dataclass(frozen=True)
class VideoInfo:
    """What a video is: its size as shown, its rate on average, and how many frames it has.

    `is_estimate` says that the frames were too many to be counted in time.
    """

    width_px: int
    height_px: int
    frame_rate_hz: float
    frame_count: int
    is_estimate: bool = False


def read_video_info(
    path: Path,
    kind: str = "",
    *,
    check: Callable[[], None] = no_check,
    clock_s: Callable[[], float] = time.monotonic,
) -> VideoInfo:
    """Size, rate and number of frames. Reads the whole file where its header does not say.

    `check` may raise to give up; `clock_s` is what the time for counting is taken from.

    Raises
    ------
    InputError, FormatError
        as `opened_video`, and when not even its first frame can be decoded
    """
    with opened_video(path, kind) as (container, stream):
        first = next(_decoded(container, stream, check), None)
        if first is None:
            raise damaged(path.name, "no frame could be decoded")
        height_px, width_px = upright_shape(first)
        rate_hz = stated_rate_hz(stream)
        count = _listed_frames(container, stream, path.name)
        is_estimate = False
        if count is None:
            container.seek(0)
            deadline_s = clock_s() + COUNTING_LIMIT_S
            times, is_whole = _packet_times(
                container, stream, check, lambda: clock_s() > deadline_s
            )
            count, rate_hz = len(times), rate_hz or _measured_rate_hz(times)
            if not is_whole:
                is_estimate = True
                count = max(count, round(_duration_s(container, stream) * rate_hz))
    return VideoInfo(width_px, height_px, rate_hz, count, is_estimate)


def _decoded(
    container: InputContainer, stream: VideoStream, check: Callable[[], None]
) -> Iterator[VideoFrame]:
    """The first frames, as far as the first packets bring any."""
    for number, packet in enumerate(container.demux(stream)):
        check()
        yield from packet.decode()
        if number > _PACKETS_TO_FIRST_FRAME:
            return


def stated_rate_hz(stream: VideoStream) -> float:
    """Frames a second on average, 0 where the file does not say."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate is not None and 0 < rate <= MAX_RATE_HZ:
            return float(rate)
    return 0.0


def _listed_frames(container: InputContainer, stream: VideoStream, name: str) -> int | None:
    """How many frames the file's own table lists, None where there is no whole one."""
    if not container.format.name.startswith("mov"):
        return None
    entries = stream.index_entries
    # The table of a file in fragments only covers those that were read so far.
    if not len(entries) or len(entries) != stream.frames:
        return None
    refuse_long(len(entries))
    count = end = 0
    for entry in entries:
        count += not entry.is_discard
        end = max(end, entry.pos + entry.size)
    if end > container.size:
        raise damaged(name, f"{container.size} bytes instead of at least {end}")
    return count


def _packet_times(
    container: InputContainer,
    stream: VideoStream,
    check: Callable[[], None],
    is_late: Callable[[], bool],
) -> tuple[list[float], bool]:
    """The moment of each frame in seconds as far as time allows, and whether that is all."""
    times_s: list[float] = []
    unit_s = stream.time_base or 0
    for packet in packets_of(container, stream, check):
        moment = packet.pts if packet.pts is not None else packet.dts
        times_s.append(math.nan if moment is None else float(moment * unit_s))
        if is_late():
            return times_s, False
    return times_s, True


def _measured_rate_hz(times_s: list[float]) -> float:
    known = [moment for moment in times_s if not math.isnan(moment)]
    length_s = max(known) - min(known) if known else 0.0
    return (len(known) - 1) / length_s if length_s > 0 else 0.0


def _duration_s(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / _AV_TIME_BASE_HZ
