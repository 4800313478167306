"""The question after a lost submit: what is known of it, and the answers there are."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthstudio.core.job import ListLook
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

    look_requested = Signal(str)  # job id
    send_again_requested = Signal(str)  # job id
    mark_lost_requested = Signal(str)  # job id
    page_requested = Signal(str)  # https address
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._lost: LostSubmit | None = None
        self._title = ElidedLabel(theme, tone="text", font="name")
        self._happened, self._looked, self._sent = paragraph(), paragraph(), paragraph()
        self._close = close_button(icons, self.tr("Close details"))
        self.look = QPushButton(RowAction.LOOK.label)
        self.look.setToolTip(RowAction.LOOK.tip)
        self.look.setIcon(icons.icon(RowAction.LOOK.icon))
        self.send_again = QPushButton(RowAction.SEND_AGAIN.label)
        self.send_again.setToolTip(RowAction.SEND_AGAIN.tip)
        self.give_up = QPushButton(RowAction.MARK_LOST.label)
        self.give_up.setToolTip(RowAction.MARK_LOST.tip)
        self.open_list = QPushButton(RowAction.OPEN_HISTORY.label)
        self.open_list.setIcon(icons.icon(RowAction.OPEN_HISTORY.icon))
        self._close.clicked.connect(self.close_question)
        self.look.clicked.connect(lambda: self.look_requested.emit(self.job_id))
        self.send_again.clicked.connect(lambda: self.send_again_requested.emit(self.job_id))
        self.give_up.clicked.connect(lambda: self.mark_lost_requested.emit(self.job_id))
        self.open_list.clicked.connect(self._open_list)
        self._arrange()
        self.hide()

    @property
    def job_id(self) -> str:
        """Whose question is shown; empty when closed."""
        return self._lost.job_id if self._lost is not None else ""

    def show_question(
        self, name: str, lost: LostSubmit, now: datetime, *, is_looking: bool = False
    ) -> None:
        """Open for a job; `is_looking` while it is looked for in the service's list."""
        self._lost = lost
        self._title.setText(name)
        self._happened.setText(self._question(lost, now))
        self._sent.setText("\n".join(_what(lost)))
        look = None if is_looking else lost.look
        self._looked.setText(self._outcome(look, now) if look is not None else "")
        self._looked.setVisible(look is not None)
        self.look.setVisible(lost.can_look)
        self.look.setEnabled(not is_looking)
        busy = self.tr("Looking in the service's list…")
        self.look.setText(busy if is_looking else RowAction.LOOK.label)
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
        parts = (self._title, self._happened, self._looked, self._sent)
        return "\n".join(part.text() for part in parts if part.text())

    def _question(self, lost: LostSubmit, now: datetime) -> str:
        when = when_text(lost.sent_at, now) if lost.sent_at else self.tr("at an unknown time")
        there = f" ({', '.join(lost.servers)})" if lost.servers else ""
        happened = self.tr("Sent {when} to {service}{there}, and no answer came.")
        if lost.can_look:
            advice = ""  # the button and what came of it say as much
        elif lost.history:
            advice = self.tr("Look whether it is in the service's own list.")
        else:
            advice = self.tr("The service has no list to look at.")
        risk = self.tr("Sent again although it runs there, it may be paid twice.")
        said = happened.format(when=when, service=lost.service, there=there)
        return " ".join(words for words in (said, advice, risk) if words)

    def _outcome(self, look: ListLook, now: datetime) -> str:
        """What came of the last look. That it is not there yet is no proof."""
        if look.trouble:
            found = self.tr("the service's list could not be read. {trouble}.")
        elif look.alike:
            found = self.tr("{count} in the service's list may be it, which is not certain.")
        else:
            found = self.tr("not in the service's list. It may appear there later.")
        words = self.tr("Looked {when}: {found}")
        said = found.format(trouble=look.trouble.rstrip("."), count=look.alike)
        return words.format(when=when_text(look.at, now), found=said)

    def _open_list(self) -> None:
        if self._lost is not None and self._lost.history:
            self.page_requested.emit(self._lost.history)

    def _arrange(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.M)
        layout.setSpacing(2)
        layout.addWidget(side_by_side(self._title, self._close))
        layout.addWidget(ToneLabel(self._theme, self.tr("Sent or not?"), font="group"))
        layout.addWidget(self._happened)
        layout.addWidget(self._looked)
        layout.addSpacing(Space.XS)
        # One below the other: side by side they are wider than a narrow dock.
        for button in (self.look, self.open_list, self.send_again, self.give_up):
            layout.addWidget(button)
            layout.addSpacing(Space.XS)
        layout.addWidget(ToneLabel(self._theme, self.tr("What was sent"), font="group"))
        layout.addWidget(self._sent)
        fill(self, content)
        self.setAccessibleName(self.tr("Details"))


def _what(lost: LostSubmit) -> list[str]:
    """What to recognise the job by: its files and its settings."""
    settings = ", ".join(f"{name} {value}" for name, value in lost.values.items() if value != "")
    lines = [", ".join(lost.sources), shortened(settings, SETTINGS_LIMIT)]
    return [line for line in lines if line]
