"""Has frames got ready for who steps, before they are asked for."""

import logging

from PySide6.QtCore import QObject

from depthstudio.core.views import DepthStack
from depthstudio.ui.parts.following_work import FollowingWork
from depthstudio.ui.parts.workers import background_pool

log = logging.getLogger(__name__)

JUMP = 24  # frames; who goes as far in one go does not step


class ReadAhead(QObject):
    """Follows who steps, in the direction of the steps, and gives up for who jumps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._direction = 0
        self._work = FollowingWork(self, pool=background_pool)
        self._work.failed.connect(self._note)

    def follow(self, stack: DepthStack | None, last: int, frame: int) -> None:
        """Somebody went from one frame to another."""
        direction = (frame > last) - (frame < last) if abs(frame - last) < JUMP else 0
        if direction != self._direction:
            self._work.cancel()  # it would be in the way of who goes elsewhere
        self._direction = direction
        lazy = stack.on_demand if stack is not None else None
        if direction and lazy is not None and not self._work.busy:
            self._work.submit(lambda check: lazy.prepare(frame, direction, check))

    def cancel(self) -> None:
        """Another clip comes, or none: read no further."""
        self._direction = 0
        self._work.cancel()

    def _note(self, error: Exception) -> None:
        # Whoever looks at that frame is told; nobody does yet.
        log.info("a frame could not be read ahead: %s", error)
