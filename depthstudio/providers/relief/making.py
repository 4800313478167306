"""How a relief is made of a photo: brightness to height, height to a surface, and back to views."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.job import Source
from depthstudio.core.views import (
    DepthKind,
    DepthStack,
    ImageSequence,
    PointCloud,
    TriangleMesh,
    Views,
)
from depthstudio.formats import media_type
from depthstudio.formats.colour import colour_bytes
from depthstudio.formats.depth import read_depth_npz, write_depth_npz
from depthstudio.formats.glb import read_glb, write_glb
from depthstudio.formats.image import read_photo, read_precise, write_jpeg, write_png
from depthstudio.geometry.filters import fitting_size, gaussian_blur, resized
from depthstudio.geometry.shading import hill_shade
from depthstudio.geometry.surface import (
    closed_base,
    compacted,
    grid_uv,
    height_field,
    known_quads,
    quad_triangles,
    without_pinches,
)
from depthstudio.providers.base import CancelFlag

if TYPE_CHECKING:
    from depthstudio.providers.builtin.relief import Curve, ReliefParams

PHOTO_SIDE_PX = 2048  # the texture, and the largest relief
PREVIEW_SIDE_PX = 640
REC_709 = np.array([0.2126, 0.7152, 0.0722], np.float32)
BASE_COLOUR = (0.5, 0.5, 0.5, 1.0)  # linear: a neutral gray beside any photo

EIGHT_BIT_TYPES = frozenset({media_type.JPEG, media_type.WEBP, media_type.AVIF})

Picture = NDArray[np.float32]

CURVES: "dict[Curve, Callable[[Picture], Picture]]" = {
    "linear": lambda tone: tone,
    "gamma-soft": lambda tone: np.sqrt(tone),
    "gamma-hard": lambda tone: tone * tone,
    "s-curve": lambda tone: tone * tone * (3 - 2 * tone),
}


@dataclass(frozen=True, eq=False)
class Photo:
    """The photo at the size the result keeps.

    colours : (H, W, 3) float32 sRGB 0 to 1, NaN where fully transparent
    alpha : (H, W) float32 0 to 1, or None where everything is opaque
    """

    colours: Picture
    alpha: Picture | None


@dataclass(frozen=True, eq=False)
class Relief:
    """The height field: depth (H, W) float32 from 0 (high) up, and the quads to draw."""

    depth: Picture
    quads: NDArray[np.bool_]


def read_source(source: Source, flag: CancelFlag) -> Photo:
    """Read a photo and bring it to the size the result keeps."""
    try:
        pixels = _pixels(source)
    except (FormatError, OSError) as error:
        raise InputError(
            f"“{source.path.name}” cannot be read as a photo",
            hint=getattr(error, "hint", "") or "Check that the file is still there and opens",
            detail=str(error),
        ) from error
    flag.check()
    height, width, channels = pixels.shape
    size = fitting_size(width, height, PHOTO_SIDE_PX, min_side_px=2)
    full_scale = np.float32(255 if pixels.dtype == np.uint8 else 1)
    alpha = None
    if channels == 4 and pixels[..., 3].min() < full_scale:
        alpha = resized(pixels[..., 3], size[1], size[0], check=flag.check) / full_scale
        pixels = _opaque_colours(pixels)
        flag.check()
    colours = resized(pixels[..., :3], size[1], size[0], check=flag.check) / full_scale
    return Photo(colours, alpha)


def raise_relief(photo: Photo, params: "ReliefParams", flag: CancelFlag) -> Relief:
    """Brightness to depth: bright is near, unless inverted."""
    height, width = photo.colours.shape[:2]
    size = fitting_size(width, height, params.resolution, min_side_px=2)
    luma = resized(photo.colours @ REC_709, size[1], size[0], check=flag.check)
    smooth = gaussian_blur(luma, params.blur, check=flag.check)
    tone = CURVES[params.curve](np.clip(smooth, 0.0, 1.0))
    relief_height = 1 - tone if params.invert else tone
    depth = ((1 - relief_height) * params.depth).astype(np.float32)
    flag.check()
    quads = without_pinches(known_quads(np.isfinite(depth)))
    if not quads.any():
        raise InputError(
            "This picture has no area to make a relief of",
            hint="It needs at least 2 × 2 pixels that are not transparent",
        )
    return Relief(depth, quads)


def write_result(
    folder: Path, photo: Photo, relief: Relief, params: "ReliefParams", flag: CancelFlag
) -> list[Artifact]:
    """Write the four files and describe them."""
    colours = colour_bytes(photo.colours)
    artifacts = [_write_photo(folder, colours, photo.alpha)]
    flag.check()
    path = folder / "depth.npz"
    write_depth_npz(path, DepthStack(relief.depth[np.newaxis], DepthKind.RELATIVE_DEPTH))
    artifacts.append(Artifact.of(path, Role.RAW_DEPTH, media_type.NPZ))
    flag.check()
    path = folder / "preview.png"
    write_png(path, _preview(photo, relief))
    artifacts.append(Artifact.of(path, Role.PREVIEW, media_type.PNG))
    flag.check()
    path = folder / "scene.glb"
    write_glb(path, meshes=_meshes(relief, colours, params), texture_format="jpeg")
    flag.check()
    artifacts.append(Artifact.of(path, Role.SCENE, media_type.GLB))
    return artifacts


def decoded(artifacts: Sequence[Artifact]) -> Views:
    """Depth, photo, surface with its base, and one point per known pixel."""
    depth = read_depth_npz(_path(artifacts, Role.RAW_DEPTH))
    photo_path = _path(artifacts, Role.PHOTO)
    scene = read_glb(_path(artifacts, Role.SCENE))
    return Views(
        depth=depth,
        photos=ImageSequence(("Photo",), lambda index: read_photo(photo_path)),
        clouds=(_coloured_points(depth.frame(0), read_photo(photo_path)),),
        meshes=scene.meshes,
    )


def _pixels(source: Source) -> NDArray[Any]:
    """(H, W, 3 or 4): bytes where the file holds no more, else float32 0 to 1."""
    if source.media_type in EIGHT_BIT_TYPES:
        return read_photo(source.path)
    return read_precise(source.path)


def _opaque_colours(pixels: NDArray[Any]) -> Picture:
    """(H, W, 3) float32 in the scale of `pixels`, NaN where nothing is to be seen."""
    colours = pixels[..., :3].astype(np.float32)
    colours[pixels[..., 3] == 0] = np.nan
    return colours


def _write_photo(folder: Path, colours: NDArray[np.uint8], alpha: Picture | None) -> Artifact:
    if alpha is None:
        path = folder / "photo.jpg"
        write_jpeg(path, colours)
        return Artifact.of(path, Role.PHOTO, media_type.JPEG)
    path = folder / "photo.png"
    # Rounded up: what the relief knows must not read as transparent later.
    opacity = np.ceil(np.clip(alpha, 0.0, 1.0) * 255).astype(np.uint8)
    write_png(path, np.dstack([colours, opacity]))
    return Artifact.of(path, Role.PHOTO, media_type.PNG)


def _preview(photo: Photo, relief: Relief) -> NDArray[np.uint8]:
    """The photo in the light that falls on its relief; transparent where unknown."""
    height, width = relief.depth.shape
    size = fitting_size(width, height, PREVIEW_SIDE_PX, min_side_px=2)
    depth = resized(relief.depth, size[1], size[0])
    colours = resized(photo.colours, size[1], size[0])
    light = hill_shade(depth, exaggeration=0.15)[..., np.newaxis]
    lit = colours * (0.25 + 1.1 * light) + 0.12 * light
    picture = colour_bytes(lit)
    known = np.isfinite(depth)
    if known.all():
        return picture
    return np.dstack([picture, np.where(known, np.uint8(255), np.uint8(0))])


def _meshes(
    relief: Relief, texture: NDArray[np.uint8], params: "ReliefParams"
) -> list[TriangleMesh]:
    """The textured surface, and the gray body below it if one is wanted."""
    grid = height_field(relief.depth)
    kept, triangles = compacted(grid.reshape(-1, 3), quad_triangles(relief.quads))
    surface = TriangleMesh(
        positions=grid.reshape(-1, 3)[kept],
        triangles=triangles,
        uv=grid_uv(*relief.depth.shape)[kept],
        texture=texture,
        name="Relief",
    )
    if not params.base:
        return [surface]
    floor_z = params.depth + params.base_thickness
    positions, triangles = closed_base(grid, relief.quads, floor_z)
    base = TriangleMesh(positions, triangles, base_colour=BASE_COLOUR, name="Base")
    return [surface, base]


def _coloured_points(depth: Picture, photo: NDArray[np.uint8]) -> PointCloud:
    """One point for every known pixel, in the colour the photo has there."""
    colours = _opaque_colours(photo) if photo.shape[2] == 4 else photo
    small = np.rint(np.nan_to_num(resized(colours, *depth.shape))).astype(np.uint8)
    known = np.flatnonzero(np.isfinite(depth))
    return PointCloud(
        positions=height_field(depth).reshape(-1, 3).take(known, axis=0),
        colours=small.reshape(-1, 3).take(known, axis=0),
        name="Points",
    )


def _path(artifacts: Sequence[Artifact], role: Role) -> Path:
    for artifact in artifacts:
        if artifact.role is role:
            return artifact.path
    raise FormatError(f"This result has no {role} file", hint="Run the job again")
