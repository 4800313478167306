"""What the display can do, and the still picture where it can do nothing."""

import os
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QApplication

from depthstudio.ui.viewer3d.opengl import draws_in_software, renderer_name


@pytest.mark.parametrize(
    ("renderer", "software"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("softpipe", True),
        ("NVIDIA GeForce RTX 4090", False),
    ],
)
def test_a_driver_without_a_graphics_card_is_known_by_its_name(
    renderer: str, software: bool
) -> None:
    assert draws_in_software(renderer) is software


def test_the_driver_is_asked_for_its_name(qapp: QApplication) -> None:
    assert renderer_name()


def test_without_opengl_a_still_picture_is_shown() -> None:
    program = """
from PySide6.QtWidgets import QApplication
app = QApplication([])
import numpy as np
from depthstudio.core.views import PointCloud, Views
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.viewer3d.page import Viewer3DPage
theme = Theme(app)
page = Viewer3DPage(theme, Icons(theme))
page.ready.connect(app.quit)
page.failed.connect(lambda text: app.exit(print(text) or 3))
page.resize(300, 200)
page.show()
cloud = PointCloud(np.zeros((1, 3), np.float32), np.array([[250, 10, 20]], np.uint8))
page.show_views(Views(clouds=[cloud]))
page.set_point_size(8)
page.start_loading()
code = app.exec()
picture = page.screenshot()
middle = picture.pixelColor(picture.width() // 2, picture.height() // 2)
print(code, middle.red(), middle.green(), middle.blue())
page.shutdown()
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("DISPLAY", None)
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert run.stdout.split() == ["0", "250", "10", "20"], run.stderr
