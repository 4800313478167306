"""From what a Run asks to jobs that are promised: checked, written down, and let run."""

from collections.abc import Sequence
from dataclasses import dataclass

from depthstudio.core.job import Job, Source
from depthstudio.core.params import Params
from depthstudio.core.record import to_plain
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.order import Order
from depthstudio.jobs.runner import JobRunner
from depthstudio.jobs.services import Services
from depthstudio.jobs.sources import (
    Unusable,
    job_name,
    require_address,
    require_count,
    require_host,
    require_taken,
)
from depthstudio.providers.accepting import needs_host
from depthstudio.providers.hosting.registry import Hosts, known_host
from depthstudio.providers.registry import AnyProvider, Registry

UNUSABLE_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Promising:
    """Makes the jobs of a Run."""

    registry: Registry
    hosts: Hosts
    services: Services
    ledger: Ledger
    runner: JobRunner

    async def enqueue(self, sources: Sequence[Source], order: Order) -> list[Job]:
        """Every job that one Run makes of these sources; see `Session.enqueue`."""
        provider = self.registry.get(order.provider_id)
        params = await self._validated(order)
        return [
            await self._promise(sources, provider, one, order) for one in provider.jobs_of(params)
        ]

    async def add(self, sources: Sequence[Source], order: Order) -> Job:
        """One job of these values as they are."""
        provider = self.registry.get(order.provider_id)
        return await self._promise(sources, provider, await self._validated(order), order)

    async def _validated(self, order: Order) -> Params:
        return await self.services.validated(
            order.provider_id, dict(order.values), dict(order.endpoints)
        )

    async def _promise(
        self, sources: Sequence[Source], provider: AnyProvider, params: Params, order: Order
    ) -> Job:
        info = provider.info
        require_taken(info, sources)
        require_host(info, sources, order.host_via)
        require_address(info, order.endpoints)
        require_count(info.title, info.max_sources, sources)
        if order.host_via:
            known_host(self.hosts, order.host_via)
        job = Job(
            name=job_name(sources),
            provider_id=info.id,
            sources=tuple(sources),
            params=to_plain(params),
            endpoints=dict(order.endpoints),
            again=order.again,
            # A host that gets nothing is not waited for either.
            host_via=order.host_via if needs_host(info, sources) else "",
        )
        await self.ledger.add(job)
        self.runner.admit(job.id)
        return job

    async def add_unusable(self, unusable: Unusable, order: Order) -> Job:
        """Keep a row for what cannot be used, so that it can say why, and be retried."""
        source = Source(
            path=unusable.path.absolute(), media_type=UNUSABLE_TYPE, size_bytes=0, mtime_ns=0
        )
        job = Job(
            name=unusable.path.name,
            provider_id=order.provider_id,
            sources=(source,),
            params=dict(order.values),
            endpoints=dict(order.endpoints),
            again=order.again,
            host_via=order.host_via,
        )
        await self.ledger.add_failed(job, unusable.error)
        return job
