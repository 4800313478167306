"""What is shown of several generations that are not all alike."""

from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.views import DepthStack
from depthstudio.formats import deflated_frames, media_type
from depthstudio.formats.deflated_frames import DeflatedFrames
from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams
from depthstudio.providers.oxen.views import decoded
from tests.support.depth_clips import HEIGHT_PX, WIDTH_PX, depth_frame, write_depth_video

BESIDE = OxenVideoParams(side_by_side=True)


def video(folder: Path, number: int, frames: int) -> Artifact:
    """A depth video of this generation beside a photo that tells its number by its grey."""
    photo = np.full((HEIGHT_PX, WIDTH_PX, 3), 50 * number, np.uint8)
    path = folder / f"depth_{number}.mp4"
    write_depth_video(path, frames=frames, beside=photo)
    return Artifact.of(path, Role.VIDEO, media_type.MP4)


def values(folder: Path, number: int, frames: int) -> Artifact:
    path = folder / f"raw_depth_{number}.npz"
    np.savez_compressed(path, depths=np.stack([depth_frame(n) + number for n in range(frames)]))
    return Artifact.of(path, Role.RAW_DEPTH, media_type.NPZ)


def generation_of(photo: np.ndarray) -> int:
    return round(float(photo.mean()) / 50)


@pytest.mark.parametrize("with_values", [False, True])
def test_a_generation_of_another_length_is_left_out_of_depth_and_photos_and_said_so(
    tmp_path: Path, with_values: bool
) -> None:
    lengths = {1: 5, 2: 4, 3: 5}
    files = [video(tmp_path, number, frames) for number, frames in lengths.items()]
    if with_values:
        files += [values(tmp_path, number, frames) for number, frames in lengths.items()]
    views = decoded(files, BESIDE)

    assert views.depth is not None
    assert views.photos is not None
    assert len(views.depth) == len(views.photos) == 10
    assert [views.depth.take_of(index) for index in (4, 5)] == [1, 3]
    assert [generation_of(views.photos.load(index)) for index in (0, 4, 5, 9)] == [1, 1, 3, 3]
    assert views.photos.names[4:6] == ("Frame 5 · 1", "Frame 1 · 3")
    assert views.notes == ("Generation 2 is not shown: its frames are of another size or number",)


def test_a_generation_without_values_is_left_out_of_depth_and_photos_and_said_so(
    tmp_path: Path,
) -> None:
    files = [video(tmp_path, number, 4) for number in (1, 2, 3)]
    files += [values(tmp_path, number, 4) for number in (2, 3)]
    views = decoded(files, BESIDE)

    assert views.depth is not None
    assert views.photos is not None
    assert [round(float(views.depth.frame(index)[0, 0])) for index in (0, 4)] == [2, 3]
    assert [generation_of(views.photos.load(index)) for index in (0, 4)] == [2, 3]
    assert views.notes == (
        "Generation 1 is not shown: only a video came of it, and values of others",
    )


def test_photos_of_a_video_that_is_shorter_than_the_values_stay_with_their_generation(
    tmp_path: Path,
) -> None:
    files = [video(tmp_path, number, 3) for number in (1, 2, 3)]
    files += [values(tmp_path, number, 4) for number in (1, 2, 3)]
    photos = decoded(files, BESIDE).photos

    assert photos is not None
    shown = [generation_of(photos.load(index)) for index in range(12)]
    assert shown == [1] * 4 + [2] * 4 + [3] * 4


def test_generations_share_the_room_for_frames_that_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deflated_frames, "CACHE_BYTES", 6 * 4 * HEIGHT_PX * WIDTH_PX)
    depth = decoded([values(tmp_path, number, 6) for number in (1, 2)], BESIDE).depth

    assert isinstance(depth, DepthStack)
    for index in range(12):
        depth.frame(index)
    takes = [stack.values for stack in depth.values._stacks]  # pyright: ignore
    assert [len(take._kept) for take in takes if isinstance(take, DeflatedFrames)] == [3, 3]


def test_of_no_files_nothing_is_shown() -> None:
    views = decoded([], BESIDE)
    assert (views.depth, views.depth_pictures, views.photos) == (None, None, None)
