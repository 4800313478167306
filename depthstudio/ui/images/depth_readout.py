"""What is said of the depth in sight: the value under the cursor, the clip, what is waited for."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from depthstudio.core.views import DepthStack
from depthstudio.ui.images.canvas import ImageCanvas
from depthstudio.ui.images.clip_words import range_text, stand_in_text, take_text, waiting_text
from depthstudio.ui.images.depth_picture import DepthPicture
from depthstudio.ui.images.depth_probe import DepthProbe, probe_text
from depthstudio.ui.images.legend import Legend
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.amounts import zoom_text
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.strips import InfoStrip

WAITING_MS = 250  # how often it is said how far a frame that takes long has come


@dataclass(frozen=True, eq=False)
class InSight:
    """What a Depth view shows, and is about to show.

    picture : the one on the canvas
    frame : the one that was asked for, from 0; where it `is_coming` it may be another one
    looked_at : how many frames the range is of, 0 where the user chose it
    """

    stack: DepthStack
    picture: DepthPicture | None
    frame: int
    is_coming: bool
    looked_at: int


class DepthReadout(QObject):
    """Tells in the strip below a canvas, on its legend, and of a stand-in on the canvas itself.

    A frame beside the one that was asked for is named after a moment only: most come sooner.
    """

    probed = Signal(object)  # DepthProbe, or None when the cursor leaves the picture

    def __init__(
        self,
        theme: Theme,
        canvas: ImageCanvas,
        legend: Legend,
        in_sight: Callable[[], InSight | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._legend = legend
        self._in_sight = in_sight
        self._pixel: tuple[int, int] | None = None
        self.info = InfoStrip(theme)
        self.chip = Chip(theme, parent=canvas)
        self.chip.move(Space.S, Space.S)
        self._waiting = QTimer(self, interval=WAITING_MS)
        self._waiting.timeout.connect(lambda: self._tell_facts(is_late=True))
        canvas.hovered.connect(self._probe)
        canvas.left.connect(self._stop_probing)
        canvas.zoom_changed.connect(lambda _: self._tell_facts())

    def wait(self) -> None:
        """A frame was asked for: say so, where it does not come soon."""
        self._waiting.start()
        if self.chip.text():  # it named the frame that was asked for before
            self._tell_facts()

    def tell(self) -> None:
        """Say what is in sight now, and of the pixel under the cursor."""
        seen = self._in_sight()
        if seen is None or not seen.is_coming:
            self._waiting.stop()
        picture, pixel = seen.picture if seen else None, self._pixel
        probe = DepthProbe.of(picture, *pixel) if picture and pixel else None
        self._legend.set_probed(probe.value if probe else None)
        self.info.say(probe_text(probe, picture) if probe and picture else "")
        self._tell_facts()
        self.probed.emit(probe)

    def _probe(self, column: int, row: int) -> None:
        self._pixel = (column, row)
        self.tell()

    def _stop_probing(self) -> None:
        self._pixel = None
        self.tell()

    def _tell_facts(self, *, is_late: bool = False) -> None:
        seen = self._in_sight()
        waits = _waits(seen, is_late=is_late) if seen and seen.is_coming else []
        self.info.say_right(" · ".join(self._facts(seen, waits) if seen else []))
        self.chip.show_text(" · ".join(waits))
        self.chip.resize(self.chip.sizeHint())

    def _facts(self, seen: InSight, waits: list[str]) -> list[str]:
        facts = ["{} × {}".format(*seen.stack.size_px)]
        if len(seen.stack) > 1:
            facts.append(range_text(seen.looked_at, len(seen.stack)))
        if seen.stack.takes > 1:
            facts.append(take_text(seen.stack, seen.frame))
        viewport = self._canvas.viewport
        return [*facts, *waits, *([zoom_text(viewport.zoom)] if viewport else [])]


def _waits(seen: InSight, *, is_late: bool) -> list[str]:
    """What is said while another frame is shown than the one that was asked for."""
    waits: list[str] = []
    shown = seen.picture.request.frame if seen.picture else seen.frame
    if abs(shown - seen.frame) > (0 if is_late else 1):
        waits.append(stand_in_text(shown, seen.frame))
    lazy = seen.stack.on_demand
    reached = lazy.reached_for(seen.frame) if lazy is not None else len(seen.stack)
    if reached <= seen.frame:
        waits.append(waiting_text(seen.frame, reached, len(seen.stack)))
    return waits
