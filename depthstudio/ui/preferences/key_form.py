"""The form under the table: everything about the key of one service."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from depthstudio.core.errors import AuthError
from depthstudio.providers.base import ProviderInfo, Secret
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.keychain import KeychainState, KeychainStatus
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.service_line import link
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.controls import Combo
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.preferences.connection_form import ConnectionForm
from depthstudio.ui.preferences.key_rows import KeyRow
from depthstudio.ui.preferences.secret_lines import (
    FieldError,
    SecretLines,
    form_line,
    icon_button,
)
from depthstudio.ui.preferences.test_news import TestNews

KEYCHAIN, SESSION = 0, 1  # places in the list of where a key is kept
OURS = (SecretOrigin.SESSION, SecretOrigin.KEYCHAIN)  # that can be removed here


@dataclass(frozen=True)
class FormState:
    """What the form says.

    origins : by the name of a secret
    """

    row: KeyRow
    origins: Mapping[str, SecretOrigin]
    status: KeychainStatus
    news: TestNews | None


class KeyForm(QWidget):
    """Changes nothing itself: every wish leaves as a signal."""

    save_asked = Signal(str, str, bool)  # name, secret, in the keychain?
    move_asked = Signal(str, bool)  # name, into the keychain?
    remove_asked = Signal(str)
    test_asked = Signal()
    test_cancelled = Signal()
    page_asked = Signal(str)  # an https address
    endpoints_changed = Signal(dict)
    host_allowed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        row: KeyRow,
        info: ProviderInfo | HostInfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._title = row.title
        self._is_testing = False
        self.secrets = {s.name: self._secret_lines(s, row) for s in row.secrets}
        self.keep = self._keep_combo()
        self.test = icon_button(icons, "lan-connect", self.tr("Test connection"), self)
        self.remove = icon_button(icons, "trash-can-outline", self.tr("Remove"), self)
        self.where_link = link(self.tr("Where do I find my key?"), self)
        self.trouble = FieldError(theme, icons, self)
        self.connection: ConnectionForm | None = None
        if info.endpoints:
            self.connection = ConnectionForm(theme, icons, info, self)
        self._lay_out(row, info)
        self._connect(row)

    def in_keychain(self) -> bool:
        """Is the keychain chosen as the place for a key?"""
        return self.keep.currentIndex() == KEYCHAIN

    def show_state(self, state: FormState) -> None:
        """Say how things are now; what is being typed stays."""
        first = state.row.first_secret
        self._show_place(state, first)
        for name, lines in self.secrets.items():
            origin = state.origins[name]
            button = lines.remove or self.remove
            button.setEnabled(origin in OURS)
            from_outside = origin is SecretOrigin.ENVIRONMENT
            outside = self.tr("It comes from {variable}, which only the system can change")
            variable = lines.secret.variable
            button.setToolTip(outside.format(variable=variable) if from_outside else "")
            lines.edit.setPlaceholderText(self._placeholder(lines.secret, origin))
        self._show_test(state)
        self._show_trouble(state, first)

    def _show_place(self, state: FormState, first: Secret | None) -> None:
        has_keychain = state.status.state is not KeychainState.ABSENT
        origin = state.origins[first.name] if first is not None else SecretOrigin.ABSENT
        if not has_keychain or origin is SecretOrigin.SESSION:
            self.keep.setCurrentIndex(SESSION)
        elif origin is SecretOrigin.KEYCHAIN:
            self.keep.setCurrentIndex(KEYCHAIN)
        self.keep.setEnabled(has_keychain)
        self.keep.setToolTip("" if has_keychain else state.status.reason)

    def _show_test(self, state: FormState) -> None:
        self._is_testing = state.news is not None and state.news.is_busy
        text = self.tr("Cancel test") if self._is_testing else self.tr("Test connection")
        self.test.setText(text)
        self.test.setVisible(bool(state.row.tested_id))
        self.test.setEnabled(state.row.can_test or self._is_testing)
        self.test.setToolTip("" if self.test.isEnabled() else state.row.state.word)
        self.test.setAccessibleDescription(f"{state.row.state.word} {state.row.state.note}".strip())

    def _show_trouble(self, state: FormState, first: Secret | None) -> None:
        """Under the field: that the key was refused, or else why the test failed."""
        news = state.news
        trouble = news.trouble if news is not None else None
        refused = isinstance(trouble, AuthError)
        if first is not None and not (refused and self.secrets[first.name].edit.text()):
            lines = self.secrets[first.name]
            fact = self.tr("{service} did not accept the key.").format(service=self._title)
            advice = self.tr("Make a new one in your account there, paste it here and test it.")
            lines.say_wrong(fact if refused else "", advice if refused else "")
        said = ("", "")
        if trouble is not None and not refused:
            said = (f"{trouble}.".replace("..", "."), trouble.hint)
        elif news is not None and news.health is not None and not news.health.ok:
            said = (news.health.message, "")
        self.trouble.say(*said)

    def _placeholder(self, secret: Secret, origin: SecretOrigin) -> str:
        match origin:
            case SecretOrigin.ENVIRONMENT:
                words = self.tr("{variable} is used until a key is saved here")
                return words.format(variable=secret.variable)
            case SecretOrigin.ABSENT if secret.variable:
                words = self.tr("Paste it here, or set {variable}")
                return words.format(variable=secret.variable)
            case SecretOrigin.KEYCHAIN:
                return self.tr("One is kept in the system keychain")
            case SecretOrigin.SESSION:
                return self.tr("One is given until the program ends")
            case _:
                return ""

    def _secret_lines(self, secret: Secret, row: KeyRow) -> SecretLines:
        is_first = secret == row.first_secret
        label = self.tr("New key") if is_first else secret.label
        return SecretLines(self._theme, self._icons, secret, label, is_first=is_first, parent=self)

    def _keep_combo(self) -> Combo:
        keep = Combo(self._theme, self)
        icons = self._icons
        keep.addItem(icons.icon("shield-key-outline"), self.tr("System keychain"))
        keep.addItem(icons.icon("clock-end"), self.tr("Until the program ends"))
        keep.setAccessibleName(self.tr("Keep it in"))
        return keep

    def _lay_out(self, row: KeyRow, info: ProviderInfo | HostInfo) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addLayout(self._head(row))
        if row.is_local:
            layout.addWidget(self._words(self.tr("It needs no key and sends nothing anywhere.")))
        if isinstance(info, HostInfo):
            layout.addWidget(self._words(info.privacy))
        for lines in list(self.secrets.values())[:1]:
            layout.addWidget(lines)
        layout.addWidget(self.trouble)
        if row.secrets:
            layout.addLayout(
                form_line(self._theme, self.tr("Keep it in"), self.keep, self.test, self.remove)
            )
        else:
            self.keep.hide()
            self.remove.hide()
            layout.addWidget(self.test)
        if self.connection is not None:
            for lines in list(self.secrets.values())[1:]:
                self.connection.more_layout.addWidget(lines)
            self.connection.show_details(has_more=len(self.secrets) > 1)
            layout.addWidget(self.connection)
        layout.addStretch(1)

    def _head(self, row: KeyRow) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(Space.L)
        head.addWidget(ToneLabel(self._theme, row.title, tone="text", font="head", parent=self))
        page = row.first_secret.page if row.first_secret is not None else ""
        self.where_link.setIcon(self._icons.icon("open-in-new", "accent"))
        self.where_link.setIconSize(beside_text(IconSize.STATE))
        self.where_link.setLayoutDirection(_opposite(self.layoutDirection()))  # its icon at the end
        self.where_link.setToolTip(page)
        self.where_link.setVisible(bool(page))
        head.addWidget(self.where_link)
        head.addStretch(1)
        return head

    def _words(self, text: str) -> ToneLabel:
        words = ToneLabel(self._theme, text, font="base", parent=self)
        words.setWordWrap(True)
        return words

    def _connect(self, row: KeyRow) -> None:
        first = row.first_secret
        for name, lines in self.secrets.items():
            lines.save_asked.connect(
                lambda text, name=name: self.save_asked.emit(name, text, self.in_keychain())
            )
            if lines.remove is not None:
                lines.remove.clicked.connect(lambda _, name=name: self.remove_asked.emit(name))
        if first is not None:
            self.remove.clicked.connect(lambda: self.remove_asked.emit(first.name))
            self.where_link.clicked.connect(lambda: self.page_asked.emit(first.page))
            self.keep.activated.connect(
                lambda place: self.move_asked.emit(first.name, place == KEYCHAIN)
            )
        self.test.clicked.connect(self._on_test)
        if self.connection is not None:
            connection = self.connection
            connection.host_allowed.connect(self.host_allowed)
            connection.endpoints_changed.connect(
                lambda: self.endpoints_changed.emit(connection.endpoints())
            )
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field saves its key, and nothing else

    def _on_test(self) -> None:
        (self.test_cancelled if self._is_testing else self.test_asked).emit()


def _opposite(direction: Qt.LayoutDirection) -> Qt.LayoutDirection:
    if direction is Qt.LayoutDirection.LeftToRight:
        return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight
