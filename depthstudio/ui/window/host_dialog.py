"""Asks before a file is put on the web: on whose host, and what that means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from depthstudio.core.errors import UsageError
from depthstudio.core.job import Source
from depthstudio.jobs.web_source import source_from_address
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.inspector.service_line import say, words_line
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.amounts import counted_text, size_text
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.needed_height import take_needed_height
from depthstudio.ui.window.host_choice import HostChoice, key_words
from depthstudio.ui.window.main_window import MainWindow

WIDTH_PX = 520
ADDRESS = -2  # the last choice; -1 is Qt's word for none


@dataclass(frozen=True)
class HostQuestion:
    """What is to be put where.

    service : who wants to fetch it; files : what it is
    chosen : the host chosen so far; takes_address : whether the file's own address will do
    """

    service: str
    files: Sequence[Source]
    hosts: Sequence[HostInfo]
    chosen: str = ""
    takes_address: bool = False


def ask_for_host(
    window: MainWindow,
    question: HostQuestion,
    secrets: Secrets,
    agreed: Callable[[str], object],
    address_given: Callable[[Source], object],
) -> "HostDialog":
    """Open the question over the window; one of the two hears of the answer, if there is one."""
    dialog = HostDialog(window, window.theme, question, secrets)

    def tell() -> None:
        if (source := dialog.source()) is not None:
            address_given(source)
        elif host_id := dialog.host_id():
            agreed(host_id)

    dialog.accepted.connect(tell)
    dialog.open()
    return dialog


class HostDialog(QDialog):
    """The hosts with what each of them means, and “I have an address”."""

    def __init__(
        self, parent: QWidget, theme: Theme, question: HostQuestion, secrets: Secrets
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Put the file on the web"))
        self._question = question
        self._group = QButtonGroup(self)
        size_bytes = max((source.size_bytes for source in question.files), default=0)
        self.choices = [
            HostChoice(theme, info, key_words(info, secrets), too_large=size_bytes > info.max_bytes)
            for info in question.hosts
        ]
        self.own = QRadioButton(self.tr("I have an address for it"))
        self.address = QLineEdit()
        self._wrong = words_line(theme, "failed", self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.agree = QPushButton(self.tr("Agree"))
        self._arrange(theme)
        self._connect()
        self._preselect()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        take_needed_height(self, WIDTH_PX)

    def host_id(self) -> str:
        """The chosen host; empty where the file's own address is given."""
        checked = self._group.checkedId()
        return self._question.hosts[checked].id if checked >= 0 else ""

    def source(self) -> Source | None:
        """What lies at the address that was given, if that was chosen and can be used."""
        if not self.own.isChecked():
            return None
        try:
            return source_from_address(self.address.text())
        except UsageError:
            return None

    def _arrange(self, theme: Theme) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.S)
        title = ToneLabel(theme, self._title(), tone="text", font="provider")
        why = ToneLabel(theme, self._why(), font="base")
        for label in (title, why):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addSpacing(Space.XS)
        for place, choice in enumerate(self.choices):
            self._group.addButton(choice.button, place)
            layout.addWidget(choice)
        if not self.choices:
            layout.addWidget(ToneLabel(theme, self.tr("No host is installed"), tone="held"))
        self._group.addButton(self.own, ADDRESS)
        for widget in (self.own, self.address, self._wrong):
            layout.addWidget(widget)
            widget.setVisible(self._question.takes_address and widget is not self._wrong)
        self.address.setPlaceholderText("https://")
        self.address.setAccessibleName(self.tr("Address of the file"))
        note = ToneLabel(
            theme,
            self.tr("Remembered for the next time. Take it back in the preferences, or here."),
            tone="text3",
        )
        note.setWordWrap(True)
        layout.addWidget(note)
        layout.addStretch(1)
        self.agree.setProperty("accent", True)
        self.agree.setDefault(True)
        self.buttons.addButton(self.agree, QDialogButtonBox.ButtonRole.AcceptRole)
        layout.addWidget(self.buttons)
        self.setFixedWidth(WIDTH_PX)

    def _connect(self) -> None:
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._group.idToggled.connect(lambda place, on: self._follow())
        self.address.textEdited.connect(lambda text: self.own.setChecked(True))
        self.address.textChanged.connect(lambda text: self._follow())

    def _preselect(self) -> None:
        """The host chosen so far, else the first that could take it at once."""
        usable = [choice for choice in self.choices if choice.button.isEnabled()]
        known = [choice for choice in usable if choice.info.id == self._question.chosen]
        ready = [choice for choice in usable if choice.has_key]
        for choice in (*known, *ready, *usable)[:1]:
            choice.button.setChecked(True)
        self._follow()

    def _follow(self) -> None:
        """Only what can be done can be agreed to; why not is said under the field."""
        wrong = ""
        if self.own.isChecked() and self.address.text().strip():
            try:
                source_from_address(self.address.text())
            except UsageError as error:
                wrong = f"{error}. {error.hint}"
        if wrong != self._wrong.text():
            say(self._wrong, wrong)
            take_needed_height(self, WIDTH_PX)
        self.agree.setEnabled(bool(self.host_id()) or self.source() is not None)

    def _title(self) -> str:
        return self.tr("{service} fetches its input from the web").format(
            service=self._question.service
        )

    def _why(self) -> str:
        files = self._question.files
        size = size_text(sum(source.size_bytes for source in files))
        if len(files) == 1:
            what = self.tr("“{name}” ({size})").format(name=files[0].path.name, size=size)
        else:
            what = f"{counted_text(files=len(files))} ({size})"
        return self.tr("{what} needs an address there before it can run. Who may have it?").format(
            what=what
        )
