"""Two clicks in a picture, and what the service says about them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import ResultLost, ServiceUnavailable
from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.marks import Mark
from depthstudio.ui.images.measuring import Measured, MeasureTool
from depthstudio.ui.images.photo_view import PhotoView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme

ONE = Measured(depths=(2.4,))
TWO = Measured(depths=(2.4, 3.6), distance=2.84)

Answers = list[Measured | Exception]


def run(work: Coroutine[object, object, None]) -> None:
    """To its end, at once; nothing here waits for anything."""
    asyncio.run(work)


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., PhotoView], qtbot: QtBot) -> object:
    view = on_screen(PhotoView(theme, icons), 700, 500)
    names = ("a.jpg", "b.jpg")
    view.set_photos(ImageSequence(names, lambda i: np.full((300, 400, 3), 90, np.uint8)), "scene")
    qtbot.waitUntil(lambda: not view.busy)
    return view


@pytest.fixture
def asked() -> list[tuple[int, int, int]]:
    return []


@pytest.fixture
def tool(view: PhotoView, icons: Icons) -> MeasureTool:
    return MeasureTool(view, icons, run)


def answering(
    asked: list[tuple[int, int, int]], answers: Answers
) -> Callable[[int, int, int], Awaitable[Measured]]:
    async def measure(view: int, column: int, row: int) -> Measured:
        asked.append((view, column, row))
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return measure


def click(view: PhotoView, qtbot: QtBot, column: int, row: int) -> None:
    """On a pixel of the picture."""
    viewport = view.canvas.viewport
    assert viewport is not None
    x, y = viewport.view_at(column + 0.5, row + 0.5)
    place = QPoint(round(x), round(y))
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place)


def texts(view: PhotoView) -> list[tuple[str, str]]:
    return [
        (mark.text.replace("\xa0", " "), mark.line_text.replace("\xa0", " "))
        for mark in view.canvas.marks
    ]


def test_it_is_offered_only_where_somebody_answers(
    tool: MeasureTool, asked: list[tuple[int, int, int]]
) -> None:
    assert not tool.button.isVisible()
    tool.offer(answering(asked, []))
    assert tool.button.isVisible()
    tool.offer(None)
    assert not tool.button.isVisible()


def test_two_clicks_bring_two_depths_and_a_distance(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    tool.offer(answering(asked, [ONE, TWO, ONE]))
    click(view, qtbot, 50, 60)
    assert asked == []  # the tool is off
    tool.button.click()
    assert tool.said == "Click two points"
    click(view, qtbot, 50, 60)
    assert texts(view) == [("2.40 m", "")]
    click(view, qtbot, 300, 200)
    assert asked == [(0, 50, 60), (0, 300, 200)]
    assert texts(view) == [("2.40 m", ""), ("3.60 m", "2.84 m")]
    assert view.info.text.startswith(tool.said)
    said = tool.said.replace("\xa0", " ")
    assert said == "point 1: 2.40 m · point 2: 3.60 m · distance 2.84 m"
    click(view, qtbot, 10, 10)  # a third click begins anew
    assert view.canvas.marks == (Mark(10, 10, "2.40\xa0m"),)


def test_marks_are_drawn_over_the_picture(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    tool.offer(answering(asked, [ONE, TWO]))
    tool.button.click()
    click(view, qtbot, 100, 150)
    click(view, qtbot, 300, 150)
    viewport = view.canvas.viewport
    assert viewport is not None
    x, y = viewport.view_at(150.5, 150.5)
    seen = view.canvas.grab().toImage().pixelColor(int(x), int(y))
    assert (seen.red(), seen.green(), seen.blue()) == (0x3D, 0xCB, 0xD3)


def test_a_session_that_is_gone_is_said_and_the_tool_is_off(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    lost = ResultLost("The service has forgotten this", hint="Run it again")
    tool.offer(answering(asked, [lost]))
    tool.button.click()
    click(view, qtbot, 50, 60)
    assert tool.said == "The service has forgotten this. Run it again"
    assert view.info.text.startswith(tool.said)
    assert (tool.button.isChecked(), tool.button.isEnabled()) == (False, False)
    assert tool.button.toolTip() == "The service has forgotten this. Run it again"
    assert view.canvas.marks == ()


def test_a_service_that_is_out_of_reach_may_be_asked_again(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    tool.offer(answering(asked, [ServiceUnavailable("It did not answer"), ONE]))
    tool.button.click()
    click(view, qtbot, 50, 60)
    assert tool.said == "It did not answer"
    click(view, qtbot, 50, 60)
    assert texts(view) == [("2.40 m", "")]


def test_another_view_begins_anew_and_drops_what_was_asked_before(
    view: PhotoView, icons: Icons, qtbot: QtBot
) -> None:
    waiting: list[Coroutine[object, object, None]] = []
    tool = MeasureTool(view, icons, waiting.append)
    asked: list[tuple[int, int, int]] = []
    tool.offer(answering(asked, [TWO]))
    tool.button.click()
    click(view, qtbot, 50, 60)
    assert tool.is_waiting
    assert tool.said == "Measuring…"
    click(view, qtbot, 70, 60)
    assert len(waiting) == 1  # one at a time
    view.show_photo(1)
    run(waiting[0])
    assert view.canvas.marks == ()
    assert tool.said == "Click two points"


def test_what_is_said_stays_while_the_cursor_moves(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]]
) -> None:
    tool.offer(answering(asked, []))
    tool.button.click()
    view.canvas.hovered.emit(12, 8)
    assert view.info.text == "Click two points · 90 90 90 · pixel 12, 8"
    view.canvas.left.emit()
    assert view.info.text == "Click two points"


def test_a_pixel_without_depth_is_no_number(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    tool.offer(answering(asked, [Measured(depths=(None,))]))
    tool.button.click()
    click(view, qtbot, 5, 5)
    assert texts(view) == [("no depth", "")]


def test_an_answer_about_other_points_is_said_and_not_drawn(
    view: PhotoView, tool: MeasureTool, asked: list[tuple[int, int, int]], qtbot: QtBot
) -> None:
    tool.offer(answering(asked, [TWO]))
    tool.button.click()
    click(view, qtbot, 5, 5)
    assert texts(view) == [("", "")]
    assert "distance" in tool.said


@pytest.mark.parametrize(
    ("values", "measured"),
    [
        ({"depths": [2.4, None], "distance": 1, "unit": "m"}, Measured((2.4, None), 1.0, "m")),
        ({"text": "P1 depth"}, Measured(text="P1 depth")),
        ({"depths": "2.4", "distance": "far", "unit": 3}, Measured()),
        ({"depths": [True, float("nan"), "x", 3]}, Measured((None, None, None, 3.0))),
    ],
)
def test_only_what_is_a_length_is_taken_from_an_answer(
    values: dict[str, object], measured: Measured
) -> None:
    assert Measured.of(values) == measured
