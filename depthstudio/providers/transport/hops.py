"""Sends every request on its own merits. Imported with httpx, once something is sent."""

import ssl
from typing import cast

import httpx

from depthstudio.providers.base import Credential
from depthstudio.providers.transport.bounded import (
    LONGEST_ANSWER_BYTES,
    LONGEST_PACKED_BYTES,
    BoundedStream,
    is_packed,
)
from depthstudio.providers.transport.cookies import new_cookie_jar
from depthstudio.providers.transport.deadline import AnswerDeadline
from depthstudio.providers.transport.extensions import (
    CREDENTIAL,
    OPEN_ENDED,
    PUBLIC_ONLY,
    SECRETS,
)
from depthstudio.providers.transport.hosts import may_see
from depthstudio.providers.transport.proxies import Proxies
from depthstudio.providers.transport.public_only import PublicRoute
from depthstudio.providers.transport.redaction import words_of
from depthstudio.providers.transport.threads import finished_in_thread

# Less than servers wait with their idle connections (uvicorn 5 s): a submit on one that is
# being closed at that moment would be a submit nobody knows the fate of.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)


class Hops(httpx.AsyncBaseTransport):
    """Chooses for each request, those of redirects too, its proxy and who may know who asks.

    The credential's headers are set where it may be seen, and removed everywhere else,
    whoever put them there. A request may bring a `CREDENTIAL` of its own, for which the same
    holds. Cookies are kept here, and go where they came from. Answers are bounded, in bytes
    and in time, unless `OPEN_ENDED`; their headers always are.

    A request that is `PUBLIC_ONLY` goes to public addresses alone, see `public_only`. Where a
    proxy makes the connections nobody here sees where they lead, and only an address that
    says itself that it is private can be refused, which `result_address` does.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        credential: Credential | None,
        proxies: Proxies,
    ) -> None:
        self._tls = tls
        self._credential = credential
        self._proxies = proxies
        self._cookies = httpx.Cookies(new_cookie_jar())
        self._secrets = _secrets_in(credential)
        self._routes: dict[tuple[str | None, bool], httpx.AsyncBaseTransport] = {}
        self._proxy_of: dict[tuple[str, bytes], str | None] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("an address begins with https:// or http://")
        deadline = AnswerDeadline(request)
        credential: Credential | None = request.extensions.get(CREDENTIAL, self._credential)
        sent = httpx.Request(
            request.method,
            request.url,
            headers=self._headers(request, credential),
            stream=deadline.of_request(cast(httpx.AsyncByteStream, request.stream)),
            extensions=request.extensions,
        )
        self._cookies.set_cookie_header(sent)
        secrets = self._secrets | _secrets_in(credential)
        request.extensions[SECRETS] = secrets | {sent.headers.get("Cookie", "")}
        is_public_only = bool(request.extensions.get(PUBLIC_ONLY))
        route = self._route(await self._proxy(request.url), is_public_only)
        async with deadline.of_headers():
            response = await route.handle_async_request(sent)
        response.request = sent
        self._cookies.extract_cookies(response)
        if not request.extensions.get(OPEN_ENDED):
            limit_bytes = LONGEST_PACKED_BYTES if is_packed(response) else LONGEST_ANSWER_BYTES
            inner = cast(httpx.AsyncByteStream, response.stream)
            response.stream = BoundedStream(inner, limit_bytes, deadline)
        return response

    def _headers(self, request: httpx.Request, credential: Credential | None) -> httpx.Headers:
        headers = request.headers.copy()
        headers.pop("Cookie", None)
        for known in filter(None, (self._credential, credential)):
            for name in known.headers:
                headers.pop(name, None)
        if credential is not None and may_see(credential.hosts, request.url):
            headers.update(credential.headers)
        return headers

    async def _proxy(self, url: httpx.URL) -> str | None:
        if not self._proxies.by_scheme:
            return None
        place = (url.scheme, url.netloc)
        if place not in self._proxy_of:
            self._proxy_of[place] = await finished_in_thread(lambda: self._proxies.leading_to(url))
        return self._proxy_of[place]

    def _route(self, proxy: str | None, is_public_only: bool) -> httpx.AsyncBaseTransport:
        key = proxy, is_public_only and proxy is None
        if key not in self._routes:
            self._routes[key] = self._new_route(*key)
        return self._routes[key]

    def _new_route(self, proxy: str | None, is_public_only: bool) -> httpx.AsyncBaseTransport:
        if is_public_only:
            return PublicRoute(self._tls, LIMITS)
        if proxy is not None and not proxy.lower().startswith(("http://", "https://")):
            # Going around it would be against the wish of whoever set it.
            kind = proxy.partition("://")[0]
            raise httpx.ProxyError(f"only HTTP proxies can be used, and this one is {kind}")
        return httpx.AsyncHTTPTransport(
            verify=self._tls, trust_env=False, limits=LIMITS, proxy=proxy
        )

    async def aclose(self) -> None:
        for route in self._routes.values():
            await route.aclose()


def _secrets_in(credential: Credential | None) -> frozenset[str]:
    values = credential.headers.values() if credential else ()
    return frozenset(secret for value in values for secret in words_of(value))
