"""Listens to a stream of server-sent events."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.errors import translated_errors, utc_now
from depthstudio.providers.transport.extensions import OPEN_ENDED
from depthstudio.providers.transport.web_page import SIGN_IN_HINT, is_web_page

if TYPE_CHECKING:
    import httpx

SILENCE_S = 45.0  # services send a heartbeat every 15 s
CONNECT_TIMEOUT_S = 10.0
LONGEST_EVENT_BYTES = 64 << 20
LONGEST_STREAM_BYTES = 1 << 30


@dataclass(frozen=True)
class ServerEvent:
    """One event. ``event`` is “message” where the stream gives it no name."""

    event: str
    data: str


async def server_events(
    client: "httpx.AsyncClient",
    url: str,
    *,
    service: str,
    params: Mapping[str, str] | None = None,
    silence_s: float = SILENCE_S,
    max_event_bytes: int = LONGEST_EVENT_BYTES,
    on_open: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> AsyncGenerator[ServerEvent]:
    """The events of a GET, as they come, until the server ends the stream.

    Comments, ids and events with neither name nor data are left out. Use it with
    `contextlib.aclosing`, so that the connection goes when you stop listening. `on_open` is
    called once the service has answered: from then on no event is missed.

    Raises
    ------
    ServiceUnavailable
        the connection broke off, or not even a heartbeat came for `silence_s`; every
        event that was complete has been given before
    BadResponse
        it is no event stream, or an event longer than `max_event_bytes`
    ProviderError
        the service refused, as `translated_errors` has it
    """
    import httpx
    from httpx_sse import aconnect_sse

    from depthstudio.providers.transport.bounded import raise_for_trouble
    from depthstudio.providers.transport.event_guard import EventGuard

    timeout = httpx.Timeout(silence_s, connect=CONNECT_TIMEOUT_S, pool=CONNECT_TIMEOUT_S)
    with translated_errors(service, now=now):
        where = httpx.URL(url)
        async with aconnect_sse(
            client,
            "GET",
            where.copy_merge_params(params) if params else where,  # type: ignore[arg-type]
            headers={"Accept-Encoding": "identity"},
            timeout=timeout,
            extensions={OPEN_ENDED: True},
            follow_redirects=False,
        ) as source:
            response = source.response
            await raise_for_trouble(response)
            _require_event_stream(response, service)
            if on_open:
                on_open()
            # Always UTF-8, whatever the header says, and a mark at its start is no text.
            response.encoding = "utf-8-sig"
            stream = cast(httpx.AsyncByteStream, response.stream)
            guard = EventGuard(stream, service, max_event_bytes, LONGEST_STREAM_BYTES)
            response.stream = guard
            async with contextlib.aclosing(source.aiter_sse()) as events:
                async for event in events:
                    guard.delivered()
                    if event.data or event.event != "message":
                        yield ServerEvent(event.event, event.data)
            if guard.broken_by is not None:
                raise guard.broken_by


def _require_event_stream(response: "httpx.Response", service: str) -> None:
    from depthstudio.providers.transport.bounded import is_packed

    content_type = response.headers.get("Content-Type", "")
    is_stream = content_type.partition(";")[0].strip().lower() == "text/event-stream"
    if response.status_code == 200 and is_stream and not is_packed(response):
        return
    is_page = is_web_page(content_type, b"")
    raise BadResponse(
        f"{service} answered with a web page" if is_page else f"{service} sends no events",
        hint=SIGN_IN_HINT if is_page else "Check the server's address",
        detail=f"HTTP {response.status_code} {content_type[:100]}",
    )
