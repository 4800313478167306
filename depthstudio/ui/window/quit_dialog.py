"""The question of quitting while jobs run."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from depthstudio.jobs.fate import Fate
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.needed_height import take_needed_height

WIDTH_PX = 480


class QuitDialog(QDialog):
    """Leave them running, cancel all, or stay; Enter leaves, Escape stays."""

    leave_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Quit DepthStudio"))
        self._is_busy = self._is_too_late = False
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

    @property
    def is_too_late(self) -> bool:
        """Were some of them not cancelled in time?"""
        return self._is_too_late

    def show_running(self, fates: Mapping[Fate, int]) -> None:
        """Say how many jobs run, and what becomes of them if the window goes."""
        count = sum(fates.values())
        self.title.setText(
            self.tr("1 job is running")
            if count == 1
            else self.tr("{count} jobs are running").format(count=count)
        )
        self.leave.setText(self.tr("Leave it running") if count == 1 else self.leave.text())
        if count == 1:
            self.cancel_all.setText(self.tr("Cancel it"))
        self.words.setText("\n".join(self._consequences(fates)))
        take_needed_height(self, WIDTH_PX)

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
        take_needed_height(self, WIDTH_PX)

    def show_cancelled(self, done: int) -> None:
        """One more has been told."""
        self.progress.setValue(done)

    def show_unsettled(self, fates: Mapping[Fate, int]) -> None:
        """Say what could not be cancelled in time; nothing is left but to go, or to wait."""
        count = sum(fates.values())
        self._is_busy, self._is_too_late = False, True
        self.title.setText(
            self.tr("1 job could not be cancelled in time")
            if count == 1
            else self.tr("{count} jobs could not be cancelled in time").format(count=count)
        )
        wait = self.tr("While this window stays open it goes on trying.")
        self.words.setText("\n".join([*self._consequences(fates), wait]))
        self.progress.hide()
        self.cancel_all.hide()
        self.stay.hide()
        self.leave.setText(self.tr("Quit"))
        self.leave.setEnabled(True)
        self.leave.setFocus()
        take_needed_height(self, WIDTH_PX)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        take_needed_height(self, WIDTH_PX)  # in the fonts it is shown in

    def reject(self) -> None:
        if not self._is_busy and not self._is_too_late:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_busy or self._is_too_late:
            event.ignore()
        else:
            super().closeEvent(event)

    def _consequences(self, fates: Mapping[Fate, int]) -> list[str]:
        said = {
            Fate.GOES_ON: (
                self.tr("One goes on at its service. It is picked up at the next start."),
                self.tr("{count} go on at their services. They are picked up at the next start."),
            ),
            Fate.IS_ASKED_ABOUT: (
                self.tr(
                    "One waits for its service's answer. "
                    "The next start goes on with it, or asks if it was sent."
                ),
                self.tr(
                    "{count} wait for their services' answers. "
                    "The next start goes on with them, or asks if they were sent."
                ),
            ),
            Fate.MAY_BE_LOST: (
                self.tr("One may be lost: its service keeps only what somebody listens for."),
                self.tr("{count} may be lost: their services keep only what somebody listens for."),
            ),
            Fate.IS_SENT_THEN: (
                self.tr("One is not running at its service yet. It is sent at the next start."),
                self.tr(
                    "{count} are not running at their services yet. "
                    "They are sent at the next start."
                ),
            ),
            Fate.STARTS_AGAIN: (
                self.tr("One works on this computer. It starts again at the next start."),
                self.tr("{count} work on this computer. They start again at the next start."),
            ),
        }
        counts = [(fates.get(fate, 0), words) for fate, words in said.items()]
        return [
            one if count == 1 else several.format(count=count)
            for count, (one, several) in counts
            if count
        ]

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
