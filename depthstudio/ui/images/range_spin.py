"""One end of the displayed range: a number field with its name inside."""

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtWidgets import QSizePolicy

from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.look.theme import Height, Theme
from depthstudio.ui.parts.spin import NumberSpin

EN_SPACE = "\u2002"
LARGEST = 1e9  # a spin box needs bounds; depth in any unit stays far below
STEPS_ACROSS_RANGE = 50
BUTTONS_PX = 34  # arrows and the field's own padding


class RangeSpin(NumberSpin):
    """Edits a value of a depth range; as wide as its present text needs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setKeyboardTracking(False)  # a half-typed number is not a range
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_end(self, name: str, value: float, scale: DepthScale) -> None:
        """Show one end of `scale` without announcing it; unbounded until bounds are set."""
        with QSignalBlocker(self):
            self.setPrefix(name + EN_SPACE)
            self.setSuffix(scale.unit_suffix)
            self.setAccessibleName(name)
            self.setDecimals(scale.decimals)
            span = abs(scale.far - scale.near)
            self.setSingleStep(max(span / STEPS_ACROSS_RANGE, 10.0**-scale.decimals))
            self.setGroupSeparatorShown(False)
            self.setRange(-LARGEST, LARGEST)
            self.setValue(value)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + BUTTONS_PX, Height.FIELD)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
