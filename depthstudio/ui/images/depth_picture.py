"""From depth values to the picture on the screen, in two steps that can be repeated apart.

Values become indices (slow, when frame or range change), indices become colours (fast,
when only the colour map or its direction changes). No Qt widget: it may run in a worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, qRgb, qRgba

from depthstudio.core.views import DepthStack
from depthstudio.geometry.colour import colour_table, index_map
from depthstudio.geometry.depth_range import clip_range
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.levels import ImageLevels

NO_DATA_INDEX = 0  # this entry of every table is transparent, so values start at 1
AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT = 2.0, 98.0


@dataclass(frozen=True, eq=False)
class IndexedFrame:
    """One frame as places in a colour table.

    indices : (H, W) uint8; 1 is far, 255 is near, 0 is no data
    ends : the near and far values the indices were made with
    """

    frame: int
    ends: tuple[float, float]
    indices: NDArray[np.uint8]
    has_unknown: bool


@dataclass(frozen=True, eq=False)
class DepthRequest:
    """What to show. Without a scale its range comes from the whole clip.

    earlier : a frame already indexed, used again when frame and range are the same
    """

    stack: DepthStack
    frame: int
    scale: DepthScale | None
    inverted: bool
    colour_map: str
    earlier: IndexedFrame | None = None

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


def depth_picture(request: DepthRequest) -> DepthPicture:
    """Do what a request asks for. Reads the stack, which may be on disk."""
    scale = request.scale or auto_scale(request.stack)
    scale = scale.with_inverted(request.inverted)
    indexed = request.earlier
    if indexed is None or indexed.frame != request.frame or indexed.ends != _ends(scale):
        indexed = indexed_frame(request.stack, request.frame, scale)
    levels = ImageLevels(coloured(indexed, colours_of(request.colour_map, scale)))
    return DepthPicture(request, scale, indexed, levels)


def auto_scale(stack: DepthStack) -> DepthScale:
    """One range for the whole clip: its 2nd to 98th percentile, sampled over the frames."""
    low, high = clip_range(stack, AUTO_LOW_PERCENT, AUTO_HIGH_PERCENT)
    return DepthScale.of_range(stack.kind, low, high)


def indexed_frame(stack: DepthStack, frame: int, scale: DepthScale) -> IndexedFrame:
    """Index one frame of a stack between the ends of a scale."""
    values = np.ascontiguousarray(stack.frame(frame))
    indices = index_map(values, scale.far, scale.near)
    known = ~np.isnan(values)
    np.maximum(indices, NO_DATA_INDEX + 1, out=indices)
    np.multiply(indices, known.view(np.uint8), out=indices)  # faster than a boolean mask
    return IndexedFrame(frame, _ends(scale), indices, has_unknown=not bool(known.all()))


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


def _ends(scale: DepthScale) -> tuple[float, float]:
    return scale.near, scale.far
