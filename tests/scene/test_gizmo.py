import numpy as np
import pytest
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkRenderWindowInteractor

from depthstudio.scene.camera import look_at
from depthstudio.scene.gizmo import PADDING_PX, SIZE_PX, add_gizmo, picked_preset, size_gizmo
from depthstudio.scene.options import Preset

WIDTH_PX, HEIGHT_PX = 300, 200
MIDDLE_PX = (WIDTH_PX - PADDING_PX - SIZE_PX / 2, PADDING_PX + SIZE_PX / 2)
REACH_PX = SIZE_PX * 0.37


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_handles_are_drawn_where_they_are_picked_on_every_screen(ratio: float) -> None:
    size_px = [round(WIDTH_PX * ratio), round(HEIGHT_PX * ratio)]
    plotter = pv.Plotter(off_screen=True, window_size=size_px)
    interactor = vtkRenderWindowInteractor()
    interactor.SetRenderWindow(plotter.render_window)
    axes = add_gizmo(plotter.renderer, interactor)
    size_gizmo(axes, ratio)
    look_at(plotter.renderer, Preset.FRONT, None, WIDTH_PX / HEIGHT_PX)
    plotter.camera_set = True
    picture = np.array(plotter.screenshot(None, return_img=True))
    for step, preset, colour in ((-1, Preset.TOP, "green"), (0, Preset.FRONT, "blue")):
        x, y = MIDDLE_PX[0], MIDDLE_PX[1] + step * REACH_PX
        assert picked_preset(plotter.renderer, x, y, WIDTH_PX) is preset
        red, green, blue = picture[round(y * ratio), round(x * ratio)].astype(int)
        assert {"green": green, "blue": blue}[colour] > red + 40
    axes.Off()
    axes.SetParentRenderer(None)
    plotter.close()
