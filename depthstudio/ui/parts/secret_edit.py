"""A line for a key or password, of which nothing stays."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget


class SecretEdit(QLineEdit):
    """Shows dots, and lets neither keyboards learn nor an undo bring back what was typed."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.setAccessibleName(label)

    def taken(self) -> str:
        """What was typed, without the space around it; the line is empty from now on."""
        text = self.text().strip()
        self.wipe()
        return text

    def wipe(self) -> None:
        """Forget what was typed."""
        self.setText("")  # and not clear(), which could be undone
