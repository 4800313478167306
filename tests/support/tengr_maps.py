"""The maps of the Tengr service of the tests: computed from the photo, bright taken for near."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

V2_MODELS = ("giant", "large", "base", "small")
V3_MODELS = (
    "small",
    "base",
    "large",
    "giant",
    "mono_large",
    "metric_large",
    "nested_giant_large",
)
DEFAULT_LIMIT = 1024
FARTHEST = 1.5  # what is black; white is one nearer


def depth_map(photo: bytes, asked: dict[str, Any]) -> NDArray[np.float64]:
    """Grey levels, (H, W) from 0 to 1, for a checked request.

    Raises
    ------
    OSError
        when the photo cannot be read
    """
    with Image.open(io.BytesIO(photo)) as opened:
        grey = opened.convert("L")
    original = grey.size
    grey = grey.resize(_inference_size(original, asked.get("resolutionLowerLimit", DEFAULT_LIMIT)))
    grey = grey.filter(ImageFilter.BoxBlur(1 + _model_number(asked)))
    near = np.asarray(grey, np.float64) / 255
    levels = _normalised(FARTHEST - near, asked)
    if asked.get("invertDepth"):
        levels = 1 - levels
    if asked.get("usePostResize"):
        image = Image.fromarray(levels.astype(np.float32)).resize(original)
        levels = np.asarray(image, np.float64).clip(0, 1)
    return levels


def encoded(levels: NDArray[np.float64], form: str) -> bytes:
    """As a file: “png”, “png16”, “jpeg” or “webp”."""
    if form == "png16":
        image = Image.fromarray(np.rint(levels * 65535).astype(np.uint16))
    else:
        image = Image.fromarray(np.rint(levels * 255).astype(np.uint8))
    buffer = io.BytesIO()
    image.save(buffer, form.removesuffix("16").upper())
    return buffer.getvalue()


def _inference_size(size: tuple[int, int], limit: int) -> tuple[int, int]:
    scale = limit / min(size)
    return round(size[0] * scale), round(size[1] * scale)


def _model_number(asked: dict[str, Any]) -> int:
    """Another one for each model, so that a wrong one shows in the map."""
    model = asked.get("model", "large")
    if asked.get("useVersion3"):
        return len(V2_MODELS) + V3_MODELS.index(model)
    return V2_MODELS.index(model)


def _normalised(depth: NDArray[np.float64], asked: dict[str, Any]) -> NDArray[np.float64]:
    mode = asked.get("normalizationMode", "Standard") if asked.get("useVersion3") else ""
    if mode == "Raw":
        return depth.clip(0, 1)
    if mode == "Standard":
        return 1 - _stretched(depth, depth.min(), depth.max())
    disparity = 1 / (depth + 1e-6)
    if mode == "V2-Style":
        low, high = np.percentile(disparity, (1, 99))
        return _stretched(disparity, low, high) ** 0.5
    return _stretched(disparity, disparity.min(), disparity.max())


def _stretched(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    span = high - low
    return ((values - low) / span).clip(0, 1) if span > 0 else np.zeros_like(values)
