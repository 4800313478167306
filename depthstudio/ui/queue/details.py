"""An error in full: what happened, why, what to do, and what a developer would ask for."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthstudio.core.job import Failure
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.paragraphs import close_button, fill, paragraph, side_by_side

LOG_HEIGHT = 84


class DetailsPanel(QScrollArea):
    """Opens below the queue for one failed job; never a modal box.

    It scrolls rather than pushing the list, or the window, out of shape.
    """

    retry_requested = Signal(str)  # job id
    run_again_requested = Signal(str)  # job id
    remove_requested = Signal(str)  # job id
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._job_id = ""
        self._title = ElidedLabel(theme, tone="text", font="name")
        self._happened, self._why, self._next = paragraph(), paragraph(), paragraph()
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setFixedHeight(LOG_HEIGHT)
        self._log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._log.setAccessibleName(self.tr("Technical details"))
        self._log_title = ToneLabel(theme, self.tr("For a report"), font="group")
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.setProperty("link", True)
        self._copy.clicked.connect(self.copy)
        self._close = close_button(icons, self.tr("Close details"))
        self._close.clicked.connect(self.close_details)
        self.retry_button = QPushButton(self.tr("Retry"))
        self.retry_button.clicked.connect(lambda: self.retry_requested.emit(self._job_id))
        self.again_button = QPushButton(RowAction.RUN_AGAIN.label)
        self.again_button.setToolTip(RowAction.RUN_AGAIN.tip)
        self.again_button.clicked.connect(lambda: self.run_again_requested.emit(self._job_id))
        self.remove_button = QPushButton(self.tr("Remove"))
        self.remove_button.clicked.connect(lambda: self.remove_requested.emit(self._job_id))
        self._arrange()
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def job_id(self) -> str:
        """Whose error is shown; empty when closed."""
        return self._job_id

    def show_failure(
        self, job_id: str, name: str, failure: Failure, *, runs_again: bool = False
    ) -> None:
        """Open for a job. The texts hold no secrets, as every Failure promises.

        `runs_again` is whether a retry only follows what was sent, and asking anew is offered.
        """
        self._job_id = job_id
        self.again_button.setVisible(runs_again)
        self._title.setText(name)
        self._happened.setText(failure.message)
        self._why.setText(_why(failure, self))
        self._next.setText(failure.hint or self.tr("Try again, or remove it from the queue"))
        self._log.setPlainText(failure.detail)
        self._log.setVisible(bool(failure.detail))
        self._copy.setText(self.tr("Copy details"))
        self.show()

    def close_details(self) -> None:
        """Go away until asked again."""
        self._job_id = ""
        self.hide()
        self.closed.emit()

    def text(self) -> str:
        """Everything shown, as plain text for a report."""
        parts = [
            self._title.text(),
            self._happened.text(),
            self._why.text(),
            self._next.text(),
            self._log.toPlainText(),
        ]
        return "\n".join(part for part in parts if part)

    def copy(self) -> None:
        """Put the whole text on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self._copy.setText(self.tr("Copied"))

    def _arrange(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.M)
        layout.setSpacing(2)
        layout.addWidget(side_by_side(self._title, self._close))
        for heading, text in (
            (self.tr("What happened"), self._happened),
            (self.tr("Why"), self._why),
            (self.tr("What you can do"), self._next),
        ):
            layout.addWidget(ToneLabel(self._theme, heading, font="group"))
            layout.addWidget(text)
            layout.addSpacing(Space.XS)
        layout.addWidget(
            side_by_side(self.retry_button, self.again_button, self.remove_button, None)
        )
        layout.addSpacing(Space.XS)
        layout.addWidget(side_by_side(self._log_title, None, self._copy))
        layout.addWidget(self._log)
        fill(self, content)
        self.setAccessibleName(self.tr("Details"))

    def _dress(self) -> None:
        self._log.setFont(self._theme.font("mono"))


def _why(failure: Failure, panel: DetailsPanel) -> str:
    return {
        "InputError": panel.tr("The file cannot be used as it is"),
        "ParamError": panel.tr("A setting has a value that is not allowed"),
        "AuthError": panel.tr("The service wants a key, or refused the one it got"),
        "ServiceUnavailable": panel.tr("The service could not be reached"),
        "RateLimited": panel.tr("The service limits how much it does"),
        "RemoteJobFailed": panel.tr("The service ran the job and reported a failure"),
        "BadResponse": panel.tr("The service answered with something unexpected"),
        "ResultLost": panel.tr("The service no longer has the result"),
        "FormatError": panel.tr("A file is damaged or of a kind that cannot be read"),
        "LibraryError": panel.tr("The library could not store or read the result"),
    }.get(failure.type, panel.tr("The cause is not known; the details below may tell"))
