"""The Depth view: coloured depth with its legend, its range and the value under the cursor."""

import logging

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.polarity import polarity_of, with_polarity
from depthstudio.core.views import DepthStack, Polarity
from depthstudio.geometry.colour import colour_table
from depthstudio.geometry.depth_range import FoundRange
from depthstudio.ui.images.canvas import ImageCanvas
from depthstudio.ui.images.clip_control import ClipControl
from depthstudio.ui.images.clip_range import ClipRange
from depthstudio.ui.images.depth_picture import DepthPicture, DepthRequest, depth_picture
from depthstudio.ui.images.depth_reader import DepthReader
from depthstudio.ui.images.depth_readout import DepthReadout, InSight
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.depth_strip import DepthStrip
from depthstudio.ui.images.hatch import hatch_brush
from depthstudio.ui.images.legend import Legend
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.empty_state import EmptyState

log = logging.getLogger(__name__)

PIXELS_AT_ONCE = 4_000_000  # more than this is coloured in a worker


class DepthView(QWidget):
    """Shows a `DepthStack` that somebody else has loaded.

    The range is one for the whole clip until the user edits it; where frames have to be
    decoded it is that of the first one until more were read. Changing the colour map or
    inverting only gives the indices other colours; values are never touched. The last
    frame stays until the next is there.
    """

    probed = Signal(object)  # DepthProbe, or None when the cursor leaves the picture
    frame_changed = Signal(int)  # the user went to another frame
    polarity_chosen = Signal(object)  # Polarity: the user says which end is near

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack: DepthStack | None = None
        self._scale: DepthScale | None = None
        self._picture: DepthPicture | None = None
        self._found: FoundRange | None = None  # the clip's own range, as far as it is known
        self._is_edited = False
        self._reader = DepthReader(self)
        self._range = ClipRange(self)
        self.clip = ClipControl(theme, icons, lambda: not self._reader.busy, self)
        self.frames, self.player = self.clip.bar, self.clip.player
        self.strip = DepthStrip(theme, icons)
        self.canvas = ImageCanvas(theme)
        self.legend = Legend(theme)
        self.readout = DepthReadout(theme, self.canvas, self.legend, self._in_sight, self)
        self.info = self.readout.info
        self.canvas.setAccessibleName(self.tr("Depth"))
        self._empty = EmptyState(theme, icons, icon="gradient-vertical", title="")
        self._lay_out()
        self._connect()
        self.set_depth(None, "")

    @property
    def scale(self) -> DepthScale | None:
        """What the colours mean now, None while nothing is shown."""
        return self._scale

    @property
    def picture(self) -> DepthPicture | None:
        """The picture on the canvas."""
        return self._picture

    @property
    def busy(self) -> bool:
        """Whether a picture is still being made."""
        return self._reader.busy

    def set_depth(
        self, stack: DepthStack | None, title: str, *, chosen_elsewhere: bool = False
    ) -> None:
        """Show another clip from its first frame, or nothing.

        Its range is found in a worker: reading a clip may mean reading a disk. Where frames
        are `chosen_elsewhere`, with the photos they belong to, it offers no choice itself.
        """
        for work in (self._reader, self._range):
            work.cancel()
        self._stack = stack if stack is not None and 0 not in stack.values.shape else None
        self._scale, self._picture = None, None
        self._found, self._is_edited = None, False
        self._empty.say(*self._empty_words())
        self._show_page(empty=self._stack is None)
        self.strip.set_title(title)
        self.strip.set_scale(None)
        self.strip.show_polarity(polarity_of(self._stack) if self._stack else None)
        self.legend.set_scale(None)
        self.canvas.set_image(None)
        count = len(self._stack) if self._stack else 0
        self.frames.setVisible(count > 1 and not chosen_elsewhere)
        self.clip.set_clip(count, self._stack.frame_rate_hz if self._stack else 0.0)
        self.readout.tell()
        if self._stack:
            self._render()

    def set_frame(self, frame: int) -> None:
        """Show frame `frame` (from 0) of the clip at the same range."""
        if self._stack is None or not 0 <= frame < len(self._stack):
            raise ValueError(f"there is no frame {frame}")
        if frame != self.clip.frame:
            self.clip.mark(frame)
            self._follow()

    def _empty_words(self) -> tuple[str, str]:
        return self.tr("No depth here"), self.tr("Select a finished job or a result that has depth")

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.legend)
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.addWidget(self.strip)
        column.addLayout(middle, 1)
        column.addWidget(self.info)
        layout = QVBoxLayout(self)
        layout.addWidget(self._page, 1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.frames)  # other frames may be whole where one cannot be shown
        for box in (column, layout):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)

    def _connect(self) -> None:
        self.strip.colour_map_chosen.connect(self._render)
        self.strip.invert_toggled.connect(self._render)
        self.strip.auto_range_asked.connect(self._reset_range)
        self.strip.range_edited.connect(self._edit_range)
        self.strip.polarity_chosen.connect(self._say_polarity)
        self.clip.gone_to.connect(self._go_to)
        self.canvas.step_asked.connect(self.clip.step)
        self.readout.probed.connect(self.probed)
        self._reader.made.connect(self._show)
        self._reader.failed.connect(self._fail)
        self._range.found.connect(self._take_range)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.clip.press(event):
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.pause()
        super().hideEvent(event)

    def _go_to(self, frame: int) -> None:
        self._follow()
        self.frame_changed.emit(frame)

    def _follow(self) -> None:
        """Show the frame that the clip is at now."""
        if (request := self._request()) is not None:
            self._reader.follow(request)
        self._render()

    def _reset_range(self) -> None:
        self._is_edited, self._scale = False, None
        if self._stack and self._found:
            self._scale = DepthScale.of_range(self._stack.kind, *self._found.ends)
        self._render()

    def _take_range(self, found: FoundRange) -> None:
        """More of the clip was read: its colours follow, unless the user chose them."""
        self._found = found
        if not self._is_edited:
            self._reset_range()
        self.readout.tell()

    def _edit_range(self, near: float, far: float) -> None:
        if self._scale:
            self._is_edited = True
            self._scale = self._scale.with_ends(near=near, far=far)
            self._render()

    def _say_polarity(self, polarity: Polarity) -> None:
        if self._stack is None or polarity is polarity_of(self._stack):
            return
        self._stack = with_polarity(self._stack, polarity)
        self._scale = self._scale and self._scale.with_kind(self._stack.kind)
        self.strip.show_polarity(polarity)
        self._render()
        self.polarity_chosen.emit(polarity)

    def _request(self) -> DepthRequest | None:
        if self._stack is None:
            return None
        return DepthRequest(
            self._stack,
            self.clip.frame,
            self._scale,
            self.strip.inverted,
            self.strip.colour_map,
            self._picture.indexed if self._picture else None,
        )

    def _render(self) -> None:
        request = self._request()
        if request is None:
            return
        # A new clip goes to the worker whatever its size: it loads the colour maps too.
        is_quick = request.pixels_to_read <= PIXELS_AT_ONCE and not request.reads_from_disk
        if request.scale and is_quick and not self.busy:
            self._show(depth_picture(request))
        else:
            self._reader.ask(request)
            self.readout.wait()

    def _show(self, picture: DepthPicture) -> None:
        self._picture = picture
        if self._scale is None:
            self._begin_range(picture)
            self._scale = picture.scale
        elif picture.looked_at:
            self._render()  # asked for before the range was known, which now is
        elif not self.busy:  # else what is newer is on its way
            self._scale = picture.scale
        self._show_page(empty=False)
        self.canvas.set_backdrop(hatch_brush(self.devicePixelRatioF()))
        self.canvas.set_image(picture.levels)
        self.legend.set_scale(picture.scale, colour_table(picture.request.colour_map))
        self.strip.set_scale(self._scale, lossy=picture.request.stack.lossy)
        self.readout.tell()

    def _begin_range(self, picture: DepthPicture) -> None:
        """A first frame is in sight: take its range for now, and look for that of the clip."""
        stack = picture.request.stack
        low, high = sorted((picture.scale.near, picture.scale.far))
        self._found = FoundRange((low, high), picture.looked_at)
        if stack.on_demand is not None and picture.looked_at < len(stack):
            self._range.start(stack)

    def _fail(self, error: Exception) -> None:
        self.player.pause()
        hint = error.hint if isinstance(error, DepthStudioError) else ""
        if not isinstance(error, DepthStudioError):
            log.error("depth could not be shown", exc_info=error)
        self._empty.say(self.tr("This depth cannot be shown"), f"{error}\n{hint}".strip())
        self._show_page(empty=True)
        self.readout.tell()

    def _show_page(self, *, empty: bool) -> None:
        self._page.setVisible(not empty)
        self._empty.setVisible(empty)

    def _in_sight(self) -> InSight | None:
        if self._stack is None:
            return None
        looked_at = self._found.frames if self._found and not self._is_edited else 0
        return InSight(self._stack, self._picture, self.clip.frame, self.busy, looked_at)
