"""`depthstudio run` in a process of its own, against the Oxen service of the tests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.oxen_jobs import ENVIRONMENT, HOST, PROVIDER
from tests.support.oxen_service import MODEL, OxenService

CHECKOUT = Path(__file__).parents[3]
PARAMETERS = {
    "depth_model": "VDA-Base",
    "colormap": "magma",
    "resolution": "480p",
    "max_frames": 3,
    "output_fps": 24.0,
    "side_by_side": True,
    "include_raw_depths": True,
    "num_generations": 2,
    "target_namespace": "me",
}


@pytest.fixture
def run(tmp_path: Path, oxen: OxenService) -> Any:
    def command(*words: str, **environment: str) -> tuple[int, list[dict[str, Any]]]:
        endpoints = ["--endpoint", f"api={oxen.url}"]
        line = ["run", *words, "--provider", PROVIDER, "--json", *endpoints]
        done = subprocess.run(
            [sys.executable, "-m", "depthstudio", *line],
            env={
                **os.environ,
                **(environment or ENVIRONMENT),
                "DEPTHSTUDIO_HOME": str(tmp_path / "home"),
                "PYTHONPATH": str(CHECKOUT),
            },
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert not any(
            value in done.stdout + done.stderr for value in [ENVIRONMENT["OXEN_API_KEY"]]
        )
        return done.returncode, said

    return command


def test_an_address_and_every_parameter_reach_the_service(
    run: Any, oxen: OxenService, url: str, tmp_path: Path
) -> None:
    pairs = [
        f"{name}={json.dumps(value) if not isinstance(value, str) else value}"
        for name, value in PARAMETERS.items()
    ]
    words = [word for pair in pairs for word in ("--set", pair)]
    status, said = run(url, *words, "--output", str(tmp_path / "out"))

    assert (status, said[-1]["event"]) == (0, "done"), said
    assert oxen.accepted == [{"model": MODEL, "video_url": url, **PARAMETERS}]
    assert [artifact["role"] for artifact in said[-1]["artifacts"]] == ["video", "raw-depth"] * 2
    with np.load(said[-1]["artifacts"][1]["path"], allow_pickle=False) as arrays:
        assert arrays["depths"].shape == (3, 480, 640)
    assert len(list(tmp_path.glob("out/*/*"))) == 4


@pytest.mark.parametrize("form", ["url", "b64_json"])
def test_one_long_request_by_the_command_line(
    run: Any, oxen: OxenService, url: str, form: str
) -> None:
    status, said = run(url, "--set", "call=sync", "--set", f"response_format={form}")

    assert (status, said[-1]["event"]) == (0, "done"), said
    assert oxen.accepted[0]["response_format"] == form


def test_a_file_goes_by_way_of_the_repository(run: Any, oxen: OxenService, clip: Path) -> None:
    words = (str(clip), "--host-via", HOST, "--endpoint", f"oxen-hub={oxen.url}")
    status, said = run(*words)
    again, cached = run(*words)

    assert (status, said[-1]["event"]) == (0, "done"), said
    assert (again, cached[-1]["cached"]) == (0, True)
    assert len(oxen.accepted) == 1
    (repository,) = oxen.repositories.by_name.values()
    assert list(repository.files.values()) == [clip.read_bytes()]


def test_a_file_without_a_host_is_refused_before_anything_is_sent(
    run: Any, oxen: OxenService, clip: Path
) -> None:
    status, _ = run(str(clip))

    assert status == 2
    assert oxen.requests == []


def test_without_a_key_the_job_is_held_and_nothing_is_sent(
    run: Any, oxen: OxenService, url: str
) -> None:
    status, said = run(url, "--timeout", "0", OXEN_API_KEY="")

    assert status == 1
    assert (said[-1]["event"], said[-1]["final"]) == ("held", True)
    assert oxen.requests == []
