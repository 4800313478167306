"""The three services that speak REST, as a table about all of them needs to know them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from depthstudio.core.job import Source
from depthstudio.providers.transport.polling import Pace
from tests.support.rest_service import RestService

QUICK = Pace(first_s=0.02, longest_s=0.1, deadline_s=20.0)
ALWAYS = 999  # times


@dataclass(frozen=True)
class RestKind:
    """A provider and its test service, which stands in `module` as `class_name`.

    places : patterns of targets by what is asked there: submit (starts work), status (changes
        nothing, tells how far it is), made (its answer has the address of the result), file
    paths : where in the answers at those places the id, the status and the address stand
    quick : what is shortened for tests, by its dotted name
    most_bytes : the dotted name of how large the result may be
    silent : targets that get no answer at all, so that there is one road only
    """

    provider_id: str
    title: str
    module: str
    class_name: str
    variable: str  # of its key
    source: str  # what it is asked about: “photo” or “video”, at an address or “local”
    places: Mapping[str, str] = field(hash=False)
    paths: Mapping[str, tuple[str | int, ...]] = field(hash=False)
    values: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    quick: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    most_bytes: str = ""
    silent: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.provider_id.partition("-")[0]

    def service(self) -> RestService:
        """A new one, not started."""
        return getattr(import_module(self.module), self.class_name)()

    def key(self) -> str:
        return import_module(self.module).KEY

    def endpoints(self, service: RestService) -> dict[str, str]:
        """Every endpoint at this one service; where it has its own idea, that counts."""
        own = getattr(service, "endpoints", None)
        if isinstance(own, dict):
            return {str(name): str(url) for name, url in own.items()}
        names = {"fal": ("queue", "rest", "cdn")}.get(str(self), ("api",))
        return dict.fromkeys(names, service.url)


TENGR = RestKind(
    "tengr-depth-map",
    "Tengr",
    "tests.support.tengr_service",
    "TengrService",
    "TENGR_API_KEY",
    "photo",
    places={
        "submit": r"^POST /v2/artworks/depth-map",
        "status": r"^GET /v2/artworks/",
        "made": r"^GET /v2/artworks/",
        "file": r"^GET /files/",
    },
    paths={"id": ("id",), "status": ("status",), "url": ("results", 0)},
    quick={"depthstudio.providers.tengr.making.PACE": QUICK},
    most_bytes="depthstudio.providers.tengr.maps.MOST_BYTES",
)
OXEN = RestKind(
    "oxen-video-depth",
    "Oxen",
    "tests.support.oxen_service",
    "OxenService",
    "OXEN_API_KEY",
    "video",
    places={
        "submit": r"^POST /api/ai/queue",
        "status": r"^GET /api/ai/queue/",
        "made": r"^GET /api/ai/queue/",
        "file": r"^GET /presigned/.*\.mp4",
        "raw": r"^GET /presigned/.*\.npz",
    },
    paths={
        "id": ("generations", 0, "generation_id"),
        "status": ("status",),
        "url": ("result_url",),
    },
    quick={
        "depthstudio.providers.oxen.queue.POLL_S": 0.1,
        "depthstudio.providers.oxen.queue.DEAF_LIMIT_S": 0.5,
    },
    most_bytes="depthstudio.providers.oxen.files.MOST_VIDEO_BYTES",
    silent=(r"^GET /api/events",),
)
FAL = RestKind(
    "fal-depth-anything-v2",
    "fal",
    "tests.support.fal_service",
    "FalService",
    "FAL_KEY",
    "local photo",
    places={
        "submit": r"^POST /fal-ai/",
        "status": r"^GET /fal-ai/.*/status",
        "made": r"^GET /fal-ai/[^/]+/requests/[^/]+$",
        "file": r"^GET /files/.*\.png",
    },
    paths={"id": ("request_id",), "status": ("status",), "url": ("image", "url")},
    quick={"depthstudio.providers.fal.queue.PACE": QUICK},
    most_bytes="depthstudio.providers.fal.making.LARGEST_DEPTH_BYTES",
)
KINDS = (TENGR, OXEN, FAL)


def at_address(url: str, name: str, media_type: str) -> Source:
    """A source that lies on the web."""
    return Source(path=Path(name), media_type=media_type, size_bytes=0, mtime_ns=0, url=url)
