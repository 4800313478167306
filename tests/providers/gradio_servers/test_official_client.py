"""The unmodified client of each version finds the servers to be what they stand in for."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.providers.gradio_servers.pictures import (
    format_of,
    gltf_of,
    picture,
    primitives,
    two_things,
)
from tests.servers.environments import SERVERS
from tests.support.gradio_servers import GradioServer

SEED_ENDPOINTS = {
    "/lambda", "/clear_fields", "/update_log", "/gradio_demo", "/update_visualization",
    "/update_visualization_1", "/update_visualization_2", "/handle_uploads", "/handle_uploads_1",
    "/handle_image_selection", "/select_first_frame", "/measure",
    *(f"/lambda_{i}" for i in range(1, 17)),
}  # fmt: skip


def drive(server: GradioServer, folder: Path, *pictures: bytes) -> dict[str, Any]:
    """What the client of the server's own version gets out of it."""
    paths = []
    for i, data in enumerate(pictures):
        paths.append(folder / f"{i:06}.png")
        paths[-1].write_bytes(data)
    command = [server.python, SERVERS / "drive.py", server.app, server.url, folder, *paths]
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + server.log()
    return json.loads((folder / "came.json").read_text())


def test_the_official_client_reconstructs_a_scene(da3: GradioServer, tmp_path: Path) -> None:
    came = drive(da3, tmp_path, picture(60), picture(120), picture(200))
    if da3.profile == "seed":
        assert set(came["endpoints"]) == SEED_ENDPOINTS
    else:
        assert len(came["endpoints"]) == 26
    model, target, shown, told = came["uploaded"]
    assert (model, shown) == (None, 3)
    assert target.startswith("workspace/gradio/input_images/session_")
    assert told == "Upload complete. Click 'Reconstruct' to begin 3D processing."
    glb = Path(came["demo"][0]).read_bytes()
    assert (len(primitives(glb, mode=0)), len(primitives(glb, mode=1))) == (1, 3)
    assert len(came["demo"]) == 9  # the State is not shown
    assert came["demo"][1] == "Reconstruction Success (3 frames). Waiting for visualization."
    assert format_of(Path(came["view"][0]).read_bytes()) == "WEBP"
    assert came["updated"][1] == "Visualization updated."
    assert came["unknown_target"] == [
        None,
        "No valid target directory found. Please upload first.",
    ]
    assert [len(da3.calls(name)) for name in ("handle_uploads", "gradio_demo", "lambda_4")] == [
        1,
        2,
        1,
    ]


def test_the_official_client_makes_parts(partpacker: GradioServer, tmp_path: Path) -> None:
    came = drive(partpacker, tmp_path, two_things())
    assert came["endpoints"] == ["/get_random_seed", "/process_3d", "/process_image"]
    assert format_of(Path(came["cut"]).read_bytes()) == "WEBP"
    assert came["seed"] == 7
    assert 0 <= came["random_seed"] <= 2**31 - 1
    assert len(gltf_of(Path(came["parts"]).read_bytes())["meshes"]) == 6
    assert Path(came["parts"]).name.startswith("partpacker_")
    assert len(partpacker.calls("process_3d", state="done")) == 1
