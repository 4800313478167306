"""The video of new views: the pictures blend into each other, colour left and depth right."""

from pathlib import Path

import av
import cv2
import numpy as np
from scene import Prediction, false_colour

RATE_HZ = 24
MODES = {"smooth": "interpolate_smooth", "extend": "extend"}
QUALITY = {"low": ("28", "veryfast"), "medium": ("23", "medium"), "high": ("18", "slow")}
STEPS = {"interpolate_smooth": 8, "extend": 12, "wander": 16}  # between two views


def write_novel_views(folder: Path, seen: Prediction, mode: str, quality: str) -> None:
    """Write ``0000_<mode>.mp4``; with a single view the camera only wanders."""
    trajectory = MODES[mode] if len(seen.images) > 1 else "wander"
    folder.mkdir(exist_ok=True)
    crf, preset = QUALITY[quality]
    views = [
        np.hstack([im, false_colour(d)]) for im, d in zip(seen.images, seen.depth_m, strict=True)
    ]
    height, width = views[0].shape[:2]
    with av.open(str(folder / f"0000_{trajectory}.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height = width // 2 * 2, height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": crf, "preset": preset}
        for step in np.linspace(0, len(views) - 1, STEPS[trajectory] * max(1, len(views) - 1)):
            first = int(step)
            second = min(first + 1, len(views) - 1)
            share = float(step - first)
            blended = cv2.addWeighted(views[first], 1 - share, views[second], share, 0)
            frame = av.VideoFrame.from_ndarray(
                blended[: height // 2 * 2, : width // 2 * 2], format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def last_video(target: Path) -> str | None:
    """The video that is last in the alphabet, even when an earlier run made it."""
    videos = sorted(str(path) for path in (target / "gs_video").glob("*.mp4"))
    return videos[-1] if videos else None
