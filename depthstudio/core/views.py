"""What a result holds once it is decoded: depth, points, surfaces, cameras, pictures.

Camera and world frames are OpenCV's: +X right, +Y down, +Z forward. Pixel (0, 0) is the
centre of the top left pixel. Colours are sRGB bytes. Arrays are read-only by agreement.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # What a window needs to start names these types; only data needs numpy itself.
    import numpy as np
    from numpy.typing import NDArray


class DepthKind(StrEnum):
    """What the numbers of a depth map mean. Only METRIC may show metres."""

    METRIC = "metric"  # distance along +Z in metres
    RELATIVE_DEPTH = "relative-depth"  # grows with distance, no unit
    RELATIVE_DISPARITY = "relative-disparity"  # grows towards the camera, no unit
    DISPLAY = "display"  # a picture of depth; its values measure nothing

    @property
    def larger_is_nearer(self) -> bool:
        return self is DepthKind.RELATIVE_DISPARITY

    @property
    def unit(self) -> str:
        return "m" if self is DepthKind.METRIC else ""


class DepthFrames(Protocol):
    """Depth of (N, H, W) values, one frame at a time; an array of that shape is one.

    ``frames[i]`` is (H, W) float32, NaN where unknown; nobody writes to it.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, index: int, /) -> NDArray[np.float32]: ...


def no_check() -> None:
    """For whoever never gives up."""


class FramesOnDemand(ABC):
    """Depth that is read or decoded frame by frame, and may take a while for each.

    All calls may come from any thread, and block. `check` is called again and again, and may
    raise to give up.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """(N, H, W)."""

    @abstractmethod
    def load(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        """Frame `index` from 0 to N - 1, as (H, W) float32, NaN where unknown.

        Raises
        ------
        FormatError
            when the file is damaged there
        """

    @abstractmethod
    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[NDArray[np.float32]]:
        """Several frames, given by ascending numbers, out of the way of those who step.

        Raises
        ------
        FormatError
            when the file is damaged there
        """

    @property
    def reached(self) -> int:
        """How many frames from the first can be had without waiting for what lies before them."""
        return len(self)

    def reached_for(self, index: int) -> int:
        """The number before which every frame that `index` waits for can be had at once."""
        return self.reached

    def at_hand(self, index: int) -> int:
        """The frame to show while `index` is being had: itself where it comes at once.

        Does not block.
        """
        return min(index, max(0, self.reached - 1))

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        """Get ready for who steps on from frame `index`: forwards (1), or backwards (-1).

        Here there is nothing to do.

        Raises
        ------
        FormatError
            when the file is damaged there
        """
        check()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: int, /) -> NDArray[np.float32]:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.load(index)


class Polarity(StrEnum):
    """Which end of a picture of depth is near; see `core.polarity`."""

    NEAR_WHITE = "near-white"
    NEAR_BLACK = "near-black"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class DepthStack:
    """Depth of one or more frames.

    values : (N, H, W) float32, NaN where unknown, never 0 as data; may be memory-mapped, or
        frames that are read when they are asked for. What may be a clip is read by `frame`
    lossy : the values went through a picture or video codec
    frame_rate_hz : frames a second of the clip, 0 where nobody said it
    takes : how often the same film is there, one take after another and each as long
    take_numbers : what number each take has, where they are not simply 1, 2, 3
    """

    values: DepthFrames
    kind: DepthKind
    lossy: bool = False
    frame_rate_hz: float = 0.0
    takes: int = 1
    take_numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.values.shape) != 3:
            raise ValueError(f"depth must be (N, H, W), got {self.values.shape}")

    @property
    def unit(self) -> str:
        return self.kind.unit

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of every frame."""
        _, height, width = self.values.shape
        return width, height

    def take_of(self, index: int) -> int:
        """The number of the take that frame `index` is of."""
        place = index * self.takes // len(self)
        return self.take_numbers[place] if self.take_numbers else place + 1

    @property
    def on_demand(self) -> FramesOnDemand | None:
        """The frames where they have to be read or decoded one by one, None for an array."""
        return self.values if isinstance(self.values, FramesOnDemand) else None

    def frame(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        """Frame `index` from 0, as (H, W) float32, NaN where unknown; do not write to it.

        May block, and be called from any thread; `check` may raise to give up.

        Raises
        ------
        IndexError
            when there is no such frame
        FormatError
            when the file is damaged there
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        if self.on_demand is not None:
            return self.on_demand.load(index, check)
        return self.values[index]

    def __len__(self) -> int:
        return self.values.shape[0]


def identity() -> NDArray[np.float64]:
    """A 4 x 4 transform that moves nothing."""
    import numpy as np

    return np.eye(4)


@dataclass(frozen=True, eq=False)
class PointCloud:
    """Points of one primitive.

    positions : (N, 3) float32, in the frame that `transform` starts from
    colours : (N, 3) or (N, 4) uint8 sRGB, or None
    transform : (4, 4) float64, from `positions` to the world frame
    """

    positions: NDArray[np.float32]
    colours: NDArray[np.uint8] | None = None
    transform: NDArray[np.float64] = field(default_factory=identity)
    name: str = ""

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """One surface, or one part of an object.

    positions : (N, 3) float32; triangles : (M, 3) int32 or uint32 indices into it,
    counter-clockwise seen from outside
    colours : (N, 3) or (N, 4) uint8 sRGB, or None
    uv : (N, 2) float32, (0, 0) is the top left corner of `texture`, or None
    texture : (h, w, 3) or (h, w, 4) uint8 sRGB, top row first, or None
    base_colour : linear RGBA factor 0 to 1, where neither colours nor texture say more
    """

    positions: NDArray[np.float32]
    triangles: NDArray[np.integer]
    colours: NDArray[np.uint8] | None = None
    uv: NDArray[np.float32] | None = None
    texture: NDArray[np.uint8] | None = None
    base_colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    transform: NDArray[np.float64] = field(default_factory=identity)
    name: str = ""


@dataclass(frozen=True, eq=False)
class LineSet:
    """Separate line segments, as camera frustums are drawn with.

    positions : (N, 3) float32; segments : (M, 2) integer indices into it
    is_camera : all of it is the frustum of one camera
    """

    positions: NDArray[np.float32]
    segments: NDArray[np.integer]
    colours: NDArray[np.uint8] | None = None
    transform: NDArray[np.float64] = field(default_factory=identity)
    name: str = ""
    is_camera: bool = False


@dataclass(frozen=True, eq=False)
class CameraSet:
    """Pinhole cameras.

    intrinsics : (N, 3, 3) float64, pixels
    world_from_camera : (N, 4, 4) float64
    sizes_px : (N, 2) int, width and height
    """

    names: tuple[str, ...]
    intrinsics: NDArray[np.float64]
    world_from_camera: NDArray[np.float64]
    sizes_px: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class ImageSequence:
    """Pictures that are decoded one at a time: `load(i)` gives (H, W, 3 or 4) uint8 sRGB.

    Those of a clip are its frames; its rate is 0 where nobody said it.
    """

    names: tuple[str, ...]
    load: Callable[[int], NDArray[np.uint8]]
    is_clip: bool = False
    frame_rate_hz: float = 0.0

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Views:
    """Everything a result, or a file opened for viewing, has to show.

    `depth_pictures` show depth in colours, one for each of `photos`; they measure nothing.
    `scene_unit` is "m" where the positions in 3D are known to be metres. `notes` say what of
    it is not shown.
    """

    depth: DepthStack | None = None
    depth_pictures: ImageSequence | None = None
    photos: ImageSequence | None = None
    clouds: Sequence[PointCloud] = ()
    meshes: Sequence[TriangleMesh] = ()
    lines: Sequence[LineSet] = ()
    cameras: CameraSet | None = None
    scene_unit: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_scene(self) -> bool:
        return bool(self.clouds or self.meshes or self.lines)
