"""What moves a clip: its transport bar, its keys, and playing."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeyEvent

from depthstudio.ui.images.clip_keys import ClipKey, clip_key
from depthstudio.ui.images.frame_bar import DepthFrameBar
from depthstudio.ui.images.player import Player
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme


class ClipControl(QObject):
    """Keeps bar and player at the same frame, and tells where the user, or time, went.

    `is_ready` says whether the player may go on to another frame.
    """

    gone_to = Signal(int)

    def __init__(
        self, theme: Theme, icons: Icons, is_ready: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._count = 0
        self._frame = 0
        self.bar = DepthFrameBar(theme, icons)
        self.player = Player(is_ready, self)
        self.bar.frame_chosen.connect(self.go_to)
        self.bar.play_asked.connect(self.player.toggle)
        self.player.changed.connect(self.bar.set_playing)
        self.player.due.connect(self._follow)

    @property
    def frame(self) -> int:
        """Which frame is shown or being read, from 0."""
        return self._frame

    def set_clip(self, count: int, rate_hz: float) -> None:
        """Begin with the first frame of another clip; a rate of 0 is one nobody knows."""
        self._count, self._frame = count, 0
        self.bar.set_frames(count, rate_hz=rate_hz)
        self.player.set_clip(count, rate_hz)

    def mark(self, frame: int) -> None:
        """Be at this frame, without telling."""
        self.player.set_frame(frame)
        self._frame = frame
        self.bar.mark(frame)

    def go_to(self, frame: int) -> None:
        """Go to this frame, if there is one."""
        if 0 <= frame < self._count and frame != self._frame:
            self.mark(frame)
            self.gone_to.emit(frame)

    def step(self, by: int) -> None:
        """Go that many frames on, and rest there."""
        self.player.pause()
        self.go_to(self._frame + by)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key says; False where it says nothing to a clip."""
        key = clip_key(event) if self._count > 1 else None
        match key:
            case ClipKey.BACKWARDS:
                self.player.play(-1)
            case ClipKey.PAUSE:
                self.player.pause()
            case ClipKey.FORWARDS:
                self.player.play(1)
            case ClipKey.TOGGLE:
                self.player.toggle()
            case ClipKey.FIRST:
                self.go_to(0)
            case ClipKey.LAST:
                self.go_to(self._count - 1)
            case None:
                return False
        return True

    def _follow(self, frame: int) -> None:
        """The player's frame: it keeps its own count."""
        self._frame = frame
        self.bar.mark(frame)
        self.gone_to.emit(frame)
