"""Jobs of the fal provider at the fal service of the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depthstudio.core.job import Job, Source
from depthstudio.jobs.order import Order
from tests.support.fal_service import KEY, FalService
from tests.support.service_jobs import Service

FAL = "fal-depth-anything-v2"
SUBMIT = r"^POST /fal-ai/"
STATUS = r"/status"
RESULT = r"^GET /fal-ai/image-preprocessors/requests/[^/]+$"
CANCEL = r"/cancel$"
TOKEN = r"^POST /storage/auth/token"
UPLOAD = r"^POST /files/upload"
DEPTH = r"^GET /files/.*depth\.png$"
ENVIRONMENT = {"FAL_KEY": KEY}


@dataclass
class FalJobs(Service):
    """As `Service`, at all three addresses; a source may lie on the web."""

    endpoints: Mapping[str, str] = field(default_factory=dict)

    async def add(
        self, paths: Sequence[Path | Source], *, again: bool = False, **values: Any
    ) -> Job:
        files = [path for path in paths if isinstance(path, Path)]
        intake = await self.session.take_in(files)
        assert not intake.unusable
        sources = [*intake.sources, *(path for path in paths if isinstance(path, Source))]
        return await self.session.add(
            sources, Order(self.provider_id, values, endpoints=dict(self.endpoints), again=again)
        )


def on_the_web(url: str, media_type: str = "image/png") -> Source:
    """A source as an address gives it."""
    name = Path(url.rpartition("/")[2])
    return Source(path=name, media_type=media_type, size_bytes=0, mtime_ns=0, url=url)


def submits(fal: FalService) -> int:
    """How many requests the queue took."""
    return len(fal.queue.entries)
