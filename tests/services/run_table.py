"""One `depthstudio run` for every way to ask a service, and what the service must be told by it.

Between them they give every parameter of every provider a value that is not its default.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.gradio_jobs import PICTURE, matching
from tests.support.gradio_servers import Find, GradioServer
from tests.support.rest_service import Request
from tests.support.vendors import REPOSITORY, STORAGE, Vendors

DA3_RUN = (
    "target_dir", "show_cam", "filter_black_bg", "filter_white_bg", "process_res_method",
    "save_percentage", "num_max_points", "infer_gs", "ref_view_strategy", "gs_trj_mode",
    "gs_video_quality",
)  # fmt: skip
PARTPACKER_RUN = (
    "input_image", "num_steps", "cfg_scale", "grid_res", "seed", "simplify_mesh",
    "target_num_faces",
)  # fmt: skip
TENGR_NAMES = {
    "use_version_3": "useVersion3",
    "model_v3": "model",
    "model_v2": "model",
    "normalization_mode": "normalizationMode",
    "invert_depth": "invertDepth",
    "resolution_lower_limit": "resolutionLowerLimit",
    "use_post_resize": "usePostResize",
}

GRADIO = {"da3": ("da3", "5.49", "head"), "partpacker": ("partpacker", "5.25")}


@dataclass(frozen=True)
class World:
    """Every service there is, as new."""

    vendors: Vendors
    find: Find

    def gradio(self, app: str) -> GradioServer:
        return self.find(*GRADIO[app])

    def names_told(self, service: str) -> set[str]:
        """Every name in what was asked: in bodies, queries and headers, without their dashes."""
        found: set[str] = set()
        if service in GRADIO:
            for entry in self.gradio(service).requests():
                found |= {*entry["headers"], *entry["query"], *_names_in(entry["json"])}
        else:
            for request in self.vendors.requests:
                found |= {*request.headers, *request.query, *_names_in(_json(request))}
        return {plain(name) for name in found}


def plain(name: str) -> str:
    return re.sub(r"[-_]", "", name.lower())


def _json(request: Request) -> Any:
    is_json = request.headers.get("content-type", "") == "application/json"
    return json.loads(request.body) if is_json and request.body else None


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _names_in(part)


Told = Callable[[World], Mapping[str, Any]]  # by our name of a parameter
Effect = Callable[[World], bool]


@dataclass(frozen=True)
class Run:
    """One command about a photo or a video.

    values : what is set, by parameter; none is a default
    told : what the service was asked for, from what it wrote down
    effects : how one that never goes to a server shows in what the server was asked
    """

    name: str
    provider_id: str
    vendor: str  # or app
    source: str
    values: Mapping[str, Any] = field(hash=False)
    told: Told
    effects: Mapping[str, Effect] = field(default_factory=dict[str, Effect], hash=False)
    at_address: bool = False
    host_via: str = ""

    def __str__(self) -> str:
        return f"{self.provider_id}-{self.name.replace(' ', '-')}"

    def endpoints(self, world: World) -> dict[str, str]:
        if self.vendor in GRADIO:
            return {"space": world.gradio(self.vendor).url}
        return world.vendors.addresses(self.vendor, self.host_via) if self.vendor else {}


def told_da3(world: World) -> dict[str, Any]:
    server = world.gradio("da3")
    (run,), (upload,) = server.calls("gradio_demo"), server.calls("handle_uploads")
    told = dict(zip(DA3_RUN, run["arguments"], strict=True))
    return {**told, "s_time_interval": upload["arguments"][2]}


def told_partpacker(world: World) -> dict[str, Any]:
    calls = world.gradio("partpacker").calls("process_3d")
    return dict(zip(PARTPACKER_RUN, calls[0]["arguments"], strict=True))


def seeds_told(world: World) -> list[int]:
    place = PARTPACKER_RUN.index("seed")
    calls = world.gradio("partpacker").calls("process_3d")
    return sorted(call["arguments"][place] for call in calls)


def told_oxen(world: World) -> dict[str, Any]:
    (body,) = world.vendors.oxen.accepted
    return body


def told_tengr(world: World) -> dict[str, Any]:
    (order,) = world.vendors.tengr.orders
    return {name: order[key] for name, key in TENGR_NAMES.items() if key in order}


def told_fal(world: World) -> dict[str, Any]:
    (entry,) = world.vendors.fal.queue.entries.values()
    wish = json.loads(entry.headers.get("x-fal-object-lifecycle-preference", "{}"))
    return {
        "priority": entry.headers.get("x-fal-queue-priority"),
        "start_timeout_s": float(entry.headers.get("x-fal-request-start-timeout", 0)),
        "keep_s": wish.get("expiration_duration_seconds"),
        "store_io": entry.headers.get("x-fal-store-io") != "0",
    }


def image_sent(world: World) -> str:
    """What fal was given for the photo."""
    (entry,) = world.vendors.fal.queue.entries.values()
    return entry.body["image_url"]


def nothing_told(world: World) -> dict[str, Any]:
    return {}


OXEN_QUEUE = {
    "depth_model": "VDA-Base",
    "colormap": "magma",
    "resolution": "360p",
    "max_frames": 3,
    "output_fps": 24.0,
    "side_by_side": True,
    "include_raw_depths": False,
    "num_generations": 2,
    "target_namespace": "me",
}
TENGR_V3 = {
    "model_v3": "mono_large",
    "normalization_mode": "Raw",
    "invert_depth": True,
    "resolution_lower_limit": 256,
    "use_post_resize": True,
}
TENGR_V2 = {"use_version_3": False, "model_v2": "giant", "resolution_lower_limit": 320}
FAL = {"priority": "low", "start_timeout_s": 90.5, "keep_s": 7200, "store_io": False}

RUNS = (
    Run(
        "here", "relief", "", "photo",
        {
            "depth": 0.2, "curve": "s-curve", "invert": True, "blur": 1.5, "resolution": 256,
            "base": False, "base_thickness": 0.1,
        },
        nothing_told,
    ),
    Run(
        "photo", "depth-anything-3", "da3", "photo",
        {
            "s_time_interval": 2.0, "process_res_method": "high_res",
            "ref_view_strategy": "middle", "save_percentage": 35.0, "num_max_points": 2000.0,
            "show_cam": False, "filter_black_bg": True, "filter_white_bg": True,
            "infer_gs": True, "gs_trj_mode": "extend", "gs_video_quality": "high",
            "view_pictures": False,
        },
        told_da3,
        {"view_pictures": lambda world: not matching(world.gradio("da3"), PICTURE)},
    ),
    Run("video", "depth-anything-3", "da3", "video", {"s_time_interval": 3.0}, told_da3),
    Run(
        "sheet", "partpacker", "partpacker", "cut-out",
        {
            "num_steps": 2, "cfg_scale": 4.5, "grid_res": 256, "seed": 77,
            "simplify_mesh": True, "target_num_faces": 20_000, "seed_mode": "sheet",
            "sheet_size": 2, "own_cut_out": False,
        },
        told_partpacker,
        {
            "seed_mode": lambda world: seeds_told(world) == [77, 78],
            "sheet_size": lambda world: len(seeds_told(world)) == 2,
            "own_cut_out": lambda world: bool(world.gradio("partpacker").calls("process_image")),
        },
    ),
    Run(
        "file by its repository", "oxen-video-depth", "oxen", "video", OXEN_QUEUE, told_oxen,
        host_via=REPOSITORY,
    ),
    Run(
        "file by fal's storage", "oxen-video-depth", "oxen", "video", {"depth_model": "VDA-Small"},
        told_oxen, host_via=STORAGE,
    ),
    Run(
        "address", "oxen-video-depth", "oxen", "video", OXEN_QUEUE, told_oxen, at_address=True
    ),
    Run(
        "address in one request", "oxen-video-depth", "oxen", "video",
        {"call": "sync", "response_format": "b64_json"}, told_oxen,
        {"call": lambda world: bool(world.vendors.oxen.matching("^POST .*/videos/generate$"))},
        at_address=True,
    ),
    Run(
        "file by a repository", "tengr-depth-map", "tengr", "photo", TENGR_V3, told_tengr,
        host_via=REPOSITORY,
    ),
    Run(
        "file by fal's storage", "tengr-depth-map", "tengr", "photo", TENGR_V2, told_tengr,
        host_via=STORAGE,
    ),
    Run("address", "tengr-depth-map", "tengr", "photo", TENGR_V3, told_tengr, at_address=True),
    Run(
        "file inside the request", "fal-depth-anything-v2", "fal", "photo",
        {**FAL, "upload": "data-uri"}, told_fal,
        {"upload": lambda world: image_sent(world).startswith("data:image/png;base64,")},
    ),
    Run(
        "file by its storage", "fal-depth-anything-v2", "fal", "photo",
        {**FAL, "upload": "storage"}, told_fal,
        {"upload": lambda world: image_sent(world).startswith(world.vendors.fal.cdn_url)},
    ),
    Run("address", "fal-depth-anything-v2", "fal", "photo", FAL, told_fal, at_address=True),
)  # fmt: skip


def runs_of(provider_id: str) -> Iterable[Run]:
    return (run for run in RUNS if run.provider_id == provider_id)
