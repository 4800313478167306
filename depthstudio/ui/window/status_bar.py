"""The line at the bottom: how many jobs are where, messages, and how large the library is."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QToolButton, QWidget

from depthstudio.core.job import Hold, JobState
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.labels import ElidedLabel, SettledLabel, ToneLabel, settle

if TYPE_CHECKING:
    from depthstudio.ui.window.hold_chips import HoldChips

Level = Literal["info", "busy", "caution", "error"]

MESSAGE_MS = 8000
OWN_MARGIN_PX = 2  # that QStatusBar keeps free at its beginning
LEVELS: dict[Level, tuple[str, str]] = {
    "info": ("information-outline", "text2"),
    "busy": ("progress-clock", "accent"),
    "caution": ("alert-outline", "held"),
    "error": ("alert-circle", "failed"),
}
COUNTED = {
    JobState.RUNNING: ("progress-clock", "accent"),
    JobState.QUEUED: ("clock-outline", "text2"),
    JobState.HELD: ("timer-pause-outline", "held"),
    JobState.FAILED: ("alert-circle", "failed"),
}


class StatusBar(QStatusBar):
    """Counts the queue by itself; the rest it is told.

    ``state_clicked`` carries the `JobState` value of the counter, to be found in the queue.
    """

    state_clicked = Signal(str)
    try_now_requested = Signal(str)  # provider id
    give_key_requested = Signal(str)  # provider id

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        queue: JobQueue,
        provider_title: Callable[[str], str] = str,
        *,
        beat: Beat | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._queue = queue
        self._provider_title = provider_title
        self._counters = {state: self._make_counter(state) for state in COUNTED}
        self._ready = ToneLabel(theme, self.tr("Ready"), tabular=True)
        self._message_icon = QLabel()
        self._message = ElidedLabel(theme, tone="text", tabular=True)
        self._level: Level = "info"
        self._library = SettledLabel(theme, tabular=True)
        self._message_end = QTimer(self)
        self._message_end.setSingleShot(True)
        self._message_end.setInterval(MESSAGE_MS)
        self._message_end.timeout.connect(self.clear_message)
        self._beat = beat or Beat(self)
        self._arrange()
        self._disconnects = [
            queue.inserted.connect(lambda row: self._beat.do(self.count)),
            queue.removed.connect(lambda row: self._beat.do(self.count)),
            queue.changed.connect(lambda job_id, row: self._beat.do(self.count)),
        ]
        theme.changed.connect(self._dress)
        self._dress()
        self.count()

    def say(self, text: str, level: Level = "info") -> None:
        """Show a message for some seconds; an error stays until the next one."""
        self._level = level
        self._message.setText(text)
        self._show_icon()
        if level == "error":
            self._message_end.stop()
        else:
            self._message_end.start()

    @property
    def message(self) -> str:
        """What it says now; empty when there is no message."""
        return self._message.text()

    def say_busy(self, text: str) -> None:
        """Show what is being done until `end_busy`, or until there is something else to say."""
        self.say(text, "busy")

    def end_busy(self) -> None:
        """What was being done is over."""
        if self._level == "busy":
            self.clear_message()

    def say_error(self, text: str) -> None:
        """Show an error; a slot that other threads may signal."""
        self.say(text, "error")

    def clear_message(self) -> None:
        """Take the message away."""
        self._message.clear()
        self._message_icon.clear()

    def set_library_text(self, text: str) -> None:
        """What the right end says, such as "Library 18.4 of 50 GB"."""
        self._library.setText(text)

    def set_holds(self, holds: Mapping[str, Hold]) -> None:
        """Show a chip for every provider that nothing is sent to at the moment."""
        if holds or "holds" in vars(self):
            self.holds.set_holds(holds)

    @cached_property
    def holds(self) -> "HoldChips":
        """The chips; made for the first hold."""
        from depthstudio.ui.window.hold_chips import HoldChips

        chips = HoldChips(self._theme, self._icons, self._provider_title, self._beat)
        chips.try_now_requested.connect(self.try_now_requested)
        chips.give_key_requested.connect(self.give_key_requested)
        self._left.insertWidget(self._left.indexOf(self._message_icon) - 1, chips)
        return chips

    def count(self) -> None:
        """Bring the counters up to date with the queue."""
        counts = Counter(entry.status.state for entry in self._queue)
        for state, button in self._counters.items():
            button.setText(self._counter_text(state, counts[state]))
            settle(button)
            button.setVisible(counts[state] > 0)
        self._ready.setVisible(not any(counts[state] for state in COUNTED))

    def close_status(self) -> None:
        """Stop listening, before the window goes."""
        self._beat.forget(self.count)
        self._message_end.stop()
        if "holds" in vars(self):
            self.holds.close_chips()
        for disconnect in self._disconnects:
            disconnect()

    def _counter_text(self, state: JobState, count: int) -> str:
        number = self.locale().toString(count)
        words = {
            JobState.RUNNING: self.tr("{count} active"),
            JobState.QUEUED: self.tr("{count} queued"),
            JobState.HELD: self.tr("{count} held"),
            JobState.FAILED: self.tr("{count} failed"),
        }
        return words[state].format(count=number)

    def _make_counter(self, state: JobState) -> QToolButton:
        icon, role = COUNTED[state]
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIcon(self._icons.icon(icon, role))
        button.setIconSize(beside_text(IconSize.STATE))
        button.setToolButtonStyle(button.toolButtonStyle().ToolButtonTextBesideIcon)
        button.setToolTip(self.tr("Go to the first of these in the queue"))
        button.clicked.connect(lambda: self.state_clicked.emit(state.value))
        return button

    def _arrange(self) -> None:
        self.setSizeGripEnabled(False)
        self.setMinimumHeight(Height.STATUS)
        left = QWidget()
        layout = self._left = QHBoxLayout(left)
        layout.setContentsMargins(Space.M - OWN_MARGIN_PX, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self._ready)
        for button in self._counters.values():
            layout.addWidget(button)
        layout.addSpacing(Space.M)
        layout.addWidget(self._message_icon)
        layout.addWidget(self._message, 1)
        self.addWidget(left, 1)
        # Under a style sheet a label has no margins of its own.
        right = QWidget()
        end = QHBoxLayout(right)
        end.setContentsMargins(0, 0, Space.M, 0)
        end.addWidget(self._library)
        self.addPermanentWidget(right)

    def _dress(self) -> None:
        for button in self._counters.values():
            button.setFont(self._theme.font("secondary", tabular=True))
            settle(button)
        self._show_icon()

    def _show_icon(self) -> None:
        if self._message.text():
            icon, role = LEVELS[self._level]
            self._message_icon.setPixmap(self._icons.pixmap(icon, IconSize.STATE, role))
