"""A finished job as the library keeps it."""

from datetime import datetime
from pathlib import Path

from depthstudio.core.artifact import Artifact
from depthstudio.core.record import Json, Record


class SourceRecord(Record, omit_defaults=True):
    """A source as a result remembers it: its name and bytes, not where it lay."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    sent_as: str = ""  # the name the service got, where it is another one


class Result(Record):
    """The manifest of one sealed folder, with absolute paths.

    `key` is the question it answers (see `core.digest.job_key`); many results may share
    one. `thumbnail` is None where no picture could be made.
    """

    id: str
    folder: Path
    name: str
    key: str
    provider_id: str
    provider_title: str
    provider_version: str
    licence: str
    created_at: datetime
    duration_s: float
    params: dict[str, Json]
    endpoints: dict[str, str]
    sources: tuple[SourceRecord, ...]
    artifacts: tuple[Artifact, ...]
    kinds: tuple[str, ...]  # what it can show: depth, cloud, surface, parts, ...
    thumbnail: Path | None = None
    warnings: tuple[str, ...] = ()
