"""What a service sends, from its answer to the window: parts, views, pictures on the way."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import JobState
from depthstudio.core.views import Views
from depthstudio.providers.registry import Registry
from depthstudio.scene.part_colours import part_colour
from depthstudio.ui.images.photo_view import PhotoView
from depthstudio.ui.window.centre import Tab
from tests.support.measuring_provider import (
    CUT_OUT,
    Measurable,
    MeasuringParams,
    MeasuringService,
)
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def answering() -> Iterator[MeasuringService]:
    with MeasuringService() as service:
        yield service


async def run(studio: Studio, photo: Path) -> None:
    studio.drop([photo], on=studio.window.centre)
    inspector = studio.window.inspector
    await until(lambda: [source.path for source in inspector.inputs()] == [photo])
    await studio.run()


def click(view: PhotoView, column: int, row: int) -> None:
    viewport = view.canvas.viewport
    assert viewport is not None
    x, y = viewport.view_at(column + 0.5, row + 0.5)
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


def has_colour(studio: Studio, wanted: str) -> bool:
    """Is this hue on screen, whatever the light does to it?"""
    pixels = studio.view_pixels().astype(int)
    pixels = pixels[len(pixels) // 3 :]  # not the axes in their corner
    goal = [int(wanted[i : i + 2], 16) for i in (1, 3, 5)]
    strongest = max(range(3), key=lambda channel: goal[channel])
    others = [channel for channel in range(3) if channel != strongest]
    lead = pixels[..., strongest] - pixels[..., others].max(axis=-1)
    return bool((lead > 60).any())


async def test_parts_are_listed_coloured_and_shown_alone(
    start: Start, answering: MeasuringService, photo: Path
) -> None:
    async with start(Registry([Measurable(answering.url)])) as studio:
        await until(lambda: studio.window.centre.scene_page.is_ready)
        await run(studio, photo)
        await studio.shows("fields.png")
        panel, page = studio.window.result_panel, studio.window.centre.scene_page
        studio.window.docks["result"].raise_()
        await until(panel.isVisible)
        names = [panel.content.model.index(row).data() for row in range(2)]
        assert names == ["Part 1", "Part 2"]
        assert panel.content.chips[:2] == ("No unit", "NC")
        await until(lambda: has_colour(studio, part_colour(0)))
        panel.content.model.isolate(panel.content.model.index(1))
        assert page.hidden == {page.items[0].key}
        assert panel.content.model.hidden == page.hidden
        await until(lambda: not has_colour(studio, part_colour(0)))
        panel.content.model.isolate(panel.content.model.index(1))
        panel.content.own_colours.click()
        await until(lambda: has_colour(studio, "#C80A0A") and has_colour(studio, "#0A0AC8"))


class Partial(Measurable):
    """Shows less than came of it."""

    def decode(self, artifacts: Sequence[Artifact], params: MeasuringParams) -> Views:
        return replace(super().decode(artifacts, params), notes=("Part 3 is not shown",))


async def test_what_is_not_shown_of_a_result_is_said_with_its_other_notes(
    start: Start, answering: MeasuringService, photo: Path
) -> None:
    async with start(Registry([Partial(answering.url)])) as studio:
        await run(studio, photo)
        await studio.shows("fields.png")
        assert studio.window.result_panel.content._warnings.text() == "Part 3 is not shown"


async def test_measuring_asks_the_service_and_says_when_it_has_forgotten(
    start: Start, answering: MeasuringService, photo: Path
) -> None:
    async with start(Registry([Measurable(answering.url)])) as studio:
        await run(studio, photo)
        await studio.shows("fields.png")
        centre = studio.window.centre
        centre.show_tab(Tab.PHOTO)
        centre.pictures.show_view(2)
        view = centre.photo_view
        await until(lambda: not view.busy)
        button = next(
            found
            for found in view.strip.findChildren(type(view._next))
            if found.accessibleName().startswith("Measure")
        )
        assert button.isVisible()
        button.click()
        click(view, 24, 10)
        await until(lambda: len(view.canvas.marks) == 1 and view.canvas.marks[0].text)
        click(view, 44, 10)
        await until(lambda: len(view.canvas.marks) == 2 and view.canvas.marks[1].text)
        labels = [mark.text.replace("\xa0", " ") for mark in view.canvas.marks]
        assert labels == ["2.40 m", "4.40 m"]
        asked = [(request["view"], request["points"]) for request in answering.requests]
        assert asked == [(2, [[24, 10]]), (2, [[44, 10]])]
        answering.forgets = True
        click(view, 5, 5)
        await until(lambda: not button.isEnabled())
        assert "has forgotten this result" in view.info.text


async def test_a_picture_on_its_way_is_shown_while_its_job_is_looked_at(
    start: Start, answering: MeasuringService, photo: Path
) -> None:
    gate = asyncio.Event()
    async with start(Registry([Measurable(answering.url, gate)])) as studio:
        await run(studio, photo)
        centre = studio.window.centre

        def shows_cut_out() -> bool:
            image = centre.photo_view.canvas.image
            return image is not None and image.pixelColor(5, 5).getRgb()[:3] == CUT_OUT

        await until(shows_cut_out)
        assert centre.current_tab is Tab.PHOTO
        assert studio.window.windowTitle() == "fields.png – DepthStudio"
        gate.set()
        await studio.shows("fields.png")
        assert centre.pictures.depth_page is centre.pictures.depth_pictures_view
        assert centre.offers(Tab.DEPTH)


async def test_a_picture_on_its_way_covers_nothing_that_was_opened_meanwhile(
    start: Start, answering: MeasuringService, photos: list[Path]
) -> None:
    gate = asyncio.Event()
    async with start(Registry([Measurable(answering.url, gate)])) as studio:
        gate.set()
        await run(studio, photos[0])
        await studio.shows(photos[0].name)
        result_id = studio.rows[0].status.result_id
        gate.clear()
        await run(studio, photos[1])
        await until(lambda: studio.states[-1] is JobState.RUNNING)
        studio.window.library_panel.open_requested.emit(result_id)
        await until(lambda: studio.window.windowTitle().startswith(photos[0].name))

        def picture_is_there() -> bool:
            progress = studio.rows[-1].status.progress
            return progress is not None and progress.picture is not None

        await until(picture_is_there)
        assert studio.window.windowTitle().startswith(photos[0].name)
        gate.set()
        await studio.settled()


async def test_a_hold_is_seen_in_the_status_bar_and_ended_there(
    start_remote: Start, service: object, photo: Path, until_held: Callable[..., object]
) -> None:
    async with start_remote() as studio:
        await until_held(studio, photo)
        chips = studio.window.status.holds.chips
        assert list(chips) == ["scripted"]
        assert chips["scripted"].text().startswith("Scripted: goes on in ")
        studio.window.status.holds.menu_for("scripted").actions()[-1].trigger()
        await until(lambda: studio.states[0] is JobState.DONE)
        assert not studio.window.status.holds.isVisible()


@pytest.fixture
def until_held() -> Callable[..., object]:
    async def hold(studio: Studio, photo: Path) -> None:
        inspector = studio.window.inspector
        inspector.set_provider("scripted")
        inspector.form().set_values({"script": "hold-once"})
        await run(studio, photo)
        await until(lambda: studio.states[0] is JobState.HELD)

    return hold
