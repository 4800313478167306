"""When each frame of a video is shown, and where decoding may begin."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from av.container import InputContainer
from av.video.stream import VideoStream

from depthstudio.formats.video_file import packets_of


@dataclass(frozen=True)
class FrameIndex:
    """Every frame's moment in display order, in the stream's own unit.

    moments : of all frames, ascending; empty where the file does not say them exactly
    keys : of the frames that need no other, ascending; the first is never after the first frame
    count : how many frames there are
    """

    moments: tuple[int, ...]
    keys: tuple[int, ...]
    count: int

    @property
    def is_exact(self) -> bool:
        """Whether a frame can be found by its moment, without counting from the start."""
        return bool(self.moments)

    def key_before(self, moment: int) -> int:
        """The number of the last key at or before a moment; 0 if there is none."""
        return max(0, bisect_right(self.keys, moment) - 1)


def frame_index(
    container: InputContainer, stream: VideoStream, check: Callable[[], None]
) -> FrameIndex:
    """Read all packets of a freshly opened video, and decode none of them.

    Raises
    ------
    FormatError
        when there are more frames than any video has
    """
    moments: list[int | None] = []
    keys: list[int] = []
    for packet in packets_of(container, stream, check):
        moments.append(packet.pts)
        if packet.is_keyframe and packet.pts is not None:
            keys.append(packet.pts)
    known = sorted(moment for moment in moments if moment is not None)
    is_unclear = len(known) < len(moments) or len(set(known)) < len(known) or not keys
    # AVI counts packets, not moments, and what it calls a key may be none.
    if is_unclear or container.format.name == "avi":
        return FrameIndex((), (), len(moments))
    # What is shown before the first key would need what was cut away before it.
    first = keys[0]
    shown = tuple(moment for moment in known if moment >= first)
    return FrameIndex(shown, tuple(sorted(keys)), len(shown))
