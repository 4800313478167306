"""An artwork as Tengr describes it, read without believing anything of it."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from depthstudio.core.errors import BadResponse
from depthstudio.core.json_shape import list_in, object_in

MOST_RESULTS = 16
LONGEST_WORD = 40
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # it becomes a part of an address


class State(Enum):
    """How far an artwork is; UNKNOWN for a word that nobody told us of."""

    STARTING = auto()
    PROCESSING = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    CANCELLED = auto()
    UNKNOWN = auto()


_STATES = {
    "starting": State.STARTING,
    "processing": State.PROCESSING,
    "succeeded": State.SUCCEEDED,
    "done": State.SUCCEEDED,  # so says version 1
    "failed": State.FAILED,
    "canceled": State.CANCELLED,
}


@dataclass(frozen=True)
class Artwork:
    """What is known of it. `results` are addresses as they came: see `result_address`."""

    id: str
    state: State
    word: str  # the service's own, for `state`
    results: tuple[str, ...]


def artwork_id_in(answer: object, service: str) -> str:
    """By which id an artwork is asked after: all that must be known of one that was ordered.

    Raises
    ------
    BadResponse
        when there is none
    """
    id_ = object_in(answer).get("id")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise _unreadable(service, "it has no id that can be used")
    return id_


def artwork_in(answer: object, service: str) -> Artwork:
    """The artwork an answer describes.

    Raises
    ------
    BadResponse
        when there is no id or no status in it, or its results are no list
    """
    told = object_in(answer)
    id_, word = artwork_id_in(told, service), told.get("status")
    results = list_in(told.get("results"))
    if not isinstance(word, str):
        raise _unreadable(service, "it has no status")
    if not results and told.get("results"):
        raise _unreadable(service, "its results are no list")
    found = [url if isinstance(url, str) else "" for url in results]
    state = _STATES.get(word, State.UNKNOWN)
    return Artwork(id_, state, word[:LONGEST_WORD], tuple(found[:MOST_RESULTS]))


def _unreadable(service: str, detail: str) -> BadResponse:
    return BadResponse(
        f"{service} described an artwork in a way that cannot be read",
        hint="Check the server's address and its paths",
        detail=detail,
    )
