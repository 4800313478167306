"""A provider on this computer whose work is whatever a test says."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.job import Source
from depthstudio.core.params import Params, param
from depthstudio.core.views import Views
from depthstudio.providers.base import Context, Licence, Product, Provider, ProviderInfo

Work = Callable[[Sequence[Source], Context], Awaitable[list[Artifact]]]


class LocalParams(Params):
    """One of each kind, and one that changes nothing."""

    strength: Annotated[float, param(label="Strength", ge=0, le=1)] = 0.5
    smooth: Annotated[bool, param(label="Smooth")] = False
    title: Annotated[str, param(label="Title")] = ""
    label: Annotated[str, param(label="Label", affects_result=False)] = ""


class Local(Provider[LocalParams]):
    """Does `work` and has no server."""

    info = ProviderInfo(
        id="local",
        title="Local",
        version="1",
        subtitle="Work of a test",
        accepts=frozenset({"image/png"}),
        produces=(Product("depth", "Depth"),),
        licence=Licence("None", commercial=True),
        price="Free",
        max_parallel=2,
    )
    params_type = LocalParams

    def __init__(self, work: Work) -> None:
        self._work = work

    async def fetch(
        self, sources: Sequence[Source], params: LocalParams, ctx: Context
    ) -> list[Artifact]:
        return await self._work(sources, ctx)

    def decode(self, artifacts: Sequence[Artifact], params: LocalParams) -> Views:
        return Views()


async def one_file(sources: Sequence[Source], ctx: Context) -> list[Artifact]:
    """The simplest work there is."""
    return [file_in(ctx.folder, b"made here")]


def file_in(folder: Path, content: bytes, name: str = "out.bin") -> Artifact:
    path = folder / name
    path.write_bytes(content)
    return Artifact.of(path, Role.RAW_DEPTH, "application/octet-stream")
