"""What a result of PartPacker shows. Offline: it needs nothing but the files."""

from collections.abc import Sequence
from dataclasses import replace

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import FormatError
from depthstudio.core.views import ImageSequence, Views
from depthstudio.formats.image import read_photo
from depthstudio.formats.scene_file import read_scene


def decoded(artifacts: Sequence[Artifact]) -> Views:
    """The parts in the order of the file, which says nothing of what they are, and the cut-out.

    Raises
    ------
    FormatError
        when the file holds no part
    """
    scene = next(artifact for artifact in artifacts if artifact.role is Role.SCENE)
    views = read_scene(scene.path)
    if not views.meshes:
        raise FormatError(
            f"{scene.path.name} holds no part", hint="Run it again with another photo or seed"
        )
    parts = [replace(mesh, name=f"Part {n + 1}") for n, mesh in enumerate(views.meshes)]
    cut_outs = [artifact.path for artifact in artifacts if artifact.role is Role.CUT_OUT]
    photos = ImageSequence(("Cut-out",), lambda index: read_photo(cut_outs[index]))
    return replace(views, meshes=parts, photos=photos if cut_outs else None)
