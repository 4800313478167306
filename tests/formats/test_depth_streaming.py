"""Compressed depth of any length is read frame by frame, and damage is told at its frame."""

import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthKind, DepthStack, Views
from depthstudio.formats import deflated_frames, depth, inflating, npz
from depthstudio.formats.deflated_frames import DeflatedFrames
from depthstudio.formats.depth import read_depth_npz, write_depth_npz
from depthstudio.formats.depth_video import open_depth_video
from depthstudio.formats.export import ExportFormat, export_views
from depthstudio.geometry.depth_range import clip_range
from tests.support.depth_clips import write_depth_video

FRAMES, HEIGHT, WIDTH = 60, 24, 40


@pytest.fixture
def values(rng) -> np.ndarray:
    """(60, 24, 40) float32 that hardly compress; every frame begins with its own number."""
    made = rng.random((FRAMES, HEIGHT, WIDTH), np.float32)
    made[:, 0, 0] = np.arange(FRAMES)
    return made


@pytest.fixture
def dense_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """A place every three frames, so that a small file has many."""
    monkeypatch.setattr(inflating, "SPACING_BYTES", 3 * 4 * HEIGHT * WIDTH)
    monkeypatch.setattr(inflating, "STEP_BYTES", 1000)
    monkeypatch.setattr(inflating, "INPUT_BYTES", 500)
    monkeypatch.setattr(deflated_frames, "CACHE_BYTES", 2 * 4 * HEIGHT * WIDTH)


def packed(path: Path, **arrays: object) -> Path:
    np.savez_compressed(path, **arrays)  # pyright: ignore[reportArgumentType]
    return path


@pytest.mark.usefixtures("dense_places")
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8"])
def test_frames_of_a_compressed_clip_come_in_any_order(tmp_path: Path, values, dtype) -> None:
    stack = read_depth_npz(packed(tmp_path / "a.npz", depths=values.astype(dtype)))
    assert isinstance(stack.values, DeflatedFrames)
    assert stack.values.shape == values.shape
    rng = np.random.default_rng(3)
    for number in [40, *range(FRAMES), *range(FRAMES - 1, -1, -1), *rng.integers(0, FRAMES, 60)]:
        frame = stack.frame(int(number))
        assert frame.dtype == np.float32
        assert np.array_equal(frame, values[number])


@pytest.mark.usefixtures("dense_places")
def test_places_thin_out_where_there_would_be_too_many(
    tmp_path: Path, values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflating, "MAX_PLACES", 4)
    stack = read_depth_npz(packed(tmp_path / "a.npz", depths=values))
    for number in (FRAMES - 1, 0, 17, 44, 43, 59):
        assert np.array_equal(stack.frame(number), values[number])
    assert isinstance(stack.values, DeflatedFrames)
    assert len(stack.values._index._places) <= 4


def test_several_clips_share_the_room_for_frames_that_are_kept(
    tmp_path: Path, values, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deflated_frames, "CACHE_BYTES", 12 * 4 * HEIGHT * WIDTH)
    path = packed(tmp_path / "a.npz", depths=values)
    for one_of, kept in ((1, 12), (4, 3)):
        frames = read_depth_npz(path, one_of=one_of).values
        assert isinstance(frames, DeflatedFrames)
        frames.load(40)
        assert len(frames._kept) == kept


@pytest.mark.usefixtures("dense_places")
def test_threads_may_ask_for_frames_at_once(tmp_path: Path, values) -> None:
    stack = read_depth_npz(packed(tmp_path / "a.npz", depths=values))
    assert stack.on_demand is not None
    wrong: list[int] = []

    def ask(numbers: range) -> None:
        wrong.extend(n for n in numbers if not np.array_equal(stack.frame(n), values[n]))

    threads = [
        threading.Thread(target=ask, args=(numbers,))
        for numbers in (range(FRAMES), range(FRAMES - 1, -1, -1), range(0, FRAMES, 7))
    ]
    for thread in threads:
        thread.start()
    swept = list(stack.on_demand.in_order(range(0, FRAMES, 5)))
    for thread in threads:
        thread.join()
    assert not wrong
    assert np.array_equal(swept, values[::5])


def test_what_is_no_depth_is_nan_in_every_frame_of_a_foreign_clip(tmp_path: Path) -> None:
    values = np.array([[[1, np.inf]], [[0, 2]], [[-3, np.nan]]], np.float32)
    expected = np.array([[[1, np.nan]], [[np.nan, 2]], [[np.nan, np.nan]]], np.float32)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", depths=values)
        stack = read_depth_npz(tmp_path / "a.npz", assumed_kind=DepthKind.METRIC)
        found = [stack.frame(number) for number in range(3)]
        assert np.array_equal(found, expected, equal_nan=True)
        assert stack.on_demand is not None
        assert clip_range(stack, 0, 100) == (1.0, 2.0)


def test_the_other_numbers_of_a_file_are_taken_or_left(tmp_path: Path, values) -> None:
    more = {"min_depth": 0.1, "max_depth": 9.0, "model": "VDA-Large", "shape": values.shape}
    path = packed(tmp_path / "a.npz", depths=values, fps=23.976, **more)
    assert read_depth_npz(path).frame_rate_hz == 23.976
    assert len(read_depth_npz(path)) == FRAMES


@pytest.mark.parametrize("fps", [0, -24, np.nan, np.inf, 1e9, "24", [24, 25], 24j])
def test_a_rate_that_makes_no_sense_is_none(tmp_path: Path, values, fps) -> None:
    path = packed(tmp_path / "a.npz", depths=values[:2], fps=fps)
    assert read_depth_npz(path).frame_rate_hz == 0


def test_a_wait_for_a_far_frame_can_be_given_up_and_asked_again(tmp_path: Path, values) -> None:
    stack = read_depth_npz(packed(tmp_path / "a.npz", depths=values))
    steps: list[None] = []

    def give_up() -> None:
        steps.append(None)
        if len(steps) > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stack.frame(50, give_up)
    assert stack.on_demand is not None
    assert 0 < stack.on_demand.reached < 50
    assert np.array_equal(stack.frame(50), values[50])
    assert stack.on_demand.reached >= 51


def spoilt(path: Path, values: np.ndarray, at: float) -> Path:
    """A compressed clip with random bytes in its stream."""
    packed(path, depths=values)
    data = bytearray(path.read_bytes())
    start = int(at * len(data))
    data[start : start + 64] = np.random.default_rng(1).bytes(64)
    path.write_bytes(data)
    return path


def test_a_damaged_stream_is_told_at_its_frame_and_what_lies_before_is_shown(
    tmp_path: Path, rng
) -> None:
    values = rng.normal(size=(FRAMES, HEIGHT, WIDTH)).round(1).astype(np.float32)
    stack = read_depth_npz(spoilt(tmp_path / "a.npz", values, 0.6))
    assert np.array_equal(stack.frame(10), values[10])
    for _ in range(2):
        with pytest.raises(FormatError, match=r"a\.npz is damaged at frame 60: its ") as caught:
            stack.frame(FRAMES - 1)
        assert caught.value.hint
    assert np.array_equal(stack.frame(10), values[10])
    with pytest.raises(FormatError):
        clip_range(stack)


def test_a_wrong_checksum_is_told_once_all_was_unpacked(tmp_path: Path, values) -> None:
    path = packed(tmp_path / "a.npz", depths=values)
    data = bytearray(path.read_bytes())
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 16] ^= 1
    path.write_bytes(data)
    stack = read_depth_npz(path)
    assert np.array_equal(stack.frame(3), values[3])
    with pytest.raises(FormatError, match="frame 60: its values fail their checksum"):
        stack.frame(FRAMES - 1)
    with pytest.raises(FormatError, match="frame 4: its values fail their checksum"):
        stack.frame(3)


def test_a_stream_that_ends_early_is_refused_where_it_ends(tmp_path: Path, values) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {values.shape}, }}\n".encode()
    data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("depths.npy", data + values[:30].tobytes())
    archive_bytes = bytearray(path.read_bytes())
    directory = archive_bytes.rfind(b"PK\x01\x02")
    claimed = len(data) + values.nbytes
    archive_bytes[directory + 24 : directory + 28] = claimed.to_bytes(4, "little")
    path.write_bytes(archive_bytes)
    stack = read_depth_npz(path)
    assert np.array_equal(stack.frame(29), values[29])
    with pytest.raises(FormatError, match="frame 31: its compressed values end too early"):
        stack.frame(30)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_frames_that_nobody_can_have_are_refused(
    tmp_path: Path, values, save, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "a.npz", depths=values)
    monkeypatch.setattr(depth, "MAX_FRAME_PIXELS", HEIGHT * WIDTH - 1)
    with pytest.raises(FormatError, match="claims frames of 40 × 24"):
        read_depth_npz(tmp_path / "a.npz")


def test_a_clip_in_the_other_order_is_read_if_it_fits(
    tmp_path: Path, values, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.npz", depths=np.asfortranarray(values))
    stack = read_depth_npz(path)
    assert np.array_equal(stack.frame(7), values[7])
    monkeypatch.setattr(npz, "MAX_WHOLE_BYTES", values.nbytes - 1)
    with pytest.raises(FormatError, match="claims to unpack"):
        read_depth_npz(path)


def test_a_clip_on_demand_is_written_frame_by_frame(tmp_path: Path, values) -> None:
    stack = read_depth_npz(packed(tmp_path / "a.npz", depths=values))
    write_depth_npz(tmp_path / "b.npz", stack)
    write_depth_npz(tmp_path / "c.npz", DepthStack(values, stack.kind))
    assert (tmp_path / "b.npz").read_bytes() == (tmp_path / "c.npz").read_bytes()
    video = open_depth_video(write_depth_video(tmp_path / "d.mp4", frames=4), stack.kind)
    export_views(Views(depth=video), ExportFormat.NPZ, tmp_path / "d.npz")
    export_views(Views(depth=video), ExportFormat.PNG16, tmp_path / "d.png")
    back = read_depth_npz(tmp_path / "d.npz")
    assert (back.lossy, len(back), back.frame_rate_hz) == (True, 4, 24)
    assert np.array_equal(back.frame(3), video.frame(3))


PROGRAM = """
import re, sys
from pathlib import Path
from depthstudio.core.errors import FormatError
from depthstudio.formats.depth import read_depth_npz
from depthstudio.geometry.depth_range import clip_range
# Of this program's own pages: those of the mapped file belong to the system.
own = lambda: int(re.search(r'RssAnon:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])
before = own()
try:
    stack = read_depth_npz(Path(sys.argv[1]))
    clip_range(stack)
    for number in (*range(40), len(stack) - 1, len(stack) // 2):
        stack.frame(number)
        most = max(own(), before)
except FormatError as error:
    print(error)
else:
    print((most - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux has it")
def test_ten_thousand_frames_cost_no_more_memory_than_a_few(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    frame = np.random.default_rng(1).random((120, 160), np.float32)
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (10000, 120, 160), }\n"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("depths.npy", "w", force_zip64=True) as member,
    ):
        member.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        half = frame.copy()
        half[:, 8:] = 0
        for _ in range(10000):
            member.write(half.tobytes())
    assert 10000 * frame.nbytes > 700 << 20
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"\d+\n", ended.stdout), ended.stdout
    assert int(ended.stdout) < 100
