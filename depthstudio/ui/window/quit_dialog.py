"""The question of quitting while jobs run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ToneLabel

WIDTH_PX = 480


class QuitDialog(QDialog):
    """Leave them running, cancel all, or stay; Enter leaves, Escape stays."""

    leave_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Quit DepthStudio"))
        self._is_busy = False
        self.title = ToneLabel(theme, tone="text", font="provider")
        self.words = ToneLabel(theme, font="base")
        self.words.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(Space.XS)
        self.leave = QPushButton(self.tr("Leave them running"))
        self.cancel_all = QPushButton(self.tr("Cancel all"))
        self.stay = QPushButton(self.tr("Stay"))
        self.leave.setProperty("accent", True)
        self.leave.setDefault(True)
        self._arrange()
        self.leave.clicked.connect(self.leave_requested)
        self.cancel_all.clicked.connect(self.cancel_requested)
        self.stay.clicked.connect(self.reject)

    @property
    def is_busy(self) -> bool:
        """Are the services being told? Then there is no way back."""
        return self._is_busy

    def show_running(self, *, away: int, here: int) -> None:
        """Say how many jobs run, at services and on this computer, and what leaving means."""
        count = away + here
        self.title.setText(
            self.tr("1 job is running")
            if count == 1
            else self.tr("{count} jobs are running").format(count=count)
        )
        self.leave.setText(self.tr("Leave it running") if count == 1 else self.leave.text())
        if count == 1:
            self.cancel_all.setText(self.tr("Cancel it"))
        self.words.setText("\n".join(self._consequences(away, here)))
        self.adjustSize()

    def show_cancelling(self, done: int, count: int) -> None:
        """Say that the services are being told, and how many of them have been."""
        self._is_busy = True
        for button in (self.leave, self.cancel_all, self.stay):
            button.setEnabled(False)
        self.title.setText(self.tr("Cancelling"))
        self.words.setText(self.tr("The services are being told. This takes a few seconds."))
        self.progress.setMaximum(count)
        self.progress.setValue(done)
        self.progress.show()

    def show_cancelled(self, done: int) -> None:
        """One more has been told."""
        self.progress.setValue(done)

    def reject(self) -> None:
        if not self._is_busy:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_busy:
            event.ignore()
        else:
            super().closeEvent(event)

    def _consequences(self, away: int, here: int) -> list[str]:
        lines: list[str] = []
        if away == 1:
            lines.append(self.tr("One goes on at its service. It is picked up at the next start."))
        elif away:
            text = self.tr("{count} go on at their services. They are picked up at the next start.")
            lines.append(text.format(count=away))
        if here == 1:
            lines.append(self.tr("One works on this computer. It starts again at the next start."))
        elif here:
            text = self.tr("{count} work on this computer. They start again at the next start.")
            lines.append(text.format(count=here))
        return lines

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.S)
        layout.addWidget(self.title)
        layout.addWidget(self.words)
        layout.addWidget(self.progress)
        self.progress.hide()
        layout.addSpacing(Space.S)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.cancel_all)
        buttons.addStretch(1)
        buttons.addWidget(self.stay)
        buttons.addWidget(self.leave)
        layout.addLayout(buttons)
        self.setFixedWidth(WIDTH_PX)
