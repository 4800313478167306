"""The real 3D view in a real window."""

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.views import PointCloud, Views
from depthstudio.scene.options import Layer, Preset
from depthstudio.ui.viewer3d.viewer import Viewer3D
from tests.support.two_squares import (
    BLUE,
    EXACT,
    RED,
    SCREEN,
    assert_red_left_blue_right,
    pixels,
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
    assert not [timer for timer in viewer.findChildren(QTimer) if timer.isActive()]
    assert not viewer.render_timer.isActive()  # pyvistaqt's, a child of the window


def test_switching_to_another_window_and_back_does_not_render(
    viewer: Viewer3D, window: QMainWindow, qtbot: QtBot, renders: Callable[[], int]
) -> None:
    viewer.setFocus()
    window.activateWindow()
    qtbot.waitUntil(viewer.hasFocus)
    renders()
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitExposed(other):
        other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    window.activateWindow()
    qtbot.waitUntil(viewer.hasFocus)
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


def test_letters_do_nothing_to_the_scene(
    viewer: Viewer3D, qtbot: QtBot, renders: Callable[[], int]
) -> None:
    before = viewer.camera.GetPosition()
    for letter in "qewspr3fjtulcgvxyz":
        qtbot.keyClicks(viewer, letter)
        assert renders() == 0, letter
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
    assert thinned.args == [{Layer.CLOUD}]
    assert renders() == 1
    with qtbot.waitSignal(viewer.thinned_changed) as rested:
        qtbot.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(220, 200))
    assert rested.args == [frozenset()]
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
