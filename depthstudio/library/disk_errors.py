"""Trouble with the disk, in words a user can act on."""

import errno
from collections.abc import Generator
from contextlib import contextmanager

from depthstudio.core.errors import LibraryError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def disk_errors(what_failed: str) -> Generator[None]:
    """Turn an OSError of the block into a LibraryError that begins with `what_failed`."""
    try:
        yield
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise LibraryError(
            f"{what_failed}: {reason}", hint=_hint(exc.errno), detail=str(exc)
        ) from exc


def _hint(code: int | None) -> str:
    if code in _FULL:
        return "Free some space on the disk of the library, then try again"
    if code in _REFUSED:
        return "Allow this user to write to the library folder, or choose another home"
    return "Check the disk of the library, then try again"
