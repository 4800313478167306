"""What opens below the queue: the error of a job in full, or the question it waits with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.core.job import Job, JobState
from depthstudio.jobs.lost import LostSubmit, is_looked_for, is_lost, lost_submit
from depthstudio.jobs.queue import QueueEntry
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.queue.actions import runs_again

if TYPE_CHECKING:
    from depthstudio.ui.queue.details import DetailsPanel
    from depthstudio.ui.queue.lost_panel import LostPanel


class Explaining(QWidget):
    """One explanation at a time; each kind is made when it is first asked for."""

    retry_requested = Signal(str)  # job id, as in all that follow
    run_again_requested = Signal(str)
    remove_requested = Signal(str)
    look_requested = Signal(str)
    send_again_requested = Signal(str)
    mark_lost_requested = Signal(str)
    page_requested = Signal(str)  # https address

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        service_of: Callable[[str], ProviderInfo | None],
        now: Callable[[], datetime],
        schema_of: Callable[[str], Mapping[str, Any] | None] = lambda provider_id: None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._service_of = service_of
        self._now = now
        self._schema_of = schema_of
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @cached_property
    def details(self) -> "DetailsPanel":
        """The error of a failed job."""
        from depthstudio.ui.queue.details import DetailsPanel

        details = DetailsPanel(self._theme, self._icons)
        details.retry_requested.connect(self.retry_requested)
        details.run_again_requested.connect(self.run_again_requested)
        details.remove_requested.connect(self.remove_requested)
        details.closed.connect(self._follow_closed)
        self._column.addWidget(details)
        return details

    @cached_property
    def question(self) -> "LostPanel":
        """The question of a lost submit."""
        from depthstudio.ui.queue.lost_panel import LostPanel

        question = LostPanel(self._theme, self._icons)
        question.look_requested.connect(self.look_requested)
        question.send_again_requested.connect(self.send_again_requested)
        question.mark_lost_requested.connect(self.mark_lost_requested)
        question.page_requested.connect(self.page_requested)
        question.closed.connect(self._follow_closed)
        self._column.addWidget(question)
        return question

    @property
    def job_id(self) -> str:
        """The job that is explained; empty when nothing is open."""
        made = vars(self)
        explained = self.details.job_id if "details" in made else ""
        return explained or (self.question.job_id if "question" in made else "")

    def explain(self, entry: QueueEntry) -> bool:
        """Open what there is to say of a job; False where there is nothing."""
        job, status = entry.job, entry.status
        if status.failure is not None:
            self.close_all()
            self.details.show_failure(
                job.id, job.name, status.failure, runs_again=runs_again(status)
            )
        elif is_lost(status.hold):
            self.close_all()
            self._ask(entry)
        else:
            return False
        self.show()
        return True

    def _with_titles(self, lost: LostSubmit, job: Job) -> LostSubmit:
        """With the settings as the form names them."""
        from depthstudio.ui.queue.lost_panel import SETTINGS_LIMIT
        from depthstudio.ui.queue.settings_words import in_words

        schema = self._schema_of(job.provider_id) or {}
        return replace(lost, values=in_words(lost.values, schema, SETTINGS_LIMIT))

    def follow(self, entry: QueueEntry) -> None:
        """Close what is no longer true of a job, and tell what is new of its question."""
        if entry.job.id != self.job_id:
            return
        if is_lost(entry.status.hold):
            self._ask(entry)
        elif entry.status.state is not JobState.FAILED:
            self.close_all()

    def _ask(self, entry: QueueEntry) -> None:
        job, status = entry.job, entry.status
        if status.hold is not None:
            lost = lost_submit(job, status.hold, self._service_of(job.provider_id))
            lost = self._with_titles(lost, job)
            is_looking = is_looked_for(status)
            self.question.show_question(job.name, lost, self._now(), is_looking=is_looking)

    def close_all(self) -> None:
        """Explain nothing."""
        made = vars(self)
        if "details" in made:
            self.details.close_details()
        if "question" in made:
            self.question.close_question()

    def _follow_closed(self) -> None:
        self.setVisible(bool(self.job_id))
