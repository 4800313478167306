"""The Network page: the certificates to be trusted beside the system's, and the way out."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.preferences.secret_lines import LABEL_PX, FieldError, form_line, icon_button


class NetworkPage(QWidget):
    """Says which file is trusted, and takes another one. Reads no file itself."""

    given = Signal(str)  # a file to trust from now on, as it was given; empty for none
    choose_asked = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._place = ""
        self.edit = QLineEdit(self)
        self.choose = icon_button(icons, "folder-open-outline", self.tr("Choose…"), self)
        self.remove = icon_button(icons, "trash-can-outline", self.tr("Remove"), self)
        self.error = FieldError(theme, icons, self)
        self.state = ToneLabel(theme, parent=self)
        self._lay_out()
        self.edit.editingFinished.connect(self._on_edited)
        self.choose.clicked.connect(self.choose_asked)
        self.remove.clicked.connect(lambda: self.give(""))

    def give(self, place: str) -> None:
        """Ask for another file to be trusted, as typing its path does."""
        self.edit.setText(place)
        self._on_edited()

    def show_busy(self) -> None:
        """The file is being looked at."""
        self._say(self.tr("Looking at it…"))

    def show_trusted(self, place: str, count: int) -> None:
        """Say which file is trusted, and how many certificates are in it."""
        self._place = place
        if self.edit.text().strip() != place:
            self.edit.setText(place)
        if not place:
            self._say(self.tr("None: what the system trusts is trusted."))
        elif count == 1:
            self._say(self.tr("1 certificate is trusted beside the system's."))
        else:
            words = self.tr("{count} certificates are trusted beside the system's.")
            self._say(words.format(count=count))

    def show_wrong(self, place: str, fact: str, advice: str) -> None:
        """Say why a file cannot be used; what was trusted before still is."""
        self.edit.setText(place)
        self._say("", fact, advice)

    def _say(self, state: str, fact: str = "", advice: str = "") -> None:
        self.error.say(fact, advice)
        self.state.setText(state)
        self.state.setVisible(bool(state))
        self.edit.setProperty("invalid", bool(fact))
        self.edit.style().polish(self.edit)  # its border comes from the style sheet
        self.edit.setAccessibleDescription(self.error.text() or state)
        self.remove.setEnabled(bool(self.edit.text() or self._place))

    def _on_edited(self) -> None:
        place = self.edit.text().strip()
        if place != self._place or self.error.text():
            self.given.emit(place)

    def _words(self, text: str) -> ToneLabel:
        words = ToneLabel(self._theme, text, font="base", parent=self)
        words.setWordWrap(True)
        return words

    def _head(self, text: str) -> ToneLabel:
        return ToneLabel(self._theme, text, tone="text", font="head", parent=self)

    def _lay_out(self) -> None:
        title = ToneLabel(self._theme, self.tr("Network"), tone="text", font="page", parent=self)
        self.edit.setFixedHeight(Height.FIELD)
        self.edit.setPlaceholderText(self.tr("Path of a PEM file"))
        self.edit.setAccessibleName(self.tr("File of certificates"))
        for button in (self.choose, self.remove):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(title)
        layout.addWidget(
            self._words(
                self.tr(
                    "Every connection is encrypted, but for those to this computer and to hosts "
                    "you allowed."
                )
            )
        )
        layout.addSpacing(Space.S)
        layout.addWidget(self._head(self.tr("Own certificates")))
        layout.addWidget(
            self._words(
                self.tr(
                    "For a network that looks inside encrypted connections, as some studios do: "
                    "the certificates of its own authority, trusted beside the system's."
                )
            )
        )
        line = form_line(self._theme, self.tr("File"), self.edit, self.choose, self.remove)
        layout.addLayout(line)
        layout.addWidget(self.error)
        below = QHBoxLayout()
        below.setContentsMargins(LABEL_PX + Space.S, 0, 0, 0)
        below.addWidget(self.state)
        layout.addLayout(below)
        layout.addWidget(
            self._words(
                self.tr(
                    "A change holds at once, for all that is asked from then on. A job that runs "
                    "goes on as it began."
                )
            )
        )
        layout.addSpacing(Space.M)
        layout.addWidget(self._head(self.tr("Proxy")))
        layout.addWidget(
            self._words(
                self.tr(
                    "The system's own, or that of the variables HTTPS_PROXY and NO_PROXY. There "
                    "is nothing to set here."
                )
            )
        )
        layout.addStretch(1)
