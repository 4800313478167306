"""The small picture on a library card, made once when a result is stored."""

from collections.abc import Sequence
from pathlib import Path

from depthstudio.core.artifact import Artifact, Role

MAX_SIDE_PX = 320
MEDIA_TYPE = "image/jpeg"


_CHOICE = (
    ("image/", (Role.PREVIEW, Role.PHOTO, Role.CUT_OUT, Role.DEPTH)),
    ("video/", (Role.PREVIEW, Role.VIDEO, Role.DEPTH)),
)


def picture_for_thumbnail(artifacts: Sequence[Artifact]) -> Artifact | None:
    """The artifact a thumbnail is made from: the first preview, photo, cut-out or depth,
    else a video."""
    for kind, roles in _CHOICE:
        for role in roles:
            for artifact in artifacts:
                if artifact.role is role and artifact.media_type.startswith(kind):
                    return artifact
    return None


def write_thumbnail(picture: Path, target: Path) -> None:
    """Write a photo or a video's first frame, at most `MAX_SIDE_PX` wide and high, as a JPEG.

    Raises
    ------
    FormatError, InputError
        when the picture cannot be read
    """
    # Only storing a result needs it, and it brings numpy and Pillow.
    from depthstudio.formats.image import thumbnail, write_jpeg
    from depthstudio.formats.still import read_still

    write_jpeg(target, thumbnail(read_still(picture), MAX_SIDE_PX))
