"""Chooses a frame of a clip: a slim slider with the frame's number beside it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.slider import Slider
from depthstudio.ui.parts.spin import NumberSpin

SPIN_WIDTH = 128


class DepthFrameBar(QWidget):
    """Frames are counted from 1 for people and from 0 in `frame_chosen`."""

    frame_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(Height.VIEW_STRIP)
        self.setAutoFillBackground(True)
        self._slider = Slider(theme)
        self._slider.setMinimum(1)
        self._slider.setAccessibleName(self.tr("Frame"))
        self._spin = NumberSpin(theme, minimum=1)
        self._spin.setFixedWidth(SPIN_WIDTH)
        label = ToneLabel(theme, self.tr("&Frame"), font="base")
        label.setTextFormat(Qt.TextFormat.AutoText)
        label.setBuddy(self._spin)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, 0, Space.M, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(label)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._spin)
        self._slider.valueChanged.connect(self._choose)
        self._spin.valueChanged.connect(self._choose)

    def set_frames(self, count: int, frame: int = 0) -> None:
        """Offer `count` frames and mark one, without announcing it."""
        self._spin.setSuffix(self.tr(" of {count}").format(count=count))
        with QSignalBlocker(self._slider), QSignalBlocker(self._spin):
            self._slider.setMaximum(max(count, 1))
            self._spin.setMaximum(max(count, 1))
        self._mark(frame + 1)

    def _choose(self, number: float) -> None:
        self._mark(round(number))
        self.frame_chosen.emit(round(number) - 1)

    def _mark(self, number: int) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._spin):
            self._slider.setValue(number)
            self._spin.setValue(number)
