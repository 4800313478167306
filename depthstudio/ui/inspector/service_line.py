"""The lines of the connection group: a label before a control, words under it."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel

LABEL_PX = 64


# Names of endpoints that are written in capitals.
_INITIALS = frozenset({"api", "cdn", "rest"})


def endpoint_label(name: str) -> str:
    """The name of an endpoint, or of other wiring, as a label."""
    first, *others = name.replace("_", " ").replace("-", " ").split()
    words = [first if first in _INITIALS else first.capitalize(), *others]
    return " ".join(word.upper() if word in _INITIALS else word for word in words)


def labelled(theme: Theme, text: str, *controls: QWidget, label_px: int = LABEL_PX) -> QHBoxLayout:
    """A label, then controls, of which the first takes the room there is."""
    label = ElidedLabel(theme, text)
    label.setFixedSize(label_px, Height.FIELD)
    label.setBuddy(controls[0])
    line = QHBoxLayout()
    line.setSpacing(Space.XS)
    line.addWidget(label)
    for place, control in enumerate(controls):
        line.addWidget(control, 0 if place else 1)
    return line


def words_line(theme: Theme, tone: str, parent: QWidget) -> ToneLabel:
    """Words that wrap, hidden until there are any."""
    words = ToneLabel(theme, tone=tone, parent=parent)
    words.setWordWrap(True)
    words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    words.hide()
    return words


def say(words: ToneLabel, text: str) -> None:
    """Show a text, or nothing and take no room."""
    words.setText(text)
    words.setVisible(bool(text))


def link(text: str, parent: QWidget) -> QPushButton:
    """A button that looks like a link."""
    button = QPushButton(text, parent)
    button.setProperty("link", True)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button
