"""What can be asked of a service beside jobs, and what is remembered of its answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from depthstudio.core.errors import NotOffered, ResultLost
from depthstudio.core.job import Checkpoint
from depthstudio.core.param_reconcile import reconciled
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, as_promised, validated
from depthstudio.core.record import Json, to_plain
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.means import require_addresses, require_secrets
from depthstudio.jobs.reach import JobReach, checked_schema, reach_of
from depthstudio.jobs.recovery import lost_hold
from depthstudio.providers.base import Answer, Health, LiveSchema
from depthstudio.providers.lost import LostStep, Search
from depthstudio.providers.registry import AnyProvider, Registry
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.tls import certificates_in
from depthstudio.settings.secrets import Secrets
from depthstudio.settings.servers import KnownServer, KnownServers

T = TypeVar("T")


@dataclass
class Services:
    """The servers of one session's providers.

    `endpoints` are everywhere those that the user put in place of a provider's own.
    """

    registry: Registry
    http: HttpClients
    secrets: Secrets
    servers: KnownServers
    clock: Clock
    executor: Executor

    async def check(self, provider_id: str, endpoints: Mapping[str, str]) -> Health:
        """Whether the server answers and the key is good. Costs nothing.

        Raises
        ------
        ProviderError
            when it does not answer, or refuses, or lacks what only the user can give
        """
        provider = self.registry.get(provider_id)
        info = provider.info
        await self.secrets.look_up(secret.name for secret in info.secrets)
        require_secrets(info.title, info.secrets, self.secrets)
        require_addresses(info, endpoints)
        return await provider.check(await self._reach(provider, endpoints))

    async def describe(self, provider_id: str, endpoints: Mapping[str, str]) -> LiveSchema:
        """What a server offers now, which is remembered for the next time.

        Raises
        ------
        ProviderError
            when it does not answer, or with something that cannot be read
        """
        provider = self.registry.get(provider_id)
        live = checked_schema(await provider.describe(await self._reach(provider, endpoints)))
        if provider.info.endpoints:
            await self._in_thread(lambda: self._remember(provider, endpoints, live))
        return live

    async def server(self, provider_id: str, endpoints: Mapping[str, str]) -> KnownServer | None:
        """What is remembered of a server; needs no network."""
        where = self.registry.get(provider_id).info.addresses(endpoints)
        return await self._in_thread(lambda: self.servers.find(provider_id, where))

    async def recent(self, provider_id: str) -> list[KnownServer]:
        """The servers of a provider that were met, newest first."""
        return await self._in_thread(lambda: self.servers.of(provider_id))

    async def schema(
        self, provider_id: str, endpoints: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        """A provider's schema as its server was last seen to have it; None if it never was."""
        server = await self.server(provider_id, endpoints)
        if server is None or not server.schema:
            return None
        own = schema_of(self.registry.get(provider_id).params_type)
        return reconciled(own, server.schema)

    async def validated(
        self, provider_id: str, values: Mapping[str, Any], endpoints: Mapping[str, str]
    ) -> Params:
        """The parameters, if they are within what the server was last seen to allow.

        Raises
        ------
        ParamError
            naming the first that is not
        """
        model = self.registry.get(provider_id).params_type
        return validated(model, values, schema=await self.schema(provider_id, endpoints))

    async def interact(self, row: JournalRow, action: Mapping[str, Json]) -> Answer:
        """Ask the remote session of a finished job; see `Session.interact`."""
        provider = self.registry.get(row.job.provider_id)
        title = provider.info.title
        if not provider.info.actions:
            raise NotOffered(f"{title} offers no actions on a finished result")
        if not row.checkpoint:
            raise ResultLost(
                f"{title} keeps no session for this result", hint="Run it again to measure in it"
            )
        reach = await self._reach(provider, row.job.endpoints)
        return await provider.interact(row.checkpoint, action, reach)

    async def find_lost(self, row: JournalRow, others: Sequence[Checkpoint]) -> Search:
        """Look in a service's own list for a submit that got no answer; sends nothing.

        Raises
        ------
        ProviderError
            when the list cannot be had, or there is none
        """
        job, hold = row.job, row.hold or lost_hold()
        provider = self.registry.get(job.provider_id)
        info = provider.info
        await self.secrets.look_up(secret.name for secret in info.secrets)
        require_secrets(info.title, info.secrets, self.secrets)
        params = as_promised(provider.params_type, job.params)
        lost = LostStep(hold.step, hold.sent_at, job.sources, row.checkpoint, others)
        reach = await self._reach(provider, job.endpoints)
        return await provider.find_lost(lost, params, reach)

    async def certificates_in(self, ca_file: Path) -> int:
        """How many certificates a file holds; see `trust`."""
        return await self._in_thread(lambda: certificates_in(ca_file))

    async def trust(self, ca_file: Path | None) -> int:
        """Trust the certificates in this file beside the system's, and in no other; None for none.

        It holds for whatever is asked from now on; what is under way goes on as it is. Returns
        how many there are.

        Raises
        ------
        InputError
            when there are none, or the file cannot be read; then nothing changes
        """
        count = 0 if ca_file is None else await self.certificates_in(ca_file)
        await self.http.trust(ca_file)
        return count

    async def _reach(self, provider: AnyProvider, endpoints: Mapping[str, str]) -> JobReach:
        return await reach_of(
            provider, endpoints, http=self.http, secrets=self.secrets, clock=self.clock
        )

    def _remember(
        self, provider: AnyProvider, endpoints: Mapping[str, str], live: LiveSchema
    ) -> None:
        where = provider.info.addresses(endpoints)
        schema: Mapping[str, Json] = to_plain(live.schema)
        self.servers.remember(
            provider.info.id, where, self.clock.now(), profile=live.profile, schema=schema
        )

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)
