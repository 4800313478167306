"""Small clips of depth whose values say which frame they are."""

from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH_PX, HEIGHT_PX = 64, 48


def depth_frame(number: int, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> np.ndarray:
    """(H, W) float32 from 0 to 1: a ramp to the right, that gets brighter with the number."""
    ramp = np.linspace(0, 0.5, width_px, dtype=np.float32)
    return np.tile(ramp + np.float32(number % 100) / 200, (height_px, 1))


def write_depth_video(
    path: Path,
    *,
    frames: int = 24,
    rate_hz: int = 24,
    size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX),
    beside: np.ndarray | None = None,
    layout: str = "yuv420p",
    **options: str,
) -> Path:
    """An H.264 clip of `depth_frame`s in grey; `beside` is a colour photo to their left."""
    width_px, height_px = size_px
    with av.open(path, "w", format="mp4") as output:
        stream: Any = output.add_stream("libx264", rate=rate_hz, options={"crf": "1", **options})
        stream.width = width_px + (beside.shape[1] if beside is not None else 0)
        stream.height, stream.pix_fmt = height_px, layout
        for number in range(frames):
            grey = np.rint(depth_frame(number, width_px, height_px) * 255).astype(np.uint8)
            pixels = np.dstack([grey] * 3)
            if beside is not None:
                pixels = np.hstack([beside, pixels])
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
    return path
