"""Asking again, asking differently, and choosing what is shown."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QToolButton

from depthstudio.core.job import JobState
from depthstudio.ui.queue.actions import RowAction
from tests.support.scripted_service import ScriptedService
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio


async def dropped(studio: Studio, photo: Path) -> None:
    """Drop a photo and wait until its result is shown."""
    studio.shown.clear()
    studio.drop([photo], on=studio.window.centre)
    await studio.shows(photo.name)


def buttons_of_run_box(studio: Studio) -> list[str]:
    box = studio.window.inspector.run_box
    return [button.text() for button in box.findChildren(QPushButton) if button.isVisible()]


def size_of_library(studio: Studio) -> int:
    return studio.window.library_panel.model.rowCount()


async def test_a_question_the_library_knows_is_answered_from_it(start: Start, photo: Path) -> None:
    async with start() as studio:
        await dropped(studio, photo)
        await dropped(studio, photo)
        assert [entry.status.cached for entry in studio.rows] == [False, True]
        first, second = (entry.status.result_id for entry in studio.rows)
        assert first == second
        await until(lambda: size_of_library(studio) == 1)
        await until(lambda: buttons_of_run_box(studio) == ["Show result", "Run again"])


async def test_ctrl_return_shows_a_known_result_and_run_again_adds_one(
    start: Start, photo: Path
) -> None:
    async with start() as studio:
        await dropped(studio, photo)
        await until(lambda: studio.window.inspector.run_box.state().is_known)
        studio.shown.clear()
        studio.window.activateWindow()
        await until(studio.window.isActiveWindow)
        QTest.keyClick(studio.window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await studio.shows("fields.png")
        assert len(studio.rows) == 1
        studio.window.inspector.run_again_requested.emit()
        await until(lambda: size_of_library(studio) == 2)
        await until(lambda: studio.states == [JobState.DONE] * 2)
        assert [entry.status.cached for entry in studio.rows] == [False, False]


async def test_a_changed_parameter_is_another_question(start: Start, photo: Path) -> None:
    async with start() as studio:
        await dropped(studio, photo)
        await until(lambda: studio.window.inspector.run_box.state().is_known)
        studio.window.inspector.form().set_values({"depth": 0.5, "invert": True})
        assert not studio.window.inspector.run_box.state().is_known
        await studio.run()
        await studio.settled()
        params = studio.rows[1].job.params
        assert (params["depth"], params["invert"]) == (0.5, True)
        assert studio.states == [JobState.DONE] * 2
        await until(lambda: size_of_library(studio) == 2)


async def test_run_says_why_it_cannot(start_remote: Start, photo: Path, tmp_path: Path) -> None:
    async with start_remote() as studio:
        action, box = studio.window.action("run"), studio.window.inspector.run_box
        assert not action.isEnabled()
        assert box.state().reason == "Add a photo first"
        webp = tmp_path / "fields.webp"
        Image.open(photo).save(webp)
        studio.window.inspector.set_provider("scripted")
        studio.drop([webp], on=studio.window.centre)
        await until(lambda: "fields.webp" in box.state().reason)
        await until(lambda: studio.message == box.state().reason)
        assert not action.isEnabled()
        assert studio.rows == []


async def test_only_the_newest_of_several_wishes_is_shown(start: Start, photos: list[Path]) -> None:
    async with start() as studio:
        studio.drop(photos, on=studio.window.centre)
        await studio.settled()
        await studio.shows("96.png")
        studio.shown.clear()
        for row in (1, 2, 0, 2, 1):
            studio.click_row(row)
        await studio.shows("128.png")
        assert studio.shown == ["128.png"]


async def test_who_looks_at_another_result_is_not_called_away(
    start_remote: Start, service: ScriptedService, photo: Path, photos: list[Path]
) -> None:
    async with start_remote() as studio:
        inspector = studio.window.inspector
        inspector.set_provider("relief")
        await dropped(studio, photos[0])
        inspector.set_provider("scripted")
        inspector.form().set_values({"script": "slow"})
        studio.drop([photo], on=studio.window.queue_panel)
        await until(lambda: inspector.inputs()[0].path == photo)
        await studio.run()
        await until(lambda: studio.window.queue_panel.selected_id == studio.rows[1].job.id)
        studio.shown.clear()
        studio.click_row(0)
        await studio.shows("96.png")
        service.release.set()
        await studio.settled()
        await until(lambda: inspector.run_box.state().is_known)
        assert studio.shown == ["96.png"]


async def test_rows_are_run_again_removed_and_cleared(start: Start, photos: list[Path]) -> None:
    async with start() as studio:
        studio.drop(photos, on=studio.window.centre)
        await studio.settled()
        studio.click_row(0)
        studio.window.queue_panel.run_again_requested.emit(studio.rows[0].job.id)
        await until(lambda: size_of_library(studio) == 4)
        await studio.settled()
        removed = studio.rows[1].job.id
        studio.window.queue_panel.remove_requested.emit(removed)
        await until(lambda: removed not in studio.session.queue)
        await until(studio.window.action("clear").isEnabled)
        studio.window.action("clear").trigger()
        await until(lambda: not studio.rows)
        await until(lambda: not studio.window.action("clear").isEnabled())
        assert size_of_library(studio) == 4


async def test_show_in_a_row_brings_its_result(start: Start, photos: list[Path]) -> None:
    async with start() as studio:
        studio.drop(photos[:2], on=studio.window.centre)
        await studio.settled()
        await studio.shows("96.png")
        studio.click_row(1, RowAction.SHOW)
        await studio.shows("128.png")


async def test_a_counter_in_the_status_bar_goes_to_its_job(
    start: Start, photo: Path, tmp_path: Path
) -> None:
    async with start() as studio:
        studio.drop([photo, tmp_path / "gone.png"], on=studio.window.centre)
        await until(lambda: sorted(studio.states) == [JobState.DONE, JobState.FAILED])
        counters = studio.window.status.findChildren(QToolButton)
        await until(lambda: any(button.text() == "1 failed" for button in counters))
        next(button for button in counters if button.text() == "1 failed").click()
        selected = studio.session.queue.entry(studio.window.queue_panel.selected_id)
        assert selected.job.name == "gone.png"


async def test_a_card_opens_its_result_and_is_removed_only_after_a_question(
    start: Start, photo: Path
) -> None:
    async with start() as studio:
        await dropped(studio, photo)
        panel = studio.window.library_panel
        await until(lambda: panel.model.rowCount() == 1)
        panel.view.setCurrentIndex(panel.view.model().index(0, 0))
        studio.shown.clear()
        QTest.keyClick(panel.view, Qt.Key.Key_Return)
        await studio.shows("fields.png")
        for answer, left in (("Cancel", 1), ("Remove", 0)):
            QTest.keyClick(panel.view, Qt.Key.Key_Delete)
            box = studio.window.findChild(QMessageBox)
            assert "fields.png" in box.text()
            next(b for b in box.buttons() if b.text().replace("&", "") == answer).click()
            await until(lambda left=left: panel.model.rowCount() == left)
            await until(lambda: studio.window.findChild(QMessageBox) is None)
        await until(lambda: studio.session.library.count() == 0)
