"""From views to VTK actors, without copying what is large and without rendering.

Data that brings its own colours is drawn unlit: the colour of a pixel is the colour of the
data. Only a surface without colours is lit, because nothing else would show its shape.
VTK keeps pointers into the arrays, and the arrays alive.
"""

import numpy as np
import pyvista as pv
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkAbstractArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from depthstudio.core.errors import FormatError
from depthstudio.core.views import LineSet, PointCloud, TriangleMesh
from depthstudio.formats.colour import srgb_colour
from depthstudio.scene.bounds import finite_rows
from depthstudio.scene.options import SceneOptions

SMOOTHED_TRIANGLES = 500_000  # normals for as many take about 0.1 s on one core
SHARP_EDGE_DEG = 40.0
MAX_TEXTURE_PX = 8192  # what every OpenGL 3.2 driver in use accepts


def build_cloud(cloud: PointCloud, options: SceneOptions) -> vtkActor:
    """Points of a fixed size on the screen; those without a finite place are left out."""
    positions, colours = cloud.positions, cloud.colours
    finite = finite_rows(positions)
    if finite is not None:
        positions = positions[finite]
        colours = colours[finite] if colours is not None else None
    data = _poly_data(positions)
    # One cell with every point: a cell per point costs more memory and builds slower.
    data.SetVerts(_cells(np.arange(len(positions), dtype=np.int32).reshape(1, -1)))
    actor = _actor(data, colours, cloud.transform, options.point_colour)
    actor.GetProperty().SetPointSize(options.point_size_px)
    return actor


def build_mesh(mesh: TriangleMesh, options: SceneOptions, *, lit: bool = False) -> vtkActor:
    """A surface seen from both sides: textured, coloured by point, or lit grey.

    `lit` is for parts of one colour each, whose shape nothing else would show.

    Raises
    ------
    FormatError
        when a triangle names a point that does not exist
    """
    _check_indices(mesh.triangles, len(mesh.positions), mesh.name or "the surface")
    positions, triangles = _without_gaps(mesh.positions, mesh.triangles)
    data = _poly_data(positions)
    data.SetPolys(_cells(_as_int(triangles)))
    if mesh.texture is not None and mesh.uv is not None:
        actor = _actor(data, None, mesh.transform, "#FFFFFF")
        data.GetPointData().SetTCoords(pv.convert_array(np.ascontiguousarray(mesh.uv)))
        actor.SetTexture(_texture(mesh.texture, mesh.uv))
        return actor
    colours = None if lit else mesh.colours
    if colours is None and len(triangles) <= SMOOTHED_TRIANGLES:
        data = _with_normals(data)
    actor = _actor(data, colours, mesh.transform, own_colour(mesh, options))
    actor.GetProperty().SetLighting(colours is None)
    return actor


def own_colour(mesh: TriangleMesh, options: SceneOptions) -> str:
    """The one colour of a surface: of its points, else its base, else grey."""
    if mesh.colours is not None and len(mesh.colours):
        return "#" + mesh.colours[0, :3].tobytes().hex()
    if mesh.base_colour[:3] == (1.0, 1.0, 1.0):
        return options.surface_colour
    return "#" + srgb_colour(mesh.base_colour)[:3].tobytes().hex()


def build_lines(lines: LineSet, options: SceneOptions) -> vtkActor:
    """Line segments of a fixed width on the screen.

    Raises
    ------
    FormatError
        when a segment names a point that does not exist
    """
    _check_indices(lines.segments, len(lines.positions), lines.name or "the lines")
    positions, segments = _without_gaps(lines.positions, lines.segments)
    data = _poly_data(positions)
    data.SetLines(_cells(_as_int(segments)))
    actor = _actor(data, lines.colours, lines.transform, options.line_colour)
    actor.GetProperty().SetLineWidth(options.line_width_px)
    return actor


def _actor(
    data: vtkPolyData,
    colours: NDArray[np.uint8] | None,
    transform: NDArray[np.float64],
    plain_colour: str,
) -> vtkActor:
    """An unlit actor, in `colours` by point where there are any."""
    mapper = vtkPolyDataMapper()
    if colours is not None:
        data.GetPointData().SetScalars(_colour_array(colours))
        mapper.SetColorModeToDirectScalars()
    else:
        mapper.ScalarVisibilityOff()
    mapper.SetInputData(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetLighting(False)
    actor.GetProperty().SetColor(*pv.Color(plain_colour).float_rgb)
    actor.ForceOpaqueOn()
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(transform.ravel().tolist())
    actor.SetUserMatrix(matrix)
    return actor


def _poly_data(positions: NDArray[np.float32]) -> vtkPolyData:
    data = vtkPolyData()
    data.SetPoints(pv.vtk_points(np.ascontiguousarray(positions, dtype=np.float32), deep=False))
    return data


def _with_normals(data: vtkPolyData) -> vtkPolyData:
    """Smooth over gentle bends; the points of sharp edges are doubled, so that they stay sharp."""
    normals = vtkPolyDataNormals()
    normals.SetInputData(data)
    normals.SetFeatureAngle(SHARP_EDGE_DEG)
    normals.ConsistencyOff()  # the triangles' own order says which side is out
    normals.Update()
    return normals.GetOutput()


def _cells(indices: NDArray[np.signedinteger]) -> vtkCellArray:
    """(M, k) indices as M cells of k points each."""
    return pv.CellArray.from_regular_cells(indices)


def _colour_array(colours: NDArray[np.uint8]) -> vtkAbstractArray:
    """Colours by point. A partly transparent cloud is drawn solid: sorting it costs seconds."""
    if colours.shape[1] == 4 and int(colours[:, 3].min(initial=255)) < 255:
        colours = colours[:, :3]
    return pv.convert_array(np.ascontiguousarray(colours), name="colours")


def _texture(texture: NDArray[np.uint8], uv: NDArray[np.float32]) -> vtkTexture:
    """A texture whose first row lies at v = 0, as our uv count, so that nothing is flipped."""
    step = -(-max(texture.shape[:2]) // MAX_TEXTURE_PX)
    pixels = np.ascontiguousarray(texture[::step, ::step, :3])
    image = vtkImageData()
    image.SetDimensions(pixels.shape[1], pixels.shape[0], 1)
    image.GetPointData().SetScalars(pv.convert_array(pixels.reshape(-1, 3), name="texture"))
    result = vtkTexture()
    result.SetInputData(image)
    result.SetColorModeToDirectScalars()
    result.InterpolateOn()
    result.MipmapOn()
    # Repeating would let opposite edges bleed into each other.
    repeats = uv.size > 0 and bool(uv.min() < 0 or uv.max() > 1)
    result.SetWrap(vtkTexture.Repeat if repeats else vtkTexture.ClampToEdge)
    return result


def _without_gaps(
    positions: NDArray[np.float32], indices: NDArray[np.integer]
) -> tuple[NDArray[np.float32], NDArray[np.integer]]:
    """Leave out cells that touch a point without a finite place.

    Such points stay, so that no index changes, but move onto a finite one: VTK's bounds
    would be NaN otherwise, and with them the clipping range of the whole scene.
    """
    finite = finite_rows(positions)
    if finite is None:
        return positions, indices
    anchor = positions[finite][0] if finite.any() else np.zeros(3, dtype=np.float32)
    return np.where(finite[:, None], positions, anchor), indices[finite[indices].all(axis=1)]


def _as_int(indices: NDArray[np.integer]) -> NDArray[np.signedinteger]:
    """Signed, as VTK counts; an array of 32-bit indices is only seen differently."""
    if indices.dtype in (np.dtype(np.int32), np.dtype(np.uint32)):
        return np.ascontiguousarray(indices).view(np.int32)
    return np.ascontiguousarray(indices, dtype=np.int64)


def _check_indices(indices: NDArray[np.integer], count: int, name: str) -> None:
    if indices.size and (int(indices.min()) < 0 or int(indices.max()) >= count):
        raise FormatError(
            f"The 3D data is damaged: {name} uses points that do not exist",
            hint="Run the job again, or export the file anew",
            detail=f"indices {indices.min()}..{indices.max()}, {count} points",
        )
