"""Depth as NPZ: float values with their meaning, read straight from disk."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.formats.depth_png import read_depth_png16, write_depth_png16
from depthstudio.formats.npz import NpzFile, write_npz

__all__ = ["read_depth_npz", "read_depth_png16", "write_depth_npz", "write_depth_png16"]

_DEPTH_NAMES = ("depth", "depths", "values")
_MAX_TEXT_BYTES = 1024


def write_depth_npz(path: Path, stack: DepthStack) -> None:
    """Write an NPZ with ``depth`` (N, H, W) float32, ``kind``, ``unit`` and ``lossy``.

    Not compressed, so that `read_depth_npz` opens any length at once; `numpy.load` reads it
    without pickle. An existing file is replaced, or stays whole if writing fails.

    Raises
    ------
    OSError
        when the file cannot be written
    """
    values = stack.values
    if isinstance(values, np.ndarray):
        values = np.ascontiguousarray(values, np.float32)
    write_npz(
        path,
        {
            "depth": values,
            "kind": np.array(str(stack.kind)),
            "unit": np.array(stack.unit),
            "lossy": np.array(stack.lossy),
        },
    )


def read_depth_npz(path: Path, *, assumed_kind: DepthKind = DepthKind.RELATIVE_DEPTH) -> DepthStack:
    """The depth of an NPZ file as (N, H, W) float32, NaN where unknown.

    What `write_depth_npz` wrote is memory-mapped: the file must not change while the values
    live. A file by somebody else may call its values ``depth``, ``depths`` or ``values``, or
    hold a single array of two or three dimensions of numbers; it says nothing about their
    meaning, so the caller does (`assumed_kind`). There infinities become NaN, and for metric
    depth also what is not above 0.

    Raises
    ------
    FormatError
        when the file is damaged, or no array or more than one could be the depth
    InputError
        when it cannot be opened
    """
    archive = NpzFile(path)
    values = archive.array(_depth_name(path, archive))
    if values.ndim == 2:
        values = values[None]
    kind = _stated_kind(archive)
    if kind is not None and values.dtype == np.float32:
        lossy = "lossy" in archive.members and bool(archive.array("lossy").any())
        return DepthStack(values, kind, lossy)
    return DepthStack(_cleaned(values, assumed_kind), assumed_kind)


def _depth_name(path: Path, archive: NpzFile) -> str:
    candidates = [
        name
        for name, member in archive.members.items()
        if len(member.shape) in (2, 3)
        and 0 not in member.shape
        and member.dtype.kind in "fiu"
        and member.dtype.itemsize <= 8
    ]
    for name in _DEPTH_NAMES:
        if name in candidates:
            return name
    floats = [name for name in candidates if archive.members[name].dtype.kind == "f"]
    if len(floats) != 1:
        listed = ", ".join(sorted(archive.members))[:200] or "nothing"
        raise FormatError(
            f"{path.name} holds no array that is clearly depth, but {listed}",
            hint="Save depth as one array of height × width named “depth”",
        )
    return floats[0]


def _stated_kind(archive: NpzFile) -> DepthKind | None:
    """What the file says its values mean; None where it does not say so in our words."""
    member = archive.members.get("kind")
    if member is None or member.shape or member.dtype.kind != "U":
        return None
    if member.dtype.itemsize > _MAX_TEXT_BYTES:
        return None
    # Bytes, not numpy text: a code point that does not exist would raise there.
    text = archive.array("kind").tobytes().decode("utf-32", errors="replace").rstrip("\0")
    return next((kind for kind in DepthKind if kind == text), None)


def _cleaned(values: NDArray[Any], kind: DepthKind) -> NDArray[np.float32]:
    """float32 with NaN for whatever cannot be a distance; copied only if something changes."""
    with np.errstate(all="ignore"):  # values beyond float32 become infinite, then NaN
        depth = values.astype(np.float32, order="C", copy=False)
        unusable = np.isinf(depth)
        if kind is DepthKind.METRIC:
            unusable |= depth <= 0
    if not unusable.any():
        return depth
    return np.where(unusable, np.float32(np.nan), depth)
