"""Jobs at the Oxen service of the tests, from adding to their end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from depthstudio.core.artifact import Role
from depthstudio.core.job import Job, JobStatus, Source
from depthstudio.core.result import Result
from depthstudio.formats import media_type
from depthstudio.jobs.order import Order
from tests.support.oxen_repositories import Repository
from tests.support.oxen_service import KEY, NAMESPACE, OxenService
from tests.support.service_jobs import Service, of_role

PROVIDER, HOST = "oxen-video-depth", "oxen-repository"
ENVIRONMENT = {"OXEN_API_KEY": KEY, "OXEN_NAMESPACE": NAMESPACE}
ASSETS, CLIP = "ox/Oxen-AI-Assets", "images/winter_summer_ox.mp4"  # as in the model's own page


def put_on_the_web(oxen: OxenService, video: Path) -> str:
    """Let a video lie where anybody can fetch it, and give its address."""
    assets = oxen.repositories.by_name.setdefault(ASSETS, Repository(is_public=True))
    assets.files[CLIP] = video.read_bytes()
    return f"{oxen.url}/api/repos/{ASSETS}/file/main/{CLIP}"


def web_source(url: str) -> Source:
    """What lies at an address, as a source."""
    name = Path(url.rpartition("/")[2])
    return Source(path=name, media_type=media_type.MP4, size_bytes=0, mtime_ns=0, url=url)


@dataclass
class OxenJobs(Service):
    """One session; `web` and `files` are two ways to send the same video."""

    @property
    def endpoints(self) -> dict[str, str]:
        return {"api": self.url, "oxen-hub": self.url}

    async def add_sources(
        self, sources: Sequence[Source], host_via: str = "", again: bool = False, **values: Any
    ) -> Job:
        return await self.session.add(
            sources,
            Order(
                self.provider_id, values, endpoints=self.endpoints, host_via=host_via, again=again
            ),
        )

    async def add_url(self, url: str, **values: Any) -> Job:
        return await self.add_sources([web_source(url)], **values)

    async def run_url(self, url: str, **values: Any) -> JobStatus:
        return await self.settled(await self.add_url(url, **values))

    async def run_file(self, path: Path, **values: Any) -> JobStatus:
        intake = await self.session.take_in([path])
        return await self.settled(await self.add_sources(intake.sources, HOST, **values))


async def heard(wait: Callable[..., None], *arguments: Any) -> None:
    """Wait in a thread for what the service is asked, or does."""
    await asyncio.to_thread(wait, *arguments)


def raw_depth_of(result: Result) -> np.ndarray:
    """(N, H, W): the values that came."""
    (raw,) = of_role(result, Role.RAW_DEPTH)
    with np.load(raw.path, allow_pickle=False) as arrays:
        return arrays["depths"]
