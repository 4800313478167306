"""The parts that the explanations below the queue are made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space

LEAST_HEIGHT = 96


def paragraph() -> QLabel:
    """Text that wraps, and can be copied."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)  # names and messages are a stranger's
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def side_by_side(*widgets: QWidget | None) -> QWidget:
    """Widgets in a row; None takes the room that is left."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(Space.S)
    for widget in widgets:
        if widget is None:
            layout.addStretch()
        else:
            layout.addWidget(widget)
    return row


def close_button(icons: Icons, name: str) -> QToolButton:
    """The small button that ends an explanation."""
    button = QToolButton()
    button.setIcon(icons.icon("close"))
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


def fill(area: QScrollArea, content: QWidget) -> None:
    """Scroll the content rather than push the list, or the window, out of shape."""
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumHeight(LEAST_HEIGHT)
