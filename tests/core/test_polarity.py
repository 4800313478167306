import numpy as np
import pytest

from depthstudio.core.polarity import inverted, kind_of, polarity_of, with_polarity
from depthstudio.core.views import DepthKind, DepthStack, Polarity

VALUES = np.array([[[0.0, 0.25, np.nan, 1.0]]], np.float32)


@pytest.mark.parametrize("before", Polarity)
@pytest.mark.parametrize("said", Polarity)
def test_saying_which_end_is_near_changes_the_kind_and_no_value(
    before: Polarity, said: Polarity
) -> None:
    stack = DepthStack(VALUES, kind_of(before), lossy=True)

    changed = with_polarity(stack, said)

    assert (polarity_of(stack), polarity_of(changed)) == (before, said)
    assert (changed.kind, changed.lossy) == (kind_of(said), True)
    assert changed.values is stack.values


def test_near_is_the_large_end_of_what_is_bright_there() -> None:
    assert kind_of(Polarity.NEAR_WHITE).larger_is_nearer
    assert kind_of(Polarity.NEAR_BLACK) is DepthKind.RELATIVE_DEPTH
    assert kind_of(Polarity.UNKNOWN) is DepthKind.DISPLAY


@pytest.mark.parametrize("kind", DepthKind)
def test_numbers_say_it_themselves(kind: DepthKind) -> None:
    stack = DepthStack(VALUES, kind)
    assert polarity_of(stack) is None
    assert with_polarity(stack, Polarity.NEAR_BLACK) is stack


def test_metres_say_it_themselves_in_a_picture_too() -> None:
    stack = DepthStack(VALUES, DepthKind.METRIC, lossy=True)
    assert with_polarity(stack, Polarity.NEAR_WHITE) is stack


def test_a_negative_is_near_at_the_other_end() -> None:
    assert inverted(Polarity.NEAR_WHITE) is Polarity.NEAR_BLACK
    assert inverted(Polarity.NEAR_BLACK) is Polarity.NEAR_WHITE
    assert inverted(Polarity.UNKNOWN) is Polarity.UNKNOWN
