"""Jobs of Tengr in an open session, and the photo they are about."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthstudio.core.job import Job, JobState, JobStatus, Source
from depthstudio.core.result import Result
from depthstudio.core.views import DepthStack
from depthstudio.formats import media_type
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from tests.support.hurried_clock import HurriedClock
from tests.support.service_jobs import is_settled
from tests.support.shelf_host import HOST_ID
from tests.support.watch import until

ID = "tengr-depth-map"
SMALL = {"resolution_lower_limit": 256}


@dataclass
class Tengr:
    """The provider in an open session, and what its jobs ended with."""

    session: Session
    clock: HurriedClock
    endpoints: dict[str, str] = field(default_factory=dict[str, str])

    async def add_url(self, url: str, **values: Any) -> Job:
        name = url.rpartition("/")[2]
        source = Source(
            path=Path(name), media_type=media_type.PNG, size_bytes=0, mtime_ns=0, url=url
        )
        return await self.added([source], **values)

    async def add_file(self, path: Path, **values: Any) -> Job:
        intake = await self.session.take_in([path])
        return await self.added(intake.sources, host_via=HOST_ID, **values)

    async def added(self, sources: Sequence[Source], *, host_via: str = "", **values: Any) -> Job:
        (job,) = await self.session.enqueue(
            sources,
            Order(ID, {**SMALL, **values}, endpoints=self.endpoints, host_via=host_via),
        )
        return job

    def status(self, job: Job) -> JobStatus:
        return self.session.queue.entry(job.id).status

    async def settled(self, job: Job) -> JobStatus:
        await until(self.session.queue, lambda: is_settled(self.status(job)))
        return self.status(job)

    async def result(self, job: Job) -> Result:
        status = await self.settled(job)
        assert status.state is JobState.DONE, status
        return await self.session.result(status.result_id or "")

    async def depth(self, job: Job) -> DepthStack:
        views = await self.session.load(await self.result(job))
        assert views.depth is not None
        return views.depth


def pixels() -> NDArray[np.uint8]:
    """Dark left, bright right, (48, 64) uint8."""
    ramp = np.linspace(20, 235, 64).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(ramp, (48, 64)))


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels()).save(buffer, "PNG")
    return buffer.getvalue()


def near_side(depth: DepthStack) -> str:
    """On which side of a map of `photo` its own kind says that it is near; right is true."""
    left, right = (float(depth.values[0][:, side].mean()) for side in (slice(20), slice(-20, None)))
    return "right" if (right > left) is depth.kind.larger_is_nearer else "left"
