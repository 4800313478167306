"""Every frame of a video can be had by its number, and no other comes in its place."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats import video
from depthstudio.formats.sniff import Sniffed, sniff
from depthstudio.formats.video import VideoFrames, first_frame
from depthstudio.formats.video_info import read_video_info
from tests.support.videos import BLUE, RED, frame_number, frame_picture, write_video

KINDS: dict[str, dict[str, Any]] = {
    "video/mp4": {},
    "video/quicktime": {"container": "mov"},
    "video/webm": {"container": "webm", "codec": "libvpx-vp9"},
    "video/matroska": {"container": "matroska"},
    "video/x-msvideo": {"container": "avi", "codec": "mpeg4"},
    "video/mp2t": {"container": "mpegts"},
}
CODECS: dict[str, dict[str, Any]] = {
    **KINDS,
    "b-frames": {"bf": "3", "g": "12"},
    "open-gop": {"x264-params": "open-gop=1:keyint=12:bframes=3"},
    "only-keys": {"g": "1"},
    "hevc": {"codec": "libx265", "x265-params": "log-level=none:keyint=12:open-gop=1"},
    "vp8": {"container": "webm", "codec": "libvpx"},
    "vp8-with-hidden-frames": {
        "container": "webm",
        "codec": "libvpx",
        "auto-alt-ref": "1",
        "lag-in-frames": "16",
    },
    "fragmented": {"container_options": {"movflags": "frag_keyframe+empty_moov"}, "g": "12"},
    "avi-b-frames": {"container": "avi", "codec": "mpeg4", "bf": "2", "g": "12"},
    "uneven": {"moments": [0, 40, 50, 140, 160, 400, *range(500, 2300, 100)], "g": "8"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_videos_are_known_whatever_their_name(tmp_path: Path, kind: str) -> None:
    path = write_video(tmp_path / "clip.txt", frames=12, **KINDS[kind])
    assert sniff(path) == Sniffed(kind, 64, 48, 24.0, 12)


@pytest.mark.parametrize("case", CODECS)
def test_every_frame_is_found_in_any_order(tmp_path: Path, case: str) -> None:
    path = write_video(tmp_path / "clip", **CODECS[case])
    order = [*range(24), *range(23, -1, -1), 12, 3, 3, 23, 0, 7, 6, 20]
    with VideoFrames(path) as frames:
        assert len(frames) == read_video_info(path).frame_count == 24
        assert [frame_number(frames.load(index)) for index in order] == order


@pytest.mark.parametrize("case", ["video/mp4", "video/webm", "hevc"])
def test_colours_are_those_that_were_filmed(tmp_path: Path, case: str) -> None:
    path = write_video(tmp_path / "clip", **CODECS[case])
    pixels = first_frame(path).astype(int)
    assert pixels.shape == (48, 64, 3)
    assert pixels[8, 8] == pytest.approx(RED, abs=8)
    assert pixels[8, 56] == pytest.approx(BLUE, abs=8)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_frames_are_turned_as_the_camera_was_held(tmp_path: Path, degrees: int) -> None:
    path = write_video(tmp_path / "clip", frames=3, turn_degrees=degrees)
    with av.open(path) as container:
        turned_left = next(container.decode(video=0)).rotation // 90
    expected = np.rot90(frame_picture(1), turned_left)
    with VideoFrames(path) as frames:
        pixels = frames.load(1)
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 8
    found = sniff(path)
    assert (found.width_px, found.height_px) == (pixels.shape[1], pixels.shape[0])


def test_the_rate_of_an_uneven_video_is_the_average(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip", **CODECS["uneven"])
    info = read_video_info(path)
    assert info.frame_rate_hz == pytest.approx(23 / 2.2, rel=0.1)


def test_counting_gives_up_in_time_and_says_that_it_guessed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip", **CODECS["video/matroska"])
    moments_s = iter([0.0, *range(5, 100, 5)])
    info = read_video_info(path, clock_s=lambda: next(moments_s))
    assert info.is_estimate
    assert info.frame_count == pytest.approx(24, abs=1)


def test_frames_that_are_cut_away_do_not_count(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip", moments=range(-160, 800, 40), bf="0")
    with av.open(path) as container:
        shown = [frame_number(f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
    assert 0 < len(shown) < 24
    assert sniff(path).frame_count == len(shown)
    with VideoFrames(path) as frames:
        assert [frame_number(frames.load(i)) for i in range(len(frames))] == shown


def test_little_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "CACHE_BYTES", 3 * 48 * 64 * 3)
    path = write_video(tmp_path / "clip")
    with VideoFrames(path) as frames:
        for index in range(23, -1, -1):
            assert frame_number(frames.load(index)) == index
        assert len(frames._kept) == 3


def test_the_next_frame_costs_only_its_own_decoding(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip", g="24")
    packets: list[None] = []
    with VideoFrames(path) as frames:
        for index in range(24):
            frames.load(index, lambda: packets.append(None))
    assert len(packets) <= 24 + 1


def test_loading_can_be_given_up_and_asked_again(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip")

    def give_up() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        VideoFrames(path, check=give_up)
    with VideoFrames(path) as frames:
        assert frame_number(frames.load(5)) == 5
        with pytest.raises(KeyboardInterrupt):
            frames.load(20, give_up)
        assert frame_number(frames.load(20)) == 20
        assert frame_number(frames.load(21)) == 21


def test_threads_may_ask_at_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip")
    wrong: list[int] = []
    with VideoFrames(path) as frames:

        def ask(start: int) -> None:
            for index in range(start, 24, 3):
                if frame_number(frames.load(index)) != index:
                    wrong.append(index)

        threads = [threading.Thread(target=ask, args=(start,)) for start in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_a_frame_that_is_not_there_or_a_closed_video_is_refused(tmp_path: Path) -> None:
    with VideoFrames(write_video(tmp_path / "clip", frames=3)) as frames:
        for index in (-1, 3):
            with pytest.raises(IndexError):
                frames.load(index)
    with pytest.raises(ValueError, match="closed"):
        frames.load(0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_video_of_which_little_is_left_is_refused(tmp_path: Path, kind: str) -> None:
    path = write_video(tmp_path / "clip.mp4", **KINDS[kind])
    path.write_bytes(path.read_bytes()[: 600 if kind == "video/mp2t" else 300])
    with pytest.raises(InputError, match=r"clip\.mp4 is damaged or cut short") as caught:
        sniff(path)
    assert caught.value.hint


def test_a_video_whose_end_is_missing_is_refused(tmp_path: Path) -> None:
    options = {"movflags": "faststart"}
    path = write_video(tmp_path / "clip.mp4", container_options=options)
    whole = path.read_bytes()
    assert sniff(path).frame_count == 24
    path.write_bytes(whole[: len(whole) - 200])
    with pytest.raises(InputError, match="damaged or cut short"):
        sniff(path)


def test_a_sound_file_holds_no_moving_pictures(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(path, "w", format="mp4") as output:
        stream: Any = output.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.rate = 44100
        for packet in (*stream.encode(frame), *stream.encode()):
            output.mux(packet)
    with pytest.raises(InputError, match=r"song\.mp4 holds no moving pictures"):
        sniff(path)


def test_damage_in_the_middle_costs_no_other_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip", g="8", bf="0")
    data = bytearray(path.read_bytes())
    with av.open(path) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        positions = [(packet.pos, packet.size) for packet in packets]
        del packets
    start, size = positions[11]
    data[start : start + size] = os.urandom(size)
    path.write_bytes(data)
    with VideoFrames(path) as frames:
        assert frames.load(11).shape == (48, 64, 3)
        found = [frame_number(frames.load(index)) for index in (0, 7, 16, 23)]
    assert found == [0, 7, 16, 23]


def test_a_playlist_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    write_video(tmp_path / "secret.ts", container="mpegts")
    for name, text in (
        ("list.m3u8", "#EXTM3U\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n"),
        ("list.mp4", "ffconcat version 1.0\nfile secret.ts\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InputError, match="is a text file"):
            sniff(path)
        with pytest.raises(FormatError):
            read_video_info(path, "video/mp4")


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read as Linux has it")
def test_a_small_file_that_promises_millions_of_frames_costs_little(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=3, bf="0")
    data = bytearray(path.read_bytes())
    promised = (50_000_000).to_bytes(4, "big")
    for table, offset in ((b"stsz", 12), (b"stts", 12), (b"stsc", 16)):
        at = data.index(table) + offset
        data[at : at + 4] = promised
    sizes = data.index(b"stsz")
    data[sizes + 8 : sizes + 12] = (1).to_bytes(4, "big")  # all of one size, so none is listed
    path.write_bytes(data)
    program = (
        "import re, sys; from pathlib import Path\n"
        "from depthstudio.core.errors import InputError\n"
        "from depthstudio.formats.sniff import sniff\n"
        "try: sniff(Path(sys.argv[1]))\n"
        "except InputError as error: print(error)\n"
        # Of this program alone: what `getrusage` says may be that of the one that started it.
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1]) // 1024)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    words, peak_mb = ended.stdout.splitlines()
    assert words == "clip.mp4 is damaged or cut short and cannot be decoded"
    assert int(peak_mb) < 500


def test_a_frame_too_large_to_be_one_is_refused(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "clip", container="avi", codec="mjpeg", layout="yuvj420p", frames=1
    )
    data = path.read_bytes()
    # The picture's own header says its size; so does the container's, which is not believed.
    at = data.index(b"\xff\xc0")
    huge = data[: at + 5] + b"\xff\xf0\xff\xf0" + data[at + 9 :]
    path.write_bytes(huge)
    with pytest.raises(FormatError):
        read_video_info(path)
    with pytest.raises(FormatError):
        first_frame(path)
