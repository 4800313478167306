"""PartPacker: one photo becomes an object in parts, on a Gradio server.

What is offered stands here; `providers.partpacker.making` does the work and is imported when
there is some.
"""

import random
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from depthstudio.core.artifact import Artifact
from depthstudio.core.params import Params, param
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import (
    Licence,
    Product,
    ProviderInfo,
)
from depthstudio.providers.gradio.account import HUB, HUB_URL, SECRETS, SPACE
from depthstudio.providers.gradio.provider import GradioProvider

LARGEST_SEED = 2_147_483_647


class PartPackerParams(Params):
    """What the app takes, and how seeds are chosen."""

    num_steps: Annotated[
        int,
        param(
            label="Steps",
            help="More are slower, and finer up to a point",
            group="Shape",
            ge=1,
            le=100,
            step=1,
        ),
    ] = 50
    cfg_scale: Annotated[
        float,
        param(
            label="Guidance",
            help="How closely the object follows the photo",
            group="Shape",
            ge=2,
            le=10,
            step=0.1,
        ),
    ] = 7.0
    grid_res: Annotated[
        int,
        param(
            label="Grid",
            help="Cells along each side in which the surface is looked for",
            group="Shape",
            ge=256,
            le=512,
            step=1,
        ),
    ] = 384
    seed_mode: Annotated[
        Literal["locked", "random", "sheet"],
        param(
            label="Seed",
            help="The same seed makes the same object again; a sheet makes one job for each of"
            " several seeds",
            group="Seed",
            choice_labels=("Locked", "Random", "Sheet of several"),
            is_remote=False,
            affects_result=False,
        ),
    ] = "locked"
    seed: Annotated[
        int,
        param(
            label="Number",
            help="Where a sheet begins",
            group="Seed",
            ge=0,
            le=LARGEST_SEED,
            step=1,
        ),
    ] = 0
    sheet_size: Annotated[
        int,
        param(
            label="Sheet",
            help="How many objects, each from the seed after the last",
            group="Seed",
            unit="jobs",
            ge=2,
            le=16,
            step=1,
            enabled_when={"seed_mode": "sheet"},
            is_remote=False,
            affects_result=False,
        ),
    ] = 4
    own_cut_out: Annotated[
        bool,
        param(
            label="Cut-out",
            help="Where the photo is transparent around the object, that is the cut-out; the"
            " server would make its own",
            group="Photo",
            phrase="Use the photo's own",
            is_remote=False,
        ),
    ] = True
    simplify_mesh: Annotated[
        bool,
        param(
            label="Simplify", help="Fewer triangles", group="Mesh", phrase="Reduce the triangles"
        ),
    ] = False
    target_num_faces: Annotated[
        int,
        param(
            label="Triangles",
            help="What is aimed at, for each of the two volumes the parts come from",
            group="Mesh",
            ge=10_000,
            le=1_000_000,
            step=1000,
            enabled_when={"simplify_mesh": True},
        ),
    ] = 100_000
    extra: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])


class PartPacker(GradioProvider[PartPackerParams]):
    """One photo of one thing."""

    info = ProviderInfo(
        id="partpacker",
        title="PartPacker",
        version="1",
        subtitle="Object in parts from one photo",
        accepts=media_type.PICTURES,
        produces=(Product("parts", "Parts"), Product("cut-out", "Cut-out")),
        licence=Licence("NVIDIA: not commercial", commercial=False),
        price="Free",
        quota="100 s of GPU a run; the public Space takes one at a time",
        privacy="The photo goes to the server, and stays there until it is started again",
        note="Guesses what cannot be seen. The object has no real size.",
        icon="puzzle-outline",
        page="https://huggingface.co/spaces/nvidia/PartPacker",
        endpoints={SPACE: "nvidia/PartPacker", HUB: HUB_URL},
        asks_only=frozenset({HUB}),
        space_endpoints=frozenset({SPACE}),
        secrets=SECRETS,
    )
    params_type = PartPackerParams
    making = "depthstudio.providers.partpacker.making"

    def jobs_of(self, params: PartPackerParams) -> list[PartPackerParams]:
        """Every job has a seed of its own, and keeps it: it can be asked for again."""
        match params.seed_mode:
            case "random":
                seeds = [random.randint(0, LARGEST_SEED)]
            case "sheet":
                seeds = [(params.seed + n) % (LARGEST_SEED + 1) for n in range(params.sheet_size)]
            case "locked":
                seeds = [params.seed]
        return [replace(params, seed=seed, seed_mode="locked") for seed in seeds]

    def decode(self, artifacts: Sequence[Artifact], params: PartPackerParams) -> Views:
        """The parts, and the cut-out they were made from."""
        from depthstudio.providers.partpacker.views import decoded

        return decoded(artifacts)
