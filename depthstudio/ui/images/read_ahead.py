"""Decodes what lies before the frame in sight, for who goes backwards."""

import logging

from PySide6.QtCore import QObject

from depthstudio.core.views import DepthStack
from depthstudio.ui.parts.following_work import FollowingWork

log = logging.getLogger(__name__)

DISTANCE = 24  # frames


class ReadAhead(QObject):
    """A video is decoded forwards only: a step back may cost all since the last key frame.

    So that who goes back does not wait for it, the frame some way before is asked for
    early; the ones between it and the key frame are kept on the way.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = FollowingWork(self)
        self._work.failed.connect(self._note)

    def follow(self, stack: DepthStack | None, last: int, frame: int) -> None:
        """Somebody went from one frame to another."""
        goes_back = 0 < last - frame < DISTANCE
        if stack is None or stack.on_demand is None or not goes_back or self._work.busy:
            return
        lazy, before = stack.on_demand, max(0, frame - DISTANCE)
        self._work.submit(lambda check: lazy.load(before, check) is None)

    def cancel(self) -> None:
        """Another clip comes, or none: read no further."""
        self._work.cancel()

    def _note(self, error: Exception) -> None:
        # Whoever looks at that frame is told; nobody does yet.
        log.info("a frame could not be read ahead: %s", error)
