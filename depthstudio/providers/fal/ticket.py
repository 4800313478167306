"""What fal's queue gives for a request it took, by which it is asked about later."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from depthstudio.core.errors import BadResponse
from depthstudio.core.record import Json
from depthstudio.providers.transport.result_address import LONGEST_ADDRESS, is_own

_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True)
class Ticket:
    """A request at the queue. Its addresses are the queue's own: the key goes there."""

    request_id: str
    status_url: str
    response_url: str
    cancel_url: str

    def ids(self) -> dict[str, Json]:
        """As it is written down."""
        return {
            "request_id": self.request_id,
            "status_url": self.status_url,
            "response_url": self.response_url,
            "cancel_url": self.cancel_url,
        }


def ticket_in(service: str, answer: Mapping[str, Any], queue_url: str, app: str) -> Ticket:
    """What a submit brought, or a checkpoint keeps of it.

    The queue says where to ask. An address that is not the queue's own is not used: there is
    one that fal's own clients put together, and a key goes to nobody else.

    Raises
    ------
    BadResponse
        when there is no id
    """
    request_id = answer.get("request_id")
    if not isinstance(request_id, str) or not _ID.fullmatch(request_id):
        raise BadResponse(
            f"{service} took the request and does not say under which id",
            hint="Look at its list of requests before you run it again",
        )
    usual = f"{queue_url.rstrip('/')}/{app}/requests/{request_id}"

    def own(name: str, otherwise: str) -> str:
        url: object = answer.get(name)
        if not isinstance(url, str) or len(url) > LONGEST_ADDRESS:
            return otherwise
        return url if is_own(url, [queue_url]) else otherwise

    return Ticket(
        request_id,
        status_url=own("status_url", f"{usual}/status"),
        response_url=own("response_url", usual),
        cancel_url=own("cancel_url", f"{usual}/cancel"),
    )
