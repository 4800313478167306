"""Measures in the scene of a session that is still alive at the server."""

import re
from collections.abc import Mapping
from typing import Any, cast

from depthstudio.core.errors import BadResponse, ProviderError, ResultLost, UsageError
from depthstudio.core.job import Checkpoint
from depthstudio.core.record import Json
from depthstudio.providers.base import Answer, Reach
from depthstudio.providers.depth_anything.making import RECONSTRUCT, SERVICE
from depthstudio.providers.gradio.failures import plain_text
from depthstudio.providers.gradio.space import connect

MEASURE = "measure"
_POINT = re.compile(r"P([12])(?: depth: (-?[\d.]+)m|: )")
_DISTANCE = re.compile(r"Distance: (-?[\d.]+)m")


async def measure(checkpoint: Checkpoint, action: Mapping[str, Json], reach: Reach) -> Answer:
    """Ask for the depth of points of one view, and the distance between two.

    `action` has ``view``, counted from 0, and ``points``, at most two pairs of whole pixels
    of that view's picture. The server counts to two and then begins anew, also from one
    question to the next. The answer has ``text``, ``depths`` (one for each point it has
    counted, null where it knows none), ``distance`` (null before the second) and ``unit``.

    Raises
    ------
    ResultLost
        when the server has forgotten the session
    """
    view, points = _read_action(action)
    space = await connect(reach, SERVICE, (MEASURE,))
    session = space.session(str(checkpoint.steps[RECONSTRUCT]["session_hash"]))
    function = space.app.function(MEASURE)
    said = ""
    for x_px, y_px in points:
        event: dict[str, Json] = {"index": [x_px, y_px], "value": None}
        try:
            data = await session.call(
                function, function.positional(f"View {view + 1}"), event_data=event
            )
        except ProviderError as error:
            raise _gone(error) from error
        said = str(data[-1] or "")
    return Answer(_answer(said))


def _read_action(action: Mapping[str, Json]) -> tuple[int, list[tuple[int, int]]]:
    view, points = action.get("view"), action.get("points")
    if isinstance(view, int) and isinstance(points, list) and 1 <= len(points) <= 2:
        pairs = [cast("list[Any]", point) for point in points if isinstance(point, list)]
        if len(pairs) == len(points) and all(len(pair) == 2 for pair in pairs):
            return view, [(int(x_px), int(y_px)) for x_px, y_px in pairs]
    raise UsageError("A measurement needs a view and one or two points")


def _answer(said: str) -> dict[str, Json]:
    depths: list[Json] = [float(depth) if depth else None for _, depth in _POINT.findall(said)]
    distance = _DISTANCE.search(said)
    if not depths:
        raise BadResponse(f"{SERVICE} gave no measurement", detail=plain_text(said))
    return {
        "text": plain_text(said.replace("**", "").replace("- ", "")),
        "depths": depths,
        "distance": float(distance[1]) if distance else None,
        "unit": "m",
    }


def _gone(error: ProviderError) -> ResultLost:
    return ResultLost(
        "The server has forgotten this scene",
        hint="Measuring works only while the session in which it was made is alive",
        detail=str(error),
    )
