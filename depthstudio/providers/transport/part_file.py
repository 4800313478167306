"""An unfinished download on disk. Everything here blocks."""

import contextlib
import os
import shutil
from collections.abc import Generator
from pathlib import Path

from depthstudio.core.errors import LibraryError
from depthstudio.core.record import Record, RecordError, from_json, to_json
from depthstudio.formats.whole_file import flush_folder
from depthstudio.providers.transport.magic import HEAD_BYTES

ROOM_LEFT_BYTES = 64 << 20  # the journal and the library must still be able to write


class Origin(Record):
    """What the bytes so far are a part of; holds no secret."""

    url: str  # without its query
    validator: str  # a strong ETag or a date, "" if the server gave none
    total_bytes: int | None


class PartFile:
    """The bytes of ``name.part`` beside the `path` they are for, and ``name.part.json``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._note = path.with_name(f"{path.name}.part.json")

    def finished_bytes(self) -> int:
        """The size of the whole file when it is here already, else 0."""
        with self._disk_errors():
            return self._path.stat().st_size if self._path.is_file() else 0

    def state(self) -> tuple[int, Origin | None, bytes]:
        """How many bytes are here, of what, and the first of them; (0, None, b"") if useless."""
        with self._disk_errors():
            try:
                origin = from_json(Origin, self._note.read_bytes())
                with self._part.open("rb") as file:
                    head = file.read(HEAD_BYTES)
                size_bytes = self._part.stat().st_size
            except (FileNotFoundError, RecordError):
                return 0, None, b""
        if not origin.validator or size_bytes == 0:
            return 0, None, b""
        return size_bytes, origin, head

    def restart(self, origin: Origin) -> None:
        """Forget every byte; what comes now is of `origin`."""
        with self._disk_errors():
            self._part.write_bytes(b"")
            self._note.write_text(to_json(origin), encoding="utf-8")

    def append(self, pieces: list[bytes]) -> None:
        """Write after what is here."""
        self.require_room(sum(map(len, pieces)))
        with self._disk_errors(), self._part.open("ab") as file:
            file.writelines(pieces)

    def require_room(self, size_bytes: int) -> None:
        """Refuse to fill the disk to its last byte."""
        with self._disk_errors():
            free_bytes = shutil.disk_usage(self._path.parent).free
        if free_bytes < size_bytes + ROOM_LEFT_BYTES:
            raise LibraryError(
                f"There is no room on the disk for {self._path.name}",
                hint="Free some space on the disk of the library, then try again",
                detail=f"{size_bytes} bytes wanted, {free_bytes} free",
            )

    def finish(self) -> int:
        """Make it the whole file, safe from a power cut, and give its size."""
        with self._disk_errors():
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
            self._part.replace(self._path)
            flush_folder(self._path.parent)
            self._note.unlink(missing_ok=True)
            return self._path.stat().st_size

    def discard(self) -> None:
        """Leave nothing behind."""
        with self._disk_errors():
            self._part.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _disk_errors(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise LibraryError(
                f"{self._path.name} could not be written: {reason}",
                hint="Check the disk of the library and the space on it, then try again",
                detail=str(error),
            ) from error
