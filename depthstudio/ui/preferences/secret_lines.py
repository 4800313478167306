"""The lines in which a new key is given: pasted or typed, saved, and what is wrong with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from depthstudio.providers.base import Secret
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.parts.secret_edit import SecretEdit

LABEL_PX = 92
FIELD_PX = 320


def icon_button(icons: Icons, icon: str, text: str, parent: QWidget) -> QPushButton:
    """A button with an icon beside its text."""
    button = QPushButton(text, parent)
    button.setIcon(icons.icon(icon))
    button.setIconSize(beside_text(IconSize.FIELD))
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button


def form_line(theme: Theme, label: str, buddy: QWidget, *others: QWidget) -> QHBoxLayout:
    """A label, a field of the width all fields have, and what stands beside it."""
    words = ElidedLabel(theme, label)
    words.setFixedSize(LABEL_PX, Height.FIELD)
    words.setBuddy(buddy)
    buddy.setFixedWidth(FIELD_PX)
    line = QHBoxLayout()
    line.setSpacing(Space.S)
    line.addWidget(words)
    line.addWidget(buddy)
    for other in others:
        line.addWidget(other)
    line.addStretch(1)
    return line


class FieldError(QWidget):
    """What is wrong with a field, under it: the fact in bold, then what to do."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._mark = QLabel(self)
        self._fact = ToneLabel(theme, tone="text", font="group", parent=self)
        self._advice = ElidedLabel(theme, tone="text2", parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(LABEL_PX + Space.S, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(self._mark)
        line.addWidget(self._fact)
        line.addWidget(self._advice, 1)
        theme.changed.connect(self._show_mark)
        self._show_mark()
        self.hide()

    def text(self) -> str:
        """All it says; empty when there is nothing wrong."""
        return f"{self._fact.text()} {self._advice.text()}".strip()

    def say(self, fact: str, advice: str = "") -> None:
        """Show an error; nothing for an empty one."""
        self._fact.setText(fact)
        self._advice.setText(advice)
        self.setVisible(bool(fact))

    def _show_mark(self) -> None:
        self._mark.setPixmap(self._icons.pixmap("alert-circle", IconSize.STATE, "failed"))


class SecretLines(QWidget):
    """Takes one secret and hands it on; nothing of it stays once it is kept, or out of sight."""

    save_asked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        secret: Secret,
        label: str,
        *,
        is_first: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.secret = secret
        self.edit = SecretEdit(secret.label, self)
        self.edit.setFixedHeight(Height.FIELD)
        self.edit.setToolTip(secret.help)
        self.paste = icon_button(icons, "content-paste", self.tr("Paste"), self)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.setProperty("accent", is_first)  # one filled button at most
        self.save.setEnabled(False)
        self.remove: QPushButton | None = None
        self.error = FieldError(theme, icons, self)
        buttons = [self.paste, self.save]
        if not is_first:
            self.remove = icon_button(icons, "trash-can-outline", self.tr("Remove"), self)
            buttons.append(self.remove)
        for button in (self.paste, self.save):
            name = f"{button.text()}: {secret.label}"
            button.setAccessibleName(name)
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(form_line(theme, label, self.edit, *buttons))
        layout.addWidget(self.error)
        self.edit.textChanged.connect(self._on_text)
        self.edit.returnPressed.connect(self._on_save)
        self.paste.clicked.connect(self._on_paste)
        self.save.clicked.connect(self._on_save)

    def say_wrong(self, fact: str, advice: str = "") -> None:
        """Say under the field what is wrong with the key; nothing for an empty fact."""
        self.error.say(fact, advice)
        self.edit.setProperty("invalid", bool(fact))
        self.edit.style().polish(self.edit)  # its border comes from the style sheet
        self.edit.setAccessibleDescription(self.error.text() or self.secret.help)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.edit.wipe()

    def _on_text(self, text: str) -> None:
        self.save.setEnabled(bool(text.strip()))

    def _on_paste(self) -> None:
        text = QGuiApplication.clipboard().text().strip()
        if text:
            self.edit.setText(text)
            self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save(self) -> None:
        if text := self.edit.text().strip():
            self.say_wrong("")
            self.save_asked.emit(text)
