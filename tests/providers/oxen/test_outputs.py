from typing import Any

import pytest

from depthstudio.providers.oxen.outputs import raw_depth_address, video_address

MP4, NPZ = "https://hub.example.com/r/depth.mp4?sig=1", "https://hub.example.com/r/raw.npz?sig=2"
OPAQUE = "https://files.example.com/3f1c"
INPUT = "https://web.example.com/input.mp4"


@pytest.mark.parametrize(
    "told",
    [
        {"result_url": MP4},
        {"url": MP4},
        {"video": {"url": MP4}},
        {"videos": [{"url": MP4}]},
        {"result_urls": [NPZ, MP4]},
        {"outputs": [{"type": "npz", "url": NPZ}, {"type": "video", "url": MP4}]},
        {"row": {"result_url": None}, "event": {"url": MP4}},
        {"video_url": INPUT, "preview": "https://a.example.com/p.png", "result_url": MP4},
        {"something": {"new": MP4}, "input_video": INPUT},
    ],
)
def test_the_video_is_found_and_is_never_what_was_sent(told: dict[str, Any]) -> None:
    assert video_address({"video_url": INPUT, **told}) == MP4


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"raw_depths_url": OPAQUE}, OPAQUE),
        ({"raw_depths": {"url": OPAQUE, "file_name": "x"}}, OPAQUE),
        ({"raw_depths": NPZ}, NPZ),
        ({"result_urls": [MP4, NPZ]}, NPZ),
        ({"outputs": {"a": [{"b": NPZ}]}}, NPZ),
        ({"files": ["https://s3.example.com/get?file=depths.npz&sig=1"]},
         "https://s3.example.com/get?file=depths.npz&sig=1"),
        ({"raw_depths": {"video": MP4}, "other": NPZ}, NPZ),
        ({"raw_depths": True}, None),
        ({"include_raw_depths": True, "raw_depths": None}, None),
        ({"result_url": MP4}, None),
        ({"video_url": "https://web.example.com/evil.npz"}, None),
    ],
)  # fmt: skip
def test_raw_depth_is_found_by_its_ending_or_its_name(
    told: dict[str, Any], found: str | None
) -> None:
    assert raw_depth_address({"result_url": MP4, **told}) == found


@pytest.mark.parametrize("value", ["file:///etc/passwd", "ftp://a/b.npz", "/r/raw.npz", 7, None])
def test_what_is_no_web_address_is_passed_by(value: Any) -> None:
    assert raw_depth_address({"raw_depths_url": value}) is None
    assert video_address({"result_url": value}) is None


def test_a_nest_without_an_end_is_given_up() -> None:
    nest: Any = NPZ
    for _ in range(50):
        nest = {"raw_depths": [nest]}
    assert raw_depth_address(nest) is None
