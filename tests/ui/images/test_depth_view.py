"""The Depth view as people meet it."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.geometry.colour import colour_table
from depthstudio.geometry.colour_maps import COLOUR_MAPS
from depthstudio.ui.images import depth_reader, depth_view
from depthstudio.ui.images.depth_picture import DepthPicture, DepthRequest
from depthstudio.ui.images.depth_probe import DepthProbe
from depthstudio.ui.images.depth_view import DepthView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.following_work import Check

W = TypeVar("W", bound=QWidget)
NBSP = "\N{NO-BREAK SPACE}"
HEIGHT, WIDTH = 40, 60
HOLE = (slice(10, 20), slice(15, 30))  # rows, columns without data


def clip(kind: DepthKind = DepthKind.METRIC, frames: int = 1) -> DepthStack:
    """Every value names its place: row + column / 100, plus ten for every frame."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    one = (rows + columns / 100).astype(np.float32)
    values = np.stack([one + 10 * frame for frame in range(frames)])
    values[:, HOLE[0], HOLE[1]] = np.nan
    return DepthStack(values, kind)


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., DepthView]) -> DepthView:
    return on_screen(DepthView(theme, icons), 900, 600)


def show(view: DepthView, qtbot: QtBot, stack: DepthStack) -> None:
    view.set_depth(stack, "clip.mp4")
    qtbot.waitUntil(lambda: view.picture is not None and not view.busy)


def hover(view: DepthView, column: int, row: int) -> None:
    """Move the cursor over the middle of a pixel, whatever the real cursor does."""
    assert view.canvas.viewport is not None
    at = QPointF(*view.canvas.viewport.view_at(column + 0.5, row + 0.5))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        QPointF(view.canvas.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.canvas, event)


def only(parent: QWidget, kind: type[W]) -> W:
    """The one child of a kind."""
    (found,) = parent.findChildren(kind)
    return found


def spins(view: DepthView) -> tuple[QDoubleSpinBox, QDoubleSpinBox]:
    near, far = view.strip.findChildren(QDoubleSpinBox)
    return near, far


def invert(view: DepthView) -> None:
    only(view.strip, QToolButton).click()


def test_the_value_under_the_cursor_is_the_value_of_that_pixel(
    view: DepthView, qtbot: QtBot
) -> None:
    stack = clip()
    show(view, qtbot, stack)
    probes: list[DepthProbe | None] = []
    view.probed.connect(probes.append)
    for zoom in (1.0, 3.0, 4.0):
        view.canvas.zoom_by(zoom)
        for column, row in ((31, 21), (28, 19), (34, 24)):
            hover(view, column, row)
            probe = probes[-1]
            assert probe is not None
            assert (probe.column, probe.row) == (column, row)
            np.testing.assert_equal(probe.value, stack.values[0, row, column])


def test_the_info_strip_names_value_pixel_and_frame(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip())
    hover(view, 50, 30)
    assert view.info.text == f"30.500{NBSP}m · pixel 50, 30 · frame 1 of 1"
    hover(view, 20, 15)
    assert view.info.text == "no data · pixel 20, 15 · frame 1 of 1"


@pytest.mark.parametrize("kind", [DepthKind.RELATIVE_DEPTH, DepthKind.RELATIVE_DISPARITY])
def test_a_relative_clip_shows_no_metres_anywhere(
    view: DepthView, qtbot: QtBot, kind: DepthKind
) -> None:
    show(view, qtbot, clip(kind))
    hover(view, 50, 30)
    assert view.strip.chip.text() == "Relative, no unit"
    assert view.info.text.startswith("30.500 ·")
    assert all(spin.suffix() == "" for spin in spins(view))
    assert "m" not in view.legend.accessibleDescription().replace(" near", "")


def test_a_metric_clip_shows_metres_on_chip_legend_and_fields(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, clip())
    assert view.strip.chip.text() == "Metric, metres"
    assert all(spin.suffix() == f"{NBSP}m" for spin in spins(view))
    assert view.legend.accessibleDescription().count(f"{NBSP}m") == 2


def test_missing_pixels_are_grey_hatch_and_no_colour_of_the_map(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, clip())
    assert view.canvas.viewport is not None
    rows, columns = HOLE
    left, top = view.canvas.viewport.view_at(columns.start, rows.start)
    right, bottom = view.canvas.viewport.view_at(columns.stop, rows.stop)
    picture = QImage(view.canvas.size(), QImage.Format.Format_RGB32)
    view.canvas.render(picture)
    map_colours = {tuple(int(c) for c in colour) for colour in colour_table("viridis")}
    seen = set()
    for y in range(round(top) + 2, round(bottom) - 2):
        for x in range(round(left) + 2, round(right) - 2):
            colour = picture.pixelColor(x, y)
            seen.add((colour.red(), colour.green(), colour.blue()))
    assert len(seen) > 1, "a hatch has more than one grey"
    assert all(red == green == blue for red, green, blue in seen)
    assert not seen & map_colours


def test_inverting_turns_the_legend_and_leaves_indices_and_values(
    view: DepthView, qtbot: QtBot
) -> None:
    stack = clip()
    show(view, qtbot, stack)
    assert view.picture is not None
    indices, values = view.picture.indexed.indices, stack.values.copy()
    assert view.legend.end_words == ("far", "near")
    invert(view)
    assert view.legend.end_words == ("near", "far")
    assert view.picture.indexed.indices is indices
    np.testing.assert_array_equal(stack.values, values)


def test_the_near_end_of_a_disparity_clip_has_the_larger_value(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, clip(DepthKind.RELATIVE_DISPARITY))
    near, far = spins(view)
    assert near.value() > far.value()
    assert view.legend.end_words == ("far", "near")
    show(view, qtbot, clip(DepthKind.RELATIVE_DEPTH))
    assert near.value() < far.value()


def test_a_kept_colour_map_is_taken_over_and_an_unknown_one_is_not(
    view: DepthView, qtbot: QtBot
) -> None:
    view.strip.set_colour_map("magma")
    view.strip.set_colour_map("sepia")
    show(view, qtbot, clip())
    assert view.strip.colour_map == "magma"
    assert view.picture is not None
    assert view.picture.request.colour_map == "magma"


def test_another_colour_map_swaps_the_table_only(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip())
    assert view.picture is not None
    before = view.picture
    only(view.strip, QComboBox).setCurrentIndex(COLOUR_MAPS.index("turbo"))
    assert view.picture is not before
    assert view.picture.indexed is before.indexed
    assert view.picture.levels.image != before.levels.image


def test_the_range_holds_for_every_frame_of_the_clip(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip(frames=3))
    scale = view.scale
    only(view.frames, QSlider).setValue(3)
    assert view.scale == scale
    hover(view, 50, 30)
    assert view.info.text == f"50.500{NBSP}m · pixel 50, 30 · frame 3 of 3"


def test_frames_can_be_chosen_only_where_there_are_several(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip())
    assert not view.frames.isVisible()
    show(view, qtbot, clip(frames=2))
    assert view.frames.isVisible()
    with pytest.raises(ValueError, match="no frame 2"):
        view.set_frame(2)


def test_an_edited_range_is_used_and_auto_brings_the_clips_own_back(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, clip())
    own = view.scale
    near, far = spins(view)
    near.setValue(12.0)
    assert view.scale is not None
    assert view.scale.near == 12.0
    far.setValue(3.0)  # the ends never meet
    assert view.scale.near < view.scale.far
    only(view.strip, QPushButton).click()
    qtbot.waitUntil(lambda: view.scale == own)
    assert near.value() == pytest.approx(own.near, abs=1e-3) if own else False


def test_a_large_frame_is_coloured_off_the_gui_thread_and_the_newest_wins(
    view: DepthView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, clip(frames=4))
    monkeypatch.setattr(depth_view, "PIXELS_AT_ONCE", 10)
    shown: list[int] = []
    make = depth_reader.depth_picture

    def noted(wanted: DepthRequest, check: Check) -> DepthPicture:
        shown.append(wanted.frame)
        return make(wanted, check)

    monkeypatch.setattr(depth_reader, "depth_picture", noted)
    for frame in (1, 2, 3):
        view.set_frame(frame)
    assert view.busy
    assert view.picture is not None
    assert view.picture.request.frame == 0, "the old picture stays until the new one is there"
    qtbot.waitUntil(lambda: not view.busy)
    assert view.picture.request.frame == 3
    assert shown[-1] == 3
    assert 2 not in shown, "a request that a newer one replaced is never run"


def test_nothing_to_show_is_said_with_what_to_do(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip())
    view.set_depth(None, "")
    assert view.picture is None
    assert not view.canvas.isVisible()
    assert view.scale is None


def test_a_clip_replaced_while_it_loads_is_never_shown(view: DepthView, qtbot: QtBot) -> None:
    view.set_depth(clip(), "first")
    view.set_depth(None, "")
    show(view, qtbot, clip(DepthKind.RELATIVE_DEPTH))
    assert view.strip.chip.text() == "Relative, no unit"
    assert view.picture is not None
    assert view.picture.request.stack.kind is DepthKind.RELATIVE_DEPTH


def test_a_clip_that_cannot_be_read_says_so(
    view: DepthView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(wanted: object, check: object) -> None:
        raise DepthStudioError("The file is cut short", hint="Run the job again")

    monkeypatch.setattr(depth_reader, "depth_picture", fail)
    view.set_depth(clip(), "broken.npz")
    qtbot.waitUntil(lambda: not view.canvas.isVisible())
    said = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert said[-2:] == ["This depth cannot be shown", "The file is cut short\nRun the job again"]


def test_a_narrow_strip_shortens_its_words_before_its_controls(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, clip())
    view.resize(640, 500)
    assert view.strip.chip.text() == "Metric"
    assert view.width() == 640
    controls = (*spins(view), only(view.strip, QComboBox))
    qtbot.waitUntil(lambda: all(c.width() >= c.minimumSizeHint().width() for c in controls))
    view.resize(1200, 500)
    assert view.strip.chip.text() == "Metric, metres"


def test_the_controls_have_names_for_assistive_tools(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, clip())
    controls = [view.canvas, view.legend, *spins(view), only(view.strip, QComboBox)]
    assert all(control.accessibleName() for control in controls)
    assert view.canvas.focusPolicy() & Qt.FocusPolicy.TabFocus
