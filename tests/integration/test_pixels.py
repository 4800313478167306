"""What reaches the screen: the data's own colours, and the same again after a restart."""

import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_socket import disable_socket

from depthstudio.core.job import JobState
from depthstudio.ui.window.centre import Tab
from tests.support.studio import LEFT, RIGHT, Start, Studio, until

pytestmark = pytest.mark.anyio

LEAST_SHARE = 0.05  # of the view that a result must cover
TOLERANCE = 12  # of 255 in each channel


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket is made but those of this computer, which the display and the loop need."""
    disable_socket(allow_unix_socket=True)

    def refuse(*arguments: Any, **named: Any) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


async def face_on(studio: Studio) -> None:
    """Look at the 3D view from the front, when it is there."""
    page = studio.window.centre.scene_page
    await until(lambda: page.is_ready)
    studio.window.centre.show_tab(Tab.SCENE)
    page.set_preset("front")


def changed_colours(
    before: NDArray[np.uint8], after: NDArray[np.uint8], half: slice
) -> NDArray[np.uint8]:
    """(N, 3) the colours of the pixels of one half that are not what they were."""
    changed = (np.abs(after.astype(int) - before) > TOLERANCE).any(axis=2)
    return after[:, half][changed[:, half]]


async def test_a_result_covers_the_view_in_the_colours_of_its_photo(
    start: Start, photo: Path
) -> None:
    async with start() as studio:
        await face_on(studio)
        before = studio.view_pixels()
        studio.drop([photo], on=studio.window.centre)
        await studio.shows("fields.png")
        await face_on(studio)
        after = studio.view_pixels()
    height, width = after.shape[:2]
    for half, colour in ((slice(width // 2), LEFT), (slice(width // 2, width), RIGHT)):
        colours = changed_colours(before, after, half)
        assert len(colours) > LEAST_SHARE * height * width / 2
        np.testing.assert_allclose(colours.mean(axis=0), colour, atol=TOLERANCE)


async def test_a_restart_without_a_network_shows_the_same(
    start: Start, photo: Path, request: pytest.FixtureRequest
) -> None:
    async with start() as studio:
        await face_on(studio)
        studio.drop([photo], on=studio.window.centre)
        await studio.shows("fields.png")
        before, facts = studio.view_pixels(), studio.window.centre.scene_page.info
    request.getfixturevalue("no_network")
    async with start() as studio:
        assert studio.states == [JobState.DONE]
        await until(lambda: studio.window.library_panel.model.rowCount() == 1)
        await face_on(studio)
        studio.click_row(0)
        await studio.shows("fields.png")
        assert studio.window.centre.scene_page.info == facts
        np.testing.assert_array_equal(studio.view_pixels(), before)
        centre = studio.window.centre
        assert centre.depth_view.picture is not None
        assert centre.photo_view.canvas.image is not None
