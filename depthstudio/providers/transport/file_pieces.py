"""Files as they are sent: read piece by piece, and refused where they change meanwhile. Blocks."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

from depthstudio.core.errors import InputError

PIECE_BYTES = 1 << 20


def size_of(path: Path) -> int:
    """The size of a file in bytes.

    Raises
    ------
    InputError
        when it cannot be looked at
    """
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def file_pieces(
    path: Path, whole_bytes: int, *, start: int = 0, count_bytes: int | None = None
) -> Iterator[bytes]:
    """The bytes of a file, or `count_bytes` of them from `start`, in pieces.

    Raises
    ------
    InputError
        when it cannot be read, or does not have `whole_bytes` any more
    """
    left_bytes = whole_bytes - start if count_bytes is None else count_bytes
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            yield from _exactly(file, path, left_bytes)
            if os.fstat(file.fileno()).st_size != whole_bytes:
                raise _changed(path)
    except OSError as error:
        raise _unreadable(path, error) from error


class FileBody:
    """A file of `whole_bytes`, or `count_bytes` of it from `start`, as the body of a request."""

    def __init__(
        self, path: Path, whole_bytes: int, *, start: int = 0, count_bytes: int | None = None
    ) -> None:
        self._path, self._start, self._whole_bytes = path, start, whole_bytes
        self.size_bytes = whole_bytes - start if count_bytes is None else count_bytes

    def pieces(self) -> Generator[bytes]:
        """The bytes, from the first one, in pieces."""
        yield from file_pieces(
            self._path, self._whole_bytes, start=self._start, count_bytes=self.size_bytes
        )


class WholeBody:
    """Bytes that are there, as the body of a request."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size_bytes = len(data)

    def pieces(self) -> Generator[bytes]:
        yield self._data


def _exactly(file: IO[bytes], path: Path, size_bytes: int) -> Iterator[bytes]:
    left_bytes = size_bytes
    while left_bytes:
        data = file.read(min(PIECE_BYTES, left_bytes))
        if not data:
            raise _changed(path)
        left_bytes -= len(data)
        yield data


def _changed(path: Path) -> InputError:
    return InputError(
        f"{path.name} changed while it was sent", hint="Wait until it is written, then run again"
    )


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path.name} cannot be read: {error.strerror or error}",
        hint="Check that it still exists and that you may read it",
        detail=str(error),
    )
