"""Controls are drawn flat in the theme's colours, and the keyboard's place is ringed."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFocusFrame,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from depthstudio.ui.look.theme import LIGHT, Theme
from depthstudio.ui.parts.spin import NumberSpin


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> QWidget:
    """A shown window with two buttons and the controls that the theme draws itself."""
    form = QWidget()
    layout = QVBoxLayout(form)
    for control in (QPushButton("a"), QPushButton("b"), QCheckBox("c"), QRadioButton("d")):
        layout.addWidget(control)
    layout.addWidget(QComboBox())
    layout.addWidget(QDoubleSpinBox())
    qtbot.addWidget(form)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    # A double click of an earlier test leaves Qt believing that the button is still down.
    qtbot.mouseRelease(form, Qt.MouseButton.LeftButton)
    return form


def rings(form: QWidget) -> list[QWidget]:
    return [ring.widget() for ring in form.findChildren(QFocusFrame) if ring.isVisible()]


def rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def near(image: QImage, point: QPoint, colour: str) -> bool:
    """Whether a pixel has a colour, as exactly as a 16-bit screen can tell."""
    seen, wanted = image.pixelColor(point), QColor(colour)
    pairs = zip(rgb(seen), rgb(wanted), strict=True)
    return all(abs(one - other) <= 8 for one, other in pairs)


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_an_indicator_that_is_on_is_filled_with_the_accent(
    form: QWidget, theme: Theme, kind: type[QCheckBox] | type[QRadioButton]
) -> None:
    control = form.findChildren(kind)[0]
    spot = QPoint(1, control.height() // 2)  # between edge and mark
    assert not near(control.grab().toImage(), spot, theme.tokens.accent)
    control.setChecked(True)
    assert near(control.grab().toImage(), spot, theme.tokens.accent)
    theme.set_choice("light")
    assert near(control.grab().toImage(), spot, LIGHT.accent)


@pytest.mark.parametrize("kind", [QComboBox, QDoubleSpinBox])
def test_fields_have_the_ground_of_fields(
    form: QWidget, theme: Theme, kind: type[QComboBox] | type[QDoubleSpinBox]
) -> None:
    field = form.findChildren(kind)[0]
    field.resize(120, 28)
    assert near(field.grab().toImage(), QPoint(60, 4), theme.tokens.field)
    field.setEnabled(False)
    assert near(field.grab().toImage(), QPoint(60, 4), theme.tokens.panel)


def test_tab_brings_the_ring_and_moves_it(qtbot: QtBot, form: QWidget) -> None:
    first, second = form.findChildren(QPushButton)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert rings(form) == [second]
    qtbot.keyClick(second, Qt.Key.Key_Backtab)
    assert rings(form) == [first]


def test_a_click_takes_the_ring_away(qtbot: QtBot, form: QWidget) -> None:
    first, second = form.findChildren(QPushButton)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert rings(form) == [second]
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert rings(form) == []


def test_the_ring_outlives_the_window_it_was_in(qtbot: QtBot, form: QWidget) -> None:
    dialog = QWidget()
    layout = QVBoxLayout(dialog)
    for text in "xy":
        layout.addWidget(QPushButton(text))
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    qtbot.keyClick(dialog.findChildren(QPushButton)[0], Qt.Key.Key_Tab)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
        dialog.deleteLater()
    first, second = form.findChildren(QPushButton)
    with qtbot.waitActive(form):
        form.activateWindow()
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert rings(form) == [second]


def test_a_control_that_draws_its_own_ring_gets_no_second_one(
    qtbot: QtBot, form: QWidget, theme: Theme
) -> None:
    spin = NumberSpin(theme, parent=form)
    spin.show()
    before = form.findChildren(QDoubleSpinBox)[0]
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert spin.hasFocus()
    assert rings(form) == []
    assert near(spin.grab().toImage(), QPoint(1, spin.height() // 2), theme.tokens.accent)


def test_a_scroll_bar_with_nothing_to_scroll_shows_no_handle(qtbot: QtBot, theme: Theme) -> None:
    bar = QScrollBar(Qt.Orientation.Vertical)
    qtbot.addWidget(bar)
    bar.resize(10, 100)
    with qtbot.waitExposed(bar):
        bar.show()
    middle = QPoint(5, 50)
    bar.setRange(0, 0)
    assert not near(bar.grab().toImage(), middle, theme.tokens.border)
    bar.setRange(0, 10)
    bar.setPageStep(100)
    assert near(bar.grab().toImage(), middle, theme.tokens.border)
