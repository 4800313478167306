"""The Depth Anything 3 server does what the Space does, seen on the wire."""

from tests.providers.gradio_servers.raw import Raw
from tests.support.gradio_servers import GradioServer


def demo_inputs(server: GradioServer, target_dir: str | None, **changes: object) -> list[object]:
    """What gradio_demo takes, with the State or the strategy where the profile has it."""
    values = {
        "show_cam": True, "black": False, "white": False, "method": "low_res", "first": None,
        "percentile": 10, "thousands": 1000, "gs": False, "reference": "saddle_balanced",
        "trajectory": "smooth", "quality": "low",
    } | changes  # fmt: skip
    del values["reference" if server.profile == "seed" else "first"]
    return [target_dir, *values.values()]


def test_a_reconstruction_gives_ten_values(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60, 120)
    done = raw.run("gradio_demo", *demo_inputs(da3, target))
    assert done["success"], done
    data = done["output"]["data"]
    assert len(data) == 10
    assert raw.download(data[0])[:4] == b"glTF"
    assert data[1] == "Reconstruction Success (2 frames). Waiting for visualization."
    assert data[6]["choices"] == [["View 1", "View 1"], ["View 2", "View 2"]]
    assert len(da3.calls("gradio_demo", state="done")) == 1
