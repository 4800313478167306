"""Uses a server as its users do, with the official client of the same version.

``drive.py da3|partpacker URL FOLDER PICTURE…`` prints what came back as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from gradio_client import Client, handle_file


def drive_da3(client: Client, pictures: list[str], head: bool) -> dict[str, Any]:
    """Upload, reconstruct, look at the second view, measure nothing."""
    given = [handle_file(picture) for picture in pictures]
    model, target, gallery, told = client.predict(None, given, 10, api_name="/handle_uploads")
    more = ["saddle_balanced"] if head else []
    values = [target, True, False, False, "low_res", 10, 1000, False, *more, "smooth", "low"]
    demo = client.predict(*values, api_name="/gradio_demo")
    view = client.predict("View 2", api_name="/lambda_4")
    return {
        "uploaded": [model, target, len(gallery), told],
        "demo": demo,
        "view": view,
        "updated": client.predict(
            target, True, "False", False, False, "low_res", api_name="/update_visualization"
        ),
        "unknown_target": client.predict("nowhere", *values[1:], api_name="/gradio_demo")[:2],
    }


def drive_partpacker(client: Client, pictures: list[str]) -> dict[str, Any]:
    """Cut out, take a seed, make parts."""
    cut = client.predict(handle_file(pictures[0]), api_name="/process_image")
    seed = client.predict(False, 7, api_name="/get_random_seed")
    values = [handle_file(cut), 5, 7.0, 256, seed, False, 100000]
    return {
        "cut": cut,
        "seed": seed,
        "random_seed": client.predict(True, 7, api_name="/get_random_seed"),
        "parts": client.predict(*values, api_name="/process_3d"),
    }


def main(app: str, url: str, folder: str, *pictures: str) -> None:
    client = Client(url, download_files=folder, verbose=False)
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    if app == "da3":
        demo = [each["parameter_name"] for each in endpoints["/gradio_demo"]["parameters"]]
        came = drive_da3(client, list(pictures), "ref_view_strategy" in demo)
    else:
        came = drive_partpacker(client, list(pictures))
    came["endpoints"] = sorted(endpoints)
    Path(folder, "came.json").write_text(json.dumps(came, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
