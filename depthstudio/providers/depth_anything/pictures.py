"""The pictures of the views of a scene, as the app's page shows them one after the other."""

from collections.abc import Sequence

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import NotOffered, ProviderError
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.formats import media_type
from depthstudio.providers.base import Context
from depthstudio.providers.gradio.app import Function
from depthstudio.providers.gradio.failures import plain_text
from depthstudio.providers.gradio.files import RemoteFile, downloaded
from depthstudio.providers.gradio.session import LONGEST_ID, GradioSession

MOST_VIEWS = 1000  # as many as the photos of one job
MAX_PICTURE_BYTES = 64 << 20
NO_PICTURES = "The pictures of {missing} of {count} views did not come"


def no_pictures(missing: int, count: int, error: ProviderError) -> str:
    """The word on a result that lacks some."""
    return f"{NO_PICTURES.format(missing=missing, count=count)}: {error}"


async def view_pictures(
    session: GradioSession,
    change: Function | None,
    names: Sequence[str],
    ctx: Context,
    *,
    first: int = 0,
    shown: tuple[object, object] | None = None,
) -> list[Artifact]:
    """Photo and depth of each view from the `first` on; the two of that one may be `shown`.

    The scene is what was paid for: pictures that do not come are a word on the result.
    """
    artifacts: list[Artifact] = []
    for number, name in list(enumerate(names))[first:]:
        ctx.report(Progress(Stage.DOWNLOADING, number / len(names), plain_text(name)))
        try:
            if number > first or shown is None:
                shown = await _view(session, change, name)
            files = [view_file(number, role) for role in (Role.PHOTO, Role.DEPTH)]
            pair = [
                await downloaded(session, value, file, ctx)
                for value, file in zip(shown, files, strict=True)
            ]
        except ProviderError as error:
            ctx.note(no_pictures(len(names) - number, len(names), error))
            break
        artifacts += pair
    return artifacts


async def _view(
    session: GradioSession, change: Function | None, name: str
) -> tuple[object, object]:
    """Choose another view in the app, and take the two pictures it changes to."""
    if change is None:
        raise NotOffered(f"{session.service} has no way to ask for another view")
    data = await session.call(change, change.positional(name))
    return data[0], data[1]


def view_file(number: int, role: Role) -> RemoteFile:
    """One of the two pictures of a view, counted from 0."""
    name = f"view_{number + 1:04d}_{role.value}.webp"
    return RemoteFile(name, role, media_type.PICTURES, MAX_PICTURE_BYTES)


def listed_views(selector: object, service: str, ctx: Context) -> list[str]:
    """The views as the app's own selector lists them, as many as are fetched."""
    choices = list_in(object_in(selector).get("choices"))
    offered = [str((list_in(choice) or [choice])[-1]) for choice in choices] or ["View 1"]
    if len(offered) > MOST_VIEWS:
        ctx.note(f"{service} lists {len(offered)} views; only the first {MOST_VIEWS} were fetched")
    return [name[:LONGEST_ID] for name in offered[:MOST_VIEWS]]
