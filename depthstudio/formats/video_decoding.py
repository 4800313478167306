"""An opened video and a place in it: the frames from there on, in the order they are shown."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from av.container import InputContainer
from av.error import InvalidDataError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from depthstudio.formats.video_file import opened_video, video_errors
from depthstudio.formats.video_index import FrameIndex, frame_index
from depthstudio.formats.video_info import stated_rate_hz

# It says of every packet whether other frames are made of it. HEVC says so only of those of
# the same temporal layer, and the rest have no such frames or no decoder that leaves them out.
_SAYS_WHAT_CAN_BE_LEFT_OUT = "h264"

Check = Callable[[], None]


class Decoding:
    """Decodes frame after frame, from a key frame or the start. For one thread at a time.

    Every call that is given a `check` calls it before each packet. Where it raises, nothing
    is lost: the next call goes on from there.
    """

    def __init__(self, path: Path, check: Check, index: FrameIndex | None = None) -> None:
        """Reads the whole file once to make its `index`, unless that is known.

        Raises
        ------
        InputError, FormatError
            when the file cannot be read as a video
        """
        self._path = path
        self._files = ExitStack()
        self._container: InputContainer
        self._stream: VideoStream
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        self._decoded: deque[VideoFrame] = deque()
        self._whole_from: int | None = None  # the moment before which frames may be left out
        self._left_out_to: int | None = None  # the last moment that was
        self.at: int | None = None  # the moment of the frame that came last
        self.count = 0  # how many came since the start, where nobody went to a key
        self.is_lost = False  # whether there is no place to go on from
        try:
            self.rewind()
            with video_errors(path):
                self.index = index or frame_index(self._container, self._stream, check)
                self.frame_rate_hz = stated_rate_hz(self._stream)  # 0 where it is not said
            self.rewind()
        except BaseException:
            self.close()
            raise
        context = self._stream.codec_context
        self.stored_size_px = (context.width, context.height)
        self._can_leave_out = context.codec.canonical_name == _SAYS_WHAT_CAN_BE_LEFT_OUT

    def lose_place(self) -> None:
        """Something is damaged here: who comes next begins anew."""
        self.at, self.is_lost = None, True

    def close(self) -> None:
        """Let go of the file."""
        self._packets = iter(())
        self._decoded.clear()
        self._files.close()

    def rewind(self) -> None:
        """Open the file anew: not every kind of file can be wound back exactly."""
        self._files.close()
        opened = self._files.enter_context(opened_video(self._path))
        self._container, self._stream = opened
        self._stream.thread_type = "AUTO"
        self._begin()

    def leads_to(self, moment: int) -> bool:
        """Whether the frame of this moment is still to come, and no key frame before it."""
        at, left_out_to = self.at, self._left_out_to
        if at is None or (left_out_to is not None and moment <= left_out_to):
            return False
        return self.index.keys[self.index.key_before(moment)] <= at < moment

    def go_to(self, moment: int, whole_from: int, check: Check) -> None:
        """Have the frame of a moment come: from the key before, or on from where we are.

        On the way some before the moment `whole_from` may be left out.
        """
        if not self.leads_to(moment):
            self._go_to_key(self.index.key_before(moment), moment, whole_from, check)
        self._whole_from = whole_from

    def next(self, check: Check) -> VideoFrame | None:
        """The next frame, None behind the last one."""
        while not self._decoded:
            check()
            packet = next(self._packets, None)
            if packet is None:
                return None
            self._decode(packet)
        frame = self._decoded.popleft()
        self.count += 1
        if frame.pts is not None:
            self.at = frame.pts
        return frame

    def _go_to_key(self, key: int, moment: int, whole_from: int, check: Check) -> None:
        """Go to a key, or to one before it where the file's own table misleads."""
        step = 1
        while key > 0:
            self._container.seek(self.index.keys[key], stream=self._stream)
            self._begin()
            self._whole_from = whole_from
            first = self.next(check)
            if first is not None and first.pts is not None and first.pts <= moment:
                self._decoded.appendleft(first)
                return
            key, step = key - step, 2 * step
        self.rewind()

    def _begin(self) -> None:
        self._packets = self._container.demux(self._stream)
        self._decoded.clear()
        self.at = self._whole_from = self._left_out_to = None
        self.count, self.is_lost = 0, False

    def _decode(self, packet: "Packet[VideoStream]") -> None:
        limit = self._whole_from
        leaves_out = False
        if self._can_leave_out and limit is not None and packet.pts is not None:
            leaves_out = packet.pts < limit
            if leaves_out:
                self._left_out_to = max(packet.pts, self._left_out_to or packet.pts)
        self._stream.codec_context.skip_frame = "NONREF" if leaves_out else "DEFAULT"
        try:
            self._decoded.extend(packet.decode())
        except InvalidDataError:
            return  # as players do: the next ones may be whole
