"""Which end of a picture of depth is near: what it makes of the depth, and who may say so.

A picture's values are as they came, whatever is said of them. Saying which end is near only
changes what kind of depth they are.
"""

from dataclasses import replace

from depthstudio.core.views import DepthKind, DepthStack, Polarity

_KINDS = {
    Polarity.NEAR_WHITE: DepthKind.RELATIVE_DISPARITY,
    Polarity.NEAR_BLACK: DepthKind.RELATIVE_DEPTH,
    Polarity.UNKNOWN: DepthKind.DISPLAY,
}
_POLARITIES = {kind: polarity for polarity, kind in _KINDS.items()}


def kind_of(polarity: Polarity) -> DepthKind:
    """The kind of depth in a picture that is bright, or dark, where it is near."""
    return _KINDS[polarity]


def inverted(polarity: Polarity) -> Polarity:
    """That of the negative of a picture."""
    swapped = {
        Polarity.NEAR_WHITE: Polarity.NEAR_BLACK,
        Polarity.NEAR_BLACK: Polarity.NEAR_WHITE,
    }
    return swapped.get(polarity, polarity)


def polarity_of(stack: DepthStack) -> Polarity | None:
    """Which end is near; None where the depth is no picture, or metric: it says so itself."""
    return _POLARITIES.get(stack.kind) if stack.lossy else None


def with_polarity(stack: DepthStack, polarity: Polarity) -> DepthStack:
    """The same values, read with another end near; unchanged where nobody may say that."""
    if polarity_of(stack) is None:
        return stack
    return replace(stack, kind=kind_of(polarity))
