"""What the colours of a depth view mean: which value lies at which end, in words and numbers."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QLocale

from depthstudio.core.views import DepthKind
from depthstudio.ui.parts.amounts import unit_suffix

TICK_COUNT = 5


def _tr(text: str) -> str:
    return QCoreApplication.translate("DepthScale", text)


@dataclass(frozen=True)
class Tick:
    """One mark on the legend; `position` runs from 0 (first colour) to 1 (last colour)."""

    position: float
    value: float


@dataclass(frozen=True)
class DepthScale:
    """The displayed range of a clip and how it meets the colour map.

    The last colour of a map, its brightest, stands for near whatever the numbers of the
    kind do; `inverted` swaps the ends on the screen and changes no value.

    near, far : values in the unit of the kind; near is the larger one for disparity. For
        a picture of depth nobody knows which end is near: `near` is the bright one then
    """

    kind: DepthKind
    near: float
    far: float
    inverted: bool = False

    @classmethod
    def of_range(cls, kind: DepthKind, low: float, high: float) -> "DepthScale":
        """The scale whose two ends are the values `low` <= `high`."""
        near, far = (high, low) if near_is_large(kind) else (low, high)
        return cls(kind, near, far)

    def with_ends(self, *, near: float, far: float) -> "DepthScale":
        return replace(self, near=near, far=far)

    def with_inverted(self, inverted: bool) -> "DepthScale":
        return replace(self, inverted=inverted)

    def with_kind(self, kind: DepthKind) -> "DepthScale":
        """The same range of a stack that is said to be of another kind."""
        low, high = sorted((self.near, self.far))
        return DepthScale.of_range(kind, low, high).with_inverted(self.inverted)

    @property
    def end_words(self) -> tuple[str, str]:
        """The words at the first and at the last colour."""
        near, far = near_far_words(self.kind)
        return (near, far) if self.inverted else (far, near)

    @property
    def end_values(self) -> tuple[float, float]:
        """The values of the first and of the last colour."""
        return (self.near, self.far) if self.inverted else (self.far, self.near)

    def position(self, value: float) -> float:
        """Where a value lies between the first colour (0) and the last (1), kept inside."""
        first, last = self.end_values
        if last == first:
            return 0.5
        return min(max((value - first) / (last - first), 0.0), 1.0)

    def ticks(self) -> tuple[Tick, ...]:
        """Five marks at equal distances, both ends included."""
        first, last = self.end_values
        steps = (index / (TICK_COUNT - 1) for index in range(TICK_COUNT))
        return tuple(Tick(step, first + step * (last - first)) for step in steps)

    @property
    def decimals(self) -> int:
        """Digits after the point that tell neighbouring values of this range apart."""
        span = abs(self.far - self.near)
        if not math.isfinite(span) or span <= 0:
            return 3
        magnitude = math.floor(math.log10(span))
        return max(0, 3 - magnitude) if magnitude >= 2 else min(max(3, 2 - magnitude), 8)

    def number(self, value: float, decimals: int | None = None) -> str:
        """A value without its unit, as the user's locale writes it."""
        locale = QLocale()
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        return locale.toString(float(value), "f", self.decimals if decimals is None else decimals)

    def text(self, value: float) -> str:
        """A value as people read it: metres for a metric kind only, words where unknown."""
        if math.isnan(value):
            return _tr("no data")
        shown = self.number(value) if math.isfinite(value) else ("∞" if value > 0 else "−∞")
        return shown + self.unit_suffix

    @property
    def unit_suffix(self) -> str:
        return unit_suffix(self.kind.unit)


@dataclass(frozen=True)
class KindWords:
    """How a kind of depth is named on its chip, and what its tip explains."""

    long: str
    short: str
    icon: str
    explanation: str


def near_is_large(kind: DepthKind) -> bool:
    """Whether the near end has the larger value; pictures of depth are read as bright."""
    return kind.larger_is_nearer or kind is DepthKind.DISPLAY


def near_far_words(kind: DepthKind) -> tuple[str, str]:
    """What the two ends are called; a picture of depth does not say which end is near."""
    if kind is DepthKind.DISPLAY:
        return _tr("high"), _tr("low")
    return _tr("near"), _tr("far")


def kind_words(kind: DepthKind) -> KindWords:
    """The chip of a kind."""
    if kind is DepthKind.METRIC:
        return KindWords(
            _tr("Metric, metres"),
            _tr("Metric"),
            "ruler",
            _tr("Distance along the viewing direction, in metres"),
        )
    if kind is DepthKind.DISPLAY:
        return KindWords(
            _tr("Picture, not measured"),
            _tr("Picture"),
            "gradient-vertical",
            _tr("A picture of depth: its values measure nothing, and near may be either end"),
        )
    explanation = (
        _tr("Disparity: values grow towards the camera and have no unit")
        if kind.larger_is_nearer
        else _tr("Depth: values grow away from the camera and have no unit")
    )
    return KindWords(_tr("Relative, no unit"), _tr("Relative"), "gradient-vertical", explanation)
