"""The small picture on a library card, made once when a result is stored."""

from collections.abc import Sequence
from pathlib import Path

from depthstudio.core.artifact import Artifact, Role

MAX_SIDE_PX = 320
MEDIA_TYPE = "image/jpeg"


def picture_for_thumbnail(artifacts: Sequence[Artifact]) -> Artifact | None:
    """The artifact a thumbnail is made from: the first preview, or else the first photo."""
    for role in (Role.PREVIEW, Role.PHOTO):
        for artifact in artifacts:
            if artifact.role is role and artifact.media_type.startswith("image/"):
                return artifact
    return None


def write_thumbnail(picture: Path, target: Path) -> None:
    """Write `picture`, at most `MAX_SIDE_PX` wide and high, as a JPEG.

    Raises
    ------
    FormatError, InputError
        when the picture cannot be read
    """
    # Only storing a result needs it, and it brings numpy and Pillow.
    from depthstudio.formats.image import read_photo, thumbnail, write_jpeg

    write_jpeg(target, thumbnail(read_photo(picture), MAX_SIDE_PX))
