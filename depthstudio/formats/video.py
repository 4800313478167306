"""Frames of videos by their number, one at a time."""

import threading
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.views import no_check
from depthstudio.formats.kept_frames import KeptFrames
from depthstudio.formats.video_decoding import Decoding
from depthstudio.formats.video_file import damaged, opened_video, video_errors
from depthstudio.formats.video_picture import picture_of

CACHE_BYTES = 64 << 20
NEIGHBOURS = 8  # frames kept from the way to one that was asked for: people also step back
AT_ONCE = 12  # decoding so many frames is hardly a wait: 25 to 80 ms at 1080p
AHEAD = 8  # frames decoded before somebody who steps forwards asks for them

Frame = NDArray[np.uint8]
PictureMaker = Callable[[VideoFrame, tuple[int, int]], Frame]


def first_frame(path: Path, kind: str = "") -> Frame:
    """The first frame of a video as (H, W, 3) uint8 sRGB, upright.

    Raises
    ------
    InputError, FormatError
        when the file cannot be read, or not even this frame decoded
    """
    with opened_video(path, kind) as (container, stream):
        for frame in container.decode(stream):
            return picture_of(frame, (frame.width, frame.height))
    raise damaged(path.name, "no frame could be decoded")


class VideoFrames:
    """Random access to the frames of a video, exact to the frame; holds the file open.

    Frames are numbered as they are shown. Opening reads the whole file once, to learn when
    each is; afterwards a frame costs the decoding from the key frame before it, and the
    next one only its own. All calls may come from any thread, and block; a frame that is
    still kept waits for nobody who decodes.
    """

    def __init__(
        self,
        path: Path,
        *,
        check: Callable[[], None] = no_check,
        picture: PictureMaker = picture_of,
        neighbours: int = NEIGHBOURS,
        cache_bytes: int = 0,
        like: "VideoFrames | None" = None,
    ) -> None:
        """`check` is called again and again, and may raise to give up.

        `picture` makes pixels of what was decoded. `neighbours` frames are kept from the way
        to one; all that are kept take `cache_bytes` at most. `like` is another reader of the
        same file, which knows its index.

        Raises
        ------
        InputError, FormatError
            when the file cannot be read as a video
        """
        self._path = path
        self._lock = threading.Lock()
        self._picture_of = picture
        self._neighbours = neighbours
        self._kept: KeptFrames[np.uint8] = KeptFrames(cache_bytes or CACHE_BYTES)
        self._decoding = Decoding(path, check, like._index if like else None)
        self._index = self._decoding.index
        self.frame_rate_hz = self._decoding.frame_rate_hz  # 0 where it is not said
        self._is_open = True

    def __len__(self) -> int:
        return self._index.count

    def __enter__(self) -> "VideoFrames":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._is_open = False
            self._kept.clear()
            self._decoding.close()

    def load(self, index: int, check: Callable[[], None] = no_check) -> Frame:
        """One frame as (H, W, 3) uint8 sRGB, upright; do not write to it.

        In place of a frame that is damaged comes the one a player would still show. Where
        `check` raises, what was decoded is not lost for who asks for it next.

        Raises
        ------
        IndexError
            when there is no such frame
        FormatError
            when nothing can be decoded there
        ValueError
            after `close`
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        if (kept := self._kept.get(index)) is not None:
            return kept
        with self._lock:
            if not self._is_open:
                raise ValueError("This video is closed")
            if (kept := self._kept.get(index)) is not None:
                return kept
            try:
                with video_errors(self._path):
                    picture = self._decoded(index, check)
            except DepthStudioError:
                self._decoding.lose_place()
                raise
            self._kept.keep(index, picture, wanted=index)
            return picture

    def at_hand(self, index: int) -> int:
        """The frame nearest to this one that comes at once: itself, one kept, or a key frame."""
        if self._to_decode(index) <= AT_ONCE:
            return index
        near = [self._key_before(index)] if self._index.is_exact else []
        kept = self._kept.nearest(index)
        if kept is not None:
            near.append(kept)
        return min(near, key=lambda number: abs(number - index), default=index)

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        """Decode and keep what is asked for soon by who steps on from a frame, or back (-1).

        Decoding goes forwards only. So that who goes back does not wait for it at every frame,
        those some way before come early, all at once.
        """
        if step > 0:
            ahead = min(AHEAD, self._kept.most - 1)  # one more would drive out the first
            for number in range(index + 1, min(index + 1 + ahead, len(self))):
                self.load(number, check)
        elif (before := max(0, index - self._stretch())) < index:
            self.load(before, check)

    def _to_decode(self, index: int) -> int:
        """How many frames it takes to have this one. Another thread may just change it."""
        if self._kept.get(index) is not None:
            return 0
        if not self._index.is_exact:
            count = self._decoding.count
            return index + 1 - (count if count <= index else 0)
        moments, at = self._index.moments, self._decoding.at
        if at is not None and self._decoding.leads_to(moments[index]):
            return index - bisect_left(moments, at)
        return index - self._key_before(index) + 1

    def _key_before(self, index: int) -> int:
        """The number of the last frame at or before this one that needs no other."""
        key = self._index.key_before(self._index.moments[index])
        return bisect_left(self._index.moments, self._index.keys[key])

    def _stretch(self) -> int:
        """How many frames are kept before one that was asked for, where half the room is theirs."""
        return min(self._neighbours, self._kept.most // 2)

    def _decoded(self, index: int, check: Callable[[], None]) -> Frame:
        if self._index.is_exact:
            return self._at_moment(index, check)
        return self._counted(index, check)

    def _at_moment(self, index: int, check: Callable[[], None]) -> Frame:
        """Decode from the key before, or on from where we are if that is nearer."""
        moments = self._index.moments
        moment = moments[index]
        first = max(0, index - self._stretch())
        self._decoding.go_to(moment, moments[first], check)
        before: Frame | None = None
        while (frame := self._decoding.next(check)) is not None:
            if frame.pts is None:
                continue
            if frame.pts == moment or (frame.pts > moment and before is None):
                return self._picture(frame)
            if frame.pts > moment:
                break
            number = bisect_left(moments, frame.pts)
            if number >= first:
                before = self._picture(frame)
                self._kept.keep(number, before, wanted=index)
        if before is None:
            raise damaged(self._path.name, f"frame {index} could not be decoded")
        return before

    def _counted(self, index: int, check: Callable[[], None]) -> Frame:
        """Decode from the start, or on from where we are."""
        if self._decoding.is_lost or self._decoding.count > index:
            self._decoding.rewind()
        while (frame := self._decoding.next(check)) is not None:
            number = self._decoding.count - 1
            if number == index:
                return self._picture(frame)
            if number >= index - self._stretch():
                self._kept.keep(number, self._picture(frame), wanted=index)
        raise damaged(self._path.name, f"frame {index} could not be decoded")

    def _picture(self, frame: VideoFrame) -> Frame:
        return self._picture_of(frame, self._decoding.stored_size_px)
