"""Tengr's list of artworks, where an order is found whose answer never came."""

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from typing import Any

from depthstudio.core.errors import BadResponse
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Reach
from depthstudio.providers.lost import LostStep
from depthstudio.providers.tengr.account import address
from depthstudio.providers.tengr.artwork import artwork_in
from depthstudio.providers.transport.json_call import get_json

PAGE = 100
MOST_PAGES = 100  # what is older than eight days is not kept
DEPTH_MAP = "depth_map"


async def artworks_like(
    reach: Reach, service: str, lost: LostStep, body: Mapping[str, Json]
) -> list[str]:
    """The ids of the artworks that may be what was ordered with this request.

    An address of the job's own is enough to know them. Any other may have been sent before,
    so that the time and all parameters must agree too; one that was not sent may not be there.

    Raises
    ------
    BadResponse
        when an answer is no list of artworks
    """
    found: list[str] = []
    async for told in _listed(reach, service):
        if told.get("artworkType", DEPTH_MAP) == DEPTH_MAP and _is_like(told, lost, body):
            found.append(artwork_in(told, service).id)
    return found


def _is_like(told: Mapping[str, Any], lost: LostStep, body: Mapping[str, Json]) -> bool:
    asked = object_in(told.get("parameters"))
    if not lost.address() or asked.get("imageUrl") != lost.address():
        return False
    if lost.is_own():
        return True
    is_same = all(asked.get(name) == body.get(name) for name in asked.keys() | body.keys())
    return is_same and lost.may_be(_moment(told.get("createdAt")))


async def _listed(reach: Reach, service: str) -> AsyncGenerator[Mapping[str, Any]]:
    """Every artwork once, a page at a time, until a page has nothing new."""
    url = address(reach.endpoints, reach.endpoints["list_path"])
    seen: set[str] = set()
    offset = 0
    for _ in range(MOST_PAGES):
        where = {"offset": str(offset), "limit": str(PAGE)}
        page: object = await get_json(reach, service, url, params=where)
        rows = [object_in(one) for one in list_in(page)]
        if not rows and page != []:
            raise BadResponse(
                f"{service} gave no list of artworks",
                hint="Check the server's address and its paths",
            )
        fresh = [row for row in rows if str(row.get("id")) not in seen]
        for row in fresh:
            yield row
        if not fresh:
            return
        seen |= {str(row.get("id")) for row in fresh}
        offset += len(rows)


def _moment(text: object) -> datetime | None:
    """A time of an artwork; without a zone it is taken for UTC, and None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
