"""One HTTP client per provider and credential, all on one SSL context.

httpx is imported on first use: a start that sends nothing does not wait for it.
"""

import asyncio
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from depthstudio import __version__
from depthstudio.core.errors import AuthError
from depthstudio.providers.base import Credential
from depthstudio.providers.transport.proxies import Proxies
from depthstudio.providers.transport.redaction import keep_secrets_out_of_logs
from depthstudio.providers.transport.threads import finished_in_thread
from depthstudio.providers.transport.tls import tls_context

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0  # between two pieces of an answer, not for the whole of it
WRITE_TIMEOUT_S = 120.0  # for one piece of what is sent
POOL_TIMEOUT_S = 10.0

_Key = tuple[str, frozenset[tuple[str, str]], frozenset[str]]
_Maker = Callable[[Credential | None], "httpx.AsyncClient"]


# What httpx, and what we send through it, import when they are first used: on the loop, where
# it would hold up the window for a twentieth of a second.
AT_FIRST_USE = (
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "h11",
    "httpcore",
    "httpx_sse",
    "depthstudio.providers.transport.event_guard",
    "depthstudio.providers.transport.form_stream",
    "depthstudio.providers.transport.transfer",
)
# httpcore does without it, and tries to import it with every request, several times: where it
# is missing each try goes through all of `sys.path`, a tenth of what a request costs.
ASKED_FOR_OFTEN = "sniffio"


class HttpClients:
    """One HTTP client per provider and credential, all on one SSL context.

    `ca_file` holds certificates to trust beside those of the system.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._clients: dict[_Key, httpx.AsyncClient] = {}
        self._former: list[httpx.AsyncClient] = []  # that somebody may still be using
        self._make: _Maker | None = None
        self._building = asyncio.Lock()
        self._closed = False

    async def client(
        self, provider_id: str, credential: Credential | None = None
    ) -> "httpx.AsyncClient":
        """The client of a provider and credential, made when it is first asked for.

        It keeps cookies (and sends no others), follows no redirects unless told to, and shows
        the credential to `credential.hosts` alone, over https or to this computer.

        Raises
        ------
        AuthError
            when a key cannot be sent as it is, such as with a line end in it
        ServiceUnavailable
            when the user's own certificates cannot be read
        """
        async with self._building:
            if self._closed:
                raise RuntimeError("the HTTP clients are closed")
            key = _key(provider_id, credential)
            if key not in self._clients:
                _require_sendable(credential)
                # Importing httpx and reading the certificates take about a tenth of a second.
                make = self._make or await finished_in_thread(lambda: _maker(self._ca_file))
                self._make = make
                self._clients[key] = make(credential)
            return self._clients[key]

    async def trust(self, ca_file: Path | None) -> None:
        """Trust these certificates, in place of the former file, in every client from now on.

        Clients handed out earlier go on as they are.
        """
        async with self._building:
            self._ca_file, self._make = ca_file, None
            self._former += self._clients.values()
            self._clients = {}

    async def aclose(self) -> None:
        """Close every connection. Clients handed out earlier cannot be used any more."""
        async with self._building:
            self._closed = True
            clients = [*self._former, *self._clients.values()]
            self._former, self._clients = [], {}
        await asyncio.gather(*(client.aclose() for client in clients))


def _key(provider_id: str, credential: Credential | None) -> _Key:
    if credential is None:
        return provider_id, frozenset(), frozenset()
    return provider_id, frozenset(credential.headers.items()), credential.hosts


def _require_sendable(credential: Credential | None) -> None:
    for value in credential.headers.values() if credential else ():
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            raise AuthError(
                "The key cannot be sent: it holds a space or a character no key has",
                hint="Give it again in Preferences, Keys, or check its environment variable",
                may_have_run=False,
            )


def _settle_absence(name: str) -> None:
    """Where a module is not installed, let importing it fail without looking for it again."""
    if name not in sys.modules and find_spec(name) is None:
        cast(dict[str, Any], sys.modules)[name] = None


def _maker(ca_file: Path | None) -> _Maker:
    """What makes clients on one SSL context. Blocking."""
    import httpx

    from depthstudio.providers.transport.cookies import closed_jar
    from depthstudio.providers.transport.hops import Hops

    for name in AT_FIRST_USE:
        import_module(name)
    _settle_absence(ASKED_FOR_OFTEN)
    keep_secrets_out_of_logs()
    tls, proxies = tls_context(ca_file), Proxies.of_system()
    timeout = httpx.Timeout(
        READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, write=WRITE_TIMEOUT_S, pool=POOL_TIMEOUT_S
    )
    headers = {
        "User-Agent": f"DepthStudio/{__version__}",
        "Accept-Encoding": "identity",  # an answer is as large as it says
    }
    return lambda credential: httpx.AsyncClient(
        transport=Hops(tls, credential, proxies),
        trust_env=False,  # `Proxies` has read it
        timeout=timeout,
        headers=headers,
        cookies=closed_jar(),
    )
