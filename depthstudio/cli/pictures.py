"""`export` and `render`: files and pictures from a stored result or a file."""

import argparse
import os
import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output
from depthstudio.core.display import has_display
from depthstudio.core.errors import UsageError
from depthstudio.core.system_libraries import require_libraries
from depthstudio.core.views import DepthKind, Views
from depthstudio.formats.export import ExportFormat, export_views
from depthstudio.formats.image import write_png
from depthstudio.formats.scene_file import read_scene
from depthstudio.geometry.colour import colour_table, colourise
from depthstudio.geometry.depth_range import percentile_range
from depthstudio.jobs.decoding import decode_result
from depthstudio.library.store import Library
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import home_from

MAX_SIDE_PX = 16384


def export(options: argparse.Namespace, registry: Registry) -> int:
    """Write points or depth of a result or a file in another format."""
    views = _views(options, registry)
    for note in views.notes:
        sys.stderr.write(f"depthstudio: {note}\n")
    export_views(views, ExportFormat(options.to), options.output)
    _say_written(options)
    return exit_codes.OK


def render(options: argparse.Namespace, registry: Registry) -> int:
    """Draw a result or a file without a window."""
    size_px = _size(options.size)
    draw(_views(options, registry), options.output, size_px, options.view)
    _say_written(options)
    return exit_codes.OK


def draw(views: Views, path: Path, size_px: tuple[int, int], view: str = "perspective") -> None:
    """Write a picture of the scene, or of the depth where there is no scene.

    Raises
    ------
    UsageError
        when there is nothing to draw, no such view, or the file cannot be written
    """
    picture = _scene_picture(views, size_px, view) if views.has_scene else _depth_picture(views)
    try:
        write_png(path, picture)
    except OSError as exc:
        raise UsageError(
            f"{path.name} could not be written: {exc.strerror}",
            hint="Check the folder, its permissions and the free space",
            detail=str(exc),
        ) from exc


def _scene_picture(views: Views, size_px: tuple[int, int], view: str) -> NDArray[np.uint8]:
    require_libraries(display=False)
    if not has_display():
        os.environ.pop("DISPLAY", None)  # VTK would try it all the same, and complain
    from depthstudio.scene import offscreen
    from depthstudio.scene.options import Preset

    try:
        preset = Preset(view)
    except ValueError as exc:
        known = ", ".join(Preset)
        raise UsageError(f"There is no view “{view}”", hint=f"Known: {known}") from exc
    return offscreen.render(views, size_px, preset)


def _depth_picture(views: Views) -> NDArray[np.uint8]:
    if views.depth is None:
        raise UsageError("There is nothing to draw in this")
    frame = views.depth.frame(0)
    low, high = percentile_range(frame)
    # As in the window the brightest colour is near, or bright where nobody knows.
    near_is_high = views.depth.kind in (DepthKind.RELATIVE_DISPARITY, DepthKind.DISPLAY)
    first, last = (low, high) if near_is_high else (high, low)
    return colourise(frame, first, last, colour_table("viridis"))


def _views(options: argparse.Namespace, registry: Registry) -> Views:
    path = Path(options.what)
    if path.exists():
        return read_scene(path)
    library = Library(home_from(options.home).library_folder)
    return decode_result(library.get(options.what), registry)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(0 < side <= MAX_SIDE_PX for side in size):
        raise UsageError(f"{text} is not a size", hint="Write it as 1280x800")
    return size


def _say_written(options: argparse.Namespace) -> None:
    output = Output(as_json=options.json)
    path = options.output.absolute()
    if options.json:
        output.record({"written": str(path), "bytes": path.stat().st_size})
    else:
        output.line(str(path))
