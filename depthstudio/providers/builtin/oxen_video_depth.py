"""Video Depth Anything at Oxen: a video becomes depth that is steady from frame to frame.

What is offered stands here; `providers.oxen.making` does the work and is imported when
there is some.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Source
from depthstudio.core.params import Params, bounds, param
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import Credential, Licence, Product, ProviderInfo
from depthstudio.providers.lazy import LazyProvider
from depthstudio.providers.oxen.account import HUB_URL, KEY, credential_for

API = "api"  # name of the endpoint
ENQUEUED = "enqueued"  # the step that puts a job into the queue
MODEL = "bytedance-depth-anything-video"
# What the service's endpoints take whichever the model: no model's schema lists it.
ENDPOINT_PARAMETERS: Mapping[str, Any] = {
    "num_generations": {"type": "integer", "minimum": 1, "maximum": 4},
    "target_namespace": {"type": "string"},
    "response_format": {"type": "string", "enum": ["url", "b64_json"]},
}


class OxenVideoParams(Params):
    """What the model takes, what the service's endpoints do, and which of these is asked."""

    depth_model: Annotated[
        Literal["VDA-Small", "VDA-Base", "VDA-Large"],
        param(
            label="Model",
            help="Large is best, small is fastest",
            group="Quality",
            choice_labels=("Small", "Base", "Large"),
        ),
    ] = "VDA-Large"
    resolution: Annotated[
        Literal["auto", "360p", "480p", "720p", "1080p"],
        param(
            label="Resolution",
            help="Auto is that of the video, up to 1080p",
            group="Quality",
            choice_labels=("Auto", "360p", "480p", "720p", "1080p"),
        ),
    ] = "auto"
    max_frames: Annotated[
        Annotated[int, bounds(ge=1)] | None,
        param(
            label="Most frames",
            help="Only so many from the start are looked at; all without it",
            group="Frames",
            step=1,
        ),
    ] = None
    output_fps: Annotated[
        Annotated[float, msgspec.Meta(gt=0)] | None,
        param(
            label="Frame rate",
            help="Frames per second of what comes back; that of the video without it",
            group="Frames",
            unit="fps",
            step=0.1,
        ),
    ] = None
    include_raw_depths: Annotated[
        bool,
        param(
            label="Raw depth",
            help="Values as they were computed, beside the video, whose values are coarse",
            group="Result",
            phrase="Also send the values",
        ),
    ] = True
    colormap: Annotated[
        Literal["grayscale", "turbo", "inferno", "magma", "viridis"],
        param(
            label="Colours",
            help="Of the video. Only grayscale can be read back as values: bright is near",
            group="Result",
            choice_labels=("Grayscale", "Turbo", "Inferno", "Magma", "Viridis"),
        ),
    ] = "grayscale"
    side_by_side: Annotated[
        bool,
        param(
            label="Side by side",
            help="The video shows the original at the left and depth at the right",
            group="Result",
            phrase="With the original",
        ),
    ] = False
    num_generations: Annotated[
        int,
        param(
            label="Generations",
            help="How often it is made, each charged",
            group="Order",
            ge=1,
            le=4,
            step=1,
            enabled_when={"call": "queue"},
        ),
    ] = 1
    target_namespace: Annotated[
        str,
        param(
            label="Account",
            help="Your user name or organisation at Oxen that keeps the result and pays; the"
            " key's own without it",
            group="Order",
            affects_result=False,
        ),
    ] = ""
    call: Annotated[
        Literal["queue", "sync"],
        param(
            label="Ask",
            help="The queue can be found again after a crash and cancelled. One long request"
            " can be neither, and brings no raw depth",
            group="Order",
            choice_labels=("In the queue", "In one request"),
            is_remote=False,  # and yet of the result: only the queue brings raw depth
        ),
    ] = "queue"
    response_format: Annotated[
        Literal["url", "b64_json"],
        param(
            label="Answer",
            help="The address of the video, or the video itself",
            group="Order",
            choice_labels=("Address", "Whole video"),
            enabled_when={"call": "sync"},
            affects_result=False,
        ),
    ] = "url"
    extra: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])


class OxenVideoDepth(LazyProvider[OxenVideoParams]):
    """One video, from this computer by way of a host, or from the web."""

    info = ProviderInfo(
        id="oxen-video-depth",
        title="Video Depth (Oxen)",
        version="1",
        subtitle="Steady depth of a video",
        accepts=media_type.VIDEOS,
        produces=(Product("depth", "Depth"), Product("video", "Depth video")),
        licence=Licence("CC BY-NC 4.0, Small: Apache 2.0", commercial=None),
        price="Oxen credits, by length",
        quota="None is published",
        privacy="Oxen fetches the video from its address and keeps the result in your account",
        note="Depth is relative: near is large, and no unit. A job takes 5 to 15 minutes.",
        icon="video-outline",
        page="https://docs.oxen.ai/inference-api/reference/models/bytedance-depth-anything-video",
        history="https://www.oxen.ai/ai/workbench?model=bytedance-depth-anything-video",
        listed_steps=frozenset({ENQUEUED}),
        endpoints={API: HUB_URL},
        keeps_jobs=True,
        takes_urls=True,
        needs_web_address=True,
        secrets=(KEY,),
        max_parallel=4,
    )
    params_type = OxenVideoParams
    making = "depthstudio.providers.oxen.making"

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return credential_for(secrets.get(KEY.name, ""), endpoints[API])

    def forecast(self, sources: Sequence[Source], params: OxenVideoParams) -> str:
        if len(sources) != 1 or not sources[0].frame_count:
            return ""
        frames = min(sources[0].frame_count, params.max_frames or sources[0].frame_count)
        times = f", {params.num_generations} times" if params.num_generations > 1 else ""
        return f"{frames} frames{times}"

    def decode(self, artifacts: Sequence[Artifact], params: OxenVideoParams) -> Views:
        """Depth of every frame as values where they came, else as the video has it."""
        from depthstudio.providers.oxen.views import decoded

        return decoded(artifacts, params)
