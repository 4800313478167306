"""Measuring in a picture by asking whoever made it: two clicks, two depths, one distance."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from PySide6.QtCore import QObject, Qt

from depthstudio.core.errors import DepthStudioError, NotOffered, ResultLost
from depthstudio.core.record import Json
from depthstudio.ui.images.marks import Mark
from depthstudio.ui.images.photo_view import PhotoView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.parts.amounts import length_text

POINTS = 2  # the third click begins anew


@dataclass(frozen=True)
class Measured:
    """What was answered for the points clicked so far; lengths in `unit`.

    A depth is None where there is none at that pixel. `text` is the service's own words.
    """

    depths: tuple[float | None, ...] = ()
    distance: float | None = None
    unit: str = "m"
    text: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> "Measured":
        """Take what fits from an answer, and nothing else."""
        depths, distance, unit = (values.get(name) for name in ("depths", "distance", "unit"))
        return cls(
            depths=tuple(map(_number, depths)) if isinstance(depths, list) else (),
            distance=_number(distance),
            unit=unit if isinstance(unit, str) else "m",
            text=str(values.get("text") or ""),
        )


Measure = Callable[[int, int, int], Awaitable[Measured]]
Start = Callable[[Coroutine[Any, Any, None]], object]


class MeasureTool(QObject):
    """A button in the strip of a view, and what clicks mean while it is on.

    `measure` is given a view, and column and row of a pixel; None takes the tool away. One
    answer is waited for at a time, and what comes for another view is dropped.
    """

    def __init__(self, view: PhotoView, icons: Icons, start: Start) -> None:
        super().__init__(view)
        self._view = view
        self._start = start
        self._measure: Measure | None = None
        self._points: list[tuple[int, int]] = []
        self._answer = Measured()
        self._said = ""
        self._number = 0  # of the picture: answers to an earlier one are dropped
        self._waits = False
        self.button = view.strip.add_icon_button(
            "tape-measure", self.tr("Measure between two points"), checkable=True
        )
        self.button.hide()
        self.button.toggled.connect(self._switch)
        view.canvas.picked.connect(self._pick)
        view.picture_changed.connect(self._restart)

    @property
    def said(self) -> str:
        """What the strip below the picture says about it; empty when there is nothing."""
        return self._said

    @property
    def is_waiting(self) -> bool:
        """Is the service being asked?"""
        return self._waits

    def offer(self, measure: Measure | None) -> None:
        """Measure with this from now on; with None there is nothing to measure with."""
        self._measure = measure
        self.button.setChecked(False)
        self.button.setEnabled(True)
        self.button.setToolTip(self.tr("Measure between two points"))
        self.button.setVisible(measure is not None)
        self._restart()

    def _switch(self, on: bool) -> None:
        self._restart()
        if on:
            self._say(self.tr("Click two points"))
            self._view.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restart(self) -> None:
        self._number += 1
        self._points, self._answer, self._waits = [], Measured(), False
        self._draw()
        self._say(self.tr("Click two points") if self.button.isChecked() else "")

    def _pick(self, column: int, row: int) -> None:
        if not self.button.isChecked() or self._measure is None or self._waits:
            return
        if len(self._points) >= POINTS:
            self._points = []
        self._points.append((column, row))
        self._answer, self._waits = Measured(), True
        self._draw()
        self._say(self.tr("Measuring…"))
        self._start(self._ask(self._measure, self._number, column, row))

    async def _ask(self, measure: Measure, number: int, column: int, row: int) -> None:
        try:
            answer = await measure(self._view.index, column, row)
        except DepthStudioError as error:
            if number == self._number:
                self._fail(error)
        else:
            if number == self._number:
                self._answer = answer
                self._draw()
                self._say(self._words())
        finally:
            if number == self._number:
                self._waits = False

    def _fail(self, error: DepthStudioError) -> None:
        words = f"{error}. {error.hint}" if error.hint else str(error)
        if isinstance(error, (ResultLost, NotOffered)):
            self.button.setChecked(False)
            self.button.setEnabled(False)
            self.button.setToolTip(words)
        self._points = []
        self._draw()
        self._say(words)

    def _words(self) -> str:
        answer = self._answer
        parts = [
            self.tr("point {number}: {depth}").format(number=n, depth=self._depth_text(depth))
            for n, depth in enumerate(answer.depths, 1)
        ]
        if answer.distance is not None:
            distance = length_text(answer.distance, answer.unit)
            parts.append(self.tr("distance {length}").format(length=distance))
        return " · ".join(parts) or answer.text

    def _depth_text(self, depth: float | None) -> str:
        return self.tr("no depth") if depth is None else length_text(depth, self._answer.unit)

    def _draw(self) -> None:
        answer, marks = self._answer, list[Mark]()
        # An answer about other points than ours is said in words, and drawn nowhere.
        known = len(answer.depths) == len(self._points)
        for place, (column, row) in enumerate(self._points):
            text = self._depth_text(answer.depths[place]) if known else ""
            has_line = known and place == 1 and answer.distance is not None
            line = length_text(answer.distance or 0.0, answer.unit) if has_line else ""
            marks.append(Mark(column, row, text, line))
        self._view.canvas.set_marks(marks)

    def _say(self, text: str) -> None:
        self._said = text
        self._view.note(text)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if isfinite(value) else None
