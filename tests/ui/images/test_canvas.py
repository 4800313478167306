"""The canvas under mouse, wheel and keys."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.ui.images.canvas import ImageCanvas
from depthstudio.ui.images.levels import ImageLevels
from depthstudio.ui.images.photo_view import image_of
from depthstudio.ui.look.theme import Theme


def position_picture(width: int, height: int) -> QImage:
    """A picture whose colour names its pixel: red is the column, green the row."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.arange(width)
    pixels[..., 1] = np.arange(height)[:, np.newaxis]
    return image_of(pixels)


@pytest.fixture
def canvas(theme: Theme, on_screen: Callable[..., ImageCanvas]) -> ImageCanvas:
    canvas = ImageCanvas(theme)
    canvas.set_image(position_picture(200, 120))
    return on_screen(canvas, 420, 300)


def wheel(canvas: ImageCanvas, at: QPointF, notches: float) -> None:
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def move_to(widget: QWidget, at: QPointF) -> None:
    """Move the cursor over a widget, whatever the real one does."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def painted(widget: QWidget, dpr: float = 1.0) -> QImage:
    """What a widget paints, in full colour whatever the depth of the display."""
    image = QImage(widget.size() * dpr, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    widget.render(image)
    return image


@pytest.mark.parametrize("dpr", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("notches", [4, 7, 12])
def test_the_pixel_told_is_the_pixel_painted(
    canvas: ImageCanvas, monkeypatch: pytest.MonkeyPatch, notches: int, dpr: float
) -> None:
    monkeypatch.setattr(canvas, "devicePixelRatioF", lambda: dpr)
    canvas.fit()
    wheel(canvas, QPointF(150, 100), notches)
    assert canvas.viewport is not None
    assert canvas.viewport.zoom > 2  # squares: every painted colour names its pixel exactly
    told: list[tuple[int, int]] = []
    canvas.hovered.connect(lambda column, row: told.append((column, row)))
    picture = painted(canvas, dpr)
    for x, y in ((60, 80), (212, 132), (332, 288), (4, 52), (416, 296)):
        move_to(canvas, QPointF(x + 0.5 / dpr, y + 0.5 / dpr))
        colour = picture.pixelColor(round(x * dpr), round(y * dpr))
        assert told[-1] == (colour.red(), colour.green())


def test_leaving_the_picture_is_told_once(canvas: ImageCanvas) -> None:
    left: list[bool] = []
    canvas.left.connect(lambda: left.append(True))
    move_to(canvas, QPointF(210, 150))
    move_to(canvas, QPointF(210, 2))
    move_to(canvas, QPointF(215, 2))
    assert left == [True]


def test_the_wheel_zooms_about_the_cursor(canvas: ImageCanvas) -> None:
    at = QPointF(300, 90)
    assert canvas.viewport is not None
    before = canvas.viewport.pixel_at(at.x(), at.y())
    wheel(canvas, at, 5)
    assert canvas.viewport.pixel_at(at.x(), at.y()) == before


def test_dragging_moves_the_picture_with_the_cursor(canvas: ImageCanvas, qtbot: QtBot) -> None:
    wheel(canvas, QPointF(210, 150), 6)
    assert canvas.viewport is not None
    grabbed = canvas.viewport.pixel_at(200, 150)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    move_to(canvas, QPointF(240, 120))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(240, 120))
    assert canvas.viewport.pixel_at(240, 120) == grabbed


def test_keys_zoom_pan_and_fit(canvas: ImageCanvas, qtbot: QtBot) -> None:
    fitted = canvas.viewport
    assert fitted is not None
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.viewport is not None
    assert canvas.viewport.zoom == pytest.approx(1)
    for _ in range(8):
        qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    zoomed = canvas.viewport
    assert zoomed.zoom == pytest.approx(1.25**8)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.left < zoomed.left
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.viewport.zoom == pytest.approx(1.25**7)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.viewport == fitted


def test_a_double_click_fits_again(canvas: ImageCanvas, qtbot: QtBot) -> None:
    fitted = canvas.viewport
    wheel(canvas, QPointF(210, 150), 6)
    assert canvas.viewport != fitted
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert canvas.viewport == fitted


def test_resizing_refits_only_a_picture_that_was_fit(canvas: ImageCanvas) -> None:
    canvas.resize(620, 300)
    assert canvas.viewport is not None
    assert canvas.viewport.size[1] == pytest.approx(292)
    canvas.zoom_by(3)
    zoom = canvas.viewport.zoom
    canvas.resize(500, 260)
    assert canvas.viewport.zoom == zoom


def test_zoom_stays_for_a_picture_of_the_same_size_and_fits_another(canvas: ImageCanvas) -> None:
    canvas.zoom_by(3)
    zoomed = canvas.viewport
    canvas.set_image(position_picture(200, 120))
    assert canvas.viewport == zoomed
    canvas.set_image(position_picture(100, 120))
    assert canvas.viewport is not None
    assert canvas.viewport.size[1] == pytest.approx(292)


def test_around_the_picture_is_the_view_ground_of_the_theme(
    canvas: ImageCanvas, theme: Theme
) -> None:
    ground = painted(canvas).pixelColor(1, 1)
    assert ground == QColor(theme.tokens.view_ground)
    theme.set_choice("light")
    assert painted(canvas).pixelColor(1, 1) == QColor(theme.tokens.view_ground) != ground


def test_zoomed_out_fine_stripes_become_their_mean_and_do_not_shimmer() -> None:
    pixels = np.zeros((512, 512, 3), np.uint8)
    pixels[:, ::2] = 255
    level = ImageLevels(image_of(pixels)).level(0.2)
    assert level.width() == 128
    assert 120 <= level.pixelColor(64, 64).red() <= 135


@pytest.mark.parametrize(
    ("zoom", "width"), [(1.0, 512), (0.51, 512), (0.5, 256), (0.26, 256), (0.1, 64), (0.001, 64)]
)
def test_a_level_has_a_pixel_for_every_device_pixel(zoom: float, width: int) -> None:
    levels = ImageLevels(position_picture(512, 512)).prepare()
    assert levels.level(zoom).width() == width


def test_a_click_picks_a_pixel_and_a_drag_picks_none(qtbot: QtBot, canvas: ImageCanvas) -> None:
    picked: list[tuple[int, int]] = []
    canvas.picked.connect(lambda column, row: picked.append((column, row)))
    assert canvas.viewport is not None
    place = QPoint(canvas.width() // 2, canvas.height() // 2)
    expected = canvas.viewport.pixel_at(place.x(), place.y())
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert picked == [expected]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(canvas, place + QPoint(60, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place + QPoint(60, 0))
    assert picked == [expected]


def test_keys_ask_for_the_next_picture_while_there_is_nothing_to_pan(
    qtbot: QtBot, canvas: ImageCanvas
) -> None:
    asked: list[int] = []
    canvas.step_asked.connect(asked.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        qtbot.keyClick(canvas, key)
    assert asked == [1, -1, 1, -1]
    canvas.zoom_by(8)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert len(asked) == 4
