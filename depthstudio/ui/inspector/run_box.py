"""The pinned box with Run: what will run, where it goes, and why it cannot."""

import sys

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from depthstudio.ui.inspector.run_state import RunState
from depthstudio.ui.inspector.service_line import link
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.parts.segments import Segments

RUN_PX = 44
SHORTCUT = ("⌘", "↩") if sys.platform == "darwin" else ("Ctrl", "Enter")


class RunBox(QWidget):
    """Shows a `RunState` and says what the user wants done.

    When the library has the result already, the large button shows it and a second one
    runs it again.
    """

    run_requested = Signal()
    run_again_requested = Signal()
    show_requested = Signal()
    order_requested = Signal()  # of the photos of one scene
    host_requested = Signal()  # to choose another host for the files
    grouping_changed = Signal(bool)  # True: one scene

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._state = RunState()
        self._what = ElidedLabel(theme, tone="text", font="head", parent=self)
        self._grouping = Segments(theme, (self.tr("One scene"), self.tr("One job each")), self)
        self._what_line = self._line()
        self._forecast = ToneLabel(theme, parent=self)
        self._where_icon = QLabel(self)
        self._where = ToneLabel(theme, parent=self)
        self._host = link(self.tr("Choose host…"), self)
        self._main = QPushButton(self)
        self._again = QPushButton(self.tr("Run again"), self)
        self._order = QPushButton(self.tr("Order…"), self)
        self._note_icon = QLabel(self)
        self._note = ToneLabel(theme, parent=self)
        self._lay_out()
        self._grouping.picked.connect(lambda index: self.grouping_changed.emit(index == 0))
        self._main.clicked.connect(self.activate)
        self._again.clicked.connect(self.run_again_requested)
        self._order.clicked.connect(self.order_requested)
        self._host.clicked.connect(self.host_requested)
        theme.changed.connect(self._dress)
        self._dress()
        self.set_state(self._state)

    def state(self) -> RunState:
        """What is shown now."""
        return self._state

    def set_state(self, state: RunState) -> None:
        """Show another state."""
        self._state = state
        can_run = not state.reason
        self._what.setVisible(bool(state.what))
        self._what.setText(state.what)
        self._forecast.setVisible(bool(state.forecast))
        self._forecast.setText(state.forecast)
        self._grouping.setVisible(state.offers_grouping)
        self._grouping.set_index(0 if state.one_scene else 1)
        for part in (self._where, self._where_icon):
            part.setVisible(bool(state.where))
        self._where.setText(state.where)
        self._host.setVisible(bool(state.where) and state.has_host)
        self._main.setEnabled(can_run)
        self._main.setAccessibleDescription(state.reason)
        self._main.setToolTip(state.reason or state.sentence)
        self._again.setVisible(state.is_known)
        self._order.setVisible(state.offers_grouping and state.one_scene)
        known = state.known_note if state.is_known else ""
        self._note.setText(state.reason or known or state.cost)
        self._note_icon.setVisible(not can_run or state.is_known)
        self._show_icons()
        self._fit()

    def activate(self) -> None:
        """Do what the large button says; nothing while it cannot run."""
        if self._state.reason:
            return
        if self._state.is_known:
            self.show_requested.emit()
        else:
            self.run_requested.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("bar"))
        painter.fillRect(0, 0, self.width(), 1, self._theme.colour("hairline"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give way where it is narrow: the choice on its own line, a shorter sentence."""
        room_px = self.width() - 2 * Space.M
        wide_px = self._what.sizeHint().width() + Space.S + self._grouping.sizeHint().width()
        fits = self._grouping.isHidden() or wide_px <= room_px
        direction = QBoxLayout.Direction
        self._what_line.setDirection(direction.LeftToRight if fits else direction.TopToBottom)
        state = self._state
        if state.is_known:
            self._main.setText(self.tr("Show result"))
            self._main.setAccessibleName(self._main.text())
            return
        for button in (self._order, self._again):
            if not button.isHidden():
                room_px -= button.sizeHint().width() + Space.S
        text_px = self._main.fontMetrics().horizontalAdvance(state.sentence)
        button_px = text_px + IconSize.TOOLBAR + 2 * Space.L
        self._main.setText(state.sentence if button_px <= room_px else state.short_sentence)
        self._main.setAccessibleName(state.sentence)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.S)
        self._what_line.addWidget(self._what, 1)
        self._what_line.addWidget(self._grouping)
        layout.addLayout(self._what_line)
        self._forecast.setWordWrap(True)
        layout.addWidget(self._forecast)
        self._where.setWordWrap(True)
        where = self._line(self._where_icon, self._where, self._host)
        where.setStretch(1, 1)
        layout.addLayout(where)
        layout.addLayout(self._buttons())
        self._note.setWordWrap(True)
        keys = [
            Chip(self._theme, key, tone="text2", font="badge", is_key=True, parent=self)
            for key in SHORTCUT
        ]
        for key in keys:
            key.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        note = self._line(self._note_icon, self._note, *keys)
        note.setStretch(1, 1)
        layout.addLayout(note)

    def _line(self, *widgets: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        for widget in widgets:
            line.addWidget(widget)
        return line

    def _buttons(self) -> QHBoxLayout:
        self._main.setObjectName("run")
        self._main.setProperty("accent", True)
        self._main.setIconSize(beside_text(IconSize.TOOLBAR))
        self._main.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for button in (self._main, self._order, self._again):
            button.setFixedHeight(RUN_PX)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line = self._line(self._main, self._order, self._again)
        line.setStretch(0, 1)
        return line

    def _dress(self) -> None:
        self._main.setFont(self._theme.font("provider"))
        self._show_icons()

    def _show_icons(self) -> None:
        state = self._state
        where = "send-lock-outline" if state.leaves_computer else "laptop"
        self._where_icon.setPixmap(self._icons.pixmap(where, IconSize.FIELD, "text2"))
        note = "check-circle" if state.is_known else "information-outline"
        tone = "done" if state.is_known else "text2"
        self._note_icon.setPixmap(self._icons.pixmap(note, IconSize.FIELD, tone))
        main, role = ("eye-outline", "on_accent") if state.is_known else ("play", "on_accent")
        self._main.setIcon(self._icons.icon(main, role if not state.reason else "disabled"))
