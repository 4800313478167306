"""A key or token: where it comes from, and a line to give it for as long as the program runs."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from depthstudio.providers.base import Secret
from depthstudio.ui.inspector.service_line import labelled, link
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel


class SecretState(Enum):
    """Where a secret comes from. The window never knows what it is."""

    UNKNOWN = "unknown"  # nobody has looked yet
    ABSENT = "absent"
    GIVEN = "given"
    ENVIRONMENT = "environment"


@dataclass(frozen=True)
class SecretWords:
    """A state in words, and the tone of the theme they have."""

    text: str
    tone: str


class SecretField(QWidget):
    """Takes a secret, hands it on in `given`, and keeps nothing of it. "" forgets the last."""

    given = Signal(str)

    def __init__(self, theme: Theme, secret: Secret, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.secret = secret
        self._state = SecretState.UNKNOWN
        self._line = QWidget(self)
        self._edit = QLineEdit(self._line)
        self._use = link(self.tr("Use for this session"), self)
        self._forget = link(self.tr("Forget"), self)
        self._words = ElidedLabel(theme, parent=self)
        self._lay_out(theme)
        self._edit.textChanged.connect(lambda text: self._use.setEnabled(bool(text.strip())))
        self._edit.returnPressed.connect(self._take)
        self._use.clicked.connect(self._take)
        self._forget.clicked.connect(lambda: self.given.emit(""))
        self.show_state(SecretState.UNKNOWN)

    def state(self) -> SecretState:
        """Where the secret comes from."""
        return self._state

    def show_state(self, state: SecretState) -> None:
        """Say where the secret comes from; only what is absent can be typed."""
        self._state = state
        can_type = state in (SecretState.ABSENT, SecretState.UNKNOWN)
        self._line.setVisible(can_type)
        self._edit.setEnabled(state is SecretState.ABSENT)
        self._use.setVisible(can_type)
        self._forget.setVisible(state is SecretState.GIVEN)
        said = self.words().text
        # Without the line, nothing else says what this is about.
        self._words.setText(said if can_type else f"{self.secret.label}: {said}")
        self._edit.setAccessibleDescription(said)

    def words(self) -> SecretWords:
        """The state in words."""
        match self._state:
            case SecretState.UNKNOWN:
                return SecretWords("", "text2")
            case SecretState.GIVEN:
                return SecretWords(self.tr("Given for this session"), "text")
            case SecretState.ENVIRONMENT:
                variable = self.secret.variable
                return SecretWords(self.tr("From {variable}").format(variable=variable), "text")
            case SecretState.ABSENT if self.secret.is_needed:
                return SecretWords(self.tr("Missing: nothing runs without it"), "held")
            case _:
                return SecretWords(self.secret.absent or self.tr("Not given"), "text2")

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops, in order."""
        return [self._edit, self._use, self._forget]

    def _lay_out(self, theme: Theme) -> None:
        secret = self.secret
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self._edit.setAccessibleName(secret.label)
        self._edit.setToolTip(secret.help)
        self._edit.setPlaceholderText(
            self.tr("Or set {variable}").format(variable=secret.variable) if secret.variable else ""
        )
        self._use.setEnabled(False)
        first = labelled(theme, secret.label, self._edit)
        first.setContentsMargins(0, 0, 0, 0)
        self._line.setLayout(first)
        second = QHBoxLayout()
        second.setSpacing(Space.S)
        second.addWidget(self._words, 1)
        second.addWidget(self._use)
        second.addWidget(self._forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._line)
        layout.addLayout(second)

    def _take(self) -> None:
        text = self._edit.text().strip()
        self._edit.setText("")  # and not clear(), which could be undone
        if text:
            self.given.emit(text)
