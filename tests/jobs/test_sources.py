import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.digest import sha256_bytes
from depthstudio.core.errors import InputError, UsageError
from depthstudio.core.job import Source
from depthstudio.formats.sniff import Sniffed
from depthstudio.jobs.sources import (
    fitting,
    grouped,
    hash_source,
    job_name,
    require_taken,
    source_of,
    take_in,
)
from depthstudio.providers.builtin.relief import ReliefProvider
from tests.support.videos import write_video

MakePhoto = Callable[..., Path]
PLY = b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n"


def names(sources: tuple[Source, ...]) -> list[str]:
    return [source.path.name for source in sources]


def test_a_photo_is_known_by_its_content(make_photo: MakePhoto, tmp_path: Path) -> None:
    path = make_photo("holiday.png").rename(tmp_path / "holiday.txt")

    intake = take_in([path])

    (source,) = intake.sources
    assert (source.path, source.media_type) == (path, "image/png")
    assert (source.width_px, source.height_px) == (32, 24)
    assert (source.size_bytes, source.mtime_ns) == (path.stat().st_size, path.stat().st_mtime_ns)
    assert bool(intake)


def test_a_relative_path_becomes_absolute(
    make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_photo("photo.png")
    monkeypatch.chdir(tmp_path)

    assert take_in([Path("photo.png")]).sources[0].path == tmp_path / "photo.png"


def test_a_folder_is_walked_in_the_order_a_person_counts(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    for name in ("d/img10.png", "d/img2.png", "d/shots/b.png", "d/img1.png", "d/Arc/a.png"):
        make_photo(name)

    sources = take_in([tmp_path / "d"]).sources

    below = [str(source.path.relative_to(tmp_path / "d")) for source in sources]
    assert below == ["img1.png", "img2.png", "img10.png", "Arc/a.png", "shots/b.png"]


def test_hidden_files_and_folders_are_not_looked_at(make_photo: MakePhoto, tmp_path: Path) -> None:
    for name in ("d/seen.png", "d/.hidden.png", "d/.cache/thumb.png"):
        make_photo(name)

    intake = take_in([tmp_path / "d"])

    assert (names(intake.sources), intake.skipped) == (["seen.png"], 0)


def test_what_lies_in_a_folder_and_is_nothing_for_us_is_only_counted(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    make_photo("d/photo.png")
    (tmp_path / "d" / "notes.txt").write_text("buy milk")
    (tmp_path / "d" / "empty.png").touch()
    (tmp_path / "d" / "broken.png").symlink_to(tmp_path / "nowhere.png")

    intake = take_in([tmp_path / "d"])

    assert (names(intake.sources), intake.skipped, intake.unusable) == (["photo.png"], 3, ())


def test_what_was_named_itself_is_answered_for(make_photo: MakePhoto, tmp_path: Path) -> None:
    text, missing = tmp_path / "notes.txt", tmp_path / "missing.png"
    text.write_text("buy milk")

    intake = take_in([text, make_photo("photo.png"), missing])

    assert names(intake.sources) == ["photo.png"]
    assert [item.path for item in intake.unusable] == [text, missing]
    assert "is a text file" in str(intake.unusable[0].error)
    assert "cannot be read" in str(intake.unusable[1].error)
    assert all(isinstance(item.error, InputError) and item.error.hint for item in intake.unusable)


def test_a_scene_is_kept_apart_from_the_photos(make_photo: MakePhoto, tmp_path: Path) -> None:
    scene = tmp_path / "scene.png"
    scene.write_bytes(PLY)

    intake = take_in([scene, make_photo("photo.png")])

    assert (intake.scenes, names(intake.sources)) == ((scene,), ["photo.png"])


def test_a_folder_without_photos_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy milk")

    (unusable,) = take_in([tmp_path]).unusable

    assert str(unusable.error) == "There is no photo or video in this folder"
    assert unusable.path == tmp_path


def test_a_video_is_a_source_with_its_rate_and_length(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    make_photo("d/10.png")
    clip = write_video(tmp_path / "d" / "2.bin", frames=12, rate_hz=25, container="mov")

    intake = take_in([tmp_path / "d"])

    assert names(intake.sources) == ["2.bin", "10.png"]
    source = intake.sources[0]
    assert (source.path, source.media_type) == (clip, "video/quicktime")
    assert (source.width_px, source.height_px) == (64, 48)
    assert (source.frame_rate_hz, source.frame_count) == (25.0, 12)


def test_a_damaged_video_says_why(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4")
    path.write_bytes(path.read_bytes()[:500])

    (unusable,) = take_in([path]).unusable

    assert str(unusable.error) == "clip.mp4 is damaged or cut short and cannot be decoded"
    assert unusable.error.hint


def test_what_lies_in_a_folder_and_is_nothing_for_the_provider_is_left_out(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    photo = make_photo("d/photo.png")
    clip = write_video(tmp_path / "d" / "clip.mp4")
    sources = take_in([tmp_path / "d"]).sources

    assert names(fitting(ReliefProvider.info, sources, [tmp_path / "d"])) == ["photo.png"]
    assert fitting(ReliefProvider.info, [], []) == ()
    for named in ([photo, clip], [tmp_path / "d", clip]):
        assert names(fitting(ReliefProvider.info, sources, named)) == ["clip.mp4", "photo.png"]
    only_clip = take_in([clip]).sources
    assert fitting(ReliefProvider.info, only_clip, [tmp_path / "d"]) == only_clip
    with pytest.raises(UsageError, match=r"Relief takes photos, not clip\.mp4"):
        require_taken(ReliefProvider.info, sources)


def test_nothing_dropped_is_nothing_taken_in() -> None:
    intake = take_in([])

    assert not intake


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Let the system refuse to list one folder, as it does to a user who may not."""
    real = os.scandir

    def refuse(forbidden: Path) -> None:
        def scandir(path: Any) -> Iterator[Any]:
            if Path(path) == forbidden:
                raise PermissionError(13, "Permission denied", str(path))
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)

    return refuse


def test_a_folder_that_cannot_be_read_says_so(
    tmp_path: Path, forbid: Callable[[Path], None]
) -> None:
    forbid(tmp_path)

    (unusable,) = take_in([tmp_path]).unusable

    assert str(unusable.error) == "The folder cannot be read: Permission denied"
    assert unusable.error.hint == "Check its permissions"


def test_one_folder_that_cannot_be_read_does_not_cost_the_others(
    make_photo: MakePhoto, tmp_path: Path, forbid: Callable[[Path], None]
) -> None:
    make_photo("d/photo.png")
    make_photo("d/private/other.png")
    forbid(tmp_path / "d" / "private")

    intake = take_in([tmp_path / "d"])

    assert (names(intake.sources), intake.skipped, intake.unusable) == (["photo.png"], 1, ())


def test_a_file_that_vanishes_while_it_is_taken_in_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The file cannot be read: No such file"):
        source_of(tmp_path / "gone.png", Sniffed("image/png"))


def test_the_hash_is_that_of_the_bytes(make_source: Callable[..., Source]) -> None:
    source = make_source()
    looks: list[None] = []

    digest = hash_source(source, lambda: looks.append(None))

    assert digest == sha256_bytes(source.path.read_bytes())
    assert looks == [None]


def test_hashing_stops_when_the_check_raises(make_source: Callable[..., Source]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hash_source(make_source(), stop)


def test_a_file_that_changed_after_it_was_added_is_refused(
    make_source: Callable[..., Source], make_photo: MakePhoto
) -> None:
    source = make_source("photo.png")
    os.utime(source.path, ns=(0, source.mtime_ns + 1))

    with pytest.raises(InputError, match=r"photo\.png changed after it was added") as caught:
        hash_source(source, lambda: None)

    assert caught.value.hint == "Add it again to run the new version"
    assert caught.value.detail == str(source.path)


def test_a_file_that_changes_while_it_is_read_is_refused(
    make_source: Callable[..., Source],
) -> None:
    source = make_source("photo.png")

    with pytest.raises(InputError, match="changed after it was added"):
        hash_source(source, lambda: os.utime(source.path, ns=(0, source.mtime_ns + 1)))


def test_a_file_that_is_gone_says_what_to_do(make_source: Callable[..., Source]) -> None:
    source = make_source("photo.png")
    source.path.unlink()

    with pytest.raises(InputError, match=r"photo\.png cannot be read: No such file") as caught:
        hash_source(source, lambda: None)

    assert caught.value.hint.startswith("Put the file back and retry")


def test_a_row_is_called_after_its_files(make_source: Callable[..., Source]) -> None:
    sources = [make_source(name) for name in ("a.png", "b.png", "c.png")]

    assert (job_name(sources[:1]), job_name(sources)) == ("a.png", "a.png + 2")


def test_sources_become_one_job_each_or_one_together(make_source: Callable[..., Source]) -> None:
    one, two = make_source("a.png"), make_source("b.png")

    assert grouped([one, two], 1, one_scene=False) == [(one,), (two,)]
    assert grouped([one, two], 2, one_scene=True) == [(one, two)]
    assert grouped([], 2, one_scene=True) == []
    with pytest.raises(UsageError, match="at most 1 here, not 2"):
        grouped([one, two], 1, one_scene=True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always text")
def test_a_name_that_is_no_text_is_refused_and_costs_no_other_file(
    make_photo: MakePhoto, tmp_path: Path
) -> None:
    path = make_photo("d/photo.png").rename(tmp_path / "d" / os.fsdecode(b"\xff.png"))
    other = make_photo("d/other.png")

    (unusable,) = take_in([path]).unusable
    intake = take_in([tmp_path / "d"])

    assert unusable.path == tmp_path / "d" / "?.png"
    assert str(unusable.error).startswith("“?.png” has a name")
    assert unusable.error.hint == "Rename it, then add it again"
    assert ([source.path for source in intake.sources], intake.skipped) == ([other], 1)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always text")
def test_a_folder_whose_name_is_no_text_is_refused(make_photo: MakePhoto, tmp_path: Path) -> None:
    make_photo("d/photo.png")
    folder = (tmp_path / "d").rename(tmp_path / os.fsdecode(b"\xff"))

    (unusable,) = take_in([folder]).unusable

    assert str(unusable.error).startswith("“?” has a name")
