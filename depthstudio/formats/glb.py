"""Reads GLB (binary glTF 2.0): points, lines and surfaces, placed in our world frame."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import LineSet, PointCloud, TriangleMesh, Views
from depthstudio.formats.colour import srgb_colour
from depthstudio.formats.glb_accessor import AccessorReader
from depthstudio.formats.glb_container import Container, open_container
from depthstudio.formats.glb_material import Look, MaterialReader
from depthstudio.formats.glb_nodes import Placement, placements
from depthstudio.formats.glb_write import write_glb
from depthstudio.formats.gltf_document import Primitive
from depthstudio.formats.memory_budget import MemoryBudget
from depthstudio.formats.topology import SEGMENT_MODES, TRIANGLE_MODES

__all__ = ["read_glb", "write_glb"]

POINTS_MODE = 0
MAX_PARTS = 100_000

_READ_EXTENSIONS = frozenset(
    {"KHR_mesh_quantization", "EXT_texture_webp", "KHR_texture_transform", "KHR_lights_punctual"}
)
_HINTS = {
    "KHR_draco_mesh_compression": "Export it again without Draco compression",
    "EXT_meshopt_compression": "Export it again without meshopt compression",
    "KHR_meshopt_compression": "Export it again without meshopt compression",
    "KHR_texture_basisu": "Export it again with PNG, JPEG or WebP textures",
}


def read_glb(path: Path) -> Views:
    """The clouds, meshes and lines of a GLB 2.0 file.

    Positions, colours and triangles stay views of the memory-mapped file where its layout
    is ours (tightly packed float32, uint8 and uint32), so a large file costs what is looked
    at. They are read-only, and the file must not change while they live.

    Each `transform` is the node's world transform followed by the half turn about X from
    glTF's +Y up to our +Y down. Triangles keep their winding; where a transform mirrors
    (negative determinant), glTF says that fronts stay fronts.

    COLOR_0 is taken as sRGB bytes unchanged: the standard calls it linear, but the tools
    whose files are read here write sRGB. `base_colour` is linear, as the standard says.
    Positions that are not finite are kept. Skins, morph targets, lights, cameras and
    animations are left out.

    Raises
    ------
    FormatError
        when the file is damaged, cut short or empty, keeps data outside itself, or needs an
        extension that is not read
    InputError
        when it cannot be opened
    """
    container = open_container(path)
    _refuse_unread_extensions(container)
    scene = _SceneReader(container)
    for placement in placements(container):
        for primitive in placement.mesh.primitives:
            scene.add(primitive, placement)
    views = Views(clouds=scene.clouds, meshes=scene.meshes, lines=scene.lines)
    if not views.has_scene:
        raise FormatError(f"{path.name} holds no points, lines or surfaces", hint="Export it again")
    return views


def _refuse_unread_extensions(container: Container) -> None:
    for name in container.document.extensions_required:
        if name not in _READ_EXTENSIONS and not name.startswith("KHR_materials_"):
            raise FormatError(
                f"{container.file_name} needs {name[:80]}, which is not read here",
                hint=_HINTS.get(name, "Export it again without this extension"),
            )


class _SceneReader:
    """Collects the parts of one file."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._budget = MemoryBudget(container.file_name, container.size_bytes)
        self._accessors = AccessorReader(container, self._budget)
        self._materials = MaterialReader(container)
        self._parts: dict[tuple[int, int | None, int], NDArray[np.integer[Any]]] = {}
        self._part_count = 0
        self.clouds: list[PointCloud] = []
        self.meshes: list[TriangleMesh] = []
        self.lines: list[LineSet] = []

    def add(self, primitive: Primitive, placement: Placement) -> None:
        """Read one primitive where it stands; one without positions draws nothing."""
        self._part_count += 1
        if self._part_count > MAX_PARTS:
            raise FormatError(
                f"{self._container.file_name} has more than {MAX_PARTS} parts",
                hint="Join its objects and export it again",
            )
        if "POSITION" not in primitive.attributes:
            return
        positions = self._accessors.floats(primitive.attributes["POSITION"], 3)
        look = self._materials.look(primitive.material)
        colours = self._colours(primitive, len(positions))
        if primitive.mode == POINTS_MODE:
            self._add_cloud(primitive, placement, positions, colours, look)
        elif primitive.mode in SEGMENT_MODES:
            segments = self._connections(primitive, len(positions))
            if colours is None:
                colours = self._uniform_colours(look, len(positions))
            self.lines.append(
                LineSet(positions, segments, colours, placement.transform, placement.name)
            )
        else:
            self._add_mesh(primitive, placement, positions, colours, look)

    def _add_cloud(
        self,
        primitive: Primitive,
        placement: Placement,
        positions: NDArray[np.float32],
        colours: NDArray[np.uint8] | None,
        look: Look,
    ) -> None:
        if primitive.indices is not None:
            chosen = self._checked_indices(primitive.indices, len(positions))
            self._budget.charge(len(chosen) * 16)
            positions = positions[chosen]
            colours = None if colours is None else colours[chosen]
        if colours is None:
            colours = self._uniform_colours(look, len(positions))
        self.clouds.append(PointCloud(positions, colours, placement.transform, placement.name))

    def _add_mesh(
        self,
        primitive: Primitive,
        placement: Placement,
        positions: NDArray[np.float32],
        colours: NDArray[np.uint8] | None,
        look: Look,
    ) -> None:
        uv = self._uv(primitive, look, len(positions))
        self.meshes.append(
            TriangleMesh(
                positions,
                self._connections(primitive, len(positions)),
                colours,
                uv,
                look.texture if uv is not None else None,
                look.base_colour,
                placement.transform,
                placement.name,
            )
        )

    def _connections(self, primitive: Primitive, point_count: int) -> NDArray[np.integer[Any]]:
        """(M, 2) segments or (M, 3) triangles of a primitive, every index checked."""
        key = (primitive.mode, primitive.indices, point_count)
        if key not in self._parts:
            if primitive.indices is None:
                self._budget.charge(4 * point_count)
                order: NDArray[np.integer[Any]] = np.arange(point_count, dtype=np.uint32)
            else:
                order = self._checked_indices(primitive.indices, point_count)
            width = 3 if primitive.mode in TRIANGLE_MODES else 2
            if primitive.mode not in (1, 4):
                self._budget.charge(len(order) * width * 4)
            if len(order) < width:
                self._parts[key] = np.zeros((0, width), np.uint32)
            else:
                connect = (TRIANGLE_MODES | SEGMENT_MODES)[primitive.mode]
                self._parts[key] = connect(order)
        return self._parts[key]

    def _checked_indices(self, accessor: int, point_count: int) -> NDArray[np.uint32]:
        indices = self._accessors.indices(accessor)
        highest = int(indices.max())
        if highest >= point_count:
            raise self._container.damaged(
                f"it refers to point {highest} of a part that has {point_count}"
            )
        return indices

    def _colours(self, primitive: Primitive, point_count: int) -> NDArray[np.uint8] | None:
        if "COLOR_0" not in primitive.attributes:
            return None
        colours = self._accessors.colours(primitive.attributes["COLOR_0"])
        self._same_count(len(colours), point_count, "colours")
        return colours

    def _uniform_colours(self, look: Look, point_count: int) -> NDArray[np.uint8] | None:
        """The material's colour for each point; None for white, which is what None means."""
        if look.base_colour == (1.0, 1.0, 1.0, 1.0):
            return None
        self._budget.charge(4 * point_count)
        return np.tile(srgb_colour(look.base_colour), (point_count, 1))

    def _uv(self, primitive: Primitive, look: Look, point_count: int) -> NDArray[np.float32] | None:
        attribute = f"TEXCOORD_{look.uv_set}"
        if attribute not in primitive.attributes:
            return None
        uv = self._accessors.floats(primitive.attributes[attribute], 2)
        self._same_count(len(uv), point_count, "texture coordinates")
        if look.uv_matrix is None:
            return uv
        self._budget.charge(uv.nbytes)
        with np.errstate(all="ignore"):  # coordinates of hostile files overflow
            return uv @ look.uv_matrix[:, :2].T + look.uv_matrix[:, 2]

    def _same_count(self, found: int, point_count: int, what: str) -> None:
        if found != point_count:
            raise self._container.damaged(f"a part has {point_count} points but {found} {what}")
