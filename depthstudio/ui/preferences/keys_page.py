"""The Keys page: which service has which key, and whether it works."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.keychain import KeychainState, KeychainStatus
from depthstudio.ui.inspector.service_line import link
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.preferences.key_form import FormState, KeyForm
from depthstudio.ui.preferences.key_rows import KeyRow
from depthstudio.ui.preferences.key_table import KeyTable

LEAST_FORM_PX = 176  # the line of the key, its error, and where it is kept
LATER_MS = 30_000  # how often "2 min ago" is looked at again


class KeysPage(QWidget):
    """A table, and a form for the row that is chosen. Changes nothing itself."""

    refresh_asked = Signal()  # time has passed
    ask_keychain_again = Signal()
    form_made = Signal(str)  # the id of a row whose form shows for the first time

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        infos: Mapping[str, ProviderInfo | HostInfo],
        form_state: Callable[[KeyRow], FormState],
        parent: QWidget | None = None,
    ) -> None:
        """`infos` are those of the rows, by their ids; `form_state` is how things are now."""
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._infos = infos
        self._form_state = form_state
        self._rows: dict[str, KeyRow] = {}
        self.forms: dict[str, KeyForm] = {}
        self._intro = ToneLabel(theme, font="base", parent=self)
        self._warning = _Warning(theme, icons, self)
        self.table = KeyTable(theme, icons, self)
        self._inside = QWidget()  # the form that shows is as high as it is, whatever the others
        self._column = QVBoxLayout(self._inside)
        self._scroll = QScrollArea(self)
        self._later = QTimer(self)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self.refresh_asked)
        self._warning.again.clicked.connect(self.ask_keychain_again)
        self.table.chosen.connect(self._show_form)
        self._lay_out()

    def show_rows(self, rows: Sequence[KeyRow], status: KeychainStatus) -> None:
        """Say how things are now."""
        self._rows = {row.id: row for row in rows}
        self._warning.show_status(status)
        self.table.set_rows(rows)
        for row_id, form in self.forms.items():
            if row_id in self._rows:
                form.show_state(self._form_state(self._rows[row_id]))

    def row(self, row_id: str) -> KeyRow:
        """What the row of a service says; KeyError for one that is not there."""
        return self._rows[row_id]

    def choose(self, row_id: str) -> None:
        """Show a service, with the keyboard where its key goes."""
        self.table.choose(row_id)
        form = self.forms.get(row_id)
        if form is None:
            return
        for lines in form.secrets.values():
            lines.edit.setFocus()
            return

    def chosen_form(self) -> KeyForm | None:
        """The form of the row that is chosen."""
        row = self.table.chosen_row()
        return self.forms.get(row.id) if row is not None else None

    def set_plain_hosts(self, hosts: Collection[str]) -> None:
        """The hosts that the user lets be spoken to without encryption."""
        for form in self.forms.values():
            if form.connection is not None:
                form.connection.set_plain_hosts(hosts)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._later.start()
        self.refresh_asked.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _show_form(self, row_id: str) -> None:
        form = self.forms.get(row_id)
        if form is None:
            row = self._rows[row_id]
            form = KeyForm(self._theme, self._icons, row, self._infos[row_id])
            self.forms[row_id] = form
            self._column.addWidget(form)
            self.form_made.emit(row_id)
            form.show_state(self._form_state(row))
        for other in self.forms.values():
            other.setVisible(other is form)
        self._scroll.verticalScrollBar().setValue(0)

    def _lay_out(self) -> None:
        title = ToneLabel(self._theme, self.tr("Keys"), tone="text", font="page", parent=self)
        self._intro.setText(
            self.tr(
                "Keys are kept in the keychain of this computer and never shown again in full. "
                "Every service works without an account on our side; you deal with each directly."
            )
        )
        self._intro.setWordWrap(True)
        self._column.setContentsMargins(0, 0, 0, 0)
        scroll = self._scroll
        scroll.setWidget(self._inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(LEAST_FORM_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.S)
        layout.setSpacing(0)
        layout.addWidget(title)
        layout.addSpacing(Space.S)
        layout.addWidget(self._intro)
        layout.addWidget(self._warning)
        layout.addSpacing(Space.M)
        layout.addWidget(self.table)
        layout.addSpacing(Space.M)
        layout.addWidget(scroll, 1)


class _Warning(QWidget):
    """Says where keys are kept when it is not the keychain; takes no room otherwise."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self._mark = QLabel(self)
        self._text = ToneLabel(theme, tone="text", parent=self)
        self.again = link(self.tr("Ask it again"), self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, Space.S, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(self._mark)
        line.addWidget(self._text)
        line.addWidget(self.again)
        line.addStretch(1)
        theme.changed.connect(self._show_mark)
        self._show_mark()
        self.hide()

    def show_status(self, status: KeychainStatus) -> None:
        """Say what is wrong with the keychain."""
        is_absent = status.state is KeychainState.ABSENT
        is_broken = status.state is KeychainState.BROKEN
        if is_absent:
            text = self.tr(
                "This computer has no keychain that can be used: keys last until the program ends."
            )
        else:
            text = self.tr("The keychain of this computer cannot be used: {reason}.")
            text = text.format(reason=status.reason)
        self._text.setText(text)
        self.again.setVisible(is_broken)
        self.setVisible(is_absent or is_broken)

    def _show_mark(self) -> None:
        self._mark.setPixmap(self._icons.pixmap("alert-outline", IconSize.FIELD, "held"))
