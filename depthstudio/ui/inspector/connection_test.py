"""The button that tests the connection, and what came of it."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from depthstudio.core.errors import DepthStudioError
from depthstudio.providers.base import Health
from depthstudio.ui.inspector.service_line import say, words_line
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Space, Theme


class ConnectionTest(QWidget):
    """Asks for a test, or for its end, and shows the news of it."""

    asked = Signal()
    cancelled = Signal()
    changed = Signal()  # what `summary` says

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._theme = theme
        self._is_busy = False
        self._icon, self._tone = "", "text2"
        self._summary = ""
        self.button = QPushButton(self)
        self._mark = QLabel(self)
        self._short = words_line(theme, "text", self)
        self._detail = words_line(theme, "text2", self)
        self._lay_out()
        self.button.clicked.connect(self._on_clicked)
        theme.changed.connect(self._show_mark)
        self.clear()

    @property
    def is_busy(self) -> bool:
        """Whether a test is under way."""
        return self._is_busy

    def summary(self) -> str:
        """The result in a word or two; empty without one."""
        return self._summary

    def detail(self) -> str:
        """What else there is to say about the result."""
        return self._detail.text()

    def clear(self) -> None:
        """Forget the last result, which was another server's or another key's."""
        self._show("", "", "text2")

    def show_busy(self) -> None:
        """A test has begun."""
        self._show(self.tr("Testing…"), "progress-clock", "text2", is_busy=True)

    def show_health(self, health: Health) -> None:
        """Say how the server is."""
        if not health.ok:
            self._show(self.tr("Failed"), "alert-circle", "failed", health.message)
            return
        works = self.tr("Works")
        short = works
        if health.latency_s is not None:
            took_ms = round(health.latency_s * 1000)
            short = self.tr("Works · {ms} ms").format(ms=took_ms)
        detail = "" if health.message.rstrip(".") == works else health.message
        self._show(short, "check-circle", "done", detail)

    def show_trouble(self, error: DepthStudioError) -> None:
        """Say why it could not be tested, and what to do."""
        detail = f"{error}. {error.hint}" if error.hint else str(error)
        self._show(self.tr("Failed"), "alert-circle", "failed", detail)

    def _show(
        self, short: str, icon: str, tone: str, detail: str = "", *, is_busy: bool = False
    ) -> None:
        self._is_busy, self._summary = is_busy, short
        self._icon, self._tone = icon, tone
        say(self._short, short)
        say(self._detail, detail)
        self.button.setText(self.tr("Cancel") if is_busy else self.tr("Test connection"))
        self.button.setAccessibleDescription(f"{short} {detail}".strip())
        self._show_mark()
        self.changed.emit()

    def _show_mark(self) -> None:
        self._mark.setVisible(bool(self._icon))
        if self._icon:
            self._mark.setPixmap(self._icons.pixmap(self._icon, IconSize.FIELD, self._tone))

    def _lay_out(self) -> None:
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        metrics = self.button.fontMetrics()
        longest = metrics.horizontalAdvance(self.tr("Test connection"))
        self.button.setMinimumWidth(longest + 2 * Space.M + 2)  # and stays there as Cancel
        self._mark.setFixedSize(QSize(IconSize.FIELD, IconSize.FIELD))
        line = QHBoxLayout()
        line.setSpacing(Space.XS)
        line.addWidget(self.button)
        line.addSpacing(Space.XS)
        line.addWidget(self._mark)
        line.addWidget(self._short, 1)
        line.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addLayout(line)
        layout.addWidget(self._detail)

    def _on_clicked(self) -> None:
        if self._is_busy:
            self.cancelled.emit()
        else:
            self.asked.emit()
