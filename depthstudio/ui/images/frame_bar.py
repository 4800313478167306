"""Chooses a frame of a clip: a transport, a slider, and frame and time beside it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from depthstudio.ui.images.clip_words import moment_text
from depthstudio.ui.images.player import ASSUMED_RATE_HZ
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.slider import Slider
from depthstudio.ui.parts.spin import NumberSpin

SPIN_WIDTH = 128
TRANSPORT_HEIGHT = 40


class DepthFrameBar(QWidget):
    """Frames are counted from 1 for people and from 0 in `frame_chosen`."""

    frame_chosen = Signal(int)
    play_asked = Signal()  # play, or rest

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._rate_hz = 0.0
        self.setFixedHeight(TRANSPORT_HEIGHT)
        self.setAutoFillBackground(True)
        self._first = self._button("skip-previous", self.tr("First frame (Home)"))
        self._back = self._button("step-backward", self.tr("Frame before (←)"))
        self._play = self._button("play", "")
        self._on = self._button("step-forward", self.tr("Next frame (→)"))
        self._last = self._button("skip-next", self.tr("Last frame (End)"))
        self._time = ToneLabel(theme, tone="text", font="head", tabular=True)
        self._slider = Slider(theme)
        self._slider.setMinimum(1)
        self._slider.setAccessibleName(self.tr("Frame"))
        self._spin = NumberSpin(theme, minimum=1)
        self._spin.setFixedWidth(SPIN_WIDTH)
        self._label = ToneLabel(theme, self.tr("&Frame"), font="base")
        self._label.setTextFormat(Qt.TextFormat.AutoText)
        self._label.setBuddy(self._spin)
        self._lay_out()
        self._slider.valueChanged.connect(self._choose)
        self._spin.valueChanged.connect(self._choose)
        self._play.clicked.connect(self.play_asked)
        self._first.clicked.connect(lambda: self._choose(1))
        self._last.clicked.connect(lambda: self._choose(self._slider.maximum()))
        self._back.clicked.connect(lambda: self._choose(self._slider.value() - 1))
        self._on.clicked.connect(lambda: self._choose(self._slider.value() + 1))
        self.set_playing(0)

    def set_frames(self, count: int, frame: int = 0, *, rate_hz: float = 0.0) -> None:
        """Offer `count` frames and mark one, without announcing it."""
        self._rate_hz = rate_hz
        self._time.setVisible(rate_hz > 0)
        self._spin.setSuffix(self.tr(" of {count}").format(count=count))
        with QSignalBlocker(self._slider), QSignalBlocker(self._spin):
            self._slider.setMaximum(max(count, 1))
            self._spin.setMaximum(max(count, 1))
        self.mark(frame)
        self.set_playing(0)

    def mark(self, frame: int) -> None:
        """Mark another frame, without announcing it."""
        self._mark(frame + 1)

    def set_playing(self, direction: int) -> None:
        """Show whether it plays: 1 forwards, -1 backwards, 0 not at all."""
        self._play.setIcon(self._icons.icon("pause" if direction else "play"))
        tip = self.tr("Pause (K)") if direction else self.tr("Play (L, backwards J)")
        if not direction and self._rate_hz <= 0:
            words = self.tr("The clip does not say its rate; it plays at {rate} frames a second")
            tip += "\n" + words.format(rate=round(ASSUMED_RATE_HZ))
        self._play.setToolTip(tip)
        self._play.setAccessibleName(self.tr("Pause") if direction else self.tr("Play"))

    @property
    def time_text(self) -> str:
        """The moment of the marked frame, as shown; empty where the rate is unknown."""
        return self._time.text()

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(self._icons.icon(icon))
        button.setFixedSize(Height.FIELD, Height.FIELD)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(" (")[0])
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.S, 0, Space.M, 0)
        layout.setSpacing(Space.XS)
        for button in (self._first, self._back, self._play, self._on, self._last):
            layout.addWidget(button)
        layout.addSpacing(Space.S)
        layout.addWidget(self._time)
        layout.addSpacing(Space.S)
        layout.addWidget(self._slider, 1)
        layout.addSpacing(Space.S)
        layout.addWidget(self._label)
        layout.addWidget(self._spin)

    def _choose(self, number: float) -> None:
        number = min(max(1, round(number)), self._slider.maximum())
        self._mark(number)
        self.frame_chosen.emit(number - 1)

    def _mark(self, number: int) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._spin):
            self._slider.setValue(number)
            self._spin.setValue(number)
        self._slider.update()
        count = self._slider.maximum()
        for button, on in (
            (self._first, number > 1),
            (self._back, number > 1),
            (self._on, number < count),
            (self._last, number < count),
        ):
            button.setEnabled(on)
        if self._rate_hz > 0:
            longest = moment_text((count - 1) / self._rate_hz)
            self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance(longest))
            self._time.setText(moment_text((number - 1) / self._rate_hz))
