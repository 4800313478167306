"""Writes NPZ archives whose arrays can be used straight from the file."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import DepthFrames
from depthstudio.formats.whole_file import whole_file

_LOCAL_HEADER_BYTES = 30
_ALIGNMENT_BYTES = 64
_PADDING_FIELD = 0xD935  # what zipalign uses


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any] | DepthFrames]) -> None:
    """Write arrays uncompressed, each aligned so that it can be used straight from the file.

    `numpy.load` reads it. Whole or not at all. Frames of depth are had one after another.

    Raises
    ------
    OSError
        when the file cannot be written
    """
    with whole_file(path) as temporary, ZipFile(temporary, "w", ZIP_STORED) as archive:
        for name, values in arrays.items():
            info = ZipInfo(f"{name}.npy")  # the same bytes for the same values: no clock
            assert archive.fp is not None  # open since the line above
            info.extra = _padding(archive.fp.tell(), info.filename)
            with archive.open(info, "w", force_zip64=True) as member:
                _write_values(member, values)


def _write_values(file: IO[bytes], values: NDArray[Any] | DepthFrames) -> None:
    if isinstance(values, np.ndarray):
        np.lib.format.write_array(file, cast("NDArray[Any]", values), allow_pickle=False)
    else:
        _write_frames(file, values)


def _write_frames(file: IO[bytes], frames: DepthFrames) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": frames.shape}
    np.lib.format.write_array_header_1_0(file, header)
    for index in range(frames.shape[0]):
        file.write(np.ascontiguousarray(frames[index], "<f4").data)


def _padding(offset: int, filename: str) -> bytes:
    """A field for the header at `offset`, so that the array after it starts aligned.

    The 20 bytes are the ZIP64 field that zipfile puts before it; NPY headers are themselves
    a multiple of the alignment.
    """
    start = offset + _LOCAL_HEADER_BYTES + len(filename.encode()) + 20 + 4
    fill_bytes = -start % _ALIGNMENT_BYTES
    return (
        _PADDING_FIELD.to_bytes(2, "little") + fill_bytes.to_bytes(2, "little") + bytes(fill_bytes)
    )
