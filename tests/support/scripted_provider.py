"""A provider for tests: the whole interface, over HTTP, against `scripted_service`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import RemoteJobFailed, ResultLost
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.params import Params, param
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.providers.base import (
    Context,
    Health,
    Licence,
    Product,
    Provider,
    ProviderInfo,
    Reach,
)
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.transport.errors import translated_errors

POLL_S = 0.005


class ScriptedParams(Params):
    """What the service is to do, and how many submits one job takes."""

    script: Annotated[str, param(label="Script")] = "ok"
    steps: Annotated[int, param(label="Steps", ge=1, le=3)] = 1
    label: Annotated[str, param(label="Label", affects_result=False)] = ""


class Scripted(Provider[ScriptedParams]):
    """Sends a source's bytes, follows the remote job, downloads one file."""

    info = ProviderInfo(
        id="scripted",
        title="Scripted",
        version="1",
        subtitle="A service for tests",
        accepts=frozenset({"image/png"}),
        produces=(Product("depth", "Depth"),),
        licence=Licence("None", commercial=None),
        price="Free",
        endpoints={"api": "https://scripted.invalid"},
        keeps_jobs=True,
        max_sources=4,
        max_parallel=2,
    )
    params_type = ScriptedParams

    async def fetch(
        self, sources: Sequence[Source], params: ScriptedParams, ctx: Context
    ) -> list[Artifact]:
        body = await self._body(sources, ctx)
        if params.script == "stall":
            ctx.report(Progress(Stage.RUNNING, message="stalled"))
            await asyncio.Event().wait()
        if params.script == "local":
            return await self._written(f"made of {body}".encode(), ctx)
        return await self._go_on(1, body, params, ctx)

    async def reattach(
        self, checkpoint: Checkpoint, params: ScriptedParams, ctx: Context
    ) -> list[Artifact]:
        done = [step for step in checkpoint.steps if step.startswith("step-")]
        body = "again" if done else await self._body(ctx.sources, ctx)
        return await self._go_on(len(done) + 1, body, params, ctx)

    async def _body(self, sources: Sequence[Source], ctx: Context) -> str:
        if self.info.takes_urls or self.info.needs_web_address:
            return await ctx.web_address(sources[0])
        return await ctx.in_thread(lambda flag: sources[0].path.read_bytes().hex()[:64])

    async def _go_on(
        self, first: int, body: str, params: ScriptedParams, ctx: Context
    ) -> list[Artifact]:
        try:
            if first > 1:
                await self._follow(ctx.checkpoint.steps[f"step-{first - 1}"], ctx)
            for number in range(first, params.steps + 1):
                step = f"step-{number}"
                ids = await ctx.submit(step, lambda step=step: self._send(step, body, params, ctx))
                await self._follow(ids, ctx)
        except asyncio.CancelledError:
            for ids in list(ctx.checkpoint.steps.values())[-1:]:
                await ctx.cancel_remotely(lambda ids=ids: self._stop(ids, ctx))
            raise
        last = ctx.checkpoint.steps[f"step-{params.steps}"]["id"]
        with translated_errors("Scripted", now=ctx.now):
            answer = await ctx.http.get(f"{ctx.endpoints['api']}/jobs/{last}/file")
        return await self._written(answer.content, ctx)

    async def _written(self, content: bytes, ctx: Context) -> list[Artifact]:
        path = ctx.folder / "out.bin"
        await ctx.in_thread(lambda flag: path.write_bytes(content))
        return [Artifact.of(path, Role.RAW_DEPTH, "application/octet-stream")]

    async def _send(
        self, step: str, body: str, params: ScriptedParams, ctx: Context
    ) -> Mapping[str, Json]:
        submit = {"job": ctx.folder.parent.name, "step": step, "script": params.script}
        with translated_errors("Scripted", now=ctx.now):
            answer = await ctx.http.post(
                f"{ctx.endpoints['api']}/jobs", json={**submit, "body": body}
            )
            answer.raise_for_status()
        return {"id": answer.json()["id"]}

    async def _follow(self, ids: Mapping[str, Json], ctx: Context) -> None:
        url = f"{ctx.endpoints['api']}/jobs/{ids['id']}"
        while True:
            with translated_errors("Scripted", now=ctx.now):
                answer = await ctx.http.get(url)
                if answer.status_code == 404:
                    raise ResultLost("Scripted has forgotten the job")
                answer.raise_for_status()
            state = answer.json()["state"]
            if state == "failed":
                raise RemoteJobFailed("Scripted could not do it", hint="Try another photo")
            if state == "done":
                return
            ctx.report(Progress(Stage.RUNNING, message="scripted"))
            await ctx.sleep(POLL_S)

    async def _stop(self, ids: Mapping[str, Json], ctx: Context) -> CancelAnswer:
        with translated_errors("Scripted", now=ctx.now):
            answer = await ctx.http.delete(f"{ctx.endpoints['api']}/jobs/{ids['id']}")
            answer.raise_for_status()
        return CancelAnswer(f"{answer.json()['state']} at the service")

    def decode(self, artifacts: Sequence[Artifact], params: ScriptedParams) -> Views:
        return Views()

    async def check(self, reach: Reach) -> Health:
        with translated_errors("Scripted", now=reach.now):
            await reach.http.get(f"{reach.endpoints['api']}/health")
        return Health(ok=True, message="Works")


def scripted_at(url: str, **changes: Any) -> Scripted:
    """The provider with its server at `url`; `changes` are fields of its info."""
    provider = Scripted()
    info = replace(Scripted.info, endpoints={"api": url}, **changes)
    setattr(provider, "info", info)  # noqa: B010 - a class variable, and this one has its own
    return provider
