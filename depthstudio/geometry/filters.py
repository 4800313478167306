"""Smoothing and resizing that know about unknown pixels.

Both are separable weighted means: a row of the result is a sum of a few rows of the input.
The weights of a band of rows form a small dense matrix, so that matrix products do the work
instead of one pass over the picture per weight.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BAND_PX = 16
# OpenBLAS takes all cores for products of more multiplications than this. On a busy machine
# its threads then wait for each other, and a blur of 10 ms takes a second.
ONE_THREAD_MULTIPLICATIONS = 2**18
BLUR_REACH_SIGMAS = 4.0
LEAST_KNOWN_SHARE = 1e-6  # less than this is rounding, not a known pixel

Check = Callable[[], None]


def _go_on() -> None:
    """The check of callers that never want to stop."""


@dataclass(frozen=True)
class _Kernel:
    """How much an input pixel counts, by its distance from the output pixel's centre."""

    reach_px: float
    weight: Callable[[NDArray[np.float64]], NDArray[np.float64]]


def gaussian_blur(
    values: NDArray[np.float32], sigma_px: float, *, check: Check = _go_on
) -> NDArray[np.float32]:
    """Smooth a map without letting unknown pixels or the border pull at it.

    Parameters
    ----------
    values : (H, W) float32, not finite where unknown
    sigma_px : standard deviation; 0 gives a copy
    check : called before every band of rows; may raise to stop

    Returns
    -------
    (H, W) float32: the weighted mean of the known pixels around, NaN where `values` is unknown
    """
    if values.ndim != 2:
        raise ValueError(f"values must be (H, W), got {values.shape}")
    if sigma_px < 0:
        raise ValueError(f"a blur cannot be negative, got {sigma_px} px")
    if sigma_px == 0:
        return values.copy()
    kernel = _Kernel(
        reach_px=BLUR_REACH_SIGMAS * sigma_px,
        weight=lambda distance: np.exp(-0.5 * (distance / sigma_px) ** 2),
    )
    smooth = _filtered(values, values.shape, (kernel, kernel), check)
    smooth[~np.isfinite(values)] = np.nan
    return smooth


def resized(
    values: NDArray[Any], height_px: int, width_px: int, *, check: Check = _go_on
) -> NDArray[np.float32]:
    """Bring a map or picture to another size; the outer edges stay where they are.

    Along an axis that shrinks, a pixel becomes the mean of the area it covers; along one
    that grows, neighbours are interpolated linearly. Unknown pixels do not count, and a
    pixel is unknown only where everything it covers is.

    Parameters
    ----------
    values : (H, W) or (H, W, C), uint8 or float (not finite where unknown)
    height_px, width_px : at least 1
    check : called before every band of rows; may raise to stop

    Returns
    -------
    (height_px, width_px) or (height_px, width_px, C) float32, in the scale of `values`
    """
    if values.ndim not in (2, 3) or not values.size:
        raise ValueError(f"values must be (H, W) or (H, W, C), not empty, got {values.shape}")
    if height_px < 1 or width_px < 1:
        raise ValueError(f"a picture has at least one pixel, asked for {width_px} x {height_px}")
    if values.shape[:2] == (height_px, width_px):
        return values.astype(np.float32)
    kernels = (
        _resize_kernel(values.shape[0] / height_px),
        _resize_kernel(values.shape[1] / width_px),
    )
    return _filtered(values, (height_px, width_px, *values.shape[2:]), kernels, check)


def fitting_size(
    width_px: int, height_px: int, max_side_px: int, *, min_side_px: int = 1
) -> tuple[int, int]:
    """Width and height with which a picture's long side is at most `max_side_px`.

    Keeps the proportions and never enlarges; a side shrinks to `min_side_px` at the least.
    """
    shrink = min(1.0, max_side_px / max(width_px, height_px))
    width = max(round(width_px * shrink), min(min_side_px, width_px))
    height = max(round(height_px * shrink), min(min_side_px, height_px))
    return width, height


def _resize_kernel(scale: float) -> _Kernel:
    """`scale` is input pixels per output pixel along this axis."""
    if scale >= 1:
        # The overlap of two intervals, one and `scale` long, by the distance of their middles.
        return _Kernel((1 + scale) / 2, lambda d: np.clip((1 + scale) / 2 - d, 0.0, 1.0))
    return _Kernel(1.0, lambda d: np.clip(1.0 - d, 0.0, 1.0))


def _filtered(
    values: NDArray[Any], shape: tuple[int, ...], kernels: tuple[_Kernel, _Kernel], check: Check
) -> NDArray[np.float32]:
    """Weighted means over known pixels, NaN where there is none. `shape` is the result's."""
    known = np.isfinite(values) if values.dtype.kind == "f" else None
    if known is None or known.all():
        return _both_axes(values, shape, kernels, check)
    sums = _both_axes(np.where(known, values, 0), shape, kernels, check)
    shares = _both_axes(known, shape, kernels, check)
    means = np.full(shape, np.nan, np.float32)
    return np.divide(sums, shares, out=means, where=shares > LEAST_KNOWN_SHARE)


def _both_axes(
    values: NDArray[Any], shape: tuple[int, ...], kernels: tuple[_Kernel, _Kernel], check: Check
) -> NDArray[np.float32]:
    """Filter (H, W[, C]) along its rows and its columns, a few rows of the result at a time."""
    height, width, channels = shape[0], shape[1], math.prod(shape[2:])
    columns = _bands(values.shape[1], width, kernels[1])
    lines = values.reshape(len(values), -1)
    result = np.zeros((height, width, channels), np.float32)
    for row_band in _bands(len(values), height, kernels[0]):
        check()
        block = lines[row_band.inputs].astype(np.float32, copy=False)
        short = _product(row_band.weights, block).reshape(len(row_band.weights), -1, channels)
        # Matrix products run down the first axis, so the picture is turned for its columns.
        turned = np.ascontiguousarray(short.swapaxes(0, 1)).reshape(values.shape[1], -1)
        for band in columns:
            part = _product(band.weights, turned[band.inputs])
            part = part.reshape(-1, len(short), channels)
            result[row_band.outputs, band.outputs] = part.swapaxes(0, 1)
    return result.reshape(shape)


def _product(weights: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """``weights @ values``, on this thread."""
    product = np.zeros((len(weights), values.shape[1]), np.float32)
    step = max(1, ONE_THREAD_MULTIPLICATIONS // weights.size)
    for start in range(0, values.shape[1], step):
        part = slice(start, start + step)
        np.matmul(weights, values[:, part], out=product[:, part])
    return product


@dataclass(frozen=True, eq=False)
class _Band:
    """A run of output pixels along one axis: ``outputs = weights @ inputs``."""

    outputs: slice
    inputs: slice
    weights: NDArray[np.float32]


def _bands(inputs: int, outputs: int, kernel: _Kernel) -> list[_Band]:
    """Cut an axis of `inputs` pixels that becomes `outputs` pixels into bands."""
    scale = inputs / outputs
    bands: list[_Band] = []
    for start in range(0, outputs, BAND_PX):
        stop = min(start + BAND_PX, outputs)
        centres = (np.arange(start, stop) + 0.5) * scale - 0.5
        first = max(0, math.floor(centres[0] - kernel.reach_px))
        last = min(inputs, math.ceil(centres[-1] + kernel.reach_px) + 1)
        distance = np.abs(np.arange(first, last) - centres[:, np.newaxis])
        # Cut off at the reach, so that a result does not depend on how bands fall.
        weights = np.where(distance <= kernel.reach_px, kernel.weight(distance), 0.0)
        weights /= weights.sum(axis=1, keepdims=True)
        bands.append(_Band(slice(start, stop), slice(first, last), weights.astype(np.float32)))
    return bands
