"""Writes clean GLB (binary glTF 2.0) that other programs open upright and in colour."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import LineSet, PointCloud, TriangleMesh
from depthstudio.formats.glb_builder import GlbBuilder
from depthstudio.formats.image import encode_jpeg, encode_png
from depthstudio.formats.up_axis import Y_UP_FROM_WORLD

TextureFormat = Literal["png", "jpeg"]

_POINTS, _LINES, _TRIANGLES = 0, 1, 4
_UNLIT = "KHR_materials_unlit"
_LINEAR, _MIPMAPPED, _CLAMP_TO_EDGE = 9729, 9987, 33071


def write_glb(
    path: Path,
    *,
    clouds: Sequence[PointCloud] = (),
    meshes: Sequence[TriangleMesh] = (),
    lines: Sequence[LineSet] = (),
    texture_format: TextureFormat = "png",
) -> None:
    """Write one node for each part, named as it is, its transform turned to glTF's +Y up.

    `read_glb` gives the same parts back, number for number ("jpeg" textures excepted, which
    are smaller; a texture with alpha is always PNG). Coloured and textured parts are unlit,
    so that they look the same everywhere. Points that are not finite, which the format does
    not allow, are left out, and so are triangles and segments that use one. Parts without
    points are left out. An existing file is replaced, or stays whole if writing fails.

    Raises
    ------
    FormatError
        when there is nothing to write, or more than GLB can hold
    OSError
        when the file cannot be written
    """
    writer = _PartWriter(texture_format)
    for cloud in clouds:
        writer.add_cloud(cloud)
    for mesh in meshes:
        writer.add_mesh(mesh)
    for line_set in lines:
        writer.add_lines(line_set)
    if writer.is_empty:
        raise FormatError(
            f"{path.name} was not written: there are no points, lines or surfaces",
            hint="Choose a result that has some",
        )
    writer.builder.write(path)


class _PartWriter:
    """Turns parts into meshes, materials and nodes of a builder."""

    def __init__(self, texture_format: TextureFormat) -> None:
        self.builder = GlbBuilder()
        self.is_empty = True
        self._texture_format = texture_format
        self._textures: dict[int, int] = {}
        # Keeps pictures alive while their ids stand for them.
        self._pictures: list[NDArray[np.uint8]] = []

    def add_cloud(self, cloud: PointCloud) -> None:
        finite = np.isfinite(cloud.positions).all(axis=1)
        if not finite.all():
            colours = None if cloud.colours is None else cloud.colours[finite]
            cloud = replace(cloud, positions=cloud.positions[finite], colours=colours)
        if len(cloud):
            self._add(cloud, _POINTS, self._vertex_material(cloud.colours), indices=None)

    def add_lines(self, line_set: LineSet) -> None:
        positions, segments = _finite(line_set.positions, line_set.segments)
        if len(segments):
            line_set = replace(line_set, positions=positions)
            material = self._vertex_material(line_set.colours)
            self._add(line_set, _LINES, material, indices=segments)

    def add_mesh(self, mesh: TriangleMesh) -> None:
        positions, triangles = _finite(mesh.positions, mesh.triangles)
        if len(triangles):
            mesh = replace(mesh, positions=positions)
            self._add(mesh, _TRIANGLES, self._surface_material(mesh), indices=triangles)

    def _add(
        self,
        part: PointCloud | LineSet | TriangleMesh,
        mode: int,
        material: int | None,
        *,
        indices: NDArray[np.integer[Any]] | None,
    ) -> None:
        primitive: dict[str, Any] = {"mode": mode, "attributes": self._attributes(part)}
        if indices is not None:
            flat = indices.reshape(-1).astype(np.uint32, copy=False)
            primitive["indices"] = self.builder.add_accessor(flat)
        if material is not None:
            primitive["material"] = material
        name = {"name": part.name} if part.name else {}
        node: dict[str, Any] = {
            **name,
            "mesh": self.builder.add("meshes", {**name, "primitives": [primitive]}),
        }
        matrix = Y_UP_FROM_WORLD @ part.transform
        if not np.array_equal(matrix, np.eye(4)):
            node["matrix"] = matrix.T.reshape(-1).tolist()
        self.builder.add("nodes", node)
        self.is_empty = False

    def _attributes(self, part: PointCloud | LineSet | TriangleMesh) -> dict[str, int]:
        positions = part.positions.astype(np.float32, copy=False)
        bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
        attributes = {"POSITION": self.builder.add_accessor(positions, **bounds)}
        if part.colours is not None:
            attributes["COLOR_0"] = self.builder.add_accessor(part.colours, normalized=True)
        if isinstance(part, TriangleMesh) and part.uv is not None:
            uv = part.uv.astype(np.float32, copy=False)
            attributes["TEXCOORD_0"] = self.builder.add_accessor(uv)
        return attributes

    def _vertex_material(self, colours: NDArray[np.uint8] | None) -> int | None:
        return None if colours is None else self._material({}, _has_holes(colours), unlit=True)

    def _surface_material(self, mesh: TriangleMesh) -> int:
        surface: dict[str, Any] = {"metallicFactor": 0.0}
        if mesh.base_colour != (1.0, 1.0, 1.0, 1.0):
            surface["baseColorFactor"] = list(mesh.base_colour)
        if mesh.texture is not None:
            surface["baseColorTexture"] = {"index": self._texture(mesh.texture)}
        see_through = (
            mesh.base_colour[3] < 1
            or (mesh.colours is not None and _has_holes(mesh.colours))
            or (mesh.texture is not None and mesh.texture.shape[2] == 4)
        )
        unlit = mesh.texture is not None or mesh.colours is not None
        return self._material(surface, see_through, unlit=unlit)

    def _material(self, surface: dict[str, Any], see_through: bool, *, unlit: bool) -> int:
        material: dict[str, Any] = {"pbrMetallicRoughness": surface, "doubleSided": True}
        if see_through:
            material["alphaMode"] = "BLEND"
        if unlit:
            self.builder.use_extension(_UNLIT)
            material["extensions"] = {_UNLIT: {}}
        return self.builder.add("materials", material)

    def _texture(self, picture: NDArray[np.uint8]) -> int:
        """The texture of a picture; one that several parts share is stored once."""
        if id(picture) not in self._textures:
            as_jpeg = self._texture_format == "jpeg" and picture.shape[2] == 3
            data = encode_jpeg(picture) if as_jpeg else encode_png(picture)
            view = self.builder.add_view(np.frombuffer(data, np.uint8))
            media_type = "image/jpeg" if as_jpeg else "image/png"
            image = self.builder.add("images", {"bufferView": view, "mimeType": media_type})
            if not self._textures:
                sampler = {"magFilter": _LINEAR, "minFilter": _MIPMAPPED}
                edges = {"wrapS": _CLAMP_TO_EDGE, "wrapT": _CLAMP_TO_EDGE}
                self.builder.add("samplers", sampler | edges)
            texture = self.builder.add("textures", {"source": image, "sampler": 0})
            self._textures[id(picture)] = texture
            self._pictures.append(picture)
        return self._textures[id(picture)]


def _has_holes(colours: NDArray[np.uint8]) -> bool:
    return colours.shape[1] == 4 and bool((colours[:, 3] < 255).any())


def _finite(
    positions: NDArray[np.float32], connections: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.float32], NDArray[np.integer[Any]]]:
    """Positions with 0 where they were not finite, and the connections that use none of those.

    Raises
    ------
    ValueError
        when an index has no position
    """
    if connections.size and not 0 <= connections.min() <= connections.max() < len(positions):
        raise ValueError(f"indices must be in 0 to {len(positions) - 1}")
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(positions).all(axis=1))
    if finite.all():
        return positions, connections
    usable = finite[connections].all(axis=1)
    return np.where(finite[:, None], positions, np.float32(0)), connections[usable]
