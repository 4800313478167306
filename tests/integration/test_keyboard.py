"""The window without a mouse: what is spoken, where Tab and F6 lead, and larger type."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDoubleSpinBox, QLabel, QWidget

from depthstudio.core.job import JobState
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.window.arrangement import move_to_pane
from depthstudio.ui.window.panes import tab_stops
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio

LARGER = 1.4


@pytest.fixture
def larger_font(qapp: QApplication) -> Iterator[QFont]:
    """A larger font to give the application, which gets its own back afterwards."""
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(before.pointSizeF() * LARGER)
    yield font
    qapp.setFont(before)


def unnamed(window: QWidget) -> list[QWidget]:
    """Where Tab stops and a screen reader has nothing to say."""
    return [stop for stop in tab_stops(window) if not spoken_name(stop)]


def spoken_name(widget: QWidget) -> str:
    """What Qt tells a screen reader: the name it was given, or the text it shows."""
    # Not asked of QAccessible: under PySide 6.11.3 that call has ended the process once.
    shown = widget.text() if isinstance(widget, (QAbstractButton, QLabel)) else ""
    return widget.accessibleName() or shown


async def with_everything(studio: Studio, photo: Path) -> None:
    """Show a result, and the details of a job that failed."""
    not_a_photo = photo.with_suffix(".txt")
    not_a_photo.write_text("words")
    studio.workbench.open_paths([photo])
    await studio.shows(photo.name)
    studio.workbench.open_paths([not_a_photo])
    await until(lambda: JobState.FAILED in studio.states)
    failed = next(row for row in studio.rows if row.status.state is JobState.FAILED)
    studio.window.queue_panel.show_details(failed.job.id)


async def test_everything_that_takes_the_focus_has_a_name(start: Start, photo: Path) -> None:
    async with start() as studio:
        assert unnamed(studio.window) == []
        await with_everything(studio, photo)
        for name in ("show_scene", "show_depth", "show_photo"):
            studio.window.action(name).trigger()
            assert unnamed(studio.window) == []


async def test_tab_goes_through_the_inspector_from_top_to_bottom(start: Start, photo: Path) -> None:
    async with start() as studio:
        studio.workbench.open_paths([photo])
        await studio.shows(photo.name)
        inspector = studio.window.inspector
        places = [
            widget.mapTo(inspector, widget.rect().center()) for widget in tab_stops(inspector)
        ]
        assert len(places) > 10
        assert places == sorted(places, key=lambda place: (place.y(), place.x()))


async def test_f6_leads_through_the_panes_and_back(start: Start, photo: Path) -> None:
    async with start() as studio:
        window = studio.window
        studio.workbench.open_paths([photo])
        await studio.shows(photo.name)
        panes = [window.queue_panel, window.library_panel, window.centre, window.inspector]
        for step, order in ((1, panes), (-1, panes[2::-1] + panes[3:])):
            for pane in order:
                move_to_pane(window, step)
                focused = window.focusWidget()
                assert focused is not None
                assert pane.isAncestorOf(focused)


async def test_escape_closes_the_details_from_the_queue(start: Start, photo: Path) -> None:
    async with start() as studio:
        await with_everything(studio, photo)
        panel = studio.window.queue_panel
        assert panel.details.isVisible()
        QTest.keyClick(panel.view, Qt.Key.Key_Escape)
        assert not panel.details.isVisible()


async def test_larger_type_reaches_what_is_on_screen(
    start: Start, photo: Path, larger_font: QFont, qapp: QApplication
) -> None:
    async with start() as studio:
        await with_everything(studio, photo)
        kinds = (QLabel, Chip, QDoubleSpinBox)
        texts = [widget for kind in kinds for widget in studio.window.findChildren(kind)]
        before = {widget: widget.font().pointSizeF() for widget in texts}
        qapp.setFont(larger_font)
        after = {widget: widget.font().pointSizeF() for widget in texts}
        assert after == pytest.approx({w: size * LARGER for w, size in before.items()}, rel=0.01)
