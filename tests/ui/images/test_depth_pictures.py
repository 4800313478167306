"""Depth that came as a picture is shown as one, and measures nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.depth_pictures import DepthPicturesView
from depthstudio.ui.images.legend import Legend
from depthstudio.ui.images.range_spin import RangeSpin
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., DepthPicturesView]) -> object:
    return on_screen(DepthPicturesView(theme, icons), 700, 500)


@pytest.fixture
def pictures() -> ImageSequence:
    return ImageSequence(
        ("a.jpg", "b.jpg"), lambda index: np.full((20, 30, 3), (250, 40 * index, 9), np.uint8)
    )


def test_the_picture_is_shown_as_it_is_and_says_that_it_is_one(
    view: DepthPicturesView, pictures: ImageSequence, qtbot: QtBot
) -> None:
    view.set_photos(pictures, "garage")
    qtbot.waitUntil(lambda: not view.busy)
    assert view.canvas.image is not None
    assert view.canvas.image.pixelColor(3, 3).getRgb()[:3] == (250, 0, 9)
    assert view.strip.chip.text() == "Picture, not measured"
    assert view.info.text.startswith("Colours only: the service sent no depth values")
    assert view.info.right_text.startswith("30 × 20 · ")
    assert view.strip.title == "a.jpg"


def test_the_pixel_under_the_cursor_has_a_place_and_no_value(
    view: DepthPicturesView, pictures: ImageSequence, qtbot: QtBot
) -> None:
    view.set_photos(pictures, "garage")
    qtbot.waitUntil(lambda: not view.busy)
    view.canvas.hovered.emit(12, 8)
    assert view.info.text.endswith("· pixel 12, 8")
    view.canvas.left.emit()
    assert view.info.text == "Colours only: the service sent no depth values"


def test_it_offers_no_range_no_colour_map_and_no_legend(view: DepthPicturesView) -> None:
    assert [view.findChildren(kind) for kind in (RangeSpin, QComboBox, Legend)] == [[], [], []]
