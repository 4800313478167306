"""Follows a download to where it really is. Imported with httpx, once something is sent."""

import contextlib
from collections.abc import AsyncGenerator, Mapping

import httpx

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.extensions import OPEN_ENDED
from depthstudio.providers.transport.hosts import is_loopback

MOST_REDIRECTS = 5
TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=10.0)  # a minute without a byte


@contextlib.asynccontextmanager
async def opened(
    http: httpx.AsyncClient, service: str, url: str, headers: Mapping[str, str]
) -> AsyncGenerator[httpx.Response]:
    """The answer to a GET, its body still to be read. Each redirect is a request of its own."""
    where = httpx.URL(url)
    for _ in range(MOST_REDIRECTS + 1):
        request = http.build_request(
            "GET", where, headers=headers, timeout=TIMEOUT, extensions={OPEN_ENDED: True}
        )
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            if not response.has_redirect_location:
                yield response
                return
            where = _next_hop(service, where, response.headers["Location"])
        finally:
            await response.aclose()
    raise BadResponse(f"{service} sends the download round in circles")


def _next_hop(service: str, here: httpx.URL, location: str) -> httpx.URL:
    try:
        there = here.join(location)
    except httpx.InvalidURL:
        raise BadResponse(f"{service} sends the download to no valid address") from None
    if there.scheme not in ("http", "https") or not there.host:
        raise BadResponse(
            f"{service} sends the download to no web address", detail=f"scheme {there.scheme!r}"
        )
    if is_loopback(there.host) and not is_loopback(here.host):
        raise BadResponse(f"{service} sends the download to this computer itself")
    return there
