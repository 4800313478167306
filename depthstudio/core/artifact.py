"""One file as a service sent it."""

from enum import StrEnum
from pathlib import Path

from depthstudio.core.digest import sha256_file
from depthstudio.core.record import Record


class Role(StrEnum):
    """What an artifact is for."""

    SCENE = "scene"
    DEPTH = "depth"  # a picture of depth, not to be measured
    RAW_DEPTH = "raw-depth"  # float values
    PHOTO = "photo"
    PREVIEW = "preview"
    CUT_OUT = "cut-out"  # a photo without its background
    VIDEO = "video"
    LOG = "log"


class Artifact(Record, forbid_unknown_fields=False):
    """A file with what is known about it. `path` is absolute while the program runs."""

    role: Role
    path: Path
    media_type: str
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, role: Role, media_type: str) -> "Artifact":
        """Describe a file that is complete on disk. Reads it; call it off the GUI thread."""
        return cls(
            role=role,
            path=path,
            media_type=media_type,
            size_bytes=path.stat().st_size,
            sha256=sha256_file(path),
        )
