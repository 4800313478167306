"""Reads one result folder: the sealed manifest, and the notes that lie over it."""

import logging
from pathlib import Path

from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.library.annotations import Annotations, read_annotations
from depthstudio.library.layout import LibraryLayout
from depthstudio.library.manifest import Manifest
from depthstudio.library.manifest_file import read_manifest

log = logging.getLogger(__name__)


def read_result(folder: Path) -> Result:
    """The result in a sealed folder, wherever that folder lies. Its files are not read.

    Raises
    ------
    LibraryError
        when the manifest is missing, damaged or too new
    """
    manifest = read_manifest(folder)
    return manifest.as_result(folder, name=annotations_in_force(folder).name)


def read_library_manifest(layout: LibraryLayout, result_id: str) -> tuple[Manifest, str]:
    """The manifest of a result of this library, and the name in force.

    Raises
    ------
    LibraryError
        as `read_result`, and when the folder holds another result than its name says
    """
    folder = layout.result_folder(result_id)
    manifest = read_manifest(folder)
    if manifest.id != result_id:
        raise LibraryError(
            f"The folder {result_id} holds result {manifest.id}",
            hint=f"Give {folder} its own name back",
        )
    return manifest, annotations_in_force(folder).name or manifest.name


def has_all_files(result: Result) -> bool:
    """Are the artifacts there with their sizes? Their bytes are for `verify` to check."""
    try:
        return all(a.path.stat().st_size == a.size_bytes for a in result.artifacts)
    except OSError:
        return False


def annotations_in_force(folder: Path) -> Annotations:
    """The annotations of a result folder; the defaults where they are damaged, too."""
    try:
        return read_annotations(folder)
    except LibraryError as exc:
        # Notes lie over a result; without them it is still whole, under its sealed name.
        log.warning("%s", exc)
        return Annotations()
