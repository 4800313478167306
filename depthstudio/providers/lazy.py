"""What every provider has in common that asks a service: its work waits in another module."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Checkpoint, Source
from depthstudio.providers.base import Context, Health, LiveSchema, P, Provider, Reach
from depthstudio.providers.lost import LostStep, Search


class LazyProvider(Provider[P]):
    """A provider whose work is done by a module of its own.

    `making` names it. It is imported when there is work, and in a thread, for it brings the
    network's modules and those of the files.
    """

    making: ClassVar[str]

    async def fetch(self, sources: Sequence[Source], params: P, ctx: Context) -> list[Artifact]:
        return await (await self._made()).fetch(sources, params, ctx)

    async def reattach(self, checkpoint: Checkpoint, params: P, ctx: Context) -> list[Artifact]:
        return await (await self._made()).reattach(checkpoint, params, ctx)

    async def check(self, reach: Reach) -> Health:
        return await (await self._made()).check(reach)

    async def describe(self, reach: Reach) -> LiveSchema:
        made = await self._made()
        if not hasattr(made, "describe"):  # a service that has no schema to fetch
            return await super().describe(reach)
        return await made.describe(reach)

    async def find_lost(self, lost: LostStep, params: P, reach: Reach) -> Search:
        made = await self._made()
        if not hasattr(made, "find_lost"):  # a service that has no list
            return await super().find_lost(lost, params, reach)
        return await made.find_lost(lost, params, reach)

    async def _made(self) -> Any:
        import asyncio  # not before the first frame

        return await asyncio.to_thread(import_module, self.making)
