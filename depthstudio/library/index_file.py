"""The file the index lives in: who may write it, and what happens when it cannot be used.

Readers open it read-only and create nothing. Where it is missing, damaged, of another
version or behind the folders, a reader works on a copy in memory that it makes from the
manifests; only a writer, who holds the home's lock, puts the file right.

A rollback journal rather than WAL: a WAL database cannot be read from a read-only folder,
and the index, which the manifests can always give back, needs no more speed.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from depthstudio.core.errors import LibraryError
from depthstudio.library import index
from depthstudio.library.disk_errors import disk_errors
from depthstudio.library.layout import LibraryLayout
from depthstudio.library.result_folder import read_library_manifest

log = logging.getLogger(__name__)

T = TypeVar("T")
Progress = Callable[[int, int], None]  # manifests read, manifests to read; may raise to stop

_BUSY_TIMEOUT_S = 10.0


def ignore_progress(done: int, total: int) -> None:
    """For callers that do not wait on screen."""


class IndexFile:
    """The index of one library. Safe to call from any thread; calls take turns."""

    def __init__(self, layout: LibraryLayout) -> None:
        self._layout = layout
        self._turn = threading.Lock()
        self._file_is_current = False
        self._in_memory: sqlite3.Connection | None = None

    def query(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask `question` of the file, or of a copy in memory where the file will not do.

        Raises
        ------
        LibraryError
            when the folders of the library cannot be listed
        """
        with self._turn, disk_errors("The library cannot be listed"):
            if self._in_memory is None:
                try:
                    with self._opened("ro") as connection:
                        if self._is_current(connection):
                            return question(connection)
                        self._in_memory = self._copied(connection)
                except sqlite3.Error as exc:
                    log.warning("the index cannot be used, reading the manifests: %s", exc)
                    self._file_is_current = False
                    self._in_memory = self._copied(None)
            return question(self._in_memory)

    def change(self, action: Callable[[sqlite3.Connection], None]) -> None:
        """Carry out `action` as one transaction. Only for who holds the home's lock.

        The folders are the truth and the index follows: an index that refuses is repaired
        and asked again, and a second failure is logged and left to the next `repair`.
        """
        try:
            try:
                self._change_now(action)
            except sqlite3.Error:
                self._distrust_file()
                self._change_now(action)
        except (sqlite3.Error, OSError) as exc:
            log.warning("the index could not be changed: %s", exc)
            self._distrust_file()

    def repair(self, progress: Progress = ignore_progress) -> dict[str, str]:
        """Make the file agree with the folders. Only for who holds the home's lock.

        Returns the reason for each result whose manifest cannot be used.

        Raises
        ------
        OSError, sqlite3.Error
            when the file cannot be written
        """
        with self._turn:
            self._forget_copy()
            try:
                with self._opened("rw") as connection:
                    sound = _has_our_version(connection) and index.is_sound(connection)
            except sqlite3.Error:
                sound = False
            if not sound:
                self._replace_file()
            with self._opened("rw") as connection, connection:
                connection.execute("DELETE FROM damaged")  # somebody may have restored them
                _reconcile(connection, self._layout, progress)
                problems = index.damaged(connection)
            self._file_is_current = True
            return problems

    @contextlib.contextmanager
    def _opened(self, mode: str) -> Generator[sqlite3.Connection]:
        uri = f"{_file_uri(self._layout.index_file)}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S)
        with contextlib.closing(connection):
            connection.execute("PRAGMA synchronous = FULL")
            yield connection

    def _is_current(self, connection: sqlite3.Connection) -> bool:
        if not self._file_is_current:
            known = index.known_ids(connection) if _has_our_version(connection) else None
            self._file_is_current = known == self._layout.result_ids()
        return self._file_is_current

    def _copied(self, source: sqlite3.Connection | None) -> sqlite3.Connection:
        # `check_same_thread`: the turn lock already keeps two threads from meeting here.
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(copy.close)
            if source is not None and _has_our_version(source):
                source.backup(copy)
            else:
                index.create_tables(copy)
            _reconcile(copy, self._layout, ignore_progress)
            on_failure.pop_all()
        return copy

    def _change_now(self, action: Callable[[sqlite3.Connection], None]) -> None:
        if not self._file_is_current:
            self.repair()
        with self._turn, self._opened("rw") as connection, connection:
            action(connection)

    def _distrust_file(self) -> None:
        with self._turn:
            self._file_is_current = False
            self._forget_copy()

    def _forget_copy(self) -> None:
        if self._in_memory is not None:
            self._in_memory.close()
            self._in_memory = None

    def _replace_file(self) -> None:
        path = self._layout.index_file
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(fresh)) as connection, connection:
            index.create_tables(connection)
        # In this order: a journal left beside a fresh file would be rolled back into it.
        path.unlink(missing_ok=True)
        for suffix in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        fresh.replace(path)


def _reconcile(connection: sqlite3.Connection, layout: LibraryLayout, progress: Progress) -> None:
    """Drop rows whose folder is gone and read the manifests that have no row yet."""
    known, present = index.known_ids(connection), layout.result_ids()
    for result_id in known - present:
        index.delete(connection, result_id)
    missing = sorted(present - known)
    for done, result_id in enumerate(missing, start=1):
        try:
            index.insert(connection, *read_library_manifest(layout, result_id))
        except LibraryError as exc:
            log.warning("left out of the list: %s", exc)
            index.insert_damaged(connection, result_id, str(exc))
        progress(done, len(missing))


def _has_our_version(connection: sqlite3.Connection) -> bool:
    return index.version_of(connection) == index.INDEX_VERSION


def _file_uri(path: Path) -> str:
    posix_path = path.absolute().as_posix()
    return "file://" + quote(posix_path if posix_path.startswith("/") else f"/{posix_path}")
