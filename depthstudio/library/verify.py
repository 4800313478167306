"""Reads every sealed byte again and says what is no longer as it was stored."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from depthstudio.core.digest import sha256_file
from depthstudio.core.errors import LibraryError
from depthstudio.library.disk_errors import disk_errors
from depthstudio.library.index_file import Progress, ignore_progress
from depthstudio.library.layout import LibraryLayout
from depthstudio.library.manifest import Manifest, SealedFile
from depthstudio.library.manifest_file import read_manifest
from depthstudio.library.names import ANNOTATIONS_NAME, MANIFEST_NAME

# What file managers leave in every folder they show.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class Flaw(StrEnum):
    """In which way a folder differs from what was sealed."""

    MANIFEST = "manifest"
    MISSING = "missing"
    EXTRA = "extra"
    SIZE = "size"
    HASH = "hash"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Problem:
    """One flaw of one file; `what` is a sentence for people."""

    result_id: str
    file: str
    flaw: Flaw
    what: str


def verify_library(folder: Path, progress: Progress = ignore_progress) -> list[Problem]:
    """The problems of every result in a library, by id. Takes no lock and writes nothing.

    `progress` is told the results checked and to check, and may raise to stop.

    Raises
    ------
    LibraryError
        when the folders of the library cannot be listed
    """
    layout = LibraryLayout(folder)
    with disk_errors("The library cannot be listed"):
        result_ids = sorted(layout.result_ids())
    problems: list[Problem] = []
    for done, result_id in enumerate(result_ids, start=1):
        problems += verify_result(layout.result_folder(result_id))
        progress(done, len(result_ids))
    return problems


def verify_result(folder: Path) -> list[Problem]:
    """The problems of one result folder. Reads all of its sealed files."""
    try:
        manifest = read_manifest(folder)
    except LibraryError as exc:
        return [Problem(folder.name, MANIFEST_NAME, Flaw.MANIFEST, str(exc))]
    return list(_problems(folder, manifest))


def _problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    if manifest.id != folder.name:
        what = f"The folder {folder.name} holds result {manifest.id}"
        yield Problem(folder.name, MANIFEST_NAME, Flaw.MANIFEST, what)
    for file in manifest.sealed_files:
        if found := _flaw_of(folder / file.name, file):
            yield Problem(folder.name, file.name, *found)
    sealed_names = {file.name for file in manifest.sealed_files}
    expected = sealed_names | _LITTER | {MANIFEST_NAME, ANNOTATIONS_NAME}
    for name in sorted({path.name for path in folder.iterdir()} - expected):
        yield Problem(folder.name, name, Flaw.EXTRA, f"{name} was not there when it was stored")


def _flaw_of(path: Path, file: SealedFile) -> tuple[Flaw, str] | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return Flaw.MISSING, f"{file.name} is no longer a plain file"
        if status.st_size != file.size_bytes:
            what = f"{file.name} has {status.st_size} bytes instead of {file.size_bytes}"
            return Flaw.SIZE, what
        if sha256_file(path) != file.sha256:
            return Flaw.HASH, f"{file.name} has other content than when it was stored"
    except FileNotFoundError:
        return Flaw.MISSING, f"{file.name} is missing"
    except OSError as exc:
        return Flaw.UNREADABLE, f"{file.name} cannot be read: {exc.strerror}"
    return None
