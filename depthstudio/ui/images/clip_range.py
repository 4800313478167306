"""The range of a whole clip, found in a worker while its frames are already looked at."""

import logging
from collections.abc import Iterator
from threading import Event

from PySide6.QtCore import QObject, Signal

from depthstudio.core.views import DepthStack
from depthstudio.geometry.depth_range import FoundRange, clip_ranges
from depthstudio.ui.images.depth_picture import AUTO_HIGH_PERCENT, AUTO_LOW_PERCENT
from depthstudio.ui.parts.following_work import GivenUp
from depthstudio.ui.parts.newest_work import NewestWork
from depthstudio.ui.parts.workers import background_pool

log = logging.getLogger(__name__)


class ClipRange(QObject):
    """Tells a range that grows more certain, until all of a clip was sampled.

    A clip whose frames cannot all be read has the range of those before; what is wrong
    with the others is told where somebody looks at them.
    """

    found = Signal(object)  # FoundRange

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped = Event()
        self._ranges: Iterator[FoundRange] = iter(())
        self._work = NewestWork(self, pool=background_pool)
        self._work.done.connect(self._take)
        self._work.failed.connect(self._end)

    @property
    def busy(self) -> bool:
        """Whether the range may still change."""
        return self._work.busy

    def start(self, stack: DepthStack) -> None:
        """Begin with another clip."""
        self.cancel()
        stopped = self._stopped = Event()

        def check() -> None:
            if stopped.is_set():
                raise GivenUp

        self._ranges = clip_ranges(stack, AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT, check=check)
        self._go_on()

    def cancel(self) -> None:
        """Read no more."""
        self._stopped.set()
        self._work.cancel()
        self._ranges = iter(())

    def _go_on(self) -> None:
        ranges = self._ranges
        self._work.submit(lambda: next(ranges, None))

    def _take(self, found: FoundRange | None) -> None:
        if found is not None:
            self._go_on()
            self.found.emit(found)

    def _end(self, error: Exception) -> None:
        log.info("the range of a clip was not found to its end: %s", error)
