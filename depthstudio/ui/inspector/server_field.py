"""The address of a provider's server: typed, chosen among those met before, or its own."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from depthstudio.core.address import checked_address
from depthstudio.core.errors import Unencrypted, UsageError
from depthstudio.ui.inspector.service_line import LABEL_PX, labelled, link, say, words_line
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme

BUTTON_PX = 24


class _AddressEdit(QLineEdit):
    """A line of text in which the down key asks for the list."""

    list_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.list_asked.emit()
        else:
            super().keyPressEvent(event)


class ServerField(QWidget):
    """Edits one address. An empty line means the provider's own, or, where it has none, that
    the address is still to be given.

    What is typed holds as soon as it is an address, so that Run never uses another one than
    the line shows; while it is none, `error` says so and `address` keeps the last good one.
    """

    changed = Signal()
    host_allowed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        label: str,
        default: str,
        *,
        takes_space: bool = False,
        label_px: int = LABEL_PX,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = label
        self._label_px = label_px
        self._icons = icons
        self._default = default
        self._takes_space = takes_space
        self._address = ""
        self._error = ""
        self._host = ""  # that waits for the word whether it may be spoken to in the clear
        self._recent: tuple[str, ...] = ()
        self._plain_hosts: frozenset[str] = frozenset()
        self._edit = _AddressEdit(self)
        self._list = self._button("chevron-down", self.tr("Servers used before"))
        back = self.tr("Back to {x}").format(x=default) if default else self.tr("Clear the address")
        self._reset = self._button("restore", back)
        self._words = words_line(theme, "failed", self)
        self._question = words_line(theme, "held", self)
        self._allow = link(self.tr("Allow"), self)
        self._lay_out(theme)
        self._edit.textEdited.connect(lambda text: self._read())
        self._edit.list_asked.connect(self._show_list)
        self._list.clicked.connect(self._show_list)
        self._reset.clicked.connect(lambda: self._choose(""))
        self._allow.clicked.connect(self._on_allow)
        self._show()

    def address(self) -> str:
        """What the user put in place of the provider's own address; empty for that one."""
        return self._address

    def error(self) -> str:
        """Why what is typed is no address that may be used; empty when it is one."""
        return self._error

    def set_address(self, address: str) -> None:
        """Show another address, without saying `changed`."""
        self._edit.setText("" if address == self._default else address)
        self._look()
        self._show()

    def set_recent(self, addresses: Sequence[str]) -> None:
        """The addresses to choose from, newest first."""
        others = (address for address in addresses if address != self._default)
        self._recent = tuple(dict.fromkeys(others))
        self._list.setEnabled(bool(self.choices()))

    def set_plain_hosts(self, hosts: Collection[str]) -> None:
        """The hosts that the user lets be spoken to without encryption."""
        self._plain_hosts = frozenset(hosts)
        self._look()
        self._show()

    def choices(self) -> list[str]:
        """What the list offers."""
        return [address for address in (self._default, *self._recent) if address]

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops, in order."""
        return [self._edit, self._list, self._reset, self._allow]

    def _lay_out(self, theme: Theme) -> None:
        self._edit.setPlaceholderText(self._default or "https://…")
        self._edit.setAccessibleName(self.label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        controls = (self._edit, self._list, self._reset)
        layout.addLayout(labelled(theme, self.label, *controls, label_px=self._label_px))
        layout.addWidget(self._words)
        asking = QHBoxLayout()
        asking.setSpacing(Space.S)
        asking.addWidget(self._question, 1)
        asking.addWidget(self._allow, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(asking)

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._icons.icon(icon))
        button.setIconSize(QSize(IconSize.FIELD, IconSize.FIELD))
        button.setFixedSize(BUTTON_PX, Height.FIELD)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _choose(self, address: str) -> None:
        self._edit.setText("" if address == self._default else address)
        self._read()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read(self) -> None:
        before = self._address, self._error
        self._look()
        self._show()
        if (self._address, self._error) != before:
            self.changed.emit()

    def _look(self) -> None:
        """What the text means: an address, a question to the user, or a mistake."""
        text = self._edit.text().strip()
        self._error = self._host = ""
        try:
            address = text and self._checked_address(text)
        except Unencrypted as error:
            self._host, self._error = error.host, str(error)
        except UsageError as error:
            self._error = f"{error}. {error.hint}"
        else:
            self._address = "" if address == self._default else address

    def _checked_address(self, text: str) -> str:
        return checked_address(text, takes_space=self._takes_space, plain_hosts=self._plain_hosts)

    def _show(self) -> None:
        asks = bool(self._host)
        say(self._words, "" if asks else self._error)
        question = self.tr("Send without encryption to {host}?").format(host=self._host)
        say(self._question, question if asks else "")
        self._allow.setVisible(asks)
        self._reset.setEnabled(bool(self._edit.text()))
        self._list.setEnabled(bool(self.choices()))
        self._edit.setProperty("invalid", bool(self._error))
        self._edit.style().polish(self._edit)  # its border comes from the style sheet
        self._edit.setAccessibleDescription(question if asks else self._error)
        self._edit.setToolTip(self._edit.text() or self._default)

    def _on_allow(self) -> None:
        host, before = self._host, (self._address, self._error)
        self._plain_hosts |= {host}
        self.host_allowed.emit(host)  # which may come back as `set_plain_hosts`
        self._look()
        self._show()
        if (self._address, self._error) != before:
            self.changed.emit()

    def _show_list(self) -> None:
        if not self.choices():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for address in self.choices():
            menu.addAction(address).triggered.connect(
                lambda checked=False, address=address: self._choose(address)
            )
        menu.setMinimumWidth(self._edit.width())
        menu.popup(self._edit.mapToGlobal(QPoint(0, self._edit.height())))
