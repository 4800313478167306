"""Where a picture lies in a widget: zoom, pan, and which pixel is under a point."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

MAX_SCALE = 64.0  # device pixels per image pixel
MIN_SHORT_SIDE = 16.0  # no picture shrinks to less than this, in widget units


@dataclass(frozen=True)
class Viewport:
    """A picture of `width_px` × `height_px` drawn at `scale` from (`left`, `top`).

    scale : widget units (device-independent pixels) per image pixel
    left, top : widget units, where the top left corner of the top left pixel is drawn
    dpr : device pixels per widget unit; `left` and `top` always meet the device grid, so
        that at 100 % every image pixel is exactly one device pixel
    """

    width_px: int
    height_px: int
    scale: float
    left: float
    top: float
    dpr: float = 1.0

    @classmethod
    def fitted(
        cls,
        image_px: tuple[int, int],
        view: tuple[float, float],
        *,
        margin: float = 0.0,
        dpr: float = 1.0,
    ) -> "Viewport":
        """The whole picture, as large as it gets, with equal margins on opposite sides."""
        width, height = image_px
        room_x, room_y = max(view[0] - 2 * margin, 1.0), max(view[1] - 2 * margin, 1.0)
        scale = min(room_x / width, room_y / height, MAX_SCALE / dpr)
        return cls(width, height, scale, 0.0, 0.0, dpr).centred(view)

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel: 1.0 is what people call 100 %."""
        return self.scale * self.dpr

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the drawn picture in widget units."""
        return self.width_px * self.scale, self.height_px * self.scale

    def image_at(self, x: float, y: float) -> tuple[float, float]:
        """Image coordinates of a widget point; (0, 0) is the corner of the first pixel."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def view_at(self, column: float, row: float) -> tuple[float, float]:
        """Widget point of image coordinates: the inverse of `image_at`."""
        return self.left + column * self.scale, self.top + row * self.scale

    def pixel_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Column and row of the pixel that covers a widget point, None outside."""
        column, row = (math.floor(value) for value in self.image_at(x, y))
        inside = 0 <= column < self.width_px and 0 <= row < self.height_px
        return (column, row) if inside else None

    def pixels_across(self, view_width: float) -> "DeviceRun":
        """The image column under the centre of every device column of a widget."""
        return _device_run(self.left, self.scale, self.width_px, view_width, self.dpr)

    def pixels_down(self, view_height: float) -> "DeviceRun":
        """The image row under the centre of every device row of a widget."""
        return _device_run(self.top, self.scale, self.height_px, view_height, self.dpr)

    def zoomed(self, factor: float, about: tuple[float, float]) -> "Viewport":
        """Scaled by `factor`, with the image point under `about` staying where it is."""
        short = min(self.width_px, self.height_px)
        lowest = min(MIN_SHORT_SIDE / short, 1 / self.dpr)
        scale = min(max(self.scale * factor, lowest), MAX_SCALE / self.dpr)
        column, row = self.image_at(*about)
        return self._placed(scale, about[0] - column * scale, about[1] - row * scale)

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Moved by widget units."""
        return self._placed(self.scale, self.left + dx, self.top + dy)

    def centred(self, view: tuple[float, float]) -> "Viewport":
        """At the same scale in the middle of a widget."""
        width, height = self.size
        return self._placed(self.scale, (view[0] - width) / 2, (view[1] - height) / 2)

    def kept_in_sight(self, view: tuple[float, float]) -> "Viewport":
        """Moved back as far as needed: a small side is centred, a large one leaves no gap."""
        width, height = self.size
        left = (view[0] - width) / 2 if width <= view[0] else _clamp(self.left, view[0] - width)
        top = (view[1] - height) / 2 if height <= view[1] else _clamp(self.top, view[1] - height)
        return self._placed(self.scale, left, top)

    def _placed(self, scale: float, left: float, top: float) -> "Viewport":
        left, top = round(left * self.dpr) / self.dpr, round(top * self.dpr) / self.dpr
        return replace(self, scale=scale, left=left, top=top)


@dataclass(frozen=True, eq=False)
class DeviceRun:
    """Neighbouring device pixels that lie on the picture: the first one, and what is there."""

    first: int
    indices: NDArray[np.intp]


def _device_run(origin: float, scale: float, count: int, extent: float, dpr: float) -> DeviceRun:
    centres = (np.arange(math.ceil(extent * dpr)) + 0.5) / dpr
    indices = np.floor((centres - origin) / scale).astype(np.intp)
    inside = np.flatnonzero((indices >= 0) & (indices < count))
    return DeviceRun(int(inside[0]) if inside.size else 0, indices[inside])


def _clamp(value: float, lowest: float) -> float:
    return min(max(value, lowest), 0.0)
