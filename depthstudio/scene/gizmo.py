"""The small axes in the corner that say which way is which, and turn the view when clicked."""

import numpy as np
import pyvista as pv
from vtkmodules.vtkInteractionWidgets import (
    vtkCameraOrientationRepresentation,
    vtkCameraOrientationWidget,
)
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindowInteractor

from depthstudio.scene.camera import frame_of
from depthstudio.scene.options import Preset

SIZE_PX = 96
PADDING_PX = 8
HANDLE_DISTANCE = 0.37  # of the size, from the middle to a handle
HANDLE_RADIUS = 0.25  # of that distance

# Modelling tools agree on red, green and blue for X, Y and Z.
_COLOURS = {"X": "#E5484D", "Y": "#5BA526", "Z": "#4C8DF0"}

# Where each handle stands, and the view from there.
_HANDLES = {
    Preset.RIGHT: (1.0, 0.0, 0.0),
    Preset.LEFT: (-1.0, 0.0, 0.0),
    Preset.BOTTOM: (0.0, 1.0, 0.0),
    Preset.TOP: (0.0, -1.0, 0.0),
    Preset.BACK: (0.0, 0.0, 1.0),
    Preset.FRONT: (0.0, 0.0, -1.0),
}


def add_gizmo(
    renderer: vtkRenderer, interactor: vtkRenderWindowInteractor
) -> vtkCameraOrientationWidget:
    """Put the axes in the top right corner. Keep what is returned as long as they are wanted."""
    shape = vtkCameraOrientationRepresentation()
    shape.SetXAxisColor(*pv.Color(_COLOURS["X"]).float_rgb)
    shape.SetYAxisColor(*pv.Color(_COLOURS["Y"]).float_rgb)
    shape.SetZAxisColor(*pv.Color(_COLOURS["Z"]).float_rgb)
    widget = vtkCameraOrientationWidget()
    widget.SetParentRenderer(renderer)
    widget.SetInteractor(interactor)
    widget.SetRepresentation(shape)
    widget.AnimateOff()
    widget.On()
    size_gizmo(widget, 1.0)
    return widget


def size_gizmo(widget: vtkCameraOrientationWidget, pixel_ratio: float) -> None:
    """As large as on any other screen; `pixel_ratio` is pixels of this screen per Qt pixel."""
    shape = widget.GetRepresentation()
    assert isinstance(shape, vtkCameraOrientationRepresentation)
    size, padding = round(SIZE_PX * pixel_ratio), round(PADDING_PX * pixel_ratio)
    shape.SetSize(size, size)
    shape.SetPadding(padding, padding)
    widget.SquareResize()


def picked_preset(
    renderer: vtkRenderer, x_px: float, y_px: float, width_px: float
) -> Preset | None:
    """The view of the handle at a place in the picture; None beside the handles.

    x_px, y_px : from the top left corner of a picture `width_px` wide, unscaled
    """
    middle_x = width_px - PADDING_PX - SIZE_PX / 2
    middle_y = PADDING_PX + SIZE_PX / 2
    unit = SIZE_PX * HANDLE_DISTANCE
    place = np.array([x_px - middle_x, middle_y - y_px]) / unit
    frame = frame_of(renderer.GetActiveCamera())
    axes = np.array([frame.right, frame.up])
    hit = [
        (float(frame.forward @ handle), preset)
        for preset, handle in _HANDLES.items()
        if np.linalg.norm(axes @ handle - place) < HANDLE_RADIUS
    ]
    return min(hit)[1] if hit else None
