import numpy as np
import pytest
import pyvista as pv
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from depthstudio.scene.bounds import Bounds
from depthstudio.scene.camera import fit, frame_of, look_at, orbit, pan, zoom
from depthstudio.scene.gizmo import PADDING_PX, SIZE_PX, picked_preset
from depthstudio.scene.options import Preset

ASPECT = 1.5
BOX = Bounds(np.array([-3.0, -2.0, 1.0]), np.array([3.0, 2.0, 2.0]))


@pytest.fixture
def renderer() -> vtkRenderer:
    renderer = vtkRenderer()
    renderer.SetActiveCamera(pv.Camera())
    look_at(renderer, Preset.FRONT, BOX, ASPECT)
    return renderer


def in_picture(renderer: vtkRenderer, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where a world point lies: right and up, −1 to 1 from edge to edge."""
    matrix = renderer.GetActiveCamera().GetCompositeProjectionTransformMatrix(ASPECT, -1, 1)
    x, y, _, w = np.array(matrix.MultiplyPoint((*point.tolist(), 1.0)))
    return np.array([x, y]) / w


@pytest.mark.parametrize("preset", list(Preset))
def test_fitting_touches_the_margin_and_cuts_nothing(renderer: vtkRenderer, preset: Preset) -> None:
    look_at(renderer, preset, BOX, ASPECT)
    places = np.abs([in_picture(renderer, corner) for corner in BOX.corners])
    assert places.max() == pytest.approx(1 / 1.06, rel=1e-6)


@pytest.mark.parametrize(
    ("preset", "right", "up"),
    [
        (Preset.FRONT, (1, 0, 0), (0, -1, 0)),
        (Preset.BACK, (-1, 0, 0), (0, -1, 0)),
        (Preset.LEFT, (0, 0, -1), (0, -1, 0)),
        (Preset.RIGHT, (0, 0, 1), (0, -1, 0)),
        (Preset.TOP, (1, 0, 0), (0, 0, 1)),
        (Preset.BOTTOM, (1, 0, 0), (0, 0, -1)),
    ],
)
def test_presets_put_the_world_the_right_way_round(
    renderer: vtkRenderer,
    preset: Preset,
    right: tuple[int, int, int],
    up: tuple[int, int, int],
) -> None:
    look_at(renderer, preset, BOX, ASPECT)
    frame = frame_of(renderer.GetActiveCamera())
    np.testing.assert_allclose(frame.right, right, atol=0.03)
    np.testing.assert_allclose(frame.up, up, atol=0.03)


def test_orbiting_keeps_distance_focus_and_horizon(renderer: vtkRenderer) -> None:
    camera = renderer.GetActiveCamera()
    distance, focal = camera.GetDistance(), camera.GetFocalPoint()
    orbit(renderer, 130, 40)
    assert camera.GetDistance() == pytest.approx(distance)
    assert camera.GetFocalPoint() == pytest.approx(focal)
    assert frame_of(camera).right[1] == pytest.approx(0)
    assert frame_of(camera).forward[1] == pytest.approx(np.sin(np.radians(40)))  # looks down


def test_orbiting_stops_at_the_pole(renderer: vtkRenderer) -> None:
    for _ in range(20):
        orbit(renderer, 0, 30)
    forward = frame_of(renderer.GetActiveCamera()).forward
    assert 0.999 < forward[1] < 1
    assert forward[2] > 0  # still in front, not beyond the pole


def test_orbiting_there_and_back_ends_where_it_began(renderer: vtkRenderer) -> None:
    before = renderer.GetActiveCamera().GetPosition()
    orbit(renderer, 70, 25)
    orbit(renderer, -70, -25)
    assert renderer.GetActiveCamera().GetPosition() == pytest.approx(before)


def test_panning_moves_the_focus_by_the_fraction_the_pointer_went(renderer: vtkRenderer) -> None:
    centre = BOX.centre
    pan(renderer, 0.25, 0.1)
    right, up = in_picture(renderer, centre)
    assert right == pytest.approx(0.5 / ASPECT)  # a quarter of the height, in half widths
    assert up == pytest.approx(-0.2)


def test_zooming_leaves_what_is_under_the_pointer_there(renderer: vtkRenderer) -> None:
    under = BOX.centre + np.array([0.7, -0.4, 0.0])
    right, up = in_picture(renderer, under)
    distance = renderer.GetActiveCamera().GetDistance()
    zoom(renderer, 2.0, at=(right * ASPECT / 2, -up / 2))
    assert renderer.GetActiveCamera().GetDistance() == pytest.approx(distance / 2)
    assert in_picture(renderer, under) == pytest.approx([right, up])


def test_fit_keeps_the_direction(renderer: vtkRenderer) -> None:
    orbit(renderer, 33, 21)
    zoom(renderer, 5)
    pan(renderer, 1, 1)
    forward = frame_of(renderer.GetActiveCamera()).forward
    fit(renderer, BOX, ASPECT)
    np.testing.assert_allclose(frame_of(renderer.GetActiveCamera()).forward, forward, atol=1e-9)
    assert in_picture(renderer, BOX.centre) == pytest.approx([0, 0])


@pytest.mark.parametrize("bounds", [None, Bounds(np.ones(3), np.ones(3))])
def test_nothing_and_a_single_point_leave_a_usable_camera(
    renderer: vtkRenderer, bounds: Bounds | None
) -> None:
    look_at(renderer, Preset.PERSPECTIVE, bounds, ASPECT)
    assert renderer.GetActiveCamera().GetDistance() > 0
    assert np.isfinite(renderer.GetActiveCamera().GetPosition()).all()


def test_the_handles_of_the_axes_lead_to_their_views(renderer: vtkRenderer) -> None:
    middle_x, middle_y = 800 - PADDING_PX - SIZE_PX / 2, PADDING_PX + SIZE_PX / 2
    reach = SIZE_PX * 0.37
    assert picked_preset(renderer, middle_x + reach, middle_y, 800) is Preset.RIGHT
    assert picked_preset(renderer, middle_x, middle_y - reach, 800) is Preset.TOP
    assert picked_preset(renderer, middle_x, middle_y, 800) is Preset.FRONT  # before BACK
    assert picked_preset(renderer, 400, 300, 800) is None
