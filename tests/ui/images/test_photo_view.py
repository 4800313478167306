"""The Photo view: one picture at a time, loaded elsewhere."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import FormatError
from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.photo_view import PhotoView, image_of
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme


def plain(level: int, width: int = 30, height: int = 20) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, np.uint8)


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., PhotoView]) -> PhotoView:
    return on_screen(PhotoView(theme, icons), 700, 500)


def settle(view: PhotoView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view.busy)


def level_shown(view: PhotoView) -> int:
    assert view.canvas.image is not None
    return view.canvas.image.pixelColor(0, 0).red()


def step_buttons(view: PhotoView) -> tuple[QToolButton, QToolButton]:
    buttons = {button.toolTip(): button for button in view.strip.findChildren(QToolButton)}
    return buttons["Previous photo"], buttons["Next photo"]


def test_a_photo_is_loaded_off_the_gui_thread(view: PhotoView, qtbot: QtBot) -> None:
    threads: list[int] = []

    def load(index: int) -> NDArray[np.uint8]:
        threads.append(threading.get_ident())
        return plain(7, 1024, 683)

    view.set_photos(ImageSequence(("a.jpg",), load), "moon")
    settle(view, qtbot)
    assert threads
    assert threading.get_ident() not in threads
    assert level_shown(view) == 7
    assert view.strip.title == "moon"
    assert view.strip.chip.text() == "1024 × 683"


def test_steps_go_through_the_sequence_and_stop_at_its_ends(view: PhotoView, qtbot: QtBot) -> None:
    names = ("a.jpg", "b.jpg", "c.jpg")
    view.set_photos(ImageSequence(names, lambda index: plain(index * 10)), "scene")
    previous, following = step_buttons(view)
    settle(view, qtbot)
    assert not previous.isEnabled()
    for place in (1, 2):
        following.click()
        settle(view, qtbot)
        assert (view.index, level_shown(view)) == (place, place * 10)
        assert view.strip.title == names[place]
    assert not following.isEnabled()
    previous.click()
    settle(view, qtbot)
    assert level_shown(view) == 10


def test_the_newest_request_wins_over_a_slow_older_one(view: PhotoView, qtbot: QtBot) -> None:
    release = threading.Event()
    loaded: list[int] = []

    def load(index: int) -> NDArray[np.uint8]:
        if index == 0:
            release.wait(10)
        loaded.append(index)
        return plain(index * 10)

    view.set_photos(ImageSequence(tuple("abcd"), load), "scene")
    for index in (1, 2, 3):
        view.show_photo(index)
    assert view.canvas.image is None
    release.set()
    settle(view, qtbot)
    assert level_shown(view) == 30
    assert loaded == [0, 3], "what a newer request replaced is never loaded"


def test_one_photo_needs_no_steps(view: PhotoView, qtbot: QtBot) -> None:
    view.set_photos(ImageSequence(("a.jpg",), lambda index: plain(1)), "one")
    settle(view, qtbot)
    assert not any(button.isVisible() for button in step_buttons(view))


def test_a_photo_that_cannot_be_read_says_why_and_the_next_one_still_opens(
    view: PhotoView, qtbot: QtBot
) -> None:
    def load(index: int) -> NDArray[np.uint8]:
        if index == 0:
            raise FormatError("a.jpg is cut short", hint="Copy it again")
        return plain(50)

    view.set_photos(ImageSequence(("a.jpg", "b.jpg"), load), "scene")
    settle(view, qtbot)
    said = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert said[-2:] == ["This photo cannot be shown", "a.jpg is cut short\nCopy it again"]
    assert not view.canvas.isVisible()
    step_buttons(view)[1].click()
    settle(view, qtbot)
    assert view.canvas.isVisible()
    assert level_shown(view) == 50


def test_the_colour_under_the_cursor_is_named(view: PhotoView) -> None:
    pixels = plain(0)
    pixels[:] = (104, 88, 69)
    view.set_image(image_of(pixels), "swatch")
    view.canvas.hovered.emit(12, 8)
    assert view.info.text == "104 88 69 · pixel 12, 8"


def test_nothing_to_show_clears_the_view(view: PhotoView) -> None:
    view.set_image(image_of(plain(9)), "one")
    view.set_photos(None, "")
    assert view.canvas.image is None
    assert not view.strip.isVisible()


@pytest.mark.parametrize(("channels", "alpha"), [(3, False), (4, True)])
def test_arrays_become_pictures_that_outlive_them(channels: int, alpha: bool) -> None:
    pixels = np.zeros((3, 5, channels), np.uint8)  # 15 bytes a row: not a multiple of four
    pixels[1, 4] = (10, 20, 30, 255)[:channels]
    image: QImage = image_of(pixels[:, ::1])
    pixels[:] = 99
    colour = image.pixelColor(4, 1)
    assert (colour.red(), colour.green(), colour.blue()) == (10, 20, 30)
    assert image.hasAlphaChannel() == alpha
