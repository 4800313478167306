"""One picture to know a file by: the photo itself, or the first frame of a video."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import InputError
from depthstudio.formats import media_type
from depthstudio.formats.brands import container_kind
from depthstudio.formats.image import read_photo

_HEAD_BYTES = 512


def read_still(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3 or 4) uint8 sRGB, upright, of a photo or video; its name is not looked at.

    Raises
    ------
    InputError, FormatError
        when the file cannot be read, or is neither
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as exc:
        raise InputError(
            f"{path.name} cannot be read: {exc.strerror or exc}",
            hint="Check that it still exists and that you may read it",
        ) from exc
    if (kind := container_kind(head)) in media_type.VIDEOS:
        from depthstudio.formats.video import first_frame  # brings FFmpeg

        return first_frame(path, kind)
    return read_photo(path)
