"""Keeps what the user says of a result's pictures of depth: which end is near."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from depthstudio.core.views import Polarity
from depthstudio.jobs.session import Session
from depthstudio.ui.window.centre import Centre


class PolarityKeeping(QObject):
    """Writes it down for the result on screen; an opened file only shows it."""

    def __init__(
        self,
        session: Session,
        centre: Centre,
        start: Callable[[Coroutine[Any, Any, object]], None],
    ) -> None:
        super().__init__(centre)
        self._session = session
        self._start = start
        self._result_id = ""
        centre.pictures.polarity_chosen.connect(self._keep)

    def follow(self, result_id: str) -> None:
        """What is shown now; an empty id is something that is not in the library."""
        self._result_id = result_id

    def _keep(self, polarity: Polarity) -> None:
        if self._result_id:
            self._start(self._session.set_polarity(self._result_id, polarity))
