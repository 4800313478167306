"""Decoded frames as pictures: upright, in sRGB."""

import struct
from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray
from PIL import Image

from depthstudio.formats.video_file import refuse_large

_UNSPECIFIED = 2  # as ISO/IEC 23001-8 counts colour spaces
_HD_HEIGHT_PX = 720
_FULL_RANGE = 2  # black is 0 and white 255, not 16 and 235
_WITH_BRIGHTNESS = frozenset(
    {"yuv420p", "yuv422p", "yuv444p", "nv12", "yuvj420p", "yuvj422p", "yuvj444p"}
)
_FULL_OF_LIMITED: list[int] = np.rint(np.clip((np.arange(256) - 16) / 219, 0, 1) * 255).tolist()


def upright_shape(frame: VideoFrame) -> tuple[int, int]:
    """(height, width) in pixels as it is to be shown.

    Raises
    ------
    FormatError
        when the frame is larger than any that is read
    """
    refuse_large(frame.width, frame.height)
    is_turned, _, _ = _turn_of(frame)
    return (frame.width, frame.height) if is_turned else (frame.height, frame.width)


def picture_of(frame: VideoFrame, stored_size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB of one frame, turned as it is to be shown.

    `stored_size_px` is width and height before the turn; a frame of another size is scaled
    to it, as some streams change theirs in the middle. BT.709 counts as sRGB, as in players.

    Raises
    ------
    FormatError
        when the frame is larger than any that is read
    """
    return _turned(frame, _converted(frame, stored_size_px, "rgb24"))


def grey_of(frame: VideoFrame, stored_size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W) uint8 from black to white of one frame, as `picture_of` else.

    Taken from the plane of brightness where there is one, which costs a fifth of a conversion.

    Raises
    ------
    FormatError
        when the frame is larger than any that is read
    """
    if (frame.width, frame.height) != stored_size_px or frame.format.name not in _WITH_BRIGHTNESS:
        return _turned(frame, _converted(frame, stored_size_px, "gray"))
    refuse_large(frame.width, frame.height)
    plane = cast("Any", frame.planes[0])
    data: NDArray[np.uint8] = np.frombuffer(plane, np.uint8)
    rows = data.reshape(-1, int(plane.line_size))
    brightness = rows[: frame.height, : frame.width]
    is_full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
    # Copied either way: the frame's memory is used again for the next one.
    return _turned(frame, brightness.copy() if is_full else _full_range(brightness))


def _full_range(brightness: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Black and white of (H, W) at 0 and 255, which are 16 and 235.

    By Pillow: numpy would first make a number of 8 bytes of every pixel, and be five times as
    slow.
    """
    return np.asarray(Image.fromarray(brightness).point(_FULL_OF_LIMITED))


def _converted(
    frame: VideoFrame, stored_size_px: tuple[int, int], layout: str
) -> NDArray[np.uint8]:
    refuse_large(frame.width, frame.height)
    width_px, height_px = stored_size_px
    return frame.to_ndarray(
        format=layout, width=width_px, height=height_px, src_colorspace=_colour_space(frame)
    ).astype(np.uint8, copy=False)


def _turned(frame: VideoFrame, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels of a frame as they are to be shown."""
    is_turned, is_mirrored, is_upside_down = _turn_of(frame)
    if is_turned:
        pixels = pixels.swapaxes(0, 1)
    if is_mirrored:
        pixels = pixels[:, ::-1]
    if is_upside_down:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels, np.uint8)


def _turn_of(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """How the camera was held: swap rows and columns, then flip left to right, top to bottom."""
    try:
        # Its type is said to be a dictionary and is a container of buffers.
        matrix = bytes(cast("Any", frame.side_data)["DISPLAYMATRIX"])
    except KeyError:
        return False, False, False
    a, b, _, c, d = struct.unpack("=5i", matrix[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):
        return True, c < 0, b < 0
    return False, a < 0, d < 0


def _colour_space(frame: VideoFrame) -> Colorspace | None:
    """What FFmpeg is to take the colours for; None where the file says it."""
    if frame.colorspace == _UNSPECIFIED and frame.height >= _HD_HEIGHT_PX:
        return Colorspace.ITU709  # the custom for high definition; otherwise BT.601 is taken
    return None
