"""A job: what was asked, frozen when it was asked, and where it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import msgspec

from depthstudio.core.address import host_of, without_query
from depthstudio.core.errors import DepthStudioError
from depthstudio.core.record import Json, Record


class JobState(StrEnum):
    """What a user needs to know about a job."""

    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Stage(StrEnum):
    """What a running job is busy with."""

    PREPARING = "preparing"
    UPLOADING = "uploading"
    WAITING = "waiting"  # for its place in the service's line
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DECODING = "decoding"


@dataclass(frozen=True)
class Progress:
    """One report from a running job; `fraction` is 0 to 1, or None when unknown.

    `picture` is a file to look at meanwhile, such as the cut-out a 3D object will be made of.
    """

    stage: Stage
    fraction: float | None = None
    message: str = ""
    place: int | None = None  # in the service's line, 1 is next
    eta_s: float | None = None
    picture: Path | None = None


class Source(Record):
    """One input file as it was when it was added. Rate and count are those of a video.

    With a `url` it is not here but on the web, and nothing of it is known but the kind its name
    suggests; `path` has only that name then. The query of the `url` may be a key: it is kept for
    the request, and `place` is what is shown.
    """

    path: Path
    media_type: str
    size_bytes: int
    mtime_ns: int
    width_px: int = 0
    height_px: int = 0
    frame_rate_hz: float = 0.0
    frame_count: int = 0
    url: str = ""

    @property
    def is_remote(self) -> bool:
        return bool(self.url)

    @property
    def host(self) -> str:
        """The host that has it; empty for a file of this computer."""
        return host_of(self.url) if self.url else ""

    @property
    def place(self) -> str:
        """Where it is, in words that may be shown and logged."""
        return without_query(self.url) if self.url else str(self.path)


def new_id() -> str:
    """A fresh identity: sorts by time, fits in a folder name."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:10]}"


class Job(Record):
    """An immutable snapshot of sources, provider, parameters and options."""

    id: str = msgspec.field(default_factory=new_id)
    name: str
    provider_id: str
    sources: tuple[Source, ...]
    params: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])
    endpoints: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    again: bool = False  # run even though the library knows the answer
    host_via: str = ""  # the host that may give a file a web address; the user agreed to it
    created_at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))


class Failure(Record):
    """An error as it is kept: what the row says, what Details shows."""

    type: str
    message: str
    hint: str = ""
    detail: str = ""
    retryable: bool = False

    @classmethod
    def of(cls, error: DepthStudioError) -> "Failure":
        return cls(
            type=type(error).__name__,
            message=str(error),
            hint=error.hint,
            detail=error.detail,
            retryable=error.retryable,
        )


class HoldKind(StrEnum):
    """Who can end a hold."""

    SERVICE = "service"  # ends by itself: quota, rate limit, asleep
    OFFLINE = "offline"  # ends when the network is back
    NEEDS_KEY = "needs-key"  # ends when the user gives the key
    SUBMIT_LOST = "submit-lost"  # a person decides: was it sent or not?


class ListLook(Record):
    """A look in the service's own list for a lost submit, which did not settle the question.

    alike : how many jobs there may be it, without being certain
    trouble : why the list could not be read; empty where it could
    """

    at: datetime
    alike: int = 0
    trouble: str = ""


class Hold(Record):
    """Why a job waits, and until when (None: until a person decides).

    `sent_at` is when a lost submit was written down, to be sent at once, and `step` which one
    it was; `look` is the last one for it.
    """

    kind: HoldKind
    reason: str
    until: datetime | None = None
    hint: str = ""
    sent_at: datetime | None = None
    step: str = ""
    look: ListLook | None = None

    @property
    def needs_person(self) -> bool:
        return self.until is None


class Sent(StrEnum):
    """What has been sent of a job that starts work, as far as is known."""

    NOTHING = "nothing"
    UNANSWERED = "unanswered"  # it is on its way, or nobody knows whether it arrived
    TAKEN = "taken"  # the service gave ids


@dataclass(frozen=True)
class JobStatus:
    """Where a job stands. Replaced as a whole, in one place, never changed in part."""

    state: JobState = JobState.QUEUED
    progress: Progress | None = None
    failure: Failure | None = None
    hold: Hold | None = None
    result_id: str | None = None
    cached: bool = False
    note: str = ""  # what cancelling really did, or what a finished job wants said
    sent: Sent = Sent.NOTHING
    may_come: bool = False  # cancelled here only: a retry follows what was ordered
    started_at: datetime | None = None
    ended_at: datetime | None = None


STARTS_NO_WORK = "starts_no_work"  # among the ids of a step such as an upload


def hosted_step(index: int) -> str:
    """The step under which it stands where the source with that number was put on the web.

    Its ids are the `host`, the `url`, and `until` when it lies there, None where nobody says.
    """
    return f"hosted-{index}"


@dataclass(frozen=True)
class Checkpoint:
    """What a service gave us to find a job again: remote ids by the step that got them."""

    steps: Mapping[str, Mapping[str, Json]] = field(default_factory=dict[str, Mapping[str, Json]])

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def sent_as(self) -> tuple[str, ...]:
        """What the service knows each source as, in their order; () where that is not said.

        A step says so under the name ``sent_as``.
        """
        for ids in self.steps.values():
            if isinstance(names := ids.get("sent_as"), list):
                return tuple(str(name) for name in names)
        return ()

    @property
    def has_work(self) -> bool:
        """Did any step start work at the service? An upload does not."""
        return any(not ids.get(STARTS_NO_WORK) for ids in self.steps.values())

    def with_step(self, step: str, ids: Mapping[str, Json]) -> "Checkpoint":
        return Checkpoint({**self.steps, step: dict(ids)})

    def without_step(self, step: str) -> "Checkpoint":
        return Checkpoint({name: ids for name, ids in self.steps.items() if name != step})
