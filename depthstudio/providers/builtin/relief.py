"""Relief: height from brightness, on this computer, as makers of lithophanes do.

What is offered stands here; `providers.relief.making` does the work and is imported when
there is some, for it brings numpy, Pillow and the file formats.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Literal

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Progress, Source, Stage
from depthstudio.core.params import Params, param
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.providers.base import (
    Context,
    Licence,
    Product,
    Provider,
    ProviderInfo,
)

Curve = Literal["linear", "gamma-soft", "gamma-hard", "s-curve"]


class ReliefParams(Params):
    """What the inspector offers."""

    depth: Annotated[
        float,
        param(
            label="Depth",
            help="How far white stands above black, as a share of the picture's long side",
            group="Height",
            ge=0.01,
            le=1,
            step=0.01,
        ),
    ] = 0.12
    curve: Annotated[
        Curve,
        param(
            label="Curve",
            help="How brightness becomes height",
            group="Height",
            choice_labels=("Linear", "Lift shadows", "Deepen shadows", "S-curve"),
        ),
    ] = "linear"
    invert: Annotated[
        bool,
        param(
            label="Invert",
            help="Raises the dark parts instead of the bright ones",
            group="Height",
            phrase="Dark is high",
        ),
    ] = False
    blur: Annotated[
        float,
        param(
            label="Blur",
            help="Smooths grain, which would become spikes, in pixels of the result",
            group="Height",
            unit="px",
            ge=0,
            le=20,
            step=0.5,
        ),
    ] = 3.0
    resolution: Annotated[
        Literal[256, 512, 1024, 2048],
        param(
            label="Resolution",
            help="Points along the long side; never more than the photo has",
            group="Surface",
            choice_labels=tuple(f"{side} px, long side" for side in (256, 512, 1024, 2048)),
        ),
    ] = 512
    base: Annotated[
        bool,
        param(
            label="Base",
            help="Closes the relief to a body that can be printed",
            group="Surface",
            phrase="Add a flat base",
        ),
    ] = True
    base_thickness: Annotated[
        float,
        param(
            label="Base thickness",
            help="Below the lowest point, as a share of the picture's long side",
            group="Surface",
            ge=0.01,
            le=0.5,
            step=0.01,
            enabled_when={"base": True},
        ),
    ] = 0.05


class ReliefProvider(Provider[ReliefParams]):
    """Height from brightness. Not an estimate of depth, and says so."""

    info = ProviderInfo(
        id="relief",
        title="Relief",
        version="1",
        subtitle="Built in · runs on this computer",
        accepts=media_type.PICTURES,
        produces=(
            Product("surface", "Surface"),
            Product("cloud", "Cloud"),
            Product("depth", "Depth"),
        ),
        licence=Licence("Yours: no model involved", commercial=True),
        price="Free, no limit",
        icon="image-filter-hdr",
        note="Height comes from brightness, as in a lithophane. "
        "It is not an estimate of real depth.",
    )
    params_type = ReliefParams

    async def fetch(
        self, sources: Sequence[Source], params: ReliefParams, ctx: Context
    ) -> list[Artifact]:
        """Make depth, photo, preview and scene of one photo.

        Raises
        ------
        InputError
            when the photo cannot be read, or has no area that is not transparent
        """
        source = sources[0]
        ctx.report(Progress(Stage.PREPARING, 0.0, "Reading the photo"))
        # In a worker, as importing it takes a moment; the statement only fetches the name.
        await ctx.in_thread(lambda flag: import_module("depthstudio.providers.relief.making"))
        from depthstudio.providers.relief import making

        photo = await ctx.in_thread(lambda flag: making.read_source(source, flag))
        ctx.report(Progress(Stage.RUNNING, 0.4, "Raising the surface"))
        relief = await ctx.in_thread(lambda flag: making.raise_relief(photo, params, flag))
        ctx.report(Progress(Stage.RUNNING, 0.6, "Writing the result"))
        folder = ctx.folder
        return await ctx.in_thread(
            lambda flag: making.write_result(folder, photo, relief, params, flag)
        )

    def decode(self, artifacts: Sequence[Artifact], params: ReliefParams) -> Views:
        """Depth, photo, surface with its base, and one point per known pixel."""
        from depthstudio.providers.relief.making import decoded

        return decoded(artifacts)
