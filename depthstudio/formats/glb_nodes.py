"""Where the meshes of a glTF scene stand in the world."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthstudio.formats.glb_container import Container
from depthstudio.formats.gltf_document import Document, Mesh, Node
from depthstudio.formats.up_axis import WORLD_FROM_Y_UP


@dataclass(frozen=True, eq=False)
class Placement:
    """A mesh with its (4, 4) transform from its positions to our world frame."""

    mesh: Mesh
    transform: NDArray[np.float64]
    name: str


def placements(container: Container) -> Iterator[Placement]:
    """Every mesh of the scene, in the order a reader of the file meets them.

    Raises
    ------
    FormatError
        when a node is reached twice (a cycle, or two parents), is missing, or has a
        transform that is not finite
    """
    document = container.document
    seen: set[int] = set()
    waiting = [(index, WORLD_FROM_Y_UP) for index in reversed(_roots(container))]
    while waiting:
        index, parent = waiting.pop()
        node = container.part(document.nodes, index, "node")
        if index in seen:
            raise container.damaged(f"node {index} is used in two places")
        seen.add(index)
        with np.errstate(all="ignore"):  # an overflow is reported just below
            transform = parent @ _matrix(node)
        if not np.isfinite(transform).all():
            raise container.damaged(f"node {index} has a transform that is not finite")
        if node.mesh is not None:
            mesh = container.part(document.meshes, node.mesh, "mesh")
            yield Placement(mesh, transform, node.name or mesh.name)
        waiting += [(child, transform) for child in reversed(node.children)]


def _roots(container: Container) -> Sequence[int]:
    document = container.document
    if document.scenes:
        return container.part(document.scenes, document.scene or 0, "scene").nodes
    return _parentless(document)


def _parentless(document: Document) -> Sequence[int]:
    children = {child for node in document.nodes for child in node.children}
    return [index for index in range(len(document.nodes)) if index not in children]


def _matrix(node: Node) -> NDArray[np.float64]:
    """The node's own (4, 4) transform; glTF stores matrices column by column."""
    if node.matrix is not None:
        return np.array(node.matrix).reshape(4, 4).T
    matrix = np.eye(4)
    matrix[:3, :3] = _rotation(np.array(node.rotation)) * np.array(node.scale)
    matrix[:3, 3] = node.translation
    return matrix


def _rotation(quaternion: NDArray[np.float64]) -> NDArray[np.float64]:
    """(x, y, z, w) to (3, 3); need not be of length 1, length 0 does not turn."""
    largest = np.abs(quaternion).max()
    if largest == 0:
        return np.eye(3)
    quaternion = quaternion / largest  # so that squares neither overflow nor vanish
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
