"""Answers with whole videos in them as text, read in slices from the disk."""

import base64
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.providers.oxen import long_texts
from depthstudio.providers.oxen.at_once import ANSWER_NAME, Video, videos_in, write_video

SLICE_BYTES = 4096
CONTENT = bytes(range(256)) * 300


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_texts, "SLICE_BYTES", SLICE_BYTES)


def not_stopped() -> None:
    """Nobody cancels."""


def written(folder: Path, answer: str) -> list[bytes]:
    folder.joinpath(ANSWER_NAME).write_text(answer)
    found: list[bytes] = []
    for number, video in enumerate(videos_in(folder)):
        path = folder / f"{number}.mp4"
        write_video(video, folder, path, not_stopped)
        found.append(path.read_bytes())
    return found


def answer_of(*contents: bytes) -> str:
    videos = [{"b64_json": base64.b64encode(content).decode(), "url": None} for content in contents]
    return json.dumps({"model": 'a "model" \\', "created": 1, "videos": videos})


@pytest.mark.parametrize(
    "spelt",
    [
        str,
        lambda text: text.replace("/", "\\/"),
        lambda text: text.replace("+", "\\u002b"),
        lambda text: text.replace("{", "{ \n").replace(":", " :\t"),
    ],
    ids=["plain", "slashes", "pluses", "spaced"],
)
def test_every_video_comes_out_as_it_was(tmp_path: Path, spelt: Callable[[str], str]) -> None:
    contents = [CONTENT, b"x" * 12_300, b"short", CONTENT[1:] * 2]
    assert written(tmp_path, spelt(answer_of(*contents))) == contents


@pytest.mark.parametrize("shift", range(9))
def test_an_escape_may_stand_on_the_edge_of_a_slice(tmp_path: Path, shift: int) -> None:
    text = answer_of(b"\xff" * 30_000).replace("/", "\\/")
    assert written(tmp_path, " " * shift + text) == [b"\xff" * 30_000]


@pytest.mark.parametrize(
    "answer",
    [
        "", "{", '{"videos": [', '{"videos": [{"b64_json": "' + "QUFB" * 9000,
        '{"videos": []}', '{"videos": [{"b64_json": ""}]}', '{"videos": [{"b64_json": 7}]}',
        "[" * 3_000_000, '"",' * 900_000, '{"a": "' + "\\" * 100_001,
        '{"' + "k" * 20_000 + '": 1, "videos": []}',
    ],
    ids=range(11),
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(tmp_path: Path, answer: str) -> None:
    tmp_path.joinpath(ANSWER_NAME).write_text(answer)
    with pytest.raises(BadResponse):
        videos_in(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-1], lambda text: text[:9000] + "=" + text[9001:],
        lambda text: text[:9000] + "é" + text[9001:], lambda text: text + "AAAA",
        lambda text: text[:9000] + "\\n" + text[9000:],
        lambda text: text[:9000] + "\\x" + text[9000:],
    ],
    ids=range(6),
)  # fmt: skip
@pytest.mark.parametrize("size", [12_001, 90_001])
def test_text_that_is_damaged_makes_no_file(
    tmp_path: Path, damage: Callable[[str], str], size: int
) -> None:
    text = damage(base64.b64encode(b"a" * size).decode())
    with pytest.raises(BadResponse):
        written(tmp_path, '{"videos": [{"b64_json": "' + text + '"}]}')
    assert not (tmp_path / "0.mp4").exists()


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (5, 4), (0, 1 << 40)])
def test_a_place_that_the_service_made_up_leads_nowhere(
    tmp_path: Path, start: int, end: int
) -> None:
    answer = {"videos": [{"b64_json": {"start": start, "end": end}}]}
    with pytest.raises(BadResponse):
        written(tmp_path, json.dumps(answer))


def test_a_large_video_takes_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    size_bytes = 48 << 20
    with tmp_path.joinpath(ANSWER_NAME).open("w") as file:
        file.write('{"videos": [{"b64_json": "')
        for _ in range(64):
            file.write("A" * (size_bytes // 48))
        file.write('"}]}')
    tracemalloc.start()
    (video,) = videos_in(tmp_path)
    write_video(video, tmp_path, tmp_path / "depth.mp4", not_stopped)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tmp_path.joinpath("depth.mp4").stat().st_size == size_bytes
    assert peak_bytes < 16 << 20


def test_a_cancel_ends_the_writing(tmp_path: Path) -> None:
    tmp_path.joinpath(ANSWER_NAME).write_text(answer_of(CONTENT))
    (video,) = videos_in(tmp_path)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write_video(video, tmp_path, tmp_path / "depth.mp4", stop)
    assert isinstance(video, Video)
    assert not (tmp_path / "depth.mp4").exists()
