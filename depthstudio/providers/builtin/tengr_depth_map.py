"""Tengr's depth map: one photo becomes a picture of its depth, at a paid service.

What is offered stands here; `providers.tengr.making` does the work and is imported when there
is some.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec.structs import replace

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import ParamError
from depthstudio.core.params import Params, param
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import Credential, Licence, Product, ProviderInfo
from depthstudio.providers.lazy import LazyProvider
from depthstudio.providers.tengr.account import API, HOME_PAGE, KEY, MAKE, WIRING, credential_for

LOWEST, HIGHEST, STEP = 256, 2048, 64


class TengrParams(Params):
    """What the service takes, by our names. Of the two models the version's own is sent."""

    use_version_3: Annotated[
        bool,
        param(
            label="Version",
            help="Off, Depth Anything 2 makes the map. Each version has models of its own",
            group="Model",
            phrase="Depth Anything 3",
        ),
    ] = True
    model_v3: Annotated[
        Literal[
            "small",
            "base",
            "large",
            "giant",
            "mono_large",
            "metric_large",
            "nested_giant_large",
        ],
        param(
            label="V3 model",
            help="The models of version 3. Mono, metric and nested know the sky from the rest",
            group="Model",
            choice_labels=(
                "Small",
                "Base",
                "Large",
                "Giant",
                "Mono large",
                "Metric large",
                "Nested giant large",
            ),
            enabled_when={"use_version_3": True},
        ),
    ] = "large"
    model_v2: Annotated[
        Literal["giant", "large", "base", "small"],
        param(
            label="V2 model",
            help="The models of version 2",
            group="Model",
            choice_labels=("Giant", "Large", "Base", "Small"),
            enabled_when={"use_version_3": False},
        ),
    ] = "large"
    normalization_mode: Annotated[
        Literal["Standard", "V2-Style", "Raw"],
        param(
            label="Normalisation",
            help="How distances become greys. Standard and V2 style are bright where it is near;"
            " Raw is dark there, and white beyond 1, so it suits the metric models only",
            group="Map",
            choice_labels=("Standard", "V2 style", "Raw"),
            enabled_when={"use_version_3": True},
        ),
    ] = "Standard"
    invert_depth: Annotated[
        bool | None,
        param(
            label="Invert",
            help="Swaps bright and dark. Not set, the service decides; it names no default",
            group="Map",
        ),
    ] = None
    resolution_lower_limit: Annotated[
        int,
        param(
            label="Resolution",
            help="The photo's shorter side is looked at with at least so many pixels",
            group="Size",
            unit="px",
            ge=LOWEST,
            le=HIGHEST,
            step=STEP,
        ),
    ] = 1024
    use_post_resize: Annotated[
        bool | None,
        param(
            label="Photo's size",
            help="Gives the map the photo's own size. Not set, the service decides; it names no"
            " default",
            group="Size",
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.resolution_lower_limit % STEP:
            below = self.resolution_lower_limit // STEP * STEP
            near = f"{max(below, LOWEST)} or {min(below + STEP, HIGHEST)}"
            raise ParamError(
                f"resolution_lower_limit: must be a multiple of {STEP},"
                f" got {self.resolution_lower_limit}",
                name="resolution_lower_limit",
                hint=f"The nearest are {near}",
            )


class TengrDepthMap(LazyProvider[TengrParams]):
    """One photo, one picture of depth."""

    info = ProviderInfo(
        id="tengr-depth-map",
        title="Tengr",
        version="1",
        subtitle="Depth map of one photo · paid",
        accepts=media_type.PICTURES,
        produces=(Product("depth", "Depth"),),
        licence=Licence("Tengr's terms", commercial=None),
        price="By your plan at Tengr",
        quota="Not published",
        privacy="The photo's web address. Tengr fetches it, and keeps photo and map for 8 days",
        note="Tengr publishes no address of its server: whoever gave you the key knows it. The"
        " map is a picture and measures nothing.",
        icon="gradient-vertical",
        page="https://docs.tengr.ai/v2/create-depth-map-artwork",
        history=HOME_PAGE,
        listed_steps=frozenset({MAKE}),
        endpoints={API: ""},
        wiring=WIRING,
        keeps_jobs=True,
        takes_urls=True,
        needs_web_address=True,
        secrets=(KEY,),
        max_parallel=2,
    )
    params_type = TengrParams
    making = "depthstudio.providers.tengr.making"

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        """The key, for the endpoint's host alone."""
        return credential_for(secrets, endpoints)

    def jobs_of(self, params: TengrParams) -> list[TengrParams]:
        """What belongs to the other version is not asked, and so makes no other question."""
        usual = TengrParams()
        if params.use_version_3:
            return [replace(params, model_v2=usual.model_v2)]
        mode = usual.normalization_mode
        return [replace(params, model_v3=usual.model_v3, normalization_mode=mode)]

    def decode(self, artifacts: Sequence[Artifact], params: TengrParams) -> Views:
        """The map, with the end near that its mode and inversion make near."""
        from depthstudio.providers.tengr.views import decoded

        return decoded(artifacts, params)
