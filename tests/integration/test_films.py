"""A video that is to be run is looked at before, frame by frame."""

from pathlib import Path

import pytest

from depthstudio.ui.window.centre import Tab
from tests.support.studio import Start, until
from tests.support.videos import write_video

pytestmark = pytest.mark.anyio


async def test_a_video_is_shown_and_stepped_before_it_has_a_result(
    start: Start, tmp_path: Path
) -> None:
    film = write_video(tmp_path / "walk.mp4", frames=6)
    async with start() as studio:
        window, view = studio.window, studio.window.centre.photo_view
        studio.workbench.open_paths([film])
        await until(lambda: window.windowTitle() == "walk.mp4 – DepthStudio")
        await until(lambda: not view.busy and view.canvas.image is not None)
        assert window.centre.tabs.currentIndex() == list(Tab).index(Tab.PHOTO)
        first = view.canvas.image

        view.go_to(4)
        await until(lambda: not view.busy and view.canvas.image is not first)
        assert view.index == 4
        assert "strip" not in vars(window.centre.pictures)
