"""Oxen's list of what was asked of it, where a submit is found whose answer never came."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from depthstudio.core.errors import BadResponse
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.lost import LostStep
from depthstudio.providers.oxen.generation import (
    CANCELLED,
    FAILED,
    PROCESSING,
    QUEUED,
    SUCCEEDED,
    is_id,
)
from depthstudio.providers.oxen.hub import SERVICE, Hub
from depthstudio.providers.oxen.queue import QUEUE_PATH

# In the order in which a job goes through them: one that moves on meanwhile is met later.
STATUSES = (QUEUED, PROCESSING, SUCCEEDED, FAILED, CANCELLED)
LATEST_S = 1e11  # of a time that can be true

Row = Mapping[str, Any]


async def listed(hub: Hub, model: str, namespace: str = "") -> list[Row]:
    """The rows of every generation of a model, in any state.

    Raises
    ------
    BadResponse
        when an answer is no such list
    """
    rows: dict[str, Row] = {}
    for status in STATUSES:
        query = {"status": status, "model": model} | ({"namespace": namespace} if namespace else {})
        answer = object_in(await hub.look_up(f"{QUEUE_PATH}?{urlencode(query)}"))
        if not isinstance(answer.get("generations"), list):
            raise BadResponse(f"{SERVICE} gave no list of what it ran", hint="Look again later")
        for row in map(object_in, list_in(answer["generations"])):
            if is_id(row.get("generation_id")):
                rows[str(row["generation_id"])] = row
    return list(rows.values())


def rows_like(
    rows: Sequence[Row], lost: LostStep, body: Mapping[str, Json], names: Collection[str]
) -> list[str]:
    """The ids of the rows that may be what was sent, the eldest first.

    An address of the job's own is enough to know them. Any other may have been sent before,
    so that the time and all that is asked under these `names` must agree too; what was not
    sent may not be there.
    """

    def is_like(row: Row) -> bool:
        if not lost.address() or row.get("video_url") != lost.address():
            return False
        if lost.is_own():
            return True
        is_same = all(row.get(name) == body.get(name) for name in names)
        return is_same and lost.may_be(_moment(row.get("enqueued_at")))

    found = [row for row in rows if is_like(row)]
    found.sort(key=lambda row: _moment(row.get("enqueued_at")) or datetime.max.replace(tzinfo=UTC))
    return [str(row["generation_id"]) for row in found]


def _moment(seconds: object) -> datetime | None:
    """A time of a row, which is in Unix seconds; None for what is none."""
    if not isinstance(seconds, int | float) or not 0 < seconds < LATEST_S:
        return None
    return datetime.fromtimestamp(seconds, UTC)
