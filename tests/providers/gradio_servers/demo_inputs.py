"""What gradio_demo takes, by name."""

from tests.support.gradio_servers import GradioServer


def demo_inputs(server: GradioServer, target_dir: str | None, **changes: object) -> list[object]:
    """The raw array: with the State's slot, or the strategy's, as the profile has it."""
    values = {
        "show_cam": True, "black": False, "white": False, "method": "low_res", "first": None,
        "percentile": 10, "thousands": 1000, "gs": False, "reference": "saddle_balanced",
        "trajectory": "smooth", "quality": "low",
    } | changes  # fmt: skip
    del values["reference" if server.profile == "seed" else "first"]
    return [target_dir, *values.values()]
