"""What the Oxen service of the tests makes of a video: depth out of brightness, near is bright.

Computed from every pixel and parameter, so that a wrong file, parameter or polarity is seen.
"""

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import cmap
import numpy as np
from PIL import Image, ImageFilter

HEIGHTS_PX = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080}
BLURS_PX = {"VDA-Small": 4, "VDA-Base": 2, "VDA-Large": 0}
LARGEST_HEIGHT_PX = 1080
CHOICES: dict[str, tuple[str, ...]] = {
    "depth_model": ("VDA-Small", "VDA-Base", "VDA-Large"),
    "colormap": ("grayscale", "turbo", "inferno", "magma", "viridis"),
    "resolution": ("auto", "360p", "480p", "720p", "1080p"),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["video_url"],
    "properties": {
        "video_url": {"type": "string", "format": "uri"},
        "depth_model": {
            "type": "string",
            "enum": list(CHOICES["depth_model"]),
            "default": "VDA-Large",
        },
        "colormap": {"type": "string", "enum": list(CHOICES["colormap"]), "default": "grayscale"},
        "resolution": {"type": "string", "enum": list(CHOICES["resolution"]), "default": "auto"},
        "max_frames": {"type": "integer", "minimum": 1},
        "output_fps": {"type": "number", "exclusiveMinimum": 0},
        "side_by_side": {"type": "boolean", "default": False},
        "include_raw_depths": {"type": "boolean", "default": False},
    },
}


class RefusedError(Exception):
    """The model does not take these parameters, or this video."""


@dataclass(frozen=True)
class Made:
    """The files of one generation."""

    mp4: bytes
    npz: bytes | None


def check_parameters(request: dict[str, Any]) -> None:
    """Refuse what the model's schema does not allow."""
    for name, value in request.items():
        if name not in SCHEMA["properties"]:
            raise RefusedError(f"{name}: Extra inputs are not permitted")
        if name in CHOICES and value not in CHOICES[name]:
            raise RefusedError(f"{name}: Input should be one of {', '.join(CHOICES[name])}")
        kind = SCHEMA["properties"][name]["type"]
        if kind == "boolean" and not isinstance(value, bool):
            raise RefusedError(f"{name}: Input should be a valid boolean")
        if kind == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
            raise RefusedError(f"{name}: Input should be a valid integer")
        if kind in ("integer", "number") and not value > 0:
            raise RefusedError(f"{name}: Input should be greater than 0")
    if not isinstance(request.get("video_url"), str):
        raise RefusedError("video_url: Field required")


def make(video: bytes, request: dict[str, Any], *, upstream_keys: bool = False) -> Made:
    """Depth of a video, as the parameters of a request want it."""
    photos, rate_hz = _frames(video, request)
    disparity = disparity_of(photos, request.get("depth_model", "VDA-Large"))
    mp4 = _written(_shown(photos, disparity, request), rate_hz)
    if not request.get("include_raw_depths"):
        return Made(mp4, None)
    arrays: dict[str, Any] = {"depths": disparity}
    if upstream_keys:
        arrays |= {
            "min_depth": disparity.min(),
            "max_depth": disparity.max(),
            "fps": float(rate_hz),
            "model": np.array("vda"),
            "shape": np.array(disparity.shape),
        }
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return Made(mp4, packed.getvalue())


def disparity_of(photos: np.ndarray, depth_model: str = "VDA-Large") -> np.ndarray:
    """(N, H, W) float32 without a unit, larger where brighter; smaller models see less sharply."""
    blur_px = BLURS_PX[depth_model]
    grey = [Image.fromarray(photo).convert("L") for photo in photos]
    if blur_px:
        grey = [picture.filter(ImageFilter.BoxBlur(blur_px)) for picture in grey]
    return np.stack([0.25 + np.asarray(picture, np.float32) * (10 / 255) for picture in grey])


def _frames(video: bytes, request: dict[str, Any]) -> tuple[np.ndarray, Fraction]:
    """(N, H, W, 3) uint8 and how many a second."""
    try:
        with av.open(io.BytesIO(video)) as container:
            stream = container.streams.video[0]
            rate_hz = Fraction(stream.average_rate or 24)
            photos = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise RefusedError(f"video_url: could not decode the video ({error})") from error
    if wanted := request.get("output_fps"):
        wanted_hz = Fraction(wanted).limit_denominator(1000)
        count = max(1, round(len(photos) / rate_hz * wanted_hz))
        photos = [photos[min(int(n * rate_hz / wanted_hz), len(photos) - 1)] for n in range(count)]
        rate_hz = wanted_hz
    photos = photos[: request.get("max_frames") or len(photos)]
    return np.stack([_sized(photo, request) for photo in photos]), rate_hz


def _sized(photo: np.ndarray, request: dict[str, Any]) -> np.ndarray:
    height, width = photo.shape[:2]
    wanted = HEIGHTS_PX.get(request.get("resolution", "auto"), min(height, LARGEST_HEIGHT_PX))
    size = (round(width * wanted / height / 2) * 2, wanted // 2 * 2)
    return np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BILINEAR))


def _shown(photos: np.ndarray, disparity: np.ndarray, request: dict[str, Any]) -> np.ndarray:
    """The whole clip on one scale, darkest at its farthest."""
    low, high = disparity.min(), disparity.max()
    shares = (disparity - low) / max(high - low, 1e-6)
    colormap = request.get("colormap", "grayscale")
    if colormap == "grayscale":
        shown = np.repeat((shares * 255).round().astype(np.uint8)[..., None], 3, axis=3)
    else:
        shown = (cmap.Colormap(colormap)(shares)[..., :3] * 255).round().astype(np.uint8)
    return np.concatenate([photos, shown], axis=2) if request.get("side_by_side") else shown


def _written(pictures: np.ndarray, rate_hz: Fraction) -> bytes:
    written = io.BytesIO()
    with av.open(written, "w", format="mp4") as output:
        stream: Any = output.add_stream("libx264", rate=rate_hz, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = (
            pictures.shape[2],
            pictures.shape[1],
            "yuv420p",
        )
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
    return written.getvalue()
