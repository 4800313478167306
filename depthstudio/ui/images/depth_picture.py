"""From depth values to the picture on the screen, in two steps that can be repeated apart.

Values become indices (slow, when frame or range change), indices become colours (fast,
when only the colour map or its direction changes). No Qt widget: it may run in a worker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, qRgb, qRgba

from depthstudio.core.views import DepthStack, no_check
from depthstudio.geometry.colour import colour_table, index_map
from depthstudio.geometry.depth_range import FoundRange, clip_ranges, percentile_range
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.levels import ImageLevels

NO_DATA_INDEX = 0  # this entry of every table is transparent, so values start at 1
AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT = 2.0, 98.0


@dataclass(frozen=True, eq=False)
class IndexedFrame:
    """One frame as places in a colour table.

    indices : (H, W) uint8; 1 is far, 255 is near, 0 is no data
    ends : the near and far values the indices were made with
    values : (H, W) float32, what the indices were made of; do not write to it
    """

    frame: int
    values: NDArray[np.float32]
    ends: tuple[float, float]
    indices: NDArray[np.uint8]
    has_unknown: bool


@dataclass(frozen=True, eq=False)
class DepthRequest:
    """What to show. Without a scale its range is made from what can be had at once.

    earlier : a frame already indexed, used again when frame and range are the same
    """

    stack: DepthStack
    frame: int
    scale: DepthScale | None
    inverted: bool
    colour_map: str
    earlier: IndexedFrame | None = None

    @property
    def reads_from_disk(self) -> bool:
        """Must the frame be read or decoded?"""
        if self.earlier is not None and self.earlier.frame == self.frame:
            return False
        values = self.stack.values
        is_array = isinstance(values, np.ndarray)
        return not is_array or (len(self.stack) > 1 and not values.flags.owndata)

    @property
    def pixels_to_read(self) -> int:
        """How much work it is at most, to decide where to do it."""
        width, height = self.stack.size_px
        return height * width * (1 if self.scale else len(self.stack))


@dataclass(frozen=True, eq=False)
class DepthPicture:
    """The answer to a `DepthRequest`."""

    request: DepthRequest
    scale: DepthScale
    indexed: IndexedFrame
    levels: ImageLevels
    looked_at: int = 0  # how many frames its range is of, where the request left it open


def depth_picture(request: DepthRequest, check: Callable[[], None] = no_check) -> DepthPicture:
    """Do what a request asks for. Reads the stack, which may be on disk; `check` may raise."""
    values = _values(request, check)
    scale, looked_at = request.scale, 0
    if scale is None:
        found = first_range(request.stack, values)
        scale, looked_at = DepthScale.of_range(request.stack.kind, *found.ends), found.frames
    scale = scale.with_inverted(request.inverted)
    indexed = request.earlier
    if indexed is None or indexed.frame != request.frame or indexed.ends != _ends(scale):
        indexed = indexed_frame(request.frame, values, scale)
    levels = ImageLevels(coloured(indexed, colours_of(request.colour_map, scale)))
    return DepthPicture(request, scale, indexed, levels, looked_at)


def first_range(stack: DepthStack, values: NDArray[np.float32]) -> FoundRange:
    """The 2nd to 98th percentile of a clip, or of the frame with `values` if others take time."""
    if stack.on_demand is not None:
        return FoundRange(percentile_range(values, AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT), 1)
    *_, found = clip_ranges(stack, AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT)
    return found


def indexed_frame(frame: int, values: NDArray[np.float32], scale: DepthScale) -> IndexedFrame:
    """Index the (H, W) values of a frame between the ends of a scale."""
    indices = index_map(values, scale.far, scale.near)
    known = ~np.isnan(values)
    np.maximum(indices, NO_DATA_INDEX + 1, out=indices)
    np.multiply(indices, known.view(np.uint8), out=indices)  # faster than a boolean mask
    return IndexedFrame(frame, values, _ends(scale), indices, has_unknown=not bool(known.all()))


def colours_of(colour_map: str, scale: DepthScale) -> NDArray[np.uint8]:
    """The map as the indices use it, far first: (256, 3) uint8."""
    table = colour_table(colour_map)
    return table[::-1] if scale.inverted else table


def coloured(indexed: IndexedFrame, colours: NDArray[np.uint8]) -> QImage:
    """The picture of an indexed frame; transparent where there is no data."""
    height, width = indexed.indices.shape
    # The image borrows the array, which `indexed` keeps alive; converting makes a copy.
    image = QImage(indexed.indices.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(qt_colour_table(colours))
    if indexed.has_unknown:
        return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def qt_colour_table(colours: NDArray[np.uint8]) -> Sequence[int]:
    """A table for `QImage` with a transparent entry for no data."""
    table = [qRgb(*(int(channel) for channel in colour)) for colour in colours]
    table[NO_DATA_INDEX] = qRgba(0, 0, 0, 0)
    return table


def _values(request: DepthRequest, check: Callable[[], None]) -> NDArray[np.float32]:
    if request.earlier is not None and request.earlier.frame == request.frame:
        return request.earlier.values
    return np.ascontiguousarray(request.stack.frame(request.frame, check))


def _ends(scale: DepthScale) -> tuple[float, float]:
    return scale.near, scale.far
