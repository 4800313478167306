"""What a drop on the real window does, wherever it lands and whatever is in it."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.job import JobState
from depthstudio.core.views import PointCloud
from depthstudio.formats.glb_write import write_glb
from depthstudio.formats.ply_write import write_ply
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.window.drop_page import DropZone
from tests.support.heic import heic
from tests.support.studio import Start, two_fields, until
from tests.support.videos import frame_picture, write_video

pytestmark = pytest.mark.anyio

PLACES = {
    "menus": lambda window: window.menuBar(),
    "queue": lambda window: window.queue_panel,
    "library search": lambda window: window.library_panel.search,
    "centre": lambda window: window.centre,
    "inspector": lambda window: window.inspector,
}


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "torn.png"
    whole = two_fields(tmp_path / "whole.png").read_bytes()
    path.write_bytes(whole[:20])
    return path


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A cloud of eight points, in the format the test asks for."""
    path = tmp_path / f"cloud.{request.param}"
    corners = np.indices((2, 2, 2)).reshape(3, 8).T.astype(np.float32)
    {"glb": write_glb, "ply": write_ply}[request.param](path, clouds=[PointCloud(corners)])
    return path


@pytest.mark.parametrize("place", PLACES)
async def test_a_photo_dropped_anywhere_becomes_a_result(
    start: Start, photo: Path, place: str
) -> None:
    async with start() as studio:
        studio.drop([photo], on=PLACES[place](studio.window))
        await studio.shows("fields.png")
        assert [entry.job.name for entry in studio.rows] == ["fields.png"]
        assert studio.states == [JobState.DONE]
        centre = studio.window.centre
        assert centre.depth_view.picture is not None
        assert centre.photo_view.canvas.image is not None
        await until(lambda: studio.window.library_panel.model.rowCount() == 1)
        assert studio.window.library_panel.search.text() == ""


async def test_the_row_and_the_photo_are_there_while_the_job_still_runs(
    start: Start, photo: Path
) -> None:
    async with start() as studio:
        seen: list[tuple[int, str]] = []
        studio.session.queue.inserted.connect(
            lambda row: seen.append(
                (studio.window.queue_panel.model.rowCount(), studio.window.windowTitle())
            )
        )
        studio.drop([photo], on=studio.window.centre)
        await studio.shows("fields.png")
        assert seen == [(1, "fields.png – DepthStudio")]


async def test_a_folder_gives_a_job_for_each_photo_and_counts_the_rest(
    start: Start, tmp_path: Path, photos: list[Path], damaged: Path
) -> None:
    async with start() as studio:
        folder = tmp_path / "shoot"
        (folder / "second day").mkdir(parents=True)
        shutil.copy(photos[0], folder / "second day")
        for path in (*photos[1:], damaged):
            shutil.copy(path, folder)
        (folder / "notes.txt").write_text("dull weather")
        studio.drop([folder], on=studio.window.queue_panel)
        await studio.settled()
        assert [entry.job.name for entry in studio.rows] == ["128.png", "160.png", "96.png"]
        assert studio.states == [JobState.DONE] * 3
        await studio.shows("128.png")
        assert studio.message == "2 files skipped: neither photo, video nor scene"


async def test_a_telephones_photo_becomes_a_result(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(heic(frame_picture(5), quarter_turns=3, exif_orientation=6))
    async with start() as studio:
        studio.drop([path], on=studio.window.centre)
        await studio.shows("IMG_0001.HEIC")
        assert studio.states == [JobState.DONE]
        image = studio.window.centre.photo_view.canvas.image
        assert image is not None
        assert (image.width(), image.height()) == (64, 48)


async def test_a_video_is_an_input_that_says_why_it_cannot_run_here(
    start: Start, tmp_path: Path
) -> None:
    clip = write_video(tmp_path / "clip.mp4")
    async with start() as studio:
        studio.drop([clip], on=studio.window.centre)
        await until(lambda: studio.message != "")
        state = studio.window.inspector.run_box.state()
        assert state.what.startswith("1 video · 24 fps · 24 frames, ")
        assert state.reason == studio.message == "Relief takes photos, not clip.mp4"
        assert studio.rows == []


async def test_a_video_among_the_photos_of_a_folder_stops_none_of_them(
    start: Start, tmp_path: Path, photo: Path
) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    shutil.copy(photo, folder)
    write_video(folder / "clip.mp4")
    async with start() as studio:
        studio.drop([folder], on=studio.window.centre)
        await studio.shows("fields.png")
        assert studio.states == [JobState.DONE]
        assert studio.message == "Relief takes photos, not clip.mp4"


async def test_a_damaged_photo_says_so_in_its_row_and_runs_once_it_is_mended(
    start: Start, damaged: Path
) -> None:
    async with start() as studio:
        studio.drop([damaged], on=studio.window.queue_panel)
        await studio.settled()
        failure = studio.rows[0].status.failure
        assert studio.states == [JobState.FAILED]
        assert failure is not None
        studio.click_row(0, RowAction.DETAILS)
        details = studio.window.queue_panel.details
        assert details.isVisible()
        assert failure.message in details.text()
        assert failure.hint in details.text()
        two_fields(damaged)
        studio.click_row(0, RowAction.RETRY)
        await studio.shows("torn.png")
        assert studio.states == [JobState.DONE]
        assert not details.isVisible()


@pytest.mark.parametrize("scene", ["glb", "ply"], indirect=True)
async def test_a_scene_is_viewed_without_a_job(start: Start, scene: Path) -> None:
    async with start() as studio:
        studio.drop([scene], on=studio.window.centre)
        await studio.shows(scene.name)
        assert studio.rows == []
        assert studio.window.centre.scene_page.info.startswith("8")


@pytest.mark.parametrize("scene", ["glb"], indirect=True)
async def test_a_damaged_scene_is_explained_and_photos_beside_it_still_run(
    start: Start, scene: Path, photo: Path
) -> None:
    async with start() as studio:
        os.truncate(scene, 64)
        studio.drop([scene, photo], on=studio.window.centre)
        await studio.settled()
        assert studio.states == [JobState.DONE]
        await until(lambda: "cloud.glb" in studio.message)


async def test_what_is_only_viewed_makes_no_job_but_may_run_later(
    start: Start, photo: Path
) -> None:
    async with start() as studio:
        centre = studio.window.centre
        drag = studio.drag([photo])
        drag.enter(centre)
        await until(lambda: "1 photo" in centre.drop.text_of(DropZone.VIEW))
        centre.drop.grab()  # lays it out
        zone = centre.drop.zone_widget(DropZone.VIEW)
        drag.move(zone)
        drag.drop(zone)
        await until(lambda: centre.photo_view.canvas.image is not None)
        assert studio.rows == []
        await studio.run()
        await studio.settled()
        assert studio.states == [JobState.DONE]


async def test_a_drag_that_leaves_changes_nothing(start: Start, photo: Path) -> None:
    async with start() as studio:
        centre = studio.window.centre
        drag = studio.drag([photo])
        assert drag.enter(centre)
        assert drag.move(studio.window.inspector)
        assert not centre.is_start
        assert centre.drop.isVisible()
        drag.leave()
        assert centre.is_start
        assert studio.rows == []


async def test_text_from_another_program_is_left_to_the_text_fields(start: Start) -> None:
    async with start() as studio:
        drag = studio.drag([])
        assert not drag.enter(studio.window.centre)
        assert studio.window.centre.is_start
