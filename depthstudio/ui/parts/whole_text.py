"""The tip of a widget that shows its text shortened: the whole of it."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget


def tells_whole_text(widget: QWidget, event: QHelpEvent, text: str) -> bool:
    """Show `text` as the tip, if that is what is asked and the widget has no tip of its own."""
    if event.type() is not QEvent.Type.ToolTip or widget.toolTip():
        return False
    QToolTip.showText(event.globalPos(), text, widget)
    return True
