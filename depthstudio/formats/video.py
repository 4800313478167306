"""Frames of videos by their number, one at a time."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from av.container import InputContainer
from av.error import InvalidDataError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from depthstudio.core.views import no_check
from depthstudio.formats.kept_frames import KeptFrames
from depthstudio.formats.video_file import damaged, opened_video, video_errors
from depthstudio.formats.video_index import FrameIndex, frame_index
from depthstudio.formats.video_info import stated_rate_hz
from depthstudio.formats.video_picture import picture_of

CACHE_BYTES = 64 << 20
NEIGHBOURS = 8  # frames kept from the way to one that was asked for: people also step back

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
        self._decoding = threading.Lock()
        self._files = ExitStack()
        self._check = check
        self._picture_of = picture
        self._neighbours = neighbours
        self._kept: KeptFrames[np.uint8] = KeptFrames(cache_bytes or CACHE_BYTES)
        self._container: InputContainer
        self._stream: VideoStream
        self._coming: Iterator[VideoFrame] = iter(())
        self._at: int | None = None  # the moment, or the number, of the frame that came last
        self._is_open = True
        try:
            self._rewind()
            with video_errors(path):
                self._index: FrameIndex = (
                    like._index if like else frame_index(self._container, self._stream, check)
                )
                self.frame_rate_hz = stated_rate_hz(self._stream)  # 0 where it is not said
            self._rewind()
        except BaseException:
            self._files.close()
            raise
        context = self._stream.codec_context
        self._stored_size_px = (context.width, context.height)

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
        with self._decoding:
            self._is_open = False
            self._coming = iter(())
            self._kept.clear()
            self._files.close()

    def load(self, index: int, check: Callable[[], None] = no_check) -> Frame:
        """One frame as (H, W, 3) uint8 sRGB, upright; do not write to it.

        In place of a frame that is damaged comes the one a player would still show.

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
        with self._decoding:
            if not self._is_open:
                raise ValueError("This video is closed")
            if (kept := self._kept.get(index)) is not None:
                return kept
            self._check = check
            try:
                with video_errors(self._path):
                    picture = self._decoded(index)
            except BaseException:
                self._coming, self._at = iter(()), None  # half way there: begin anew
                raise
            self._kept.keep(index, picture, wanted=index)
            return picture

    def _decoded(self, index: int) -> Frame:
        if self._index.is_exact:
            return self._at_moment(index)
        return self._counted(index)

    def _at_moment(self, index: int) -> Frame:
        """Decode from the key before, or on from where we are if that is nearer."""
        moments = self._index.moments
        moment = moments[index]
        key = self._index.key_before(moment)
        if self._at is None or not self._index.keys[key] <= self._at < moment:
            self._go_to_key(key, moment)
        before: Frame | None = None
        for frame in self._coming:
            if frame.pts is None:
                continue
            self._at = frame.pts
            if frame.pts == moment or (frame.pts > moment and before is None):
                return self._picture(frame)
            if frame.pts > moment:
                break
            number = bisect_left(moments, frame.pts)
            if number >= index - self._neighbours:
                before = self._picture(frame)
                self._kept.keep(number, before, wanted=index)
        if before is None:
            raise damaged(self._path.name, f"frame {index} could not be decoded")
        return before

    def _counted(self, index: int) -> Frame:
        """Decode from the start, or on from where we are."""
        if self._at is None or self._at >= index:
            self._rewind()
        first = 0 if self._at is None else self._at + 1
        for number, frame in enumerate(self._coming, first):
            self._at = number
            if number == index:
                return self._picture(frame)
            if number >= index - self._neighbours:
                self._kept.keep(number, self._picture(frame), wanted=index)
        raise damaged(self._path.name, f"frame {index} could not be decoded")

    def _go_to_key(self, key: int, moment: int) -> None:
        """Have decoding go on at a key, or before it where the file's own table misleads."""
        step = 1
        while key > 0:
            self._container.seek(self._index.keys[key], stream=self._stream)
            self._coming = self._frames()
            first = next(self._coming, None)
            if first is not None and first.pts is not None and first.pts <= moment:
                self._coming = _with(first, self._coming)
                return
            key, step = key - step, 2 * step
        self._rewind()

    def _rewind(self) -> None:
        """Open the file anew: not every kind of file can be wound back exactly."""
        self._files.close()
        opened = self._files.enter_context(opened_video(self._path))
        self._container, self._stream = opened
        self._stream.thread_type = "AUTO"
        self._coming, self._at = self._frames(), None

    def _frames(self) -> Iterator[VideoFrame]:
        for packet in self._container.demux(self._stream):
            self._check()
            try:
                yield from packet.decode()
            except InvalidDataError:
                continue  # as players do: the next ones may be whole

    def _picture(self, frame: VideoFrame) -> Frame:
        return self._picture_of(frame, self._stored_size_px)


def _with(first: VideoFrame, rest: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    yield first
    yield from rest
