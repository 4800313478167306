"""What every provider on a Gradio server has in common."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Checkpoint, Source
from depthstudio.providers.base import (
    Context,
    Credential,
    Health,
    LiveSchema,
    P,
    Provider,
    Reach,
)
from depthstudio.providers.gradio.account import credential_for


class GradioProvider(Provider[P]):
    """A provider whose work is done by a module of its own.

    `making` names it. It is imported when there is work, and in a thread, for it brings the
    network's modules and those of the files.
    """

    making: ClassVar[str]

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return credential_for(secrets, endpoints)

    async def fetch(self, sources: Sequence[Source], params: P, ctx: Context) -> list[Artifact]:
        return await (await self._made()).fetch(sources, params, ctx)

    async def reattach(self, checkpoint: Checkpoint, params: P, ctx: Context) -> list[Artifact]:
        return await (await self._made()).reattach(checkpoint, params, ctx)

    async def check(self, reach: Reach) -> Health:
        return await (await self._made()).check(reach)

    async def describe(self, reach: Reach) -> LiveSchema:
        return await (await self._made()).describe(reach)

    async def _made(self) -> Any:
        import asyncio  # not before the first frame

        return await asyncio.to_thread(import_module, self.making)
