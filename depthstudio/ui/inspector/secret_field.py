"""A key or token: where it comes from, and a line to give it for as long as the program runs."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from depthstudio.providers.base import Secret
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.service_line import labelled, link
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel
from depthstudio.ui.parts.secret_edit import SecretEdit


@dataclass(frozen=True)
class SecretWords:
    """An origin in words, and the tone of the theme they have."""

    text: str
    tone: str


class SecretField(QWidget):
    """Takes a secret, hands it on in `given`, and keeps nothing of it. "" forgets the last.

    The window never knows what it is.
    """

    given = Signal(str)

    def __init__(self, theme: Theme, secret: Secret, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.secret = secret
        self._origin = SecretOrigin.UNKNOWN
        self._line = QWidget(self)
        self._edit = SecretEdit(secret.label, self._line)
        self._use = link(self.tr("Use for this session"), self)
        self._forget = link(self.tr("Forget"), self)
        self._words = ElidedLabel(theme, parent=self)
        self._lay_out(theme)
        self._edit.textChanged.connect(lambda text: self._use.setEnabled(bool(text.strip())))
        self._edit.returnPressed.connect(self._take)
        self._use.clicked.connect(self._take)
        self._forget.clicked.connect(lambda: self.given.emit(""))
        self.show_origin(SecretOrigin.UNKNOWN)

    def origin(self) -> SecretOrigin:
        """Where the secret comes from."""
        return self._origin

    def show_origin(self, origin: SecretOrigin) -> None:
        """Say where the secret comes from; only what is absent can be typed."""
        self._origin = origin
        is_absent = origin in (SecretOrigin.ABSENT, SecretOrigin.WITHHELD)
        can_type = is_absent or origin is SecretOrigin.UNKNOWN
        self._line.setVisible(can_type)
        self._edit.setEnabled(is_absent)
        self._use.setVisible(can_type)
        self._forget.setVisible(origin is SecretOrigin.SESSION)
        said = self.words().text
        # Without the line, nothing else says what this is about.
        self._words.setText(said if can_type else f"{self.secret.label}: {said}")
        self._words.set_tone("text2")
        self._edit.setAccessibleDescription(said)

    def show_error(self, text: str) -> None:
        """Say why what was typed cannot be one."""
        self._words.setText(text)
        self._words.set_tone("failed")
        self._edit.setAccessibleDescription(text)

    def words(self) -> SecretWords:
        """The origin in words."""
        match self._origin:
            case SecretOrigin.UNKNOWN:
                return SecretWords("", "text2")
            case SecretOrigin.SESSION:
                return SecretWords(self.tr("Given for this session"), "text")
            case SecretOrigin.KEYCHAIN:
                return SecretWords(self.tr("In the system keychain"), "text")
            case SecretOrigin.ENVIRONMENT:
                variable = self.secret.variable
                return SecretWords(self.tr("From {variable}").format(variable=variable), "text")
            case SecretOrigin.WITHHELD:
                return SecretWords(self.tr("The keychain is locked"), "held")
            case SecretOrigin.ABSENT if self.secret.is_needed:
                return SecretWords(self.tr("Missing: nothing runs without it"), "held")
            case _:
                return SecretWords(self.secret.absent or self.tr("Not given"), "text2")

    def short_words(self) -> SecretWords:
        """The same, for a place with little room."""
        words = self.words()
        if self.secret.is_needed and self._origin is SecretOrigin.ABSENT:
            return SecretWords(self.tr("Missing"), words.tone)
        return words

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops, in order."""
        return [self._edit, self._use, self._forget]

    def _lay_out(self, theme: Theme) -> None:
        secret = self.secret
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
        if text := self._edit.taken():
            self.given.emit(text)
