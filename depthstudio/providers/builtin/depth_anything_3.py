"""Depth Anything 3: photos or a video become a coloured point cloud, on a Gradio server.

What is offered stands here; `providers.depth_anything.making` does the work and is imported
when there is some.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Checkpoint, Source
from depthstudio.core.params import Params, param
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import (
    Answer,
    Licence,
    Product,
    ProviderInfo,
    Reach,
)
from depthstudio.providers.footage import sampled
from depthstudio.providers.gradio.account import HUB, HUB_URL, SECRETS, SPACE
from depthstudio.providers.gradio.provider import GradioProvider


class DepthAnythingParams(Params):
    """What the app takes, and what is kept of what it can show."""

    s_time_interval: Annotated[
        float,
        param(
            label="Frame rate",
            help="Wanted frames per second of a video; the server keeps every k-th frame, so it"
            " may come out a little higher",
            group="Video",
            unit="fps",
            ge=0.1,
            le=60,
            step=0.1,
        ),
    ] = 10.0
    process_res_method: Annotated[
        Literal["low_res", "high_res"],
        param(
            label="Resolution",
            help="Low: the long side becomes 504 pixels. High: the short side does, which takes"
            " longer and more memory",
            group="Quality",
            choice_labels=("Low", "High"),
        ),
    ] = "low_res"
    ref_view_strategy: Annotated[
        Literal["saddle_balanced", "saddle_sim_range", "first", "middle"],
        param(
            label="Reference view",
            help="Which picture the others are measured against",
            group="Quality",
            choice_labels=("Balanced", "By similarity", "First", "Middle"),
        ),
    ] = "saddle_balanced"
    save_percentage: Annotated[
        float,
        param(
            label="Drop uncertain",
            help="Leaves out this share of the points, the least certain first",
            group="Points",
            unit="%",
            ge=0,
            le=100,
            step=1,
        ),
    ] = 10.0
    num_max_points: Annotated[
        float,
        param(
            label="Most points",
            help="In thousands; what is above is left out at random",
            group="Points",
            unit="k",
            ge=1000,
            le=100_000,
            step=1000,
        ),
    ] = 1000.0
    show_cam: Annotated[
        bool,
        param(
            label="Cameras",
            help="Draws where each picture was taken from",
            group="Points",
            phrase="Add to the scene",
        ),
    ] = True
    filter_black_bg: Annotated[
        bool,
        param(
            label="Black background",
            help="The server accepts this and does nothing with it",
            group="Points",
            phrase="Leave out",
            no_effect_on_server=True,
            affects_result=False,
        ),
    ] = False
    filter_white_bg: Annotated[
        bool,
        param(
            label="White background",
            help="The server accepts this and does nothing with it",
            group="Points",
            phrase="Leave out",
            no_effect_on_server=True,
            affects_result=False,
        ),
    ] = False
    infer_gs: Annotated[
        bool,
        param(
            label="Gaussian video",
            help="Also renders a flight through the scene; slow, and needs much memory",
            group="Flight",
            phrase="Render a flight",
        ),
    ] = False
    gs_trj_mode: Annotated[
        Literal["smooth", "extend"],
        param(
            label="Camera path",
            group="Flight",
            choice_labels=("Smooth", "Extended"),
            enabled_when={"infer_gs": True},
        ),
    ] = "smooth"
    gs_video_quality: Annotated[
        Literal["low", "medium", "high"],
        param(
            label="Video quality",
            group="Flight",
            choice_labels=("Low", "Medium", "High"),
            enabled_when={"infer_gs": True},
        ),
    ] = "low"
    view_pictures: Annotated[
        bool,
        param(
            label="Pictures",
            help="Photo and depth of every view, as the server shows them one by one",
            group="Keep",
            phrase="Of every view",
            is_remote=False,
        ),
    ] = True
    extra: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])


class DepthAnything3(GradioProvider[DepthAnythingParams]):
    """Any number of photos of one place, or one video of it."""

    info = ProviderInfo(
        id="depth-anything-3",
        title="Depth Anything 3",
        version="1",
        subtitle="Scene from photos or a video",
        accepts=media_type.PICTURES | media_type.VIDEOS,
        produces=(
            Product("cloud", "Cloud"),
            Product("cameras", "Cameras"),
            Product("depth", "Depth pictures"),
        ),
        licence=Licence("CC BY-NC 4.0: not commercial", commercial=False),
        price="Free",
        quota="About one run a day on the public Space without a token",
        privacy="Photos or video go to the server, and stay there until it is started again",
        note="Depth comes as colours, which measure nothing. The scene is in metres where the "
        "server runs a metric model, as the public Space does.",
        icon="cube-scan",
        page="https://huggingface.co/spaces/depth-anything/depth-anything-3",
        endpoints={SPACE: "depth-anything/depth-anything-3", HUB: HUB_URL},
        asks_only=frozenset({HUB}),
        space_endpoints=frozenset({SPACE}),
        secrets=SECRETS,
        actions=frozenset({"measure"}),
        max_sources=1000,
    )
    params_type = DepthAnythingParams
    making = "depthstudio.providers.depth_anything.making"

    def forecast(self, sources: Sequence[Source], params: DepthAnythingParams) -> str:
        if len(sources) != 1 or not sources[0].frame_count:
            return ""
        video = sources[0]
        frames, rate_hz = sampled(video.frame_rate_hz, video.frame_count, params.s_time_interval)
        return f"{frames} frames at {rate_hz:.3g} fps"

    def decode(self, artifacts: Sequence[Artifact], params: DepthAnythingParams) -> Views:
        """The scene with its cameras, and photo and depth picture of each view."""
        from depthstudio.providers.depth_anything.views import decoded

        return decoded(artifacts)

    async def interact(
        self, checkpoint: Checkpoint, action: Mapping[str, Json], reach: Reach
    ) -> Answer:
        """``{"view": 0, "points": [[x_px, y_px], …]}``: their depths, and how far two are apart."""
        from depthstudio.providers.depth_anything.measuring import measure

        return await measure(checkpoint, action, reach)
