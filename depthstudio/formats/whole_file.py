"""Writes a file whole or not at all."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4


@contextlib.contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Give a temporary file beside `path` to write to; at the end it becomes `path`.

    Whoever looks at `path` sees the old content or the new, never a part of it, also after
    a power cut: the bytes are flushed to disk before the name changes. When the body
    raises, the temporary file is removed and `path` stays as it was. An existing file is
    replaced.

    Raises
    ------
    OSError
        when the folder is missing or cannot be written, or the disk is full
    """
    # Not named after the target: a name of 255 characters has no room for more.
    temporary = path.parent / f".{uuid4().hex}.part"
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut. Does nothing on Windows, which has no such
    call and orders renames itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
