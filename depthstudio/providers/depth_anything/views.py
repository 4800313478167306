"""What a result of Depth Anything 3 shows. Offline: it needs nothing but the files."""

from collections.abc import Sequence
from dataclasses import replace

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.views import ImageSequence, Views
from depthstudio.formats.image import read_photo
from depthstudio.formats.scene_file import read_scene


def decoded(artifacts: Sequence[Artifact]) -> Views:
    """Cloud and cameras, and photo and depth picture of each view."""
    scene = next(artifact for artifact in artifacts if artifact.role is Role.SCENE)
    views = read_scene(scene.path)
    return replace(
        views,
        clouds=[replace(cloud, name="Points") for cloud in views.clouds],
        lines=[replace(line, is_camera=True) for line in views.lines],
        photos=pictures(artifacts, Role.PHOTO),
        depth_pictures=pictures(artifacts, Role.DEPTH),
    )


def pictures(artifacts: Sequence[Artifact], role: Role) -> ImageSequence | None:
    """The pictures of one role, one for each view."""
    paths = [artifact.path for artifact in artifacts if artifact.role is role]
    if not paths:
        return None
    names = tuple(f"View {number + 1}" for number in range(len(paths)))
    return ImageSequence(names, lambda index: read_photo(paths[index]))
