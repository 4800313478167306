"""Views, measuring and the first frame: what the server keeps in the session's State."""

from typing import Any

import pytest

from tests.providers.gradio_servers.demo_inputs import demo_inputs
from tests.providers.gradio_servers.pictures import pixels_of
from tests.providers.gradio_servers.raw import Raw
from tests.support.gradio_servers import GradioServer


@pytest.fixture
def seen(da3: GradioServer, raw: Raw) -> Raw:
    """A session with three reconstructed views, of greys 60, 120 and 200."""
    done = raw.run("gradio_demo", *demo_inputs(da3, raw.upload_pictures(60, 120, 200)))
    assert done["success"], done
    return raw


def greys(raw: Raw, given: list[Any]) -> float:
    return float(pixels_of(raw.download(given[0])).mean())


def test_a_view_is_shown_by_its_name_in_the_second_slot(seen: Raw) -> None:
    for view, grey in (("View 2", 120), ("View 3", 200), ("View 1", 60)):
        data = seen.run("lambda_4", None, view)["output"]["data"]
        assert greys(seen, data) == pytest.approx(grey, abs=3)
    swapped = seen.run("lambda_4", "View 2", None)
    assert swapped["success"]
    assert swapped["output"]["data"][:2] == [None, None]


def test_turning_goes_round(seen: Raw) -> None:
    assert seen.run("lambda_2", None, "View 1")["output"]["data"][0] == "View 3"
    data = seen.run("lambda_3", None, "View 3")["output"]["data"]
    assert data[0] == "View 1"
    assert greys(seen, data[1:]) == pytest.approx(60, abs=3)


def test_another_session_sees_nothing(da3: GradioServer, seen: Raw) -> None:
    other = Raw(da3.url)
    try:
        assert other.run("lambda_4", None, "View 2")["output"]["data"][:2] == [None, None]
    finally:
        other.close()


def measured(raw: Raw, x: int, y: int) -> str:
    done = raw.run("measure", None, None, "View 1", event_data={"index": [x, y], "value": None})
    assert done["success"], done
    return done["output"]["data"][3]


def test_two_clicks_measure_a_distance_and_the_third_begins_anew(seen: Raw) -> None:
    first = measured(seen, 10, 20)
    assert first.startswith("- **P1 depth: ")
    both = measured(seen, 100, 60).splitlines()
    assert [line[:6] for line in both] == ["- **P1", "- **P2", "- **Di"]
    assert float(both[2].removeprefix("- **Distance: ").removesuffix("m**")) > 0
    outside = "- **P1: Click position (600, 400) - No depth information**"
    assert measured(seen, 600, 400).strip() == outside


def test_measuring_without_a_click_or_a_scene_fails(da3: GradioServer, seen: Raw) -> None:
    without_click = seen.run("measure", None, None, "View 1")
    assert without_click["output"]["error"] == "'NoneType' object is not subscriptable"
    other = Raw(da3.url)
    try:
        event_data = {"index": [1, 1], "value": None}
        done = other.run("measure", None, None, "View 1", event_data=event_data)
    finally:
        other.close()
    assert "didn't return enough output values (needed: 4, returned: 3)" in done["output"]["error"]


def test_a_first_frame_is_moved_and_remembered(da3: GradioServer, raw: Raw) -> None:
    if da3.profile != "seed":
        assert "select_first_frame" not in [d["api_name"] for d in raw.config["dependencies"]]
        return
    target = raw.upload_pictures(60, 120)
    shown = [
        {"image": {"path": each, "meta": {"_type": "gradio.FileData"}}, "caption": None}
        for each in raw.upload_named({"000000.png": b"", "000001.png": b""})
    ]
    raw.run("handle_image_selection", event_data={"index": 1, "value": None})
    told = raw.run("select_first_frame", shown, None)["output"]["data"][1]
    assert told == "Selected frame: 000001.png. Moved to first position. Total frames: 2"
    data = raw.run("gradio_demo", *demo_inputs(da3, target))["output"]["data"]
    assert greys(raw, data[3:]) == pytest.approx(120, abs=3)
