"""The keys of a clip, as editors have them."""

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class ClipKey(Enum):
    """What a key does to a clip. Steps belong to the picture itself."""

    BACKWARDS = auto()
    PAUSE = auto()
    FORWARDS = auto()
    TOGGLE = auto()
    FIRST = auto()
    LAST = auto()


_KEYS = {
    Qt.Key.Key_J: ClipKey.BACKWARDS,
    Qt.Key.Key_K: ClipKey.PAUSE,
    Qt.Key.Key_L: ClipKey.FORWARDS,
    Qt.Key.Key_Space: ClipKey.TOGGLE,
    Qt.Key.Key_Home: ClipKey.FIRST,
    Qt.Key.Key_End: ClipKey.LAST,
}


def clip_key(event: QKeyEvent) -> ClipKey | None:
    """What this key press means to a clip, None where it means nothing."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return None
    return _KEYS.get(Qt.Key(event.key()))
