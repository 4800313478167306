"""The paid services on this computer, all at once, and a kind of job for every way to ask them."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.fal_queue import Ending
from tests.support.fal_service import KEY as FAL_KEY
from tests.support.fal_service import FalService
from tests.support.oxen_service import KEY as OXEN_KEY
from tests.support.oxen_service import NAMESPACE, OxenService
from tests.support.rest_service import Answer, Request, RestService
from tests.support.tengr_service import KEY as TENGR_KEY
from tests.support.tengr_service import TengrService
from tests.support.videos import write_video

ENVIRONMENT = {
    "FAL_KEY": FAL_KEY,
    "OXEN_API_KEY": OXEN_KEY,
    "OXEN_NAMESPACE": NAMESPACE,
    "TENGR_API_KEY": TENGR_KEY,
}
# Pauses between two looks that nobody needs to wait for, as (first, longest, deadline) seconds.
HURRY: Mapping[str, Any] = {
    "depthstudio.jobs.looking.APPEARS_WITHIN_S": 0.1,
    "depthstudio.providers.oxen.queue.POLL_S": 0.5,
    "depthstudio.providers.tengr.making.PACE": [0.05, 0.2, 60.0],
    "depthstudio.providers.fal.queue.PACE": [0.05, 0.2, 60.0],
}


@dataclass(frozen=True)
class Asked:
    """One way to ask a service, with the requests it makes of it by their patterns.

    is_listed : whether the service can be asked for all it was asked
    submit : starts work; upload : brings the file, to the service or a host; result : fetches
    what was made
    """

    name: str
    vendor: str
    provider_id: str
    submit: str
    result: str
    upload: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    host_via: str = ""
    is_video: bool = False
    is_listed: bool = False

    def __str__(self) -> str:
        return self.name


REPOSITORY, STORAGE = "oxen-repository", "fal-storage"
PUT = r"^PUT /api/repos/.*/file/"
PRESIGNED = r"^GET /presigned/.*\.mp4"
OXEN = Asked(
    "oxen", "oxen", "oxen-video-depth", r"^POST /api/ai/queue$", PRESIGNED, PUT,
    {"include_raw_depths": True}, REPOSITORY, is_video=True, is_listed=True,
)  # fmt: skip
OXEN_AT_ONCE = Asked(
    "oxen-at-once", "oxen", "oxen-video-depth", r"^POST /api/ai/videos/generate", PRESIGNED, PUT,
    {"call": "sync", "include_raw_depths": False}, REPOSITORY, is_video=True,
)  # fmt: skip
TENGR = Asked(
    "tengr", "tengr", "tengr-depth-map", r"^POST /v2/artworks/depth-map$", r"^GET /files/", PUT,
    {}, REPOSITORY, is_listed=True,
)  # fmt: skip
FAL = Asked(
    "fal", "fal", "fal-depth-anything-v2", r"^POST /fal-ai/", r"^GET /files/.*depth\.png$", "",
    {"upload": "data-uri"},
)  # fmt: skip
FAL_STORED = Asked(
    "fal-stored", "fal", "fal-depth-anything-v2", r"^POST /fal-ai/", r"^GET /files/.*depth\.png$",
    r"^POST /files/upload", {"upload": "storage"},
)  # fmt: skip
EVERY = (OXEN, OXEN_AT_ONCE, TENGR, FAL, FAL_STORED)


class Vendors:
    """All services, started together; none knows of the others but by addresses of files."""

    def __init__(self) -> None:
        self.oxen, self.tengr, self.fal = OxenService(), TengrService(), FalService()
        self._started = ExitStack()

    def __enter__(self) -> "Vendors":
        for service in self.services:
            self._started.enter_context(service)
        return self

    def __exit__(self, *error: object) -> None:
        self._started.close()

    def reset(self) -> None:
        """As new, each of them."""
        for service in self.services:
            service.reset()

    @property
    def services(self) -> tuple[RestService, ...]:
        return self.oxen, self.tengr, self.fal

    @property
    def requests(self) -> list[Request]:
        """What came to any of them."""
        return [r for service in self.services for r in service.requests]

    def of(self, asked: Asked) -> RestService:
        return {"oxen": self.oxen, "tengr": self.tengr, "fal": self.fal}[asked.vendor]

    def receiving(self, asked: Asked) -> RestService:
        """Where the file goes: the host, or the service itself."""
        return self.oxen if asked.host_via == REPOSITORY else self.of(asked)

    def endpoints(self, asked: Asked) -> dict[str, str]:
        """Where the provider, and the host of its file, are to be found here."""
        return self.addresses(asked.vendor, asked.host_via)

    def addresses(self, vendor: str, host_via: str = "") -> dict[str, str]:
        """The endpoints of a vendor's provider, and those of a host."""
        own = {
            "oxen": {"api": self.oxen.url},
            "tengr": {"api": self.tengr.url},
            "fal": self.fal.endpoints,
        }[vendor]
        hosts = {
            "": {},
            REPOSITORY: {"oxen-hub": self.oxen.url},
            STORAGE: {"fal-rest": self.fal.rest_url, "fal-cdn": self.fal.cdn_url},
        }
        return {**own, **hosts[host_via]}

    def accepted(self, asked: Asked) -> int:
        """How often work was really started."""
        match asked.name:
            case "oxen":
                return len(self.oxen.rows)
            case "oxen-at-once":
                return len(self.oxen.fetches)  # one of the input for each that was taken
            case "tengr":
                return len(self.tengr.artworks)
            case _:
                return len(self.fal.queue.entries)

    def make_trouble(self, asked: Asked, trouble: str) -> None:
        """Arrange what goes wrong with the next job."""
        service = self.of(asked)
        match trouble:
            case "busy":
                busy = Answer.of({"message": "slow down"}, 429, Retry_After="3600")
                service.fault(asked.submit, "answer", answer=busy)
            case "answer lost":
                service.fault(asked.submit, "lose_answer")
            case "fails":
                self.oxen.credits = "run"
                self.tengr.last = "failed"
                detail = [{"loc": ["body", "image_url"], "msg": "no picture", "type": "x"}]
                self.fal.queue.ending = Ending(
                    422, {"detail": detail}, error="Invalid status code: 422"
                )
            case "":
                pass
            case other:
                raise ValueError(other)

    def hold(self) -> None:
        """Let whatever is taken on from now not end before `release`."""
        self.oxen.held = {"processing"}
        self.tengr.walk = ("processing",) * 10_000
        self.fal.queue.is_held = True

    def release(self) -> None:
        self.oxen.release()
        self.tengr.walk = ()
        self.fal.queue.is_held = False


def thing_for(asked: Asked, folder: Path, number: int = 0) -> Path:
    """Something to send, with a name that must not reach a service; another for each number."""
    if asked.is_video:
        return write_video(folder / f"Straße {number} &%$.mp4", frames=6, rate_hz=10 + number)
    path = folder / f"thing {number} – été &%$.png"
    picture = Image.new("RGB", (64, 48), (250, 250, 250))
    picture.paste((200, (40 + number) % 256, number // 256), (16, 12, 48, 36))
    picture.save(path)
    return path
