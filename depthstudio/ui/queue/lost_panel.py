"""The question after a lost submit: what is known of it, and the answers there are."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthstudio.jobs.lost import LostSubmit
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.amounts import shortened, when_text
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.paragraphs import close_button, fill, paragraph, side_by_side

SETTINGS_LIMIT = 300  # characters


class LostPanel(QScrollArea):
    """Opens below the queue for one job; never a modal box: there is no hurry."""

    send_again_requested = Signal(str)  # job id
    mark_lost_requested = Signal(str)  # job id
    page_requested = Signal(str)  # https address
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._lost: LostSubmit | None = None
        self._title = ElidedLabel(theme, tone="text", font="name")
        self._happened, self._sent, self._next = paragraph(), paragraph(), paragraph()
        self._close = close_button(icons, self.tr("Close details"))
        self.send_again = QPushButton(RowAction.SEND_AGAIN.label)
        self.send_again.setToolTip(RowAction.SEND_AGAIN.tip)
        self.give_up = QPushButton(RowAction.MARK_LOST.label)
        self.give_up.setToolTip(RowAction.MARK_LOST.tip)
        self.open_list = QPushButton(RowAction.OPEN_HISTORY.label)
        self.open_list.setIcon(icons.icon(RowAction.OPEN_HISTORY.icon))
        self._close.clicked.connect(self.close_question)
        self.send_again.clicked.connect(lambda: self.send_again_requested.emit(self.job_id))
        self.give_up.clicked.connect(lambda: self.mark_lost_requested.emit(self.job_id))
        self.open_list.clicked.connect(self._open_list)
        self._arrange()
        self.hide()

    @property
    def job_id(self) -> str:
        """Whose question is shown; empty when closed."""
        return self._lost.job_id if self._lost is not None else ""

    def show_question(self, name: str, lost: LostSubmit, now: datetime) -> None:
        """Open for a job."""
        self._lost = lost
        self._title.setText(name)
        self._happened.setText(
            self.tr(
                "It was sent to {service}, and no answer came. Nobody here knows whether it "
                "runs there, so it is not sent again by itself: that could be paid twice."
            ).format(service=lost.service)
        )
        self._sent.setText("\n".join(self._facts(lost, now)))
        self._next.setText(self._advice(lost))
        self.open_list.setVisible(bool(lost.history))
        self.open_list.setToolTip(lost.history)
        self.show()

    def close_question(self) -> None:
        """Go away until asked again. The job goes on waiting."""
        self._lost = None
        self.hide()
        self.closed.emit()

    def text(self) -> str:
        """Everything shown, as plain text."""
        parts = (self._title, self._happened, self._sent, self._next)
        return "\n".join(part.text() for part in parts)

    def _facts(self, lost: LostSubmit, now: datetime) -> list[str]:
        where = ", ".join(lost.servers) or lost.service
        when = when_text(lost.sent_at, now) if lost.sent_at else self.tr("at an unknown time")
        lines = [self.tr("{when}, to {where}").format(when=_capital(when), where=where)]
        lines.append(", ".join(lost.sources))
        settings = ", ".join(f"{name} {value}" for name, value in lost.values.items())
        return [*lines, shortened(settings, SETTINGS_LIMIT)] if settings else lines

    def _advice(self, lost: LostSubmit) -> str:
        if lost.history:
            return self.tr("Look whether the service's own list has it from that time.")
        return self.tr("The service shows no list. Sending it again may be paid twice.")

    def _open_list(self) -> None:
        if self._lost is not None and self._lost.history:
            self.page_requested.emit(self._lost.history)

    def _arrange(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.M)
        layout.setSpacing(2)
        layout.addWidget(side_by_side(self._title, self._close))
        for heading, text in (
            (self.tr("Sent or not?"), self._happened),
            (self.tr("What was sent"), self._sent),
            (self.tr("What you can do"), self._next),
        ):
            layout.addWidget(ToneLabel(self._theme, heading, font="group"))
            layout.addWidget(text)
            layout.addSpacing(Space.XS)
        layout.addWidget(side_by_side(self.open_list, None))
        layout.addSpacing(Space.XS)
        layout.addWidget(side_by_side(self.send_again, self.give_up, None))
        fill(self, content)
        self.setAccessibleName(self.tr("Details"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
