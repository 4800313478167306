"""The Depth view: coloured depth with its legend, its range and the value under the cursor."""

import logging
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.polarity import polarity_of, with_polarity
from depthstudio.core.views import DepthStack, Polarity
from depthstudio.geometry.colour import colour_table
from depthstudio.ui.images.canvas import ImageCanvas
from depthstudio.ui.images.depth_picture import DepthPicture, DepthRequest, depth_picture
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.depth_strip import DepthStrip
from depthstudio.ui.images.frame_bar import DepthFrameBar
from depthstudio.ui.images.hatch import hatch_brush
from depthstudio.ui.images.legend import Legend
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.amounts import zoom_text
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.parts.newest_work import NewestWork
from depthstudio.ui.parts.strips import InfoStrip

log = logging.getLogger(__name__)

PIXELS_AT_ONCE = 4_000_000  # more than this is coloured in a worker


@dataclass(frozen=True)
class DepthProbe:
    """The value under the cursor. `value` is NaN where there is no data."""

    column: int
    row: int
    frame: int
    value: float


class DepthView(QWidget):
    """Shows a `DepthStack` that somebody else has loaded.

    The range is one for the whole clip until the user edits it. Changing the colour map
    or inverting only gives the indices other colours; values are never touched.
    """

    probed = Signal(object)  # DepthProbe, or None when the cursor leaves the picture
    frame_changed = Signal(int)  # the user went to another frame
    polarity_chosen = Signal(object)  # Polarity: the user says which end is near

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack: DepthStack | None = None
        self._frame = 0
        self._scale: DepthScale | None = None
        self._picture: DepthPicture | None = None
        self._pixel: tuple[int, int] | None = None
        self._work = NewestWork(self)
        self.strip = DepthStrip(theme, icons)
        self.canvas = ImageCanvas(theme)
        self.legend = Legend(theme)
        self.info = InfoStrip(theme)
        self.frames = DepthFrameBar(theme)
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
        return self._work.busy

    def set_depth(
        self, stack: DepthStack | None, title: str, *, chosen_elsewhere: bool = False
    ) -> None:
        """Show another clip from its first frame, or nothing.

        Its range is found in a worker: reading a clip may mean reading a disk. Where frames
        are `chosen_elsewhere`, with the photos they belong to, it offers no choice itself.
        """
        self._work.cancel()
        self._stack = stack if stack is not None and 0 not in stack.values.shape else None
        self._frame, self._scale, self._picture = 0, None, None
        self._empty.say(*self._empty_words())
        self._show_page(empty=self._stack is None)
        self.strip.set_title(title)
        self.strip.set_scale(None)
        self.strip.show_polarity(polarity_of(self._stack) if self._stack else None)
        self.legend.set_scale(None)
        self.canvas.set_image(None)
        count = len(self._stack) if self._stack else 0
        self.frames.setVisible(count > 1 and not chosen_elsewhere)
        self.frames.set_frames(count)
        self._tell_probe()
        if self._stack:
            self._render()

    def set_frame(self, frame: int) -> None:
        """Show frame `frame` (from 0) of the clip at the same range."""
        if self._stack is None or not 0 <= frame < len(self._stack):
            raise ValueError(f"there is no frame {frame}")
        self.frames.set_frames(len(self._stack), frame)
        self._choose_frame(frame)

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
        column.addWidget(self.frames)
        layout = QVBoxLayout(self)
        layout.addWidget(self._page)
        layout.addWidget(self._empty)
        for box in (column, layout):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(0)

    def _connect(self) -> None:
        self.strip.colour_map_chosen.connect(self._render)
        self.strip.invert_toggled.connect(self._render)
        self.strip.auto_range_asked.connect(self._reset_range)
        self.strip.range_edited.connect(self._edit_range)
        self.strip.polarity_chosen.connect(self._say_polarity)
        self.frames.frame_chosen.connect(self._go_to)
        self.canvas.step_asked.connect(lambda by: self._go_to(self._frame + by))
        self.canvas.hovered.connect(self._probe)
        self.canvas.left.connect(self._stop_probing)
        self.canvas.zoom_changed.connect(lambda _: self.info.say_right(self._facts()))
        self._work.done.connect(self._show)
        self._work.failed.connect(self._fail)

    def _go_to(self, frame: int) -> None:
        if self._stack is not None and 0 <= frame < len(self._stack) and frame != self._frame:
            self.set_frame(frame)
            self.frame_changed.emit(frame)

    def _choose_frame(self, frame: int) -> None:
        self._frame = frame
        self._render()

    def _reset_range(self) -> None:
        self._scale = None
        self._render()

    def _edit_range(self, near: float, far: float) -> None:
        if self._scale:
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

    def _render(self) -> None:
        if self._stack is None:
            return
        request = DepthRequest(
            self._stack,
            self._frame,
            self._scale,
            self.strip.inverted,
            self.strip.colour_map,
            self._picture.indexed if self._picture else None,
        )
        # A new clip goes to the worker whatever its size: it loads the colour maps too.
        if request.scale and request.pixels_to_read <= PIXELS_AT_ONCE:
            self._work.cancel()
            self._show(depth_picture(request))
        else:
            self._work.submit(lambda: _prepared(request))

    def _show(self, picture: DepthPicture) -> None:
        self._picture, self._scale = picture, picture.scale
        self.canvas.set_backdrop(hatch_brush(self.devicePixelRatioF()))
        self.canvas.set_image(picture.levels)
        self.legend.set_scale(picture.scale, colour_table(picture.request.colour_map))
        self.strip.set_scale(picture.scale, lossy=picture.request.stack.lossy)
        self._tell_probe()

    def _fail(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, DepthStudioError) else ""
        if not isinstance(error, DepthStudioError):
            log.error("depth could not be shown", exc_info=error)
        self._empty.say(self.tr("This depth cannot be shown"), f"{error}\n{hint}".strip())
        self._show_page(empty=True)

    def _show_page(self, *, empty: bool) -> None:
        self._page.setVisible(not empty)
        self._empty.setVisible(empty)

    def _probe(self, column: int, row: int) -> None:
        self._pixel = (column, row)
        self._tell_probe()

    def _stop_probing(self) -> None:
        self._pixel = None
        self._tell_probe()

    def _tell_probe(self) -> None:
        picture, pixel = self._picture, self._pixel
        if picture is None or pixel is None:
            self.legend.set_probed(None)
            self.info.say("")
            self.info.say_right(self._facts())
            self.probed.emit(None)
            return
        column, row = pixel
        frame = picture.request.frame
        value = float(picture.request.stack.frame(frame)[row, column])
        self.legend.set_probed(value)
        self.info.say(self._probe_text(picture, column, row, value))
        self.info.say_right(self._facts())
        self.probed.emit(DepthProbe(column, row, frame, value))

    def _probe_text(self, picture: DepthPicture, column: int, row: int, value: float) -> str:
        return self.tr("{value} · pixel {column}, {row} · frame {frame} of {count}").format(
            value=picture.scale.text(value),
            column=column,
            row=row,
            frame=picture.request.frame + 1,
            count=len(picture.request.stack),
        )

    def _facts(self) -> str:
        if self._stack is None:
            return ""
        frames, (width, height) = len(self._stack), self._stack.size_px
        facts = [f"{width} × {height}"]
        if frames > 1:
            facts.append(self.tr("one range for all {count} frames").format(count=frames))
        if self.canvas.viewport:
            facts.append(zoom_text(self.canvas.viewport.zoom))
        return " · ".join(facts)


def _prepared(request: DepthRequest) -> DepthPicture:
    picture = depth_picture(request)
    picture.levels.prepare()
    return picture
