"""Makes the pictures of a clip of depth off the GUI thread, the one at hand before a far one."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from depthstudio.core.errors import DepthStudioError
from depthstudio.ui.images.depth_picture import DepthPicture, DepthRequest, depth_picture
from depthstudio.ui.images.read_ahead import ReadAhead
from depthstudio.ui.parts.following_work import FollowingWork


class DepthReader(QObject):
    """Answers the newest request, where that takes long first with another frame.

    A frame far from any that was decoded comes after a second or two. Until then the nearest
    one that comes at once stands in for it, if it is nearer than the one in sight. Decoding
    goes no further as soon as another frame is asked for.
    """

    made = Signal(object)  # DepthPicture
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request: DepthRequest | None = None
        self._work = FollowingWork(self)
        self._ahead = ReadAhead(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(self.failed)

    @property
    def busy(self) -> bool:
        """Whether the picture that was asked for is still to come."""
        return self._work.busy

    def ask(self, request: DepthRequest) -> None:
        """Have a picture made."""
        self._request = request
        self._work.submit(partial(_nearest_picture, request))

    def follow(self, request: DepthRequest) -> None:
        """Somebody went to this frame from the one that is in sight: be ready for the next."""
        shown = request.earlier.frame if request.earlier else 0
        self._ahead.follow(request.stack, shown, request.frame)

    def cancel(self) -> None:
        """Make and read no more."""
        self._request = None
        self._work.cancel()
        self._ahead.cancel()

    def _take(self, picture: DepthPicture) -> None:
        request = self._request
        if request is not None and not self.busy and picture.request.frame != request.frame:
            self._work.submit(partial(_prepared, request), patience_s=0.0)
        self.made.emit(picture)


def _nearest_picture(request: DepthRequest, check: Callable[[], None]) -> DepthPicture:
    """Of the frame that is asked for, or of one that stands in for it."""
    lazy, earlier = request.stack.on_demand, request.earlier
    if lazy is not None:
        nearest = lazy.at_hand(request.frame)
        is_nearer = earlier is None or abs(nearest - request.frame) < abs(
            earlier.frame - request.frame
        )
        if nearest != request.frame and is_nearer:
            with suppress(DepthStudioError):  # that other frame is damaged: this one may not be
                return _prepared(replace(request, frame=nearest), check)
    return _prepared(request, check)


def _prepared(request: DepthRequest, check: Callable[[], None]) -> DepthPicture:
    picture = depth_picture(request, check)
    picture.levels.prepare()
    return picture
