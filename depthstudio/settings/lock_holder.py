"""The note beside a home's lock that says who holds it."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from depthstudio.core.record import AwareDatetime, Record, RecordError, from_json, to_json
from depthstudio.formats.whole_file import whole_file


class LockHolder(Record):
    """Who holds a home: the process, its computer, what it is, and since when."""

    pid: int
    host: str
    what: str  # "window" or the name of a command
    since: AwareDatetime

    @classmethod
    def this_process(cls, what: str) -> "LockHolder":
        """This process, from now on."""
        return cls(pid=os.getpid(), host=platform.node(), what=what, since=datetime.now(UTC))

    def __str__(self) -> str:
        since = self.since.astimezone().strftime("%Y-%m-%d %H:%M")
        return f"“{self.what}”, process {self.pid} on {self.host}, since {since}"


def read_holder(path: Path) -> LockHolder | None:
    """Who wrote this note; None where it is missing or illegible."""
    try:
        return from_json(LockHolder, path.read_bytes())
    except (OSError, RecordError):
        return None


def write_holder(path: Path, holder: LockHolder) -> None:
    """Write the note, whole or not at all."""
    with whole_file(path) as temporary_path:
        temporary_path.write_text(to_json(holder), encoding="utf-8")
