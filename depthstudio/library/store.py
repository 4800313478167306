"""The library: results stored whole or not at all, and found again."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import LibraryError
from depthstudio.core.event import Event
from depthstudio.core.result import Result
from depthstudio.formats.whole_file import flush_folder
from depthstudio.library import index
from depthstudio.library.annotations import Annotations, write_annotations
from depthstudio.library.disk_errors import disk_errors
from depthstudio.library.incoming import build_folder, delete_folder
from depthstudio.library.index import ResultSummary
from depthstudio.library.index_file import IndexFile, Progress, ignore_progress
from depthstudio.library.layout import LibraryLayout
from depthstudio.library.manifest import ResultDraft
from depthstudio.library.names import MANIFEST_NAME
from depthstudio.library.result_folder import has_all_files, read_library_manifest

log = logging.getLogger(__name__)

_MAX_NAMED_IDS = 5


@dataclass(frozen=True)
class Recovery:
    """What `Library.recover` found: ids with the reason they cannot be used, and how many
    half-done folders of an earlier process it deleted."""

    damaged: dict[str, str]
    swept: int


class Library:
    """All results below one folder. Every call blocks on the disk: call it in a thread.

    Calls may come from several threads at once. What changes the library (`store`,
    `annotate`, `remove`, `recover`) is only for the process that holds the home's lock;
    what reads it takes no lock of the home, creates nothing, and works in a folder that
    cannot be written. Events are emitted on the thread that made the call.
    """

    def __init__(self, folder: Path) -> None:
        self.layout = LibraryLayout(folder)
        self.added: Event[Result] = Event()
        self.changed: Event[Result] = Event()  # its annotations
        self.removed: Event[str] = Event()  # told the id
        self._index = IndexFile(self.layout)

    def has(self, result_id: str) -> bool:
        """Is that result stored? True from the moment of the one rename in `store`."""
        return (self.layout.result_folder(result_id) / MANIFEST_NAME).is_file()

    def store(self, draft: ResultDraft, artifacts: Sequence[Artifact]) -> Result:
        """Seal a finished job: copies of its artifacts, a thumbnail, the manifest.

        The folder appears by one rename, after everything in it is on disk. The artifacts
        are read and stay where they are. `draft.id` is the caller's, so that after a crash
        `has` tells whether this was done already.

        Raises
        ------
        LibraryError
            when the id is taken, an artifact changed, or the disk refuses; nothing is left
        """
        target = self.layout.result_folder(draft.id)
        if target.exists():
            raise LibraryError(
                f"Result {draft.id} is in the library already",
                hint="Open it from the library; stored results are never overwritten",
            )
        incoming = self.layout.incoming_folder(draft.id)
        with disk_errors(f"“{draft.name}” could not be stored"):
            delete_folder(incoming)
            try:
                manifest = build_folder(incoming, draft, artifacts)
                target.parent.mkdir(parents=True, exist_ok=True)
                incoming.rename(target)
            except BaseException:
                _delete_if_possible(incoming)
                raise
            for parent in (target.parent, self.layout.results_folder, self.layout.folder):
                flush_folder(parent)
        self._index.change(lambda connection: index.insert(connection, manifest, manifest.name))
        result = manifest.as_result(target)
        self.added.emit(result)
        return result

    def get(self, id_or_prefix: str) -> Result:
        """The result of that id, or the only one whose id begins so (six characters or more).

        Raises
        ------
        LibraryError
            when there is none, there are several (it names them), or it is damaged
        """
        if self.layout.result_folder(id_or_prefix).is_dir():
            return self._read(id_or_prefix)
        return self._read(self._id_with_prefix(id_or_prefix))

    def find_by_key(self, key: str) -> Result | None:
        """The newest result that answers `key` and still has all its files."""
        for result_id in self._index.query(lambda c: index.ids_with_key(c, key)):
            try:
                result = self._read(result_id)
            except LibraryError as exc:
                log.warning("not used as an answer: %s", exc)
                continue
            if has_all_files(result):
                return result
        return None

    def summaries(
        self, *, search: str = "", limit: int | None = None, offset: int = 0
    ) -> list[ResultSummary]:
        """Newest first, those whose name and provider title hold every word of `search`."""
        return self._index.query(
            lambda c: index.summaries(c, search=search, limit=limit, offset=offset)
        )

    def count(self, search: str = "") -> int:
        """How many results `summaries` would list without a limit."""
        return self._index.query(lambda c: index.count_and_size_bytes(c, search))[0]

    def size_bytes(self) -> int:
        """What all sealed files take together."""
        return self._index.query(lambda c: index.count_and_size_bytes(c, ""))[1]

    def thumbnail(self, summary: ResultSummary) -> Path | None:
        """Where the picture of a listed result lies; None where it has none."""
        if not summary.thumbnail_name:
            return None
        return self.layout.result_folder(summary.id) / summary.thumbnail_name

    def annotate(self, result_id: str, annotations: Annotations) -> Result:
        """Replace what a person may change about a result.

        Raises
        ------
        LibraryError
            when there is no such result, or the disk refuses
        """
        manifest, _ = read_library_manifest(self.layout, result_id)
        folder = self.layout.result_folder(result_id)
        write_annotations(folder, annotations)
        result = manifest.as_result(folder, name=annotations.name)
        self._index.change(lambda connection: index.insert(connection, manifest, result.name))
        self.changed.emit(result)
        return result

    def remove(self, result_id: str) -> None:
        """Delete a result for good. It is out of the library before its files go.

        Raises
        ------
        LibraryError
            when there is no such result, or the system will not let go of its folder
        """
        folder = self.layout.result_folder(result_id)
        if not folder.is_dir():
            raise _not_found(result_id)
        trash = self.layout.trash_folder(result_id)
        with disk_errors(f"Result {result_id} could not be removed"):
            delete_folder(trash)
            folder.rename(trash)
            flush_folder(folder.parent)
        self._index.change(lambda connection: index.delete(connection, result_id))
        self.removed.emit(result_id)
        _delete_if_possible(trash)

    def recover(self, progress: Progress = ignore_progress) -> Recovery:
        """Clear up after a crash and make the index agree with the folders.

        For the process that holds the home's lock, once, before anything else. `progress`
        is told the manifests read and to read, and may raise to stop.

        Raises
        ------
        LibraryError
            when the library folder cannot be listed or written
        """
        with disk_errors("The library could not be opened"):
            leftovers = self.layout.leftovers()
            for folder in leftovers:
                delete_folder(folder)
            try:
                damaged = self._index.repair(progress)
            except sqlite3.Error as exc:
                raise LibraryError(
                    f"The index of the library could not be written: {exc}",
                    hint="Check the free space and the permissions of the library folder",
                ) from exc
        return Recovery(damaged=damaged, swept=len(leftovers))

    def _read(self, result_id: str) -> Result:
        manifest, name = read_library_manifest(self.layout, result_id)
        return manifest.as_result(self.layout.result_folder(result_id), name=name)

    def _id_with_prefix(self, prefix: str) -> str:
        ids = self._index.query(lambda c: index.ids_with_prefix(c, prefix, _MAX_NAMED_IDS + 1))
        if not ids:
            raise _not_found(prefix)
        if len(ids) > 1:
            named = ", ".join(ids[:_MAX_NAMED_IDS]) + (" …" if len(ids) > _MAX_NAMED_IDS else "")
            raise LibraryError(f"“{prefix}” could mean {named}", hint="Give more of the id")
        return ids[0]


def _not_found(result_id: str) -> LibraryError:
    return LibraryError(
        f"There is no result “{result_id}” in the library",
        hint="The list of the library shows the ids",
    )


def _delete_if_possible(folder: Path) -> None:
    try:
        delete_folder(folder)
    except OSError as exc:
        log.warning("%s stays until the next start: %s", folder.name, exc)
