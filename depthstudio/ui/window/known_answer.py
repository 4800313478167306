"""Asks the library whether it knows already what Run would ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import Source
from depthstudio.core.params import Json
from depthstudio.jobs.session import Session
from depthstudio.ui.window.tasks import Tasks


@dataclass(frozen=True)
class Question:
    """What Run would ask."""

    source: Source
    provider_id: str
    values: Mapping[str, Json]
    endpoints: Mapping[str, str]


class KnownAnswer:
    """Looks up one question at a time, however fast they change; only the last one counts.

    `found` is called when the library has it; `result_id` says which result it is.
    """

    def __init__(self, session: Session, tasks: Tasks, found: Callable[[], None]) -> None:
        self._session = session
        self._tasks = tasks
        self._found = found
        self._question: Question | None = None
        self._looking = False
        self.result_id = ""  # the known answer; empty while there is none

    def ask(self, question: Question | None) -> None:
        """Forget the last question, and look this one up; None is for no question."""
        self._question = question
        self.result_id = ""
        if question is not None and not self._looking:
            self._looking = True
            self._tasks.start(self._look())

    async def _look(self) -> None:
        try:
            while (question := self._question) is not None:
                result_id = await self._answer(question)
                if question is self._question:
                    self._question = None
                    self.result_id = result_id
        finally:
            self._looking = False
        if self.result_id:
            self._found()

    async def _answer(self, question: Question) -> str:
        try:
            known = await self._session.known_result(
                question.source,
                question.provider_id,
                question.values,
                endpoints=question.endpoints,
            )
        except DepthStudioError:
            return ""  # Run will say it, where it matters
        return known.id if known else ""
