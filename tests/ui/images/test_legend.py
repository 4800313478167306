"""The painted legend."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from depthstudio.core.views import DepthKind
from depthstudio.geometry.colour import colour_table
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.legend import WIDTH, Legend
from depthstudio.ui.look.theme import Theme

NBSP = "\N{NO-BREAK SPACE}"
METRIC = DepthScale.of_range(DepthKind.METRIC, 1.0, 5.0)


@pytest.fixture
def legend(theme: Theme, qtbot: QtBot) -> Legend:
    legend = Legend(theme)
    qtbot.addWidget(legend)
    legend.resize(WIDTH, 600)
    legend.set_scale(METRIC, colour_table("viridis"))
    return legend


def painted(legend: Legend) -> QImage:
    image = QImage(legend.size(), QImage.Format.Format_RGB32)
    legend.render(image)
    return image


def pointer_rows(legend: Legend, theme: Theme) -> list[int]:
    """The rows in which the pointer beside the bar is painted."""
    image, x = painted(legend), round(legend.bar_rect().left()) - 8
    text = QColor(theme.tokens.text)
    return [y for y in range(image.height()) if image.pixelColor(x, y) == text]


@pytest.mark.parametrize("inverted", [False, True])
def test_the_bar_keeps_the_direction_of_its_map(legend: Legend, inverted: bool) -> None:
    legend.set_scale(METRIC.with_inverted(inverted), colour_table("viridis"))
    bar, image = legend.bar_rect(), painted(legend)
    middle = round(bar.center().x())
    for y, index in ((bar.top() + 1, 0), (bar.bottom() - 2, 255)):
        colour = image.pixelColor(middle, round(y))
        painted_colour = np.array([colour.red(), colour.green(), colour.blue()])
        distance = np.abs(painted_colour - colour_table("viridis")[index].astype(int)).max()
        assert distance <= 6


def test_the_pointer_stands_where_the_value_is(legend: Legend, theme: Theme) -> None:
    bar = legend.bar_rect()
    for value, share in ((5.0, 0.0), (3.0, 0.5), (1.0, 1.0), (2.0, 0.75)):
        legend.set_probed(value)
        rows = pointer_rows(legend, theme)
        assert np.mean(rows) == pytest.approx(bar.top() + share * bar.height(), abs=1)


def test_without_a_value_there_is_no_pointer(legend: Legend, theme: Theme) -> None:
    for nothing in (None, float("nan")):
        legend.set_probed(3.0)
        legend.set_probed(nothing)
        assert pointer_rows(legend, theme) == []


def test_what_it_shows_is_said_in_words_too(legend: Legend) -> None:
    assert legend.accessibleDescription() == f"far 5.000{NBSP}m, near 1.000{NBSP}m"
    legend.set_scale(METRIC.with_inverted(True))
    assert legend.accessibleDescription() == f"near 1.000{NBSP}m, far 5.000{NBSP}m"
    legend.set_scale(DepthScale.of_range(DepthKind.RELATIVE_DISPARITY, 1.0, 5.0))
    assert legend.accessibleDescription() == "far 1.000, near 5.000, no unit"


def test_relative_kinds_leave_room_for_no_unit(legend: Legend) -> None:
    metric_top = legend.bar_rect().top()
    legend.set_scale(DepthScale.of_range(DepthKind.RELATIVE_DEPTH, 0.0, 1.0))
    assert legend.bar_rect().top() > metric_top


def test_without_depth_it_is_empty(legend: Legend, theme: Theme) -> None:
    legend.set_scale(None)
    image = painted(legend)
    colours = {image.pixel(x, y) for x in range(WIDTH) for y in range(image.height())}
    assert colours == {QColor(theme.tokens.panel).rgb()}
    assert legend.end_words == ("", "")
