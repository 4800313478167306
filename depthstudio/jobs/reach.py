"""Asks a provider something that makes no job and costs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from depthstudio.core.params import Params
from depthstudio.jobs.clock import Clock, SystemClock
from depthstudio.providers.base import Health, Provider
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.settings.secrets import Secrets

if TYPE_CHECKING:
    import httpx


@dataclass
class JobReach:
    """The `Reach` of one provider."""

    client: "httpx.AsyncClient | None"
    endpoints: Mapping[str, str]
    secrets: Mapping[str, str]
    clock: Clock

    @property
    def http(self) -> "httpx.AsyncClient":
        if self.client is None:
            raise RuntimeError("a provider without endpoints has no client")
        return self.client

    def now(self) -> datetime:
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


def given_secrets(provider: Provider[Params], secrets: Secrets) -> dict[str, str]:
    """What the user has given of a provider's secrets."""
    found = {s.name: secrets.get(s.name, s.variable) for s in provider.info.secrets}
    return {name: value for name, value in found.items() if value}


async def client_of(
    provider: Provider[Params],
    http: HttpClients,
    endpoints: Mapping[str, str],
    secrets: Mapping[str, str],
) -> "httpx.AsyncClient | None":
    """The client that speaks for the user to this provider's servers, and to no other."""
    if provider.info.runs_locally:
        return None
    return await http.client(provider.info.id, provider.credential(secrets, endpoints))


async def reach_of(
    provider: Provider[Params],
    http: HttpClients,
    endpoints: Mapping[str, str],
    secrets: Secrets,
    clock: Clock,
) -> JobReach:
    """The `Reach` of a provider, with what the user gave and put in place of its servers."""
    where = {**provider.info.endpoints, **endpoints}
    given = given_secrets(provider, secrets)
    client = await client_of(provider, http, where, given)
    return JobReach(client, where, given, clock)


async def check_provider(
    provider: Provider[Params],
    endpoints: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Health:
    """Whether the endpoint answers and the key is good."""
    http = HttpClients()
    try:
        reach = await reach_of(provider, http, endpoints or {}, secrets or Secrets(), SystemClock())
        return await provider.check(reach)
    finally:
        await http.aclose()
