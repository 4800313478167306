"""Words and numbers of a depth range."""

import math

import pytest
from PySide6.QtCore import QLocale

from depthstudio.core.views import DepthKind
from depthstudio.ui.images.depth_scale import DepthScale, kind_words

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("kind", [DepthKind.METRIC, DepthKind.RELATIVE_DEPTH])
def test_for_depth_the_near_end_is_the_smaller_value(kind: DepthKind) -> None:
    scale = DepthScale.of_range(kind, 2.0, 5.0)
    assert (scale.near, scale.far) == (2.0, 5.0)
    assert scale.end_words == ("far", "near")
    assert scale.end_values == (5.0, 2.0)


def test_for_disparity_the_near_end_is_the_larger_value() -> None:
    scale = DepthScale.of_range(DepthKind.RELATIVE_DISPARITY, 2.0, 5.0)
    assert (scale.near, scale.far) == (5.0, 2.0)
    assert scale.end_words == ("far", "near")
    assert scale.end_values == (2.0, 5.0)


def test_a_picture_of_depth_claims_no_near_end() -> None:
    scale = DepthScale.of_range(DepthKind.DISPLAY, 0.0, 255.0)
    assert scale.end_words == ("low", "high")
    assert scale.end_values == (0.0, 255.0)


def test_inverting_turns_words_and_values_together() -> None:
    scale = DepthScale.of_range(DepthKind.METRIC, 2.0, 5.0)
    turned = scale.with_inverted(True)
    assert turned.end_words == ("near", "far")
    assert turned.end_values == (2.0, 5.0)
    assert turned.position(2.0) == 0.0 == scale.position(5.0)
    assert (turned.near, turned.far) == (scale.near, scale.far)


def test_ticks_are_five_and_lie_where_their_values_lie() -> None:
    scale = DepthScale.of_range(DepthKind.METRIC, 1.0, 5.0)
    ticks = scale.ticks()
    assert [tick.value for tick in ticks] == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert [scale.position(tick.value) for tick in ticks] == [tick.position for tick in ticks]


def test_values_beyond_the_range_point_at_its_end() -> None:
    scale = DepthScale.of_range(DepthKind.METRIC, 1.0, 5.0)
    assert scale.position(99.0) == 0.0
    assert scale.position(-99.0) == 1.0


@pytest.mark.parametrize("kind", list(DepthKind))
def test_metres_stand_only_behind_metric_values(kind: DepthKind) -> None:
    text = DepthScale.of_range(kind, 1.0, 5.0).text(2.356)
    assert text == (f"2.356{NBSP}m" if kind is DepthKind.METRIC else "2.356")
    assert ("metre" in kind_words(kind).long) == (kind is DepthKind.METRIC)


def test_unknown_is_said_in_words_without_a_unit() -> None:
    assert DepthScale.of_range(DepthKind.METRIC, 1.0, 5.0).text(math.nan) == "no data"


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(0, 0.3, 3), (0, 1, 3), (2, 5, 3), (0, 60, 3), (0, 255, 1), (0, 9000, 0), (0, 0.002, 5)],
)
def test_digits_follow_the_width_of_the_range(low: float, high: float, decimals: int) -> None:
    assert DepthScale.of_range(DepthKind.RELATIVE_DEPTH, low, high).decimals == decimals


def test_numbers_follow_the_locale_and_never_group() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    scale = DepthScale.of_range(DepthKind.METRIC, 0.0, 50.0)
    assert scale.text(2.5) == f"2,500{NBSP}m"
    assert DepthScale.of_range(DepthKind.METRIC, 0, 50000).text(12345) == f"12345{NBSP}m"
