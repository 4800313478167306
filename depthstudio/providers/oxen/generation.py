"""One generation at Oxen, as its row tells of it and as an event does: in other words."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from depthstudio.core.errors import BadResponse, ProviderError
from depthstudio.core.json_shape import object_in
from depthstudio.providers.oxen.hub import SERVICE
from depthstudio.providers.oxen.refusals import said, words_in
from depthstudio.providers.transport.events import ServerEvent

log = logging.getLogger(__name__)

QUEUED, PROCESSING = "queued", "processing"
SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"
ENDED = frozenset({SUCCEEDED, FAILED, CANCELLED})
COMPLETED_EVENT = "media_generation_completed"
LONGEST_ID = 200
LONGEST_EVENT = 1 << 20


@dataclass(frozen=True)
class Generation:
    """What is known of one generation. `told` is everything said of it, to find files in."""

    id: str
    status: str
    told: Mapping[str, Any]
    error: str = ""
    has_begun: bool = False
    trouble: ProviderError | None = None  # why its row cannot be read

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def is_at_work(self) -> bool:
        return self.status == PROCESSING and self.trouble is None

    @property
    def may_be_had(self) -> bool:
        """It is made, or waits in line for that."""
        return self.status in (QUEUED, SUCCEEDED) and self.trouble is None


def is_id(value: object) -> bool:
    """Whether this can be the id of a generation: it becomes a part of addresses."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def generation_in_row(
    answer: object, generation_id: str, secrets: Collection[str] = ()
) -> Generation:
    """What the queue says of a generation; its words for people are without `secrets`.

    Raises
    ------
    BadResponse
        when it says it of another one, or not how it is
    """
    row = object_in(answer)
    status = row.get("status")
    if row.get("generation_id", generation_id) != generation_id or not isinstance(status, str):
        raise BadResponse(f"{SERVICE} does not say how the job is", hint="Try again later")
    if status not in (QUEUED, PROCESSING) and status not in ENDED:
        log.warning(
            "unknown status of a generation, taken for running: %.50r", said(status, secrets)
        )
        status = PROCESSING
    error = row.get("error_message")
    return Generation(
        generation_id,
        status,
        row,
        error=said(error, secrets) if isinstance(error, str) else words_in(row, secrets),
        has_begun=status == PROCESSING or row.get("started_at") is not None,
    )


def generation_in_event(event: ServerEvent, secrets: Collection[str] = ()) -> Generation | None:
    """The end of a generation as the channel tells it; None for everything else there.

    Its words for people are without `secrets`.
    """
    if event.event != COMPLETED_EVENT or len(event.data) > LONGEST_EVENT:
        return None
    try:
        told = object_in(msgspec.json.decode(event.data))
    except (msgspec.DecodeError, RecursionError):
        log.warning("an event of the channel cannot be read")
        return None
    generation_id, status = told.get("generation_id"), told.get("status")
    if not is_id(generation_id) or status not in ENDED:
        return None
    words = words_in(told, secrets)
    return Generation(str(generation_id), str(status), told, error=words, has_begun=True)


def brought_together(row: Generation, event: Generation | None) -> Generation:
    """Row and event of one generation: where they differ the row counts, once it has ended."""
    if event is None:
        return row
    told = {"row": row.told, "event": event.told}
    if row.has_ended:
        return Generation(row.id, row.status, told, row.error or event.error, has_begun=True)
    return Generation(row.id, event.status, told, event.error, has_begun=True)
