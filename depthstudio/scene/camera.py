"""Where the eye stands: presets, fitting, and the moves an artist makes.

The world is OpenCV's (+X right, +Y down, +Z forward), so up on the screen is always −Y.
Every move keeps it there, as a turntable does: a horizon that tilts by itself is the first
thing people undo. Nothing here renders.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkCamera, vtkRenderer

from depthstudio.scene.bounds import Bounds
from depthstudio.scene.options import Preset

Vector = NDArray[np.float64]

VIEW_UP: Vector = np.array([0.0, -1.0, 0.0])
VIEW_ANGLE_DEG = 30.0  # vertical
MARGIN = 1.06  # of the fitted box, so that it does not touch the edge
POLE_DEG = 1.5  # straight up or down, the azimuth would be undefined


# From the middle of the scene towards the eye: azimuth turns right from FRONT, elevation up.
_AZIMUTH_ELEVATION_DEG = {
    Preset.PERSPECTIVE: (22.0, 16.0),
    Preset.FRONT: (0.0, 0.0),
    Preset.BACK: (180.0, 0.0),
    Preset.LEFT: (-90.0, 0.0),
    Preset.RIGHT: (90.0, 0.0),
    Preset.TOP: (0.0, 90.0 - POLE_DEG),
    Preset.BOTTOM: (0.0, POLE_DEG - 90.0),
}


@dataclass(frozen=True, eq=False)
class Frame:
    """The axes of the picture in the world: right, up, and away from the eye."""

    right: Vector
    up: Vector
    forward: Vector


def look_at(renderer: vtkRenderer, preset: Preset, bounds: Bounds | None, aspect: float) -> None:
    """Stand where `preset` says, with all of `bounds` just in sight.

    aspect : width / height of the picture
    """
    azimuth, elevation = np.radians(_AZIMUTH_ELEVATION_DEG[preset])
    towards_eye = np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            -np.sin(elevation),
            -np.cos(azimuth) * np.cos(elevation),
        ]
    )
    _fit_along(renderer, -towards_eye, bounds, aspect)


def fit(renderer: vtkRenderer, bounds: Bounds | None, aspect: float) -> None:
    """Bring all of `bounds` in sight without turning."""
    _fit_along(renderer, frame_of(renderer.GetActiveCamera()).forward, bounds, aspect)


def orbit(renderer: vtkRenderer, azimuth_deg: float, elevation_deg: float) -> None:
    """Walk around the focal point: to the right, and up, never over the pole."""
    camera = renderer.GetActiveCamera()
    focal = np.array(camera.GetFocalPoint())
    offset = np.array(camera.GetPosition()) - focal
    distance = float(np.linalg.norm(offset)) or 1.0
    azimuth = np.arctan2(offset[0], -offset[2]) + np.radians(azimuth_deg)
    limit = np.radians(90.0 - POLE_DEG)
    elevation = np.arcsin(np.clip(-offset[1] / distance, -1, 1)) + np.radians(elevation_deg)
    elevation = np.clip(elevation, -limit, limit)
    flat = distance * np.cos(elevation)
    eye = [flat * np.sin(azimuth), -distance * np.sin(elevation), -flat * np.cos(azimuth)]
    _place(renderer, focal + eye, focal)


def pan(renderer: vtkRenderer, right: float, down: float) -> None:
    """Move the picture; both are fractions of its height, as the pointer went."""
    camera = renderer.GetActiveCamera()
    frame = frame_of(camera)
    height = 2 * np.tan(np.radians(camera.GetViewAngle() / 2)) * camera.GetDistance()
    step = (-right * frame.right + down * frame.up) * height
    _place(renderer, np.array(camera.GetPosition()) + step, np.array(camera.GetFocalPoint()) + step)


def zoom(renderer: vtkRenderer, factor: float, at: tuple[float, float] = (0.0, 0.0)) -> None:
    """Come nearer (factor > 1) while what is under the pointer stays there.

    at : the pointer from the middle of the picture, right and down, in picture heights
    """
    camera = renderer.GetActiveCamera()
    frame = frame_of(camera)
    position, focal = np.array(camera.GetPosition()), np.array(camera.GetFocalPoint())
    height = 2 * np.tan(np.radians(camera.GetViewAngle() / 2)) * camera.GetDistance()
    pointed = focal + (at[0] * frame.right - at[1] * frame.up) * height
    _place(
        renderer,
        pointed + (position - pointed) / factor,
        pointed + (focal - pointed) / factor,
    )


def _fit_along(
    renderer: vtkRenderer, forward: Vector, bounds: Bounds | None, aspect: float
) -> None:
    """Look along `forward` at the middle of `bounds`, as near as all corners allow."""
    camera = renderer.GetActiveCamera()
    camera.SetViewAngle(VIEW_ANGLE_DEG)
    centre = bounds.centre if bounds is not None else np.zeros(3)
    if bounds is None or not bounds.size.any():
        # Nothing, or one point, has no size to fit: stand a little away from it.
        bounds = Bounds(centre - 0.5, centre + 0.5)
    frame = _axes(forward)
    corners = bounds.corners - centre
    half_height = np.tan(np.radians(VIEW_ANGLE_DEG / 2))
    across = np.abs(corners @ frame.right) / (half_height * max(aspect, 1e-3))
    along = np.abs(corners @ frame.up) / half_height
    distance = float((MARGIN * np.maximum(across, along) - corners @ frame.forward).max())
    _place(renderer, centre - frame.forward * distance, centre)


def _place(renderer: vtkRenderer, position: Vector, focal: Vector) -> None:
    camera = renderer.GetActiveCamera()
    camera.SetPosition(*map(float, position))
    camera.SetFocalPoint(*map(float, focal))
    camera.SetViewUp(*map(float, VIEW_UP))
    renderer.ResetCameraClippingRange()


def frame_of(camera: vtkCamera) -> Frame:
    """The axes of what the camera sees."""
    return _axes(np.array(camera.GetDirectionOfProjection()))


def _axes(forward: Vector) -> Frame:
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, VIEW_UP)
    right = right / np.linalg.norm(right)
    return Frame(right, np.cross(right, forward), forward)
