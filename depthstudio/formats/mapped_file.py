"""Opens a file as bytes that are read when they are looked at."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError, InputError


def map_file(path: Path) -> NDArray[np.uint8]:
    """The whole file as a read-only array, without reading it.

    The file must stay as it is while the array lives: cutting it short underneath ends the
    process on POSIX, and Windows refuses to replace it.

    Raises
    ------
    InputError
        when the file cannot be opened
    FormatError
        when it is empty
    """
    try:
        if path.stat().st_size == 0:
            raise FormatError(f"{path.name} is empty", hint="Copy or download it again")
        return np.memmap(path, np.uint8, "r").view(np.ndarray)
    except OSError as exc:
        raise InputError(
            f"{path.name} cannot be opened: {exc.strerror or exc}",
            hint="Check that it still exists and that you may read it",
        ) from exc
