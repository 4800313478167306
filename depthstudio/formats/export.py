"""Writes what a result shows into files that other programs open."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from depthstudio.core.errors import UsageError
from depthstudio.core.views import DepthStack, Views
from depthstudio.formats.depth import write_depth_npz, write_depth_png16
from depthstudio.formats.glb_write import write_glb
from depthstudio.formats.ply_write import write_ply
from depthstudio.geometry.depth_range import clip_range


class ExportFormat(StrEnum):
    """A kind of file that can be written."""

    PLY = "ply"  # points, or the surface where there are none
    GLB = "glb"  # surface, or points where there is none
    NPZ = "npz"  # depth as float32
    PNG16 = "png16"  # depth as a 16-bit picture with its range beside it


def export_views(views: Views, kind: ExportFormat, path: Path) -> None:
    """Write one file, whole or not at all. Blocking. A clip's first frame is what PNG16 gets.

    Raises
    ------
    UsageError
        when the views have nothing of that kind, or the file cannot be written
    """
    try:
        _WRITERS[kind](views, path)
    except OSError as exc:
        raise UsageError(
            f"{path.name} could not be written: {exc.strerror}",
            hint="Check the folder, its permissions and the free space",
            detail=str(exc),
        ) from exc


def _ply(views: Views, path: Path) -> None:
    if not views.clouds and not views.meshes:
        raise _nothing("points")
    meshes = () if views.clouds else views.meshes
    write_ply(path, clouds=views.clouds, meshes=meshes)


def _glb(views: Views, path: Path) -> None:
    if not views.has_scene:
        raise _nothing("3D data")
    clouds = () if views.meshes else views.clouds
    write_glb(path, clouds=clouds, meshes=views.meshes, lines=views.lines)


def _npz(views: Views, path: Path) -> None:
    write_depth_npz(path, _depth(views))


def _png16(views: Views, path: Path) -> None:
    depth = _depth(views)
    near, far = clip_range(depth, 0, 100)
    write_depth_png16(path, depth.frame(0), near=near, far=far, kind=depth.kind)


def _depth(views: Views) -> DepthStack:
    if views.depth is None:
        raise _nothing("depth")
    return views.depth


def _nothing(what: str) -> UsageError:
    return UsageError(f"There is no {what} in this", hint="Choose another format")


_WRITERS: dict[ExportFormat, Callable[[Views, Path], None]] = {
    ExportFormat.PLY: _ply,
    ExportFormat.GLB: _glb,
    ExportFormat.NPZ: _npz,
    ExportFormat.PNG16: _png16,
}
