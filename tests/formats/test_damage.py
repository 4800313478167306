"""Files flipped, cut and overwritten at random: refused with words, or read; nothing else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.views import DepthKind, DepthStack, LineSet, PointCloud, TriangleMesh
from depthstudio.formats.depth import read_depth_npz, write_depth_npz
from depthstudio.formats.glb import read_glb, write_glb
from depthstudio.formats.image import read_photo, read_precise
from depthstudio.formats.ply import read_ply, write_ply
from depthstudio.formats.sniff import sniff
from depthstudio.formats.video import VideoFrames, first_frame
from tests.support.heic import heic
from tests.support.videos import write_video

POSITIONS = np.arange(12, dtype=np.float32).reshape(4, 3)
COLOURS = np.full((4, 3), 200, np.uint8)
MESH = TriangleMesh(
    POSITIONS,
    np.array([[0, 1, 2], [1, 2, 3]]),
    uv=np.zeros((4, 2), np.float32),
    texture=np.zeros((2, 2, 3), np.uint8),
    name="part",
)
STACK = DepthStack(np.ones((1, 3, 4), np.float32), DepthKind.METRIC)


def make_glb(path: Path) -> None:
    lines = LineSet(POSITIONS, np.array([[0, 1]]))
    write_glb(path, clouds=[PointCloud(POSITIONS, COLOURS)], meshes=[MESH], lines=[lines])


def make_ply(path: Path) -> None:
    write_ply(path, clouds=[PointCloud(POSITIONS, COLOURS)], meshes=[MESH])


def make_text_ply(path: Path) -> None:
    columns = "\n".join(f"property float {axis}" for axis in "xyz")
    body = "0 0 0\n1 0 0\n0 1 0\n1 1 0\n3 0 1 2\n4 0 1 2 3\n"
    path.write_text(
        f"ply\nformat ascii 1.0\nelement vertex 4\n{columns}\nelement face 2\n"
        f"property list uchar int vertex_indices\nend_header\n{body}"
    )


def make_npz(path: Path) -> None:
    write_depth_npz(path, STACK)


def make_compressed_clip(path: Path) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, depths=np.random.default_rng(1).random((9, 6, 7), np.float32))


def read_clip(path: Path) -> None:
    stack = read_depth_npz(path)
    for number in range(len(stack)):
        assert stack.frame(number).shape == stack.size_px[::-1]


def make_compressed_npz(path: Path) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, depth=STACK.values)


def make_picture(file_format: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        pixels = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
        Image.fromarray(pixels).save(path, file_format, exif=exif)

    return make


def make_deep_tiff(path: Path) -> None:
    Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8)).save(path, "TIFF")


def make_heic(path: Path) -> None:
    pixels = np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)
    path.write_bytes(heic(pixels, quarter_turns=1, exif_orientation=6))


def make_video(container: str, codec: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        write_video(path, frames=5, container=container, codec=codec)

    return make


def read_first_and_last(path: Path) -> None:
    first_frame(path)
    with VideoFrames(path) as frames:
        if len(frames):
            frames.load(len(frames) - 1)


CASES = {
    "glb": (make_glb, read_glb),
    "ply": (make_ply, read_ply),
    "text-ply": (make_text_ply, read_ply),
    "npz": (make_npz, read_depth_npz),
    "compressed-npz": (make_compressed_npz, read_depth_npz),
    "compressed-clip": (make_compressed_clip, read_clip),
    "deep-tiff": (make_deep_tiff, read_precise),
    **{kind: (make_picture(kind), read_photo) for kind in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF")},
    "heic": (make_heic, read_photo),
    "mp4": (make_video("mp4", "libx264"), read_first_and_last),
    "webm": (make_video("webm", "libvpx-vp9"), read_first_and_last),
    "avi": (make_video("avi", "mpeg4"), read_first_and_last),
    "mpegts": (make_video("mpegts", "libx264"), read_first_and_last),
}


def refusal_of(read: Callable[[Path], object], path: Path) -> FormatError | InputError | None:
    try:
        read(path)
    except (FormatError, InputError) as error:
        return error
    return None


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A way to spoil bytes: some of them changed, and perhaps the end cut off."""
    where = st.floats(0, 1, exclude_max=True)
    changes = draw(st.lists(st.tuples(where, st.integers(0, 255)), min_size=0, max_size=6))
    kept = draw(st.one_of(st.just(1.0), where))

    def spoil(data: bytes) -> bytes:
        spoilt = bytearray(data)
        for position, value in changes:
            spoilt[int(position * len(spoilt))] = value
        return bytes(spoilt[: int(kept * len(spoilt))])

    return spoil


@pytest.mark.parametrize("case", CASES)
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,  # a new find belongs in a bug report, not in somebody's build
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spoil=damage())
def test_damage_is_refused_or_harmless(tmp_path: Path, case: str, spoil) -> None:
    make, read = CASES[case]
    whole = tmp_path / "whole"
    if not whole.exists():
        make(whole)
    # A new name each time: a file that is still mapped must not be cut short.
    path = tmp_path / f"spoilt-{len(list(tmp_path.iterdir()))}"
    path.write_bytes(spoil(whole.read_bytes()))
    for attempt in (sniff, read):
        error = refusal_of(attempt, path)
        assert error is None or (str(error) and error.hint)
