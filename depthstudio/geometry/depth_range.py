"""Which depths the ends of a colour map stand for."""

import math

import numpy as np
from numpy.typing import NDArray

SAMPLE_LIMIT = 200_000  # values; more would move the range by less than a colour step
SAMPLE_FRAMES = 16  # a clip of thousands of frames is not read in full for a range
NOTHING_KNOWN = (0.0, 1.0)


def percentile_range(
    values: NDArray[np.floating],
    low: float = 2.0,
    high: float = 98.0,
    *,
    sample_limit: int = SAMPLE_LIMIT,
) -> tuple[float, float]:
    """The range that holds the values between two percentiles, outliers left out.

    Parameters
    ----------
    values : (H, W) or (N, H, W) float; NaN and infinities are ignored
        May be memory-mapped: only evenly spaced frames and pixels are read.
    low, high : percent, 0 <= low < high <= 100
    sample_limit : about how many values to look at

    Returns
    -------
    (near, far), finite, near < far. Equal values lie in the middle of their range;
    (0, 1) when nothing is known.
    """
    if not 0 <= low < high <= 100:
        raise ValueError(f"percentiles must be 0 <= low < high <= 100, got {low} and {high}")
    if values.ndim not in (2, 3):
        raise ValueError(f"values must be (H, W) or (N, H, W), got {values.shape}")
    sample = _sample(values if values.ndim == 3 else values[np.newaxis], sample_limit)
    known = sample[np.isfinite(sample)]
    if not known.size:
        return NOTHING_KNOWN
    near, far = (float(value) for value in np.percentile(known.astype(np.float64), [low, high]))
    return (near, far) if near < far else _around(near)


def normalised(values: NDArray[np.floating], near: float, far: float) -> NDArray[np.float32]:
    """Map `near` to 0 and `far` to 1, and clip what lies outside.

    values : any shape, float. The result has that shape, float32; NaN stays NaN.
    `near` may be larger than `far`, which inverts.
    """
    if not (math.isfinite(near) and math.isfinite(far)) or near == far:
        raise ValueError(f"a range needs two different finite ends, got {near} and {far}")
    scaled = (values.astype(np.float64) - near) / (far - near)
    return np.clip(scaled, 0.0, 1.0).astype(np.float32)


def _sample(values: NDArray[np.floating], limit: int) -> NDArray[np.floating]:
    """Evenly spaced values of (N, H, W), flattened; at most about `limit` of them."""
    frames = np.unique(np.linspace(0, len(values) - 1, SAMPLE_FRAMES).astype(int))
    if not values.size:
        return np.zeros(0, np.float32)
    pixels = len(frames) * values.shape[1] * values.shape[2]
    step = max(1, math.ceil(math.sqrt(pixels / limit)))
    return np.concatenate([values[frame, ::step, ::step].ravel() for frame in frames])


def _around(value: float) -> tuple[float, float]:
    margin = max(abs(value) * 1e-3, 1e-6)
    return value - margin, value + margin
