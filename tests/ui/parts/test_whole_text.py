"""What is shown shortened tells the whole when it is asked for its tip."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.labels import ElidedLabel

TEXT = "a-name-far-longer-than-there-is-room.png"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tips that were shown."""
    texts: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: texts.append(text))
    return texts


def ask_for_tip(widget: QWidget) -> None:
    place = QPoint(2, 2)
    event = QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("make", [ElidedLabel, Chip])
def test_a_shortened_text_is_told_whole(
    make: Callable[..., QWidget],
    on_screen: Callable[..., QWidget],
    theme: Theme,
    told: list[str],
) -> None:
    widget = on_screen(make(theme, TEXT), 90, 24)
    ask_for_tip(widget)
    assert told == [TEXT]
    widget.resize(widget.sizeHint())
    ask_for_tip(widget)
    assert told == [TEXT]


def test_a_tip_of_its_own_comes_first(
    on_screen: Callable[..., ElidedLabel], theme: Theme, told: list[str]
) -> None:
    label = on_screen(ElidedLabel(theme, TEXT), 90, 24)
    label.setToolTip("what it is")
    ask_for_tip(label)
    assert TEXT not in told


def test_a_compact_chip_says_the_short_word(theme: Theme) -> None:
    chip = Chip(theme)
    assert chip.isHidden()
    chip.show_text("Metric, metres", short="Metric", icon="ruler")
    long_px = chip.sizeHint().width()
    chip.set_compact(True)
    assert chip.text() == "Metric"
    assert chip.sizeHint().width() < long_px
    assert chip.accessibleName() == "Metric, metres"
    chip.show_text("")
    assert chip.isHidden()
