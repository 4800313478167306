"""What the middle of the window keeps while its views come and go."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from depthstudio.core.views import DepthKind, DepthStack, ImageSequence, Views
from depthstudio.geometry.colour_maps import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from depthstudio.scene.summary import SceneSummary
from depthstudio.ui.images.photo_view import PhotoView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.window.centre import Centre, Tab


@pytest.fixture
def centre(qtbot: QtBot, theme: Theme, icons: Icons) -> Centre:
    centre = Centre(theme, icons, newcomer=True)
    qtbot.addWidget(centre)
    return centre


def test_the_depth_view_takes_over_the_kept_colour_map(centre: Centre) -> None:
    assert centre.colour_map == DEFAULT_COLOUR_MAP
    centre.colour_map = "magma"
    assert centre.depth_view.strip.colour_map == "magma"


def test_a_colour_map_chosen_in_the_view_is_kept(centre: Centre) -> None:
    centre.depth_view.strip.set_colour_map(COLOUR_MAPS[-1])
    assert centre.colour_map == COLOUR_MAPS[-1]


def flat(red: int) -> Callable[[int], NDArray[np.uint8]]:
    return lambda index: np.full((20, 30, 3), (red, 40 * index % 250, 9), np.uint8)


def several(count: int = 4, **more: object) -> Views:
    """A result of `count` photos, with a picture of depth for each unless told otherwise."""
    names = tuple(f"IMG_{number}.jpg" for number in range(count))
    shown: dict[str, object] = {"photos": ImageSequence(names, flat(10))}
    shown |= more or {"depth_pictures": ImageSequence(names, flat(250))}
    return Views(**shown)


@pytest.fixture
def shown(centre: Centre, on_screen: Callable[..., Centre]) -> Centre:
    return on_screen(centre, 800, 760)


def colour(view: PhotoView) -> tuple[int, ...]:
    assert view.canvas.image is not None
    return view.canvas.image.pixelColor(3, 3).getRgb()[:2]


def test_a_view_chosen_as_photo_is_shown_as_depth_and_back(shown: Centre, qtbot: QtBot) -> None:
    shown.show_views(several(), "garage", SceneSummary())
    pictures = shown.pictures
    shown.show_tab(Tab.PHOTO)
    pictures.strip.row.setCurrentIndex(pictures.strip.row.model().index(2, 0))
    qtbot.waitUntil(lambda: not shown.photo_view.busy)
    assert colour(shown.photo_view) == (10, 80)
    shown.show_tab(Tab.DEPTH)
    view = pictures.depth_pictures_view
    assert pictures.depth_page is view
    qtbot.waitUntil(lambda: not view.busy)
    assert colour(view) == (250, 80)
    assert view.strip.title == "IMG_2.jpg"
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    assert (pictures.index, pictures.strip.current, shown.photo_view.index) == (3, 3, 3)


def test_the_strip_stands_below_photo_and_depth_and_nowhere_else(shown: Centre) -> None:
    shown.show_views(several(), "garage", SceneSummary())
    seen = {}
    for tab in (Tab.PHOTO, Tab.SCENE, Tab.DEPTH):
        shown.show_tab(tab)
        seen[tab] = shown.pictures.strip.isVisible()
    assert seen == {Tab.PHOTO: True, Tab.SCENE: False, Tab.DEPTH: True}
    shown.begin_drag()
    assert not shown.pictures.strip.isVisible()
    shown.end_drag()
    assert shown.pictures.strip.isVisible()
    shown.show_views(several(1), "one", SceneSummary())
    assert not shown.pictures.strip.isVisible()


def test_a_picture_that_nobody_sees_is_not_read(shown: Centre, qtbot: QtBot) -> None:
    read: list[int] = []

    def load(index: int) -> NDArray[np.uint8]:
        read.append(index)
        return flat(250)(index)

    names = tuple(map(str, range(500)))
    views = several(500, depth_pictures=ImageSequence(names, load))
    shown.show_views(views, "garage", SceneSummary())
    shown.show_tab(Tab.PHOTO)
    qtbot.waitUntil(lambda: read == [0])
    for index in (5, 90, 400):
        shown.pictures.show_view(index)
    shown.show_tab(Tab.DEPTH)
    qtbot.waitUntil(lambda: read == [0, 400])


def test_depth_with_values_for_each_photo_follows_the_photos(shown: Centre, qtbot: QtBot) -> None:
    stack = DepthStack(np.ones((4, 20, 30), np.float32), DepthKind.METRIC)
    shown.show_views(several(depth=stack), "garage", SceneSummary())
    shown.show_tab(Tab.DEPTH)
    assert shown.pictures.depth_page is shown.depth_view
    assert not shown.depth_view.frames.isVisible()
    assert shown.pictures.strip.isVisible()
    shown.pictures.show_view(2)
    qtbot.waitUntil(lambda: not shown.depth_view.busy)
    assert shown.depth_view.picture is not None
    assert shown.depth_view.picture.request.frame == 2
    qtbot.keyClick(shown.depth_view.canvas, Qt.Key.Key_PageDown)
    assert shown.photo_view.index == 3


def test_a_clip_keeps_its_own_bar_of_frames(shown: Centre) -> None:
    stack = DepthStack(np.ones((9, 20, 30), np.float32), DepthKind.METRIC)
    shown.show_views(several(1, depth=stack), "clip", SceneSummary())
    shown.show_tab(Tab.DEPTH)
    assert shown.depth_view.frames.isVisible()
    assert "strip" not in vars(shown.pictures)


@pytest.mark.parametrize(("photos", "rate_hz", "there"), [(9, 30.0, 6), (18, 60.0, 12)])
def test_a_film_is_stepped_with_its_depth(
    shown: Centre, qtbot: QtBot, photos: int, rate_hz: float, there: int
) -> None:
    values = np.ones((9, 20, 30), np.float32)
    depth = DepthStack(values, DepthKind.METRIC, frame_rate_hz=30.0)
    film = ImageSequence(("a.mp4",) * photos, flat(10), is_clip=True, frame_rate_hz=rate_hz)
    shown.show_views(Views(depth=depth, photos=film), "clip", SceneSummary())
    shown.show_tab(Tab.DEPTH)
    assert shown.depth_view.frames.isVisible()
    assert "strip" not in vars(shown.pictures), "hundreds of frames are no views to choose from"
    for _ in range(6):
        qtbot.keyClick(shown.depth_view.canvas, Qt.Key.Key_PageDown)
    assert shown.photo_view.index == there
    shown.show_tab(Tab.PHOTO)
    qtbot.waitUntil(lambda: not shown.photo_view.busy)
    assert colour(shown.photo_view) == (10, 40 * there % 250)
    for _ in range(photos // 9):
        qtbot.keyClick(shown.photo_view.canvas, Qt.Key.Key_PageUp)
    assert shown.depth_view.clip.frame == 5


def test_a_low_window_names_the_views_alone(shown: Centre) -> None:
    shown.show_views(several(), "garage", SceneSummary())
    shown.show_tab(Tab.PHOTO)
    assert not shown.pictures.strip.is_folded
    shown.resize(800, 500)
    assert shown.pictures.strip.is_folded
