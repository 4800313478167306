"""Asks a provider something that makes no job and costs nothing."""

import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.core.digest import canonical_json
from depthstudio.core.errors import BadResponse
from depthstudio.core.params import Params
from depthstudio.jobs.clock import Clock, SystemClock
from depthstudio.jobs.means import require_addresses, require_secrets
from depthstudio.providers.base import Health, LiveSchema, Provider, Secret
from depthstudio.providers.hosting.base import Host
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.settings.secrets import Secrets

if TYPE_CHECKING:
    import httpx

LARGEST_SCHEMA_BYTES = 1_000_000


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


def given_secrets(wanted: Iterable[Secret], secrets: Secrets) -> dict[str, str]:
    """Those of the secrets a provider or host wants that the user has given, by name."""
    found = {secret.name: secrets.get(secret.name, secret.variable) for secret in wanted}
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
    endpoints: Mapping[str, str],
    *,
    http: HttpClients,
    secrets: Secrets,
    clock: Clock,
) -> JobReach:
    """The way to a provider's servers; `endpoints` are those the user put in place of its own."""
    where = provider.info.addresses(endpoints)
    await secrets.look_up(secret.name for secret in provider.info.secrets)
    given = given_secrets(provider.info.secrets, secrets)
    return JobReach(await client_of(provider, http, where, given), where, given, clock)


async def host_reach(
    host: Host,
    endpoints: Mapping[str, str],
    *,
    http: HttpClients,
    secrets: Secrets,
    clock: Clock,
) -> JobReach:
    """The way to a host, with its own credential; `endpoints` may name some of its own."""
    info = host.info
    where = info.addresses(endpoints)
    await secrets.look_up(secret.name for secret in info.secrets)
    given = given_secrets(info.secrets, secrets)
    client = await http.client(f"host {info.id}", host.credential(given, where))
    return JobReach(client, where, given, clock)


async def check_provider(
    provider: Provider[Params],
    endpoints: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
    ca_file: Path | None = None,
) -> Health:
    """Whether the endpoint answers and the key is good, asked without a session.

    Raises
    ------
    ProviderError
        when it does not answer, or refuses, or lacks what only the user can give
    """
    info, given = provider.info, secrets or Secrets()
    await given.look_up(secret.name for secret in info.secrets)
    require_secrets(info.title, info.secrets, given)
    require_addresses(info, endpoints or {})
    async with _reach_alone(provider, endpoints, given, ca_file) as reach:
        return await provider.check(reach)


async def describe_provider(
    provider: Provider[Params],
    endpoints: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
    ca_file: Path | None = None,
) -> LiveSchema:
    """What the server offers now, asked without a session. Nothing is remembered."""
    async with _reach_alone(provider, endpoints, secrets, ca_file) as reach:
        return checked_schema(await provider.describe(reach))


def checked_schema(live: LiveSchema) -> LiveSchema:
    """The same, if it can be kept in a file.

    Raises
    ------
    BadResponse
        when it cannot
    """
    try:
        size_bytes = len(canonical_json(live.schema))
    except (TypeError, ValueError, RecursionError) as exc:
        raise BadResponse("The server's list of parameters cannot be read") from exc
    if size_bytes > LARGEST_SCHEMA_BYTES:
        raise BadResponse("The server's list of parameters is too long")
    return live


@contextlib.asynccontextmanager
async def _reach_alone(
    provider: Provider[Params],
    endpoints: Mapping[str, str] | None,
    secrets: Secrets | None,
    ca_file: Path | None,
) -> AsyncGenerator[JobReach]:
    http = HttpClients(ca_file)
    try:
        yield await reach_of(
            provider,
            endpoints or {},
            http=http,
            secrets=secrets or Secrets(),
            clock=SystemClock(),
        )
    finally:
        await http.aclose()
