"""A picture of views without a window, and without a display."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import Views
from depthstudio.scene.options import ItemKey, Preset, SceneOptions

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    # Without it VTK tries an X server first, and prints that there is none.
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import pyvista as pv

from depthstudio.scene.camera import look_at
from depthstudio.scene.layers import Scene


def render(
    views: Views,
    size_px: tuple[int, int] = (1280, 800),
    preset: Preset = Preset.PERSPECTIVE,
    options: SceneOptions | None = None,
    hidden: frozenset[ItemKey] | None = None,
) -> NDArray[np.uint8]:
    """Draw `views` once. Blocking, and only for the thread that draws.

    Parameters
    ----------
    size_px : width and height
    hidden : what is left out; None: what a window would leave out at first

    Returns
    -------
    (height, width, 3) uint8 sRGB, top row first

    Raises
    ------
    FormatError
        when the views contradict themselves
    """
    with _plotter(size_px) as plotter:
        scene = Scene(plotter.renderer, options)
        scene.show(views)
        if hidden is not None:
            scene.set_hidden(hidden)
        look_at(plotter.renderer, preset, scene.bounds, size_px[0] / size_px[1])
        plotter.camera_set = True  # or the first render would choose a view of its own
        picture = plotter.screenshot(None, return_img=True)
        scene.clear()
    return np.array(picture, dtype=np.uint8)


@contextmanager
def _plotter(size_px: tuple[int, int]) -> Generator[pv.Plotter]:
    plotter = pv.Plotter(off_screen=True, window_size=list(size_px))
    try:
        yield plotter
    finally:
        plotter.close()
