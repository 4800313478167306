"""Offers measuring where the service that made a result still answers about it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from depthstudio.jobs.session import Session
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.window.centre import Centre

if TYPE_CHECKING:  # they bring numpy, which the window starts without
    from depthstudio.ui.images.measuring import Measured, MeasureTool, Start
    from depthstudio.ui.images.photo_view import PhotoView

MEASURE = "measure"


class Measuring(QObject):
    """One tool for each view of pictures, all asking about the result on screen."""

    def __init__(self, session: Session, centre: Centre, icons: Icons, start: "Start") -> None:
        super().__init__(centre)
        self._session = session
        self._centre = centre
        self._icons = icons
        self._start = start
        self._tools: dict[PhotoView, MeasureTool] = {}

    def offer_for(self, result_id: str) -> None:
        """Offer it for what is shown now; an empty id is something that nobody made."""
        job_id = self._session.job_to_ask(result_id, MEASURE) if result_id else ""
        if not job_id:
            for tool in self._tools.values():
                tool.offer(None)
            return

        async def measure(view: int, column: int, row: int) -> "Measured":
            from depthstudio.ui.images.measuring import Measured

            action = {"view": view, "points": [[column, row]]}
            return Measured.of((await self._session.interact(job_id, action)).values)

        for view in self._centre.pictures.with_pictures:
            self._tool(view).offer(measure)

    def _tool(self, view: "PhotoView") -> "MeasureTool":
        from depthstudio.ui.images.measuring import MeasureTool

        if view not in self._tools:
            self._tools[view] = MeasureTool(view, self._icons, self._start)
        return self._tools[view]
