"""Where things lie inside a library folder.

``results/<first six characters of the id>/<id>/`` is a result. Ids begin with their date,
so six characters are a month: folders stay small enough to list at 100,000 results.
``.incoming-<id>`` and ``.trash-<id>`` are results on their way in and out, on the same file
system, so that one rename moves them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.errors import LibraryError
from depthstudio.library.names import is_result_id

SHELF_CHARACTERS = 6

_INCOMING = ".incoming-"
_TRASH = ".trash-"


@dataclass(frozen=True)
class LibraryLayout:
    """The paths of one library."""

    folder: Path

    @property
    def results_folder(self) -> Path:
        return self.folder / "results"

    @property
    def index_file(self) -> Path:
        return self.folder / "index.db"

    def result_folder(self, result_id: str) -> Path:
        """Where the result of that id lies, whether or not it exists.

        Raises
        ------
        LibraryError
            when `result_id` could not be an id, and so might lead out of the library
        """
        if not is_result_id(result_id):
            raise LibraryError(
                f"“{result_id}” is not the id of a result",
                hint="The list of the library shows the ids",
            )
        return self.results_folder / result_id[:SHELF_CHARACTERS] / result_id

    def incoming_folder(self, result_id: str) -> Path:
        return self.folder / (_INCOMING + result_id)

    def trash_folder(self, result_id: str) -> Path:
        return self.folder / (_TRASH + result_id)

    def leftovers(self) -> list[Path]:
        """Folders that a crash left on their way in or out."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if p.name.startswith((_INCOMING, _TRASH)))

    def result_ids(self) -> set[str]:
        """The id of every result folder. Lists names only: a tenth of a second at 100,000."""
        return {
            name
            for shelf in _folder_names(self.results_folder)
            for name in _folder_names(self.results_folder / shelf)
            if is_result_id(name) and name[:SHELF_CHARACTERS] == shelf
        }


def _folder_names(folder: Path) -> Iterator[str]:
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield entry.name
