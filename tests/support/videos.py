"""Writes small videos whose pixels say which frame they are."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH_PX, HEIGHT_PX = 64, 48
BITS = 8
RED, BLUE = (220, 30, 30), (30, 30, 220)


def frame_picture(number: int) -> np.ndarray:
    """(48, 64, 3) uint8: red and blue above, and the number below, a bar for each bit."""
    pixels = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    pixels[: HEIGHT_PX // 2, : WIDTH_PX // 2] = RED
    pixels[: HEIGHT_PX // 2, WIDTH_PX // 2 :] = BLUE
    width_px = WIDTH_PX // BITS
    for bit in range(BITS):
        if number >> bit & 1:
            pixels[HEIGHT_PX // 2 :, bit * width_px : (bit + 1) * width_px] = 235
    return pixels


def frame_number(pixels: np.ndarray) -> int:
    """The number a decoded frame shows."""
    bars = pixels[HEIGHT_PX // 2 + 4 :].reshape(-1, BITS, WIDTH_PX // BITS, 3)
    return sum(int(bars[:, bit].mean() > 128) << bit for bit in range(BITS))


def write_video(
    path: Path,
    *,
    frames: int = 24,
    rate_hz: int = 24,
    codec: str = "libx264",
    container: str = "mp4",
    moments: Iterable[int] | None = None,
    turn_degrees: int = 0,
    layout: str = "yuv420p",
    container_options: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """A video of numbered frames; `moments` in units of 1/1000 s make its rate vary."""
    # x265 talks, whatever FFmpeg is told.
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    with av.open(path, "w", format=container, options=container_options or {}) as output:
        stream: Any = output.add_stream(codec, rate=rate_hz, options={**quiet, **options})
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, layout
        if turn_degrees:
            stream.set_display_rotation(turn_degrees)
        if moments is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number, moment in enumerate(range(frames) if moments is None else moments):
            frame = av.VideoFrame.from_ndarray(frame_picture(number), "rgb24")
            frame.pts = moment
            if moments is not None:
                frame.time_base = Fraction(1, 1000)
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
    return path
