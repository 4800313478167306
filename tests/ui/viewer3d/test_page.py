"""The 3D tab: what it remembers until the view is there, and what it says."""

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.views import TriangleMesh, Views
from depthstudio.scene.options import ItemKey, Layer, Preset
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.strips import InfoStrip
from depthstudio.ui.viewer3d.opengl import prime_window
from depthstudio.ui.viewer3d.page import Viewer3DPage
from depthstudio.ui.viewer3d.viewer import Viewer3D
from tests.support.two_squares import EXACT, SCREEN, assert_red_left_blue_right, pixels


def load(page: Viewer3DPage, qtbot: QtBot) -> None:
    with qtbot.waitExposed(page.window()):
        page.window().show()
    with qtbot.waitSignal(page.ready, timeout=30_000):
        page.start_loading()
    QApplication.processEvents()


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
    text = info.args[0].replace("\N{NO-BREAK SPACE}", " ")
    assert text == "8 points · 4 triangles · 4.00 × 2.00 × 0.00"
    page.set_preset("front")
    load(page, qtbot)
    assert_red_left_blue_right(pixels(page.screenshot()), EXACT)
    assert_red_left_blue_right(pixels(page.window().grab().toImage()), SCREEN)


def test_the_native_window_stays_when_the_viewer_arrives(
    page: Viewer3DPage, window: QMainWindow, qtbot: QtBot
) -> None:
    prime_window(window)
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
    ("layer", "expected"),
    [
        (Layer.CLOUD, "showing 0.25 of 0.00 M points while moving"),
        (Layer.SURFACE, "showing a coarser surface while moving"),
    ],
)
def test_the_strip_says_that_less_is_drawn_until_the_view_rests(
    page: Viewer3DPage, qtbot: QtBot, views: Views, layer: Layer, expected: str
) -> None:
    page.show_views(views)
    load(page, qtbot)
    assert isinstance(page.view, Viewer3D)
    strip = page.findChild(InfoStrip)
    assert strip is not None
    page.view.thinned_changed.emit(frozenset({layer}))
    assert strip.right_text == expected
    page.view.thinned_changed.emit(frozenset())
    assert strip.right_text == ""


def test_layers_and_their_items_say_the_same(
    page: Viewer3DPage, qtbot: QtBot, views: Views
) -> None:
    surface, points = ItemKey(Layer.SURFACE, 0), ItemKey(Layer.CLOUD, 0)
    page.show_views(views)
    assert [item.key for item in page.items] == [surface, points]
    assert page.hidden == {points}
    with qtbot.waitSignal(page.hidden_changed):
        page.set_layer_visible(Layer.CLOUD, True)
    load(page, qtbot)
    assert isinstance(page.view, Viewer3D)
    assert page.view.scene.hidden == frozenset()  # what was wished before there was a view
    buttons = {b.accessibleName(): b for b in page.findChildren(QToolButton)}
    page.set_hidden(frozenset({surface}))
    assert page.view.scene.hidden == {surface}
    assert (buttons["Surface"].isChecked(), buttons["Points"].isChecked()) == (False, True)
    with qtbot.assertNotEmitted(page.hidden_changed):
        page.set_hidden(frozenset({surface}))
    page.show_views(views)
    assert page.hidden == {points}


def test_the_still_picture_hides_and_colours_parts_too(
    window: QMainWindow, qtbot: QtBot, views: Views
) -> None:
    from depthstudio.scene.options import SceneOptions
    from depthstudio.ui.viewer3d.still import StillView3D

    still = StillView3D(window, options=SceneOptions(ground_top="#102030", ground_bottom="#102030"))
    window.setCentralWidget(still)
    still.show_views(views)
    still.set_preset(Preset.FRONT)
    still.resize(320, 240)
    assert_red_left_blue_right(pixels(still.snapshot()), EXACT)
    still.set_hidden(frozenset({ItemKey(Layer.SURFACE, 0), ItemKey(Layer.CLOUD, 0)}))
    still.set_own_part_colours(True)
    assert pixels(still.snapshot())[120, 100].tolist() == [0x10, 0x20, 0x30]
