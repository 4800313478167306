"""What a scene is made of, one entry for each thing that can be shown or hidden alone.

Imports neither VTK nor numpy: a list of parts is on screen before there is a 3D view.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from depthstudio.core.views import TriangleMesh, Views
from depthstudio.scene.options import ItemKey, Layer

# What exporters call a part that nobody has named.
NAMELESS = re.compile(r"(geometry|mesh|object|part|node)?[_ .-]?\d*", re.IGNORECASE)


@dataclass(frozen=True)
class SceneItem:
    """One cloud, one surface or part, or all lines. `count` is of what `noun` says.

    `part` numbers the parts of an object from 0 and chooses their colour; None elsewhere.
    """

    key: ItemKey
    name: str
    count: int
    noun: str  # point, triangle, camera or line
    part: int | None = None

    @property
    def layer(self) -> Layer:
        return self.key.layer


def items_of(views: Views, *, parts: bool | None = None) -> tuple[SceneItem, ...]:
    """Everything `views` shows in 3D: surfaces, then clouds, then lines.

    parts : whether the surfaces are parts, where that has been found out already
    """
    parts = are_parts(views.meshes) if parts is None else parts
    return (
        *(_surface(i, mesh, views.meshes, parts=parts) for i, mesh in enumerate(views.meshes)),
        *(
            SceneItem(
                ItemKey(Layer.CLOUD, i),
                cloud.name or _numbered("Point cloud", i, len(views.clouds)),
                len(cloud),
                "point",
            )
            for i, cloud in enumerate(views.clouds)
        ),
        *_lines(views),
    )


def first_hidden(views: Views) -> frozenset[ItemKey]:
    """What is hidden at first: points that a surface runs through anyway."""
    if not views.meshes:
        return frozenset()
    return frozenset(ItemKey(Layer.CLOUD, i) for i in range(len(views.clouds)))


def are_parts(meshes: Sequence[TriangleMesh]) -> bool:
    """Are these the parts of one object, told apart by a colour each and nothing else?

    Reads the colours of every point where the first ones are alike.
    """
    return len(meshes) > 1 and all(mesh.texture is None and has_one_colour(mesh) for mesh in meshes)


def has_one_colour(mesh: TriangleMesh) -> bool:
    """Do all points of an untextured surface have the same colour, or none of their own?"""
    colours = mesh.colours
    if colours is None or not len(colours):
        return True
    first = colours[0]
    return bool((colours[:64] == first).all()) and bool((colours == first).all())


def _surface(
    index: int, mesh: TriangleMesh, meshes: Sequence[TriangleMesh], *, parts: bool
) -> SceneItem:
    name = mesh.name.strip()
    if NAMELESS.fullmatch(name):
        name = f"Part {index + 1}" if parts else _numbered("Surface", index, len(meshes))
    return SceneItem(
        ItemKey(Layer.SURFACE, index),
        name,
        len(mesh.triangles),
        "triangle",
        part=index if parts else None,
    )


def _lines(views: Views) -> list[SceneItem]:
    """All lines in one: a scene of 500 views has as many frustums."""
    key = ItemKey(Layer.LINES, 0)
    if views.cameras is not None and len(views.cameras):
        return [SceneItem(key, "Cameras", len(views.cameras), "camera")]
    if views.lines:
        if all(line.is_camera for line in views.lines):
            return [SceneItem(key, "Cameras", len(views.lines), "camera")]
        return [SceneItem(key, "Lines", sum(len(line.segments) for line in views.lines), "line")]
    return []


def _numbered(word: str, index: int, count: int) -> str:
    return f"{word} {index + 1}" if count > 1 else word
