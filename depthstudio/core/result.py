"""A finished job as the library keeps it."""

from datetime import datetime
from pathlib import Path

from depthstudio.core.artifact import Artifact
from depthstudio.core.record import AwareDatetime, Json, Record


class HostedRecord(Record, omit_defaults=True):
    """Where a file was put so that a service could fetch it, and until when it lies there.

    The address is without its query; `until` is None where the host does not say.
    """

    host_id: str
    url: str
    until: AwareDatetime | None = None


class SourceRecord(Record, omit_defaults=True):
    """A source as a result remembers it: its name and bytes, not where it lay on a disk.

    One from the web has its address as `url`, without the query, and the digest of the whole.
    """

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    sent_as: str = ""  # the name the service got, where it is another one
    url: str = ""
    hosted: HostedRecord | None = None


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
