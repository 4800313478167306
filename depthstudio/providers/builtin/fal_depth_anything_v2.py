"""Depth Anything V2 at fal: a photo becomes a picture of its depth.

What is offered stands here; `providers.fal.making` does the work and is imported
when there is some.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from depthstudio.core.artifact import Artifact
from depthstudio.core.params import Params, bounds, param
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import Credential, Licence, Product, ProviderInfo
from depthstudio.providers.fal.account import (
    CDN,
    CDN_URL,
    HISTORY_PAGE,
    KEY,
    QUEUE,
    QUEUE_URL,
    REST,
    REST_URL,
    credential_for,
)
from depthstudio.providers.lazy import LazyProvider

YEAR_S = 365 * 24 * 3600


class FalParams(Params):
    """The model takes a picture and nothing else; these say how it is sent and kept."""

    upload: Annotated[
        Literal["auto", "data-uri", "storage"],
        param(
            label="Send",
            help="A photo inside the request lies on no server with an address of its own; one"
            " in fal's storage can be seen by anyone who has its address",
            group="Sending",
            choice_labels=("Up to 7 MB inside", "Inside the request", "Through fal's storage"),
            is_remote=False,
            affects_result=False,
        ),
    ] = "auto"
    priority: Annotated[
        Literal["normal", "low"],
        param(
            label="Priority",
            help="Low lets your other requests at fal go first",
            group="Sending",
            choice_labels=("Normal", "Low"),
            affects_result=False,
        ),
    ] = "normal"
    start_timeout_s: Annotated[
        Annotated[float, bounds(ge=2, le=24 * 3600)] | None,
        param(
            label="Begin within",
            help="fal gives the request up if it has not begun by then; empty: it waits",
            group="Sending",
            unit="s",
            affects_result=False,
        ),
    ] = None
    keep_s: Annotated[
        Annotated[int, bounds(ge=3600, le=YEAR_S)] | None,
        param(
            label="Delete after",
            help="How long fal keeps the photo and the depth; empty: what your account says",
            group="Privacy",
            unit="s",
            step=3600,
            affects_result=False,
        ),
    ] = None
    store_io: Annotated[
        bool,
        param(
            label="History",
            help="Without, the request shows without its content in your list at fal",
            group="Privacy",
            phrase="Keep it at fal",
            affects_result=False,
        ),
    ] = True


class FalDepthAnythingV2(LazyProvider[FalParams]):
    """One photo, or the address of one."""

    info = ProviderInfo(
        id="fal-depth-anything-v2",
        title="Depth Anything V2 (fal)",
        version="1",
        subtitle="Depth from one photo",
        accepts=media_type.PICTURES,
        produces=(Product("depth", "Depth"),),
        licence=Licence("", commercial=None),
        price="By use; fal states no price for it",
        quota="fal runs two requests at a time on a new account; more wait in line",
        privacy="The photo goes to fal, inside the request or through its storage, where anyone "
        "with the address can see it. fal keeps requests for 30 days unless told otherwise",
        note="Depth has no unit. That bright is near is inferred from the model; fal does not "
        "say so, nor which size of the model runs. The large one is not for commercial use.",
        icon="image-filter-hdr",
        page="https://fal.ai/models/fal-ai/image-preprocessors/depth-anything/v2",
        endpoints={QUEUE: QUEUE_URL, REST: REST_URL, CDN: CDN_URL},
        history=HISTORY_PAGE,
        keeps_jobs=True,
        takes_urls=True,
        secrets=(KEY,),
        max_parallel=4,
    )
    params_type = FalParams
    making = "depthstudio.providers.fal.making"

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        """The key, for the queue and the storage's office. The storage itself takes a token."""
        return credential_for(secrets, endpoints[QUEUE], endpoints[REST])

    def decode(self, artifacts: Sequence[Artifact], params: FalParams) -> Views:
        """Depth, near large, and the photo where it was a file."""
        from depthstudio.providers.fal.views import decoded

        return decoded(artifacts)
