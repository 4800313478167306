"""Follows a download to where it really is. Imported with httpx, once something is sent."""

import contextlib
from collections.abc import AsyncGenerator, Collection, Mapping

import httpx

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.extensions import OPEN_ENDED, PUBLIC_ONLY
from depthstudio.providers.transport.hosts import is_loopback
from depthstudio.providers.transport.result_address import TELL_HINT, is_own, result_address

MOST_REDIRECTS = 5
TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=10.0)  # a minute without a byte


@contextlib.asynccontextmanager
async def opened(
    http: httpx.AsyncClient,
    service: str,
    url: str,
    headers: Mapping[str, str],
    own: Collection[str] | None = None,
) -> AsyncGenerator[httpx.Response]:
    """The answer to a GET, its body still to be read. Each redirect is a request of its own.

    With `own`, every hop is looked at as `result_address` does, and where it connects to. None
    leads from https to plain http.
    """
    where = httpx.URL(url if own is None else result_address(service, url, own))
    for _ in range(MOST_REDIRECTS + 1):
        is_foreign = own is not None and not is_own(str(where), own)
        request = http.build_request(
            "GET",
            where,
            headers=headers,
            timeout=TIMEOUT,
            extensions={OPEN_ENDED: True, PUBLIC_ONLY: is_foreign},
        )
        response = await http.send(request, stream=True, follow_redirects=False)
        try:
            if not response.has_redirect_location:
                yield response
                return
            where = _next_hop(service, where, response.headers["Location"])
            if own is not None:
                result_address(service, str(where), own)
        finally:
            await response.aclose()
    raise BadResponse(f"{service} sends the download round in circles", hint=TELL_HINT)


def _next_hop(service: str, here: httpx.URL, location: str) -> httpx.URL:
    try:
        there = here.join(location)
    except httpx.InvalidURL:
        raise BadResponse(
            f"{service} sends the download to no valid address", hint=TELL_HINT
        ) from None
    if there.scheme not in ("http", "https") or not there.host:
        raise BadResponse(
            f"{service} sends the download to no web address",
            hint=TELL_HINT,
            detail=f"scheme {there.scheme[:20]!r}",
        )
    if here.scheme == "https" and there.scheme == "http":
        raise BadResponse(
            f"{service} sends the download to an address without encryption", hint=TELL_HINT
        )
    if is_loopback(there.host) and not is_loopback(here.host):
        raise BadResponse(f"{service} sends the download to this computer itself", hint=TELL_HINT)
    return there
