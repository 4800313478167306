"""What a result of Depth Anything V2 at fal shows. Offline: it needs nothing but the files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthKind, DepthStack, ImageSequence, Views
from depthstudio.formats.image import read_photo, read_precise


def decoded(artifacts: Sequence[Artifact]) -> Views:
    """The depth and the photo. Depth in colours is a picture, and measures nothing.

    Raises
    ------
    FormatError
        when there is no depth, or it is damaged
    """
    depths = _paths(artifacts, Role.DEPTH)
    if not depths:
        raise FormatError("This result has no depth", hint="Run the job again")
    values = gray_values(depths[0])
    return Views(
        # Large is near: the model gives inverse depth. fal does not document it.
        depth=None
        if values is None
        else DepthStack(values[np.newaxis], DepthKind.RELATIVE_DISPARITY, lossy=True),
        depth_pictures=_pictures("Depth", depths) if values is None else None,
        photos=_pictures("Photo", _paths(artifacts, Role.PHOTO)),
    )


def gray_values(path: Path) -> NDArray[np.float32] | None:
    """(H, W) float32, 0 to 1, NaN where fully transparent; None where it is in colours."""
    samples = read_precise(path)
    gray = samples[..., 0]
    if not all(np.array_equal(gray, samples[..., channel]) for channel in (1, 2)):
        return None
    if samples.shape[2] == 4:
        return np.where(samples[..., 3] > 0, gray, np.float32(np.nan))
    return np.ascontiguousarray(gray)


def _pictures(name: str, paths: Sequence[Path]) -> ImageSequence | None:
    return ImageSequence((name,), lambda index: read_photo(paths[index])) if paths else None


def _paths(artifacts: Sequence[Artifact], role: Role) -> list[Path]:
    return [artifact.path for artifact in artifacts if artifact.role is role]
