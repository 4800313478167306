"""Asks a provider something that makes no job and costs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from depthstudio.core.params import Params
from depthstudio.jobs.clock import Clock, SystemClock
from depthstudio.providers.base import Health, Provider
from depthstudio.providers.transport import HttpClients

if TYPE_CHECKING:
    import httpx


@dataclass
class JobReach:
    """The `Reach` of one provider."""

    client: "httpx.AsyncClient | None"
    endpoints: Mapping[str, str]
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


async def check_provider(
    provider: Provider[Params], endpoints: Mapping[str, str] | None = None
) -> Health:
    """Whether the endpoint answers and the key is good."""
    http = HttpClients()
    info = provider.info
    try:
        client = None if info.runs_locally else await http.client(info.id)
        where = {**info.endpoints, **(endpoints or {})}
        return await provider.check(JobReach(client, where, SystemClock()))
    finally:
        await http.aclose()
