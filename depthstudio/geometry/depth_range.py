"""Which depths the ends of a colour map stand for."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import DepthFrames, DepthStack, no_check

SAMPLE_LIMIT = 200_000  # values; more would move the range by less than a colour step
SAMPLE_FRAMES = 16  # a clip of thousands of frames is not read in full for a range
READ_FRAMES = 32  # where reading the last of them means reading all
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
    _refuse_percentiles(low, high)
    if values.ndim not in (2, 3):
        raise ValueError(f"values must be (H, W) or (N, H, W), got {values.shape}")
    frames = values if values.ndim == 3 else values[np.newaxis]
    if not values.size:
        return NOTHING_KNOWN
    indices = sample_frames(len(frames))
    sample = RangeSample(frames.shape, len(indices), sample_limit)
    for index in indices:
        sample.add(frames[index])
    return sample.range(low, high)


def clip_range(stack: DepthStack, low: float = 2.0, high: float = 98.0) -> tuple[float, float]:
    """`percentile_range` of the frames of a stack, however they are kept. May take a while."""
    ends = NOTHING_KNOWN
    for found in clip_ranges(stack, low, high):
        ends = found.ends
    return ends


@dataclass(frozen=True)
class FoundRange:
    """A range, of so many frames of a clip."""

    ends: tuple[float, float]
    frames: int


def clip_ranges(
    stack: DepthStack,
    low: float = 2.0,
    high: float = 98.0,
    *,
    check: Callable[[], None] = no_check,
) -> Iterator[FoundRange]:
    """The range of a clip, more certain each time, as its sampled frames are read.

    One after 1, 2, 4 … frames and a last one after all that are looked at: 16 of what an
    array holds, 32 of what has to be read anyway. `check` may raise to give up.
    """
    _refuse_percentiles(low, high)
    if 0 in stack.values.shape:
        return
    lazy = stack.on_demand
    indices = sample_frames(len(stack), SAMPLE_FRAMES if lazy is None else READ_FRAMES)
    sample = RangeSample(stack.values.shape, len(indices))
    frames = lazy.in_order(indices, check) if lazy else _each(stack.values, indices)
    for count, frame in enumerate(frames, 1):
        sample.add(frame)
        if count == len(indices) or count & (count - 1) == 0:
            yield FoundRange(sample.range(low, high), count)


class RangeSample:
    """Evenly spaced values of some frames of a clip, for a range that grows more certain.

    shape : (N, H, W) of the clip; `frames` of its frames are going to be added
    """

    def __init__(
        self, shape: tuple[int, ...], frames: int, sample_limit: int = SAMPLE_LIMIT
    ) -> None:
        pixels = frames * shape[1] * shape[2]
        self._step = max(1, math.ceil(math.sqrt(pixels / sample_limit)))
        self._known: list[NDArray[np.floating]] = []

    def add(self, frame: NDArray[np.floating]) -> None:
        """Take values of one frame, (H, W), without keeping it."""
        values = frame[:: self._step, :: self._step]
        self._known.append(values[np.isfinite(values)])

    def range(self, low: float, high: float) -> tuple[float, float]:
        """As `percentile_range`, of what was added so far."""
        known = np.concatenate(self._known) if self._known else np.zeros(0, np.float32)
        if not known.size:
            return NOTHING_KNOWN
        ends = np.percentile(known.astype(np.float64), [low, high])
        near, far = (float(value) for value in ends)
        return (near, far) if near < far else _around(near)


def sample_frames(count: int, at_most: int = SAMPLE_FRAMES) -> list[int]:
    """The numbers of evenly spaced frames, ascending, first and last among them."""
    if count <= 0:
        return []
    return [int(index) for index in np.unique(np.linspace(0, count - 1, at_most).astype(int))]


def normalised(values: NDArray[np.floating], near: float, far: float) -> NDArray[np.float32]:
    """Map `near` to 0 and `far` to 1, and clip what lies outside.

    values : any shape, float. The result has that shape, float32; NaN stays NaN.
    `near` may be larger than `far`, which inverts.
    """
    if not (math.isfinite(near) and math.isfinite(far)) or near == far:
        raise ValueError(f"a range needs two different finite ends, got {near} and {far}")
    scaled = (values.astype(np.float64) - near) / (far - near)
    return np.clip(scaled, 0.0, 1.0).astype(np.float32)


def _each(values: DepthFrames, indices: list[int]) -> Iterator[NDArray[np.float32]]:
    return (values[index] for index in indices)


def _refuse_percentiles(low: float, high: float) -> None:
    if not 0 <= low < high <= 100:
        raise ValueError(f"percentiles must be 0 <= low < high <= 100, got {low} and {high}")


def _around(value: float) -> tuple[float, float]:
    margin = max(abs(value) * 1e-3, 1e-6)
    return value - margin, value + margin
