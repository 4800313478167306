"""Depth as NPZ: float values with their meaning, read straight from disk."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthFrames, DepthKind, DepthStack
from depthstudio.formats.cleaned_frames import CleanedFrames
from depthstudio.formats.deflated_frames import DeflatedFrames
from depthstudio.formats.depth_png import read_depth_png16, write_depth_png16
from depthstudio.formats.npz import NpzFile
from depthstudio.formats.npz_write import write_npz

__all__ = ["read_depth_npz", "read_depth_png16", "write_depth_npz", "write_depth_png16"]

_DEPTH_NAMES = ("depth", "depths", "values")
_MAX_TEXT_BYTES = 1024
MAX_FRAME_PIXELS = 100_000_000  # as of videos
MAX_RATE_HZ = 10_000.0


def write_depth_npz(path: Path, stack: DepthStack) -> None:
    """Write an NPZ with ``depth`` (N, H, W) float32, ``kind``, ``unit``, ``lossy`` and ``fps``.

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
    facts = {
        "kind": np.array(str(stack.kind)),
        "unit": np.array(stack.unit),
        "lossy": np.array(stack.lossy),
    }
    if stack.frame_rate_hz:
        facts["fps"] = np.array(stack.frame_rate_hz)
    write_npz(path, {"depth": values, **facts})


def read_depth_npz(
    path: Path, *, assumed_kind: DepthKind = DepthKind.RELATIVE_DEPTH, one_of: int = 1
) -> DepthStack:
    """The depth of an NPZ file as (N, H, W) float32, NaN where unknown.

    What `write_depth_npz` wrote is memory-mapped: the file must not change while the values
    live. A file by somebody else may call its values ``depth``, ``depths`` or ``values``, or
    hold a single array of two or three dimensions of numbers; it says nothing about their
    meaning, so the caller does (`assumed_kind`). There infinities become NaN, and for metric
    depth also what is not above 0. Its frames are read, and unpacked where they are
    compressed, when they are asked for; it is `one_of` so many that share the room for frames
    that are kept. A number ``fps`` is the rate of the frames.

    Raises
    ------
    FormatError
        when the file is damaged, or no array or more than one could be the depth
    InputError
        when it cannot be opened
    """
    archive = NpzFile(path)
    name = _depth_name(path, archive)
    member = archive.members[name]
    _refuse_large_frames(path, member.shape)
    kind = _stated_kind(archive)
    if kind is not None and member.dtype == np.float32 and not archive.is_compressed(name):
        values = _as_frames(archive.array(name))
        return DepthStack(values, kind, _stated_lossy(archive), _stated_rate_hz(archive))
    meaning = kind or assumed_kind
    cleaned = partial(_cleaned, kind=meaning)
    frames = _foreign_frames(archive, name, cleaned, one_of)
    return DepthStack(frames, meaning, _stated_lossy(archive), _stated_rate_hz(archive))


def _foreign_frames(
    archive: NpzFile,
    name: str,
    cleaned: Callable[[NDArray[Any]], NDArray[np.float32]],
    one_of: int,
) -> DepthFrames:
    member = archive.members[name]
    is_clip = len(member.shape) == 3 and member.shape[0] > 1
    if is_clip and archive.is_compressed(name) and not member.is_fortran:
        return DeflatedFrames(archive.deflated(name), cleaned, one_of=one_of)
    values = _as_frames(archive.array(name))
    return CleanedFrames(values, cleaned) if is_clip else cleaned(values)


def _as_frames(values: NDArray[Any]) -> NDArray[Any]:
    return values[np.newaxis] if values.ndim == 2 else values


def _refuse_large_frames(path: Path, shape: tuple[int, ...]) -> None:
    height, width = shape[-2:]
    if height * width > MAX_FRAME_PIXELS:
        raise FormatError(
            f"{path.name} claims frames of {width} × {height}, larger than any that are read",
            hint="Save it again in smaller frames",
        )


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


def _stated_lossy(archive: NpzFile) -> bool:
    return bool(_number(archive, "lossy"))


def _stated_rate_hz(archive: NpzFile) -> float:
    """Frames a second, 0 where the file does not say it, or nothing that makes sense."""
    rate_hz = _number(archive, "fps")
    return rate_hz if 0 < rate_hz <= MAX_RATE_HZ else 0.0


def _number(archive: NpzFile, name: str) -> float:
    """A single number, 0 where there is none of that name."""
    member = archive.members.get(name)
    if member is None or member.shape not in {(), (1,)} or member.dtype.kind not in "biuf":
        return 0.0
    return float(archive.array(name).reshape(())) if member.dtype.itemsize <= 8 else 0.0


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
