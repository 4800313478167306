"""One editor for each kind of field: shows a value, says when the user picks another.

Every editor has the signal `edited(value)`, the method `show_value(value)`, which says
nothing, and `parts()`, the widgets in it that take the keyboard or the mouse.
The entry line also has `refused(text)`, for what cannot be read as a value.
"""

import json
import math
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from depthstudio.core.params import Json
from depthstudio.core.setting_words import same
from depthstudio.ui.inspector.schema import Kind, ParamField, not_set
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.controls import CheckBox, Combo
from depthstudio.ui.parts.segments import Segments
from depthstudio.ui.parts.slider import Slider
from depthstudio.ui.parts.spin import NumberSpin

QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's name for "no limit", which PySide6 leaves out
SLIDER_MIN_PX = 40  # a shorter one cannot be aimed
SLIDER_MOST_STEPS = 10_000  # beyond this, dragging only hits random values
ROUNDING = 1e-9  # 1.1 / 0.1 is a little over 11
SEGMENTS_MOST = 3
SEGMENTS_PX = 160  # what a narrow dock leaves


class NumberEditor(QWidget):
    """A slider and a number field, or the number field alone where there is no range."""

    edited = Signal(object)

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.slider: Slider | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        if (steps := _slider_steps(field)) is not None:
            self.slider = Slider(theme, self)
            self.slider.setRange(0, steps)
            self.slider.setPageStep(max(1, steps // 10))
            self.slider.valueChanged.connect(self._on_slider)
            layout.addWidget(self.slider, 1)
        self.spin = NumberSpin(
            theme,
            minimum=field.minimum,
            maximum=field.maximum,
            step=field.step,
            decimals=field.decimals,
            unit=field.unit,
            parent=self,
        )
        layout.addWidget(self.spin)
        self.setFocusProxy(self.spin)
        self.spin.valueChanged.connect(self._on_spin)

    def show_value(self, value: Json) -> None:
        number = float(value) if isinstance(value, int | float) else 0.0
        self.spin.blockSignals(True)
        self.spin.setValue(number)
        self.spin.blockSignals(False)
        self._move_slider(number)

    def parts(self) -> tuple[QWidget, ...]:
        spin = (self.spin, self.spin.lineEdit())
        return spin if self.slider is None else (self.slider, *spin)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.spin.minimumSizeHint().width(), Height.FIELD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.slider is not None:
            spin_px = self.spin.sizeHint().width()
            has_room = self.width() >= SLIDER_MIN_PX + Space.S + spin_px
            self.slider.setVisible(has_room)
            self.spin.setMaximumWidth(spin_px if has_room else QWIDGETSIZE_MAX)

    def _on_slider(self, position: int) -> None:
        number = (self._field.minimum or 0.0) + position * self._field.step
        if self._field.maximum is not None:
            number = min(number, self._field.maximum)
        self.spin.setValue(number)

    def _on_spin(self, number: float) -> None:
        self._move_slider(number)
        self.edited.emit(int(number) if self._field.is_integer else number)

    def _move_slider(self, number: float) -> None:
        if self.slider is None:
            return
        along = (number - (self._field.minimum or 0.0)) / self._field.step
        self.slider.blockSignals(True)
        self.slider.setValue(round(along))
        self.slider.blockSignals(False)


class ChoiceEditor(Combo):
    """A drop-down list of the choices."""

    edited = Signal(object)

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._field = field
        self.addItems([choice.label for choice in field.choices])
        self.activated.connect(lambda index: self.edited.emit(field.choices[index].value))

    def parts(self) -> tuple[QWidget, ...]:
        return ()

    def show_value(self, value: Json) -> None:
        self.setCurrentIndex(_index_of(value, self._field))


class SegmentsEditor(Segments):
    """Up to three short choices side by side."""

    edited = Signal(object)

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, [choice.label for choice in field.choices], parent)
        self._field = field
        self.picked.connect(lambda index: self.edited.emit(field.choices[index].value))

    def parts(self) -> tuple[QWidget, ...]:
        return tuple(self._group.buttons())

    def show_value(self, value: Json) -> None:
        self.set_index(_index_of(value, self._field))


class FlagEditor(CheckBox):
    """A check box with the field's phrase."""

    edited = Signal(object)

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, field.phrase, parent)
        self.clicked.connect(lambda is_on: self.edited.emit(is_on))

    def parts(self) -> tuple[QWidget, ...]:
        return ()

    def show_value(self, value: Json) -> None:
        self.setChecked(value is True)


class EntryEditor(QLineEdit):
    """A line of text: for words, for JSON, and for numbers that may be left out."""

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, field: ParamField, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._read = _READERS[field.kind]
        if field.is_optional:
            self.setPlaceholderText(not_set())
        self.textEdited.connect(self._on_text)

    def parts(self) -> tuple[QWidget, ...]:
        return ()

    def show_value(self, value: Json) -> None:
        if value is None:
            self.clear()
        elif self._field.kind is Kind.JSON:
            self.setText(json.dumps(value))
        else:
            self.setText(str(value))

    def _on_text(self, text: str) -> None:
        if self._field.is_optional and not text.strip():
            self.edited.emit(None)
            return
        try:
            value = self._read(text)
        except ValueError:
            self.refused.emit(_wanted(self._field))
            return
        if self._field.accepts(value):
            self.edited.emit(value)
        else:
            self.refused.emit(_wanted(self._field))


Editor = NumberEditor | ChoiceEditor | SegmentsEditor | FlagEditor | EntryEditor


def make_editor(field: ParamField, theme: Theme, parent: QWidget | None = None) -> Editor:
    """The editor for one field."""
    if field.kind is Kind.NUMBER and not field.is_optional:
        return NumberEditor(field, theme, parent)
    if field.kind is Kind.FLAG:
        return FlagEditor(field, theme, parent)
    if field.kind is not Kind.CHOICE:
        return EntryEditor(field, theme, parent)
    if len(field.choices) <= SEGMENTS_MOST:
        segments = SegmentsEditor(field, theme, parent)
        if len(field.choices) > 1 and segments.sizeHint().width() <= SEGMENTS_PX:
            return segments
        segments.deleteLater()
    return ChoiceEditor(field, theme, parent)


def _read_number(text: str) -> Json:
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return int(number) if number == int(number) else number


_READERS: dict[Kind, Callable[[str], Json]] = {
    Kind.NUMBER: _read_number,
    Kind.TEXT: str,
    Kind.JSON: json.loads,
}


def _wanted(field: ParamField) -> str:
    if field.kind is Kind.JSON:
        return _tr("Not JSON yet: check brackets and quotes")
    noun = _tr("a whole number") if field.is_integer else _tr("a number")
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        words = _tr("Type {number} from {low:g} to {high:g}")
    elif low is not None:
        words = _tr("Type {number}, at least {low:g}")
    elif high is not None:
        words = _tr("Type {number}, at most {high:g}")
    else:
        words = _tr("Type {number}")
    return words.format(number=noun, low=low, high=high)


def _slider_steps(field: ParamField) -> int | None:
    """How many steps a slider has for this field; None where it gets no slider."""
    if field.minimum is None or field.maximum is None or field.maximum <= field.minimum:
        return None
    # The last step may be a short one, so that the maximum can be reached.
    steps = math.ceil((field.maximum - field.minimum) / field.step - ROUNDING)
    return steps if steps <= SLIDER_MOST_STEPS else None


def _index_of(value: Json, field: ParamField) -> int:
    values = enumerate(field.choices)
    return next((index for index, choice in values if same(choice.value, value)), -1)


def _tr(text: str) -> str:
    return QCoreApplication.translate("editors", text)
