"""Builds a result folder under its incoming name, complete and on disk before it counts."""

import hashlib
import logging
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import asdict, replace

import depthstudio
from depthstudio.core.artifact import Artifact
from depthstudio.core.digest import CHUNK_BYTES, sha256_file
from depthstudio.core.errors import DepthStudioError, LibraryError
from depthstudio.core.record import checked
from depthstudio.formats.whole_file import whole_file
from depthstudio.library.manifest import Manifest, ResultDraft, SealedArtifact, SealedFile
from depthstudio.library.manifest_file import encode_manifest
from depthstudio.library.names import MANIFEST_NAME, THUMBNAIL_NAME, folded, free_name
from depthstudio.library.thumbnail import MEDIA_TYPE, picture_for_thumbnail, write_thumbnail

log = logging.getLogger(__name__)

_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def build_folder(folder: Path, draft: ResultDraft, artifacts: Sequence[Artifact]) -> Manifest:
    """Fill the new `folder` with checked copies, the thumbnail and, last, the manifest.

    Every file and the folder itself are flushed to disk when this returns.

    Raises
    ------
    LibraryError
        when an artifact is no longer what its size and hash say
    RecordError
        when the draft holds what a manifest cannot
    OSError
        when reading or writing fails
    """
    folder.mkdir(parents=True)
    taken = {folded(THUMBNAIL_NAME)}
    files: list[SealedArtifact] = []
    for artifact in artifacts:
        name = free_name(artifact.path.name, taken)
        taken.add(folded(name))
        _copy_checked(artifact, folder / name)
        files.append(_sealed(artifact, name))
    thumbnail, warnings = _thumbnail(folder, artifacts)
    manifest = Manifest(
        **asdict(replace(draft, warnings=draft.warnings + warnings)),
        program_version=depthstudio.__version__,
        files=tuple(files),
        thumbnail=thumbnail,
    )
    manifest = checked(manifest)  # what is sealed can be read again
    with whole_file(folder / MANIFEST_NAME) as temporary_path:
        temporary_path.write_bytes(encode_manifest(manifest))
    (folder / MANIFEST_NAME).chmod(_READ_ONLY)
    return manifest


def delete_folder(folder: Path) -> None:
    """Delete a folder with its files. A missing one is fine."""
    if not folder.exists():
        return
    for path in folder.rglob("*"):
        if not path.is_symlink() and path.is_file():
            path.chmod(stat.S_IWUSR | _READ_ONLY)  # Windows deletes no read-only file
    shutil.rmtree(folder)


def _copy_checked(artifact: Artifact, target: Path) -> None:
    # A copy, not a move: after a crash the job's own files must still be there to store.
    digest = hashlib.sha256()
    size_bytes = 0
    with artifact.path.open("rb") as source, target.open("xb") as copy:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if (size_bytes, digest.hexdigest()) != (artifact.size_bytes, artifact.sha256):
        raise LibraryError(
            f"{artifact.path.name} changed before it could be stored",
            hint="Run the job again",
            detail=f"{size_bytes} bytes instead of {artifact.size_bytes}, or another SHA-256",
        )
    target.chmod(_READ_ONLY)


def _sealed(artifact: Artifact, name: str) -> SealedArtifact:
    return SealedArtifact(
        name=name,
        media_type=artifact.media_type,
        size_bytes=artifact.size_bytes,
        sha256=artifact.sha256,
        role=artifact.role,
    )


def _thumbnail(
    folder: Path, artifacts: Sequence[Artifact]
) -> tuple[SealedFile | None, tuple[str, ...]]:
    picture = picture_for_thumbnail(artifacts)
    if picture is None:
        return None, ()
    target = folder / THUMBNAIL_NAME
    try:
        write_thumbnail(picture.path, target)
        target.chmod(_READ_ONLY)
        sealed = SealedFile(
            name=THUMBNAIL_NAME,
            media_type=MEDIA_TYPE,
            size_bytes=target.stat().st_size,
            sha256=sha256_file(target),
        )
    except (DepthStudioError, OSError, ValueError) as exc:
        # The result was paid for; a missing card picture must not cost it.
        log.info("no thumbnail from %s: %s", picture.path.name, exc)
        target.unlink(missing_ok=True)
        return None, (f"No thumbnail could be made from {picture.path.name}: {exc}",)
    return sealed, ()
