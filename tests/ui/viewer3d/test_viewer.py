"""The real 3D view in a real window, and its stand-in where there is no OpenGL."""

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Generator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from depthstudio.core.views import PointCloud, TriangleMesh, Views
from depthstudio.scene.options import Layer, Preset
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.viewer3d.opengl import multi_samples_for, prime_surface_format, renderer_name
from depthstudio.ui.viewer3d.page import Viewer3DPage
from depthstudio.ui.viewer3d.viewer import Viewer3D

RED, BLUE = (220, 30, 20), (20, 60, 210)
EXACT, SCREEN = 2, 6  # of 255; a virtual screen may have only 16 bits a pixel


@pytest.fixture
def views() -> Views:
    """Two squares side by side, red on the left and blue on the right, and their corners."""
    left = np.array([[-2, -1, 0], [0, -1, 0], [0, 1, 0], [-2, 1, 0]], dtype=np.float32)
    corners = np.concatenate([left, left + np.array([2, 0, 0], dtype=np.float32)])
    colours = np.repeat(np.array([RED, BLUE], dtype=np.uint8), 4, axis=0)
    square = np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)
    mesh = TriangleMesh(corners, np.concatenate([square, square + 4]), colours)
    return Views(meshes=[mesh], clouds=[PointCloud(corners, colours)])


@pytest.fixture
def window(qtbot: QtBot) -> Generator[QMainWindow]:
    prime_surface_format()
    window = QMainWindow()
    window.resize(640, 480)
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


@pytest.fixture
def page(window: QMainWindow, theme: Theme, icons: Icons) -> Generator[Viewer3DPage]:
    """In a window that is shown; nothing is loaded yet."""
    page = Viewer3DPage(theme, icons)
    window.setCentralWidget(page)
    yield page
    page.shutdown()


@pytest.fixture
def viewer(window: QMainWindow, qtbot: QtBot, views: Views) -> Generator[Viewer3D]:
    """Shown and drawn once, from the front."""
    viewer = Viewer3D(window)
    window.setCentralWidget(viewer)
    viewer.show_views(views)
    viewer.set_preset(Preset.FRONT)
    with qtbot.waitExposed(window):
        window.show()
    QApplication.processEvents()
    yield viewer
    viewer.close()


@pytest.fixture
def renders(viewer: Viewer3D) -> Callable[[], int]:
    """How many times VTK has rendered since the last call."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    def taken() -> int:
        nonlocal count
        QApplication.processEvents()
        taken, count = count, 0
        return taken

    viewer.renderer.AddObserver("StartEvent", counted)
    taken()
    return taken


def pixels(image: QImage) -> NDArray[np.uint8]:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def assert_red_left_blue_right(picture: NDArray[np.uint8], tolerance: int) -> None:
    height, width = picture.shape[:2]
    np.testing.assert_allclose(picture[height // 2, width // 3].astype(int), RED, atol=tolerance)
    np.testing.assert_allclose(
        picture[height // 2, 2 * width // 3].astype(int), BLUE, atol=tolerance
    )


def wheel(viewer: Viewer3D, place: QPoint, angle: int) -> None:
    event = QWheelEvent(
        QPointF(place),
        viewer.mapToGlobal(QPointF(place)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer, event)


def load(page: Viewer3DPage, qtbot: QtBot) -> None:
    with qtbot.waitExposed(page.window()):
        page.window().show()
    with qtbot.waitSignal(page.ready, timeout=30_000):
        page.start_loading()
    QApplication.processEvents()


def test_the_window_shows_the_data_in_its_own_colours(
    viewer: Viewer3D, window: QMainWindow
) -> None:
    assert_red_left_blue_right(pixels(window.grab().toImage()), SCREEN)
    assert_red_left_blue_right(pixels(viewer.snapshot()), EXACT)


@pytest.mark.parametrize(
    "button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton]
)
def test_every_mouse_move_costs_one_render(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int], button: Qt.MouseButton
) -> None:
    start = QPoint(200, 200)
    qtbot.mousePress(viewer, button, pos=start)
    renders()
    costs = []
    for step in range(1, 9):
        qtbot.mouseMove(viewer, start + QPoint(7 * step, 3 * step))
        costs.append(renders())
    qtbot.mouseRelease(viewer, button, pos=start + QPoint(60, 25))
    assert costs == [1] * 8
    assert renders() == 0  # nothing was thinned, so rest changes nothing


def test_moves_between_two_frames_share_one_render(
    viewer: Viewer3D, renders: Callable[[], int]
) -> None:
    for preset in Preset:
        viewer.set_preset(preset)
    viewer.set_point_size(4)
    viewer.render()
    assert renders() == 1


def test_an_idle_view_does_not_render(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int]
) -> None:
    qtbot.mouseMove(viewer, QPoint(100, 100))
    qtbot.mouseMove(viewer, QPoint(580, 50))  # over the axes in the corner
    assert renders() == 0
    qtbot.wait(400)  # any timer that renders would have fired
    assert renders() == 0


def test_the_wheel_zooms_in_and_keeps_what_is_under_the_pointer(
    viewer: Viewer3D, renders: Callable[[], int]
) -> None:
    border = viewer.width() // 2  # where red meets blue
    before = viewer.camera.GetDistance()
    wheel(viewer, QPoint(border, 240), 240)
    assert renders() == 1
    assert viewer.camera.GetDistance() == pytest.approx(before / 1.44)
    picture = pixels(viewer.snapshot())
    np.testing.assert_allclose(picture[240, border - 4].astype(int), RED, atol=2)
    np.testing.assert_allclose(picture[240, border + 4].astype(int), BLUE, atol=2)


@pytest.mark.parametrize("letter", "qewspr3fjtulcgvxyz")
def test_letters_do_nothing_to_the_scene_and_reach_the_window(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int], letter: str
) -> None:
    before = viewer.camera.GetPosition()
    qtbot.keyClicks(viewer, letter)
    assert renders() == 0
    assert viewer.isVisible()
    assert viewer.camera.GetPosition() == before


def test_arrows_turn_and_home_brings_everything_back(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int]
) -> None:
    before = viewer.camera.GetDistance()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert renders() == 1
    x, _, z = viewer.camera.GetPosition()
    assert np.degrees(np.arctan2(x, -z)) == pytest.approx(10)
    assert viewer.preset is None
    qtbot.keyClick(viewer, Qt.Key.Key_Plus)
    assert viewer.camera.GetDistance() == pytest.approx(before / 1.2)
    qtbot.keyClick(viewer, Qt.Key.Key_Home)
    assert viewer.camera.GetFocalPoint() == pytest.approx((0, 0, 0))


def test_a_handle_of_the_axes_turns_the_view(viewer: Viewer3D, qtbot: QtBot) -> None:
    middle = QPoint(viewer.width() - 8 - 48, 8 + 48)
    qtbot.mouseClick(viewer, Qt.MouseButton.LeftButton, pos=middle - QPoint(0, 36))
    assert viewer.preset is Preset.TOP


def test_resizing_keeps_everything_in_sight_until_the_user_has_moved(
    viewer: Viewer3D, window: QMainWindow, qtbot: QtBot
) -> None:
    before = viewer.camera.GetDistance()
    window.resize(320, 480)
    qtbot.waitUntil(lambda: viewer.width() == 320)
    assert viewer.camera.GetDistance() > 1.5 * before
    qtbot.keyClick(viewer, Qt.Key.Key_Plus)
    moved = viewer.camera.GetDistance()
    window.resize(640, 480)
    qtbot.waitUntil(lambda: viewer.width() == 640)
    assert viewer.camera.GetDistance() == moved


def test_drops_are_left_to_the_window(viewer: Viewer3D) -> None:
    assert not viewer.acceptDrops()


def test_a_large_cloud_is_thinned_under_the_hand_and_whole_at_rest(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int]
) -> None:
    positions = np.random.default_rng(0).random((300_000, 3), dtype=np.float32)
    viewer.show_views(Views(clouds=[PointCloud(positions)]))
    renders()
    qtbot.mousePress(viewer, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    with qtbot.waitSignal(viewer.thinned_changed) as thinned:
        qtbot.mouseMove(viewer, QPoint(220, 200))
    assert thinned.args == [True]
    assert renders() == 1
    with qtbot.waitSignal(viewer.thinned_changed) as rested:
        qtbot.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(220, 200))
    assert rested.args == [False]
    assert renders() == 1


def test_a_closed_viewer_is_freed_with_all_it_showed(window: QMainWindow, qtbot: QtBot) -> None:
    viewer = Viewer3D(window)
    window.setCentralWidget(viewer)
    positions = np.zeros((4, 3), dtype=np.float32)
    viewer.show_views(Views(clouds=[PointCloud(positions)]))
    with qtbot.waitExposed(window):
        window.show()
    things = [weakref.ref(thing) for thing in (viewer, viewer.scene, viewer.renderer, positions)]
    viewer.close()
    window.takeCentralWidget().deleteLater()
    QApplication.sendPostedEvents(viewer, QEvent.Type.DeferredDelete)
    del viewer, positions
    gc.collect()
    assert [thing() for thing in things] == [None] * 4


def test_the_page_says_what_it_waits_for_and_imports_no_vtk() -> None:
    program = (
        "import sys, depthstudio.ui.viewer3d.page\n"
        "heavy = ('vtk', 'pyvista', 'qtpy', 'matplotlib')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


def test_views_shown_early_appear_when_the_viewer_arrives(
    page: Viewer3DPage, qtbot: QtBot, views: Views
) -> None:
    assert not page.is_ready
    assert page.screenshot().isNull()
    with qtbot.waitSignal(page.info_changed) as info:
        page.show_views(views, title="two squares")
    text = info.args[0].replace("\u00a0", " ")
    assert text == "8 points · 4 triangles · 4.00 × 2.00 × 0.00"
    page.set_preset("front")
    load(page, qtbot)
    assert_red_left_blue_right(pixels(page.screenshot()), EXACT)
    assert_red_left_blue_right(pixels(page.window().grab().toImage()), SCREEN)


def test_the_native_window_stays_when_the_viewer_arrives(
    page: Viewer3DPage, window: QMainWindow, qtbot: QtBot
) -> None:
    with qtbot.waitExposed(window):
        window.show()
    before = window.winId()
    load(page, qtbot)
    assert window.winId() == before
    assert window.isVisible()


def test_point_size_ground_and_layers_reach_the_scene(
    page: Viewer3DPage, qtbot: QtBot, views: Views
) -> None:
    page.set_point_size(6)
    page.set_ground("#102030", "#102030")
    page.show_views(views)
    load(page, qtbot)
    assert isinstance(page.view, Viewer3D)
    assert page.view.scene.options.point_size_px == 6
    assert pixels(page.screenshot())[5, 5].tolist() == [0x10, 0x20, 0x30]
    page.set_layer_visible(Layer.SURFACE, False)
    assert not page.view.scene.is_visible(Layer.SURFACE)
    assert pixels(page.screenshot())[100, 200].tolist() == [0x10, 0x20, 0x30]


def test_the_ground_follows_the_theme(page: Viewer3DPage, qtbot: QtBot, theme: Theme) -> None:
    load(page, qtbot)
    theme.set_choice("light")
    assert pixels(page.screenshot())[0, 5].tolist() == [0x80, 0x80, 0x80]


def test_broken_views_are_explained_where_the_picture_would_be(
    page: Viewer3DPage, qtbot: QtBot
) -> None:
    load(page, qtbot)
    triangle = np.array([[0, 1, 9]], dtype=np.int32)
    broken = TriangleMesh(np.zeros((3, 3), dtype=np.float32), triangle)
    with qtbot.waitSignal(page.failed) as failed:
        page.show_views(Views(meshes=[broken]))
    assert "uses points that do not exist" in failed.args[0]


def test_shutting_down_while_it_loads_ends_cleanly(page: Viewer3DPage, qtbot: QtBot) -> None:
    page.start_loading()
    page.shutdown()
    QApplication.processEvents()
    assert not page.is_ready


@pytest.mark.parametrize(
    ("renderer", "samples"),
    [("llvmpipe (LLVM 15.0.6, 256 bits)", 0), ("softpipe", 0), ("NVIDIA GeForce RTX 4090", 4)],
)
def test_edges_are_smoothed_only_on_a_graphics_card(renderer: str, samples: int) -> None:
    assert multi_samples_for(renderer) == samples


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
