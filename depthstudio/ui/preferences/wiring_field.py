"""What else of a server the user can change, such as the name of a header or a path."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QToolButton, QVBoxLayout, QWidget

from depthstudio.core.errors import UsageError
from depthstudio.core.wiring import checked_wiring
from depthstudio.ui.inspector.service_line import endpoint_label
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.preferences.secret_lines import FieldError, form_line

LONGEST = 200


class WiringField(QWidget):
    """Edits one of them; an empty line means the provider's own. The last good one holds."""

    changed = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, name: str, default: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._default = default
        self._value = ""
        self._edit = QLineEdit(self)
        self._edit.setPlaceholderText(default)
        self._edit.setFixedHeight(Height.FIELD)
        self._edit.setMaxLength(LONGEST)
        label = endpoint_label(name)
        self._edit.setAccessibleName(label)
        self._reset = QToolButton(self)
        self._reset.setIcon(icons.icon("restore"))
        back = self.tr("Back to {x}").format(x=default)
        self._reset.setToolTip(back)
        self._reset.setAccessibleName(back)
        self._error = FieldError(theme, icons, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(form_line(theme, label, self._edit, self._reset))
        layout.addWidget(self._error)
        self._edit.textEdited.connect(lambda text: self._read())
        self._reset.clicked.connect(self._back)
        self._show()

    def value(self) -> str:
        """What the user put in place of the provider's own; empty for that one."""
        return self._value

    def error(self) -> str:
        """Why what is typed cannot be used; empty when it can."""
        return self._error.text()

    def set_value(self, value: str) -> None:
        """Show another one, without saying `changed`."""
        self._value = "" if value == self._default else value
        self._edit.setText(self._value)
        self._show()

    def _back(self) -> None:
        self._edit.clear()
        self._read()

    def _read(self) -> None:
        text = self._edit.text().strip()
        self._show()
        if self._error.text():
            return
        value = "" if text == self._default else text
        if value != self._value:
            self._value = value
            self.changed.emit()

    def _show(self) -> None:
        text = self._edit.text().strip()
        self._error.say(self._problem(text) if text else "")
        self._edit.setProperty("invalid", bool(self._error.text()))
        self._edit.style().polish(self._edit)  # its border comes from the style sheet
        self._edit.setAccessibleDescription(self._error.text())
        self._reset.setEnabled(bool(self._edit.text()))

    def _problem(self, text: str) -> str:
        """What is wrong with a text that goes into a request as it is."""
        try:
            checked_wiring(self._name, text, self._default)
        except UsageError as error:
            return f"{error}. {error.hint}"
        return ""
