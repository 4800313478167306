"""Addresses in the window: dropped or pasted, shown as far as they can be seen, and run."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from depthstudio.core.job import JobState
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.window.centre import Tab
from depthstudio.ui.window.drop_page import DropZone
from tests.support.scripted_provider import Scripted
from tests.support.scripted_service import ScriptedService
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio

ADDRESS = "https://cdn.test/clips/walk.png?sig=s3cret%2F1"


@pytest.fixture
def registry(service: ScriptedService) -> Registry:
    """The scripted provider, which takes addresses here, and the relief, which takes none."""

    class Here(Scripted):
        info = replace(Scripted.info, endpoints={"api": service.url}, takes_urls=True)

    return Registry([Here(), ReliefProvider()])


@pytest.fixture
def start_web(start_remote: Start) -> Start:
    """Starts with the provider chosen that takes addresses."""
    return partial(start_remote, settings=AppSettings(last_provider_id="scripted"))


def what_runs(studio: Studio) -> str:
    return studio.window.inspector.run_box.state().what


def words_in(studio: Studio) -> str:
    """What the Photo view says in place of a picture."""
    (empty,) = studio.window.centre.photo_view.findChildren(EmptyState)
    return empty.title if empty.isVisible() else ""


async def test_a_dropped_link_waits_for_run_and_says_where_it_lies(
    start_web: Start, service: ScriptedService
) -> None:
    async with start_web() as studio:
        window = studio.window
        drag = studio.drag([ADDRESS])
        drag.enter(window.centre)
        await until(lambda: "1 address for Scripted" in window.centre.drop.text_of(DropZone.ADD))
        assert not window.centre.drop.zone_widget(DropZone.VIEW).isVisible()
        drag.drop(window.centre)
        await until(lambda: what_runs(studio))
        state = window.inspector.run_box.state()
        assert state.what == "1 photo from cdn.test"
        assert state.where == "Only the address goes to 127.0.0.1, which fetches what is there"
        await until(lambda: words_in(studio) == "walk.png")
        assert window.centre.current_tab is Tab.PHOTO
        assert window.windowTitle() == "walk.png – DepthStudio"
        assert studio.rows == []
        await studio.run()
        await studio.settled()
        assert window.queue_panel.model.index(0).data() == "walk.png · cdn.test"
        assert not window.queue_panel.view.viewport().grab().isNull()
    assert [job.body for job in service.jobs.values()] == [ADDRESS]


async def test_an_address_is_pasted_with_the_keyboard(start_web: Start) -> None:
    async with start_web() as studio:
        window = studio.window
        QGuiApplication.clipboard().setText(f" {ADDRESS}\n")
        window.activateWindow()
        await until(window.isActiveWindow)
        window.queue_panel.view.setFocus()
        QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: what_runs(studio) == "1 photo from cdn.test")
        (source,) = window.inspector.inputs()
        assert source.url == ADDRESS


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "The clipboard holds no address"),
        ("some words s3cret", "This is not an address on the web. Write https://HOST/FILE"),
        ("http://cdn.test/x?s3cret", "cdn.test would be spoken to without encryption. Use https"),
        ("https://u:s3cret@cdn.test/x", "An address may not hold a name or password"),
    ],
)
async def test_what_is_no_address_is_not_pasted_and_not_repeated(
    start_web: Start, text: str, complaint: str
) -> None:
    async with start_web() as studio:
        QGuiApplication.clipboard().setText(text)
        studio.window.action("paste").trigger()
        await until(lambda: studio.message)
        assert complaint in studio.message
        assert "s3cret" not in studio.message
        assert studio.window.inspector.inputs() == ()


async def test_a_provider_of_files_says_that_it_takes_no_address(
    start_web: Start,
) -> None:
    async with start_web() as studio:
        studio.window.inspector.set_provider("relief")
        studio.drop([ADDRESS], on=studio.window.centre)
        await until(lambda: studio.window.inspector.inputs())
        reason = studio.window.inspector.run_box.state().reason
        assert reason == "Relief takes files, not addresses on the web"
        await until(lambda: studio.message == reason)
        assert studio.rows == []


async def test_an_earlier_answer_is_offered_with_its_date_and_never_given_by_itself(
    start_web: Start, service: ScriptedService
) -> None:
    async with start_web() as studio:
        box = studio.window.inspector.run_box
        studio.drop([ADDRESS], on=studio.window.centre)
        await studio.run()
        await studio.shows("walk.png")
        await until(lambda: box.state().is_known)
        assert box.state().known_note.startswith("The library has a result of today ")
        assert box.state().known_note.endswith("; the address may hold something else now")
        studio.window.inspector.run_again_requested.emit()
        await until(lambda: studio.states == [JobState.DONE] * 2)
    assert sum(service.accepted.values()) == 2


async def test_files_and_addresses_make_one_scene_of_which_the_files_are_seen(
    start_web: Start, photo: Path
) -> None:
    async with start_web() as studio:
        studio.drop([photo, ADDRESS], on=studio.window.centre)
        await until(lambda: studio.window.centre.photo_view.canvas.image is not None)
        state = studio.window.inspector.run_box.state()
        assert state.what.startswith("2 photos, ")
        assert state.what.endswith(" of it here")
        assert state.where == "Files and addresses go to 127.0.0.1, nothing else does"
        assert [source.is_remote for source in studio.window.inspector.inputs()] == [False, True]
