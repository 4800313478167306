"""One HTTP client per provider and credential, all on one SSL context.

httpx is imported on first use: a start that sends nothing does not wait for it.
"""

import asyncio
import ssl
from typing import TYPE_CHECKING

from depthstudio import __version__
from depthstudio.providers.base import Credential

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT_S = 15.0
READ_TIMEOUT_S = 60.0  # between two pieces of an answer, not for the whole of it


class HttpClients:
    """One HTTP client per provider, all on one SSL context."""

    def __init__(self) -> None:
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None
        self._building = asyncio.Lock()
        self._closed = False

    async def client(
        self, provider_id: str, credential: Credential | None = None
    ) -> "httpx.AsyncClient":
        """The client of a provider and credential, made when it is first asked for."""
        async with self._building:
            if self._closed:
                raise RuntimeError("the HTTP clients are closed")
            if provider_id not in self._clients:
                # Importing httpx and reading the certificates take about a tenth of a second.
                tls = self._tls or await asyncio.to_thread(_tls_context)
                self._tls = tls
                self._clients[provider_id] = _new_client(tls)
            return self._clients[provider_id]

    async def aclose(self) -> None:
        """Close every connection. Clients handed out earlier cannot be used any more."""
        async with self._building:
            self._closed = True
            clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.aclose() for client in clients.values()))


def _tls_context() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()


def _new_client(tls: ssl.SSLContext) -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(
        verify=tls,
        timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        headers={"User-Agent": f"DepthStudio/{__version__}"},
    )
