"""Asks the library whether it knows already what Run would ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import Source
from depthstudio.core.result import Result
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.ui.window.tasks import Tasks


@dataclass(frozen=True)
class Question:
    """What Run would ask."""

    sources: Sequence[Source]
    order: Order


class KnownAnswer:
    """Looks up one question at a time, however fast they change; only the last one counts.

    `found` is called when the library has it; `result` is the known answer then.
    """

    def __init__(self, session: Session, tasks: Tasks, found: Callable[[], None]) -> None:
        self._session = session
        self._tasks = tasks
        self._found = found
        self._question: Question | None = None
        self._looking = False
        self.result: Result | None = None

    def ask(self, question: Question | None) -> None:
        """Forget the last question, and look this one up; None is for no question."""
        self._question = question
        self.result = None
        if question is not None and not self._looking:
            self._looking = True
            self._tasks.start(self._look())

    async def _look(self) -> None:
        try:
            while (question := self._question) is not None:
                result = await self._answer(question)
                if question is self._question:
                    self._question = None
                    self.result = result
        finally:
            self._looking = False
        if self.result is not None:
            self._found()

    async def _answer(self, question: Question) -> Result | None:
        try:
            return await self._session.known_result(question.sources, question.order)
        except DepthStudioError:
            return None  # Run will say it, where it matters
