"""Tengr from the command line."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from depthstudio.cli.main import main
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.cli_events import assert_in_order
from tests.support.hurried_clock import HurriedClock
from tests.support.shelf_host import Shelf
from tests.support.tengr_jobs import ID, Tengr
from tests.support.tengr_service import KEY, TengrService

CHECKOUT = Path(__file__).parents[3]


def test_what_can_be_said_of_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers", ID, "--json", "--endpoint", "auth_header=X-Key"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert main(["providers", ID]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert (record["endpoints"], record["secrets"]) == ({"api": ""}, ["tengr_api_key"])
    assert record["wiring"]["auth_header"] == "X-Key"
    assert record["wiring"]["get_path"] == "/v2/artworks/{id}"
    assert record["params"]["properties"]["model_v2"]["enum"] == ["giant", "large", "base", "small"]
    assert "webhook" not in record["params"]["properties"]
    (api,) = [line for line in lines if line.startswith("api ")]
    assert api.endswith("yours to give")
    assert any(line.split() == ["create_path", "/v2/artworks/depth-map"] for line in lines)


def test_the_connection_is_tested_with_the_users_key(
    service: TengrService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["providers", "test", ID, "--endpoint", service.url]
    monkeypatch.delenv("TENGR_API_KEY", raising=False)
    assert main(words) == 1
    assert "Tengr needs its Tengr key" in capsys.readouterr().out
    monkeypatch.setenv("TENGR_API_KEY", "another")
    assert main(words) == 1
    assert "Tengr refuses the key (401)" in capsys.readouterr().out
    monkeypatch.setenv("TENGR_API_KEY", KEY)
    assert main(words) == 0
    assert main(words[:3]) == 1
    assert "needs the address of its server" in capsys.readouterr().out
    assert service.orders == []


def test_a_file_needs_a_host(
    service: TengrService, home: Home, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--home", str(home.journal_file.parent), "--endpoint", service.url]
    assert main(["run", str(photo), "--provider", ID, *where]) == 2
    assert "fetches its input from the web" in " ".join(capsys.readouterr().err.split())
    assert service.requests == []


def test_a_parameter_of_the_other_version_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "a.png", "--provider", ID, "--set", "model_v2=mono_large"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "must be one of “giant”, “large”, “base”, “small”" in " ".join(said.split())


def test_another_process_brings_what_this_one_ordered(
    service: TengrService, web: Shelf, home: Home, photo_url: str
) -> None:
    values = {"use_version_3": False, "model_v2": "giant", "use_post_resize": True}

    async def leave_behind() -> str:
        held = service.fault("GET /v2", "stall")
        session = Session(
            home, Registry.load(), clock=HurriedClock(), secrets=Secrets({"TENGR_API_KEY": KEY})
        )
        await session.open()
        tengr = Tengr(session, HurriedClock(), {"api": service.url})
        job = await tengr.add_url(photo_url, **values)
        await asyncio.to_thread(service.wait_for, "GET /v2")
        await session.aclose()
        held.released.set()
        return job.id

    job_id = asyncio.run(leave_behind())
    folder = str(home.journal_file.parent)
    environment = {**os.environ, "TENGR_API_KEY": KEY, "PYTHONPATH": str(CHECKOUT)}
    ran = subprocess.run(
        [sys.executable, "-m", "depthstudio", "resume", "--json", "--home", folder],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr
    assert_in_order(records)
    (done,) = [record for record in records if record["event"] == "done"]
    assert (done["job"], len(service.orders)) == (job_id, 1)
    assert service.orders[0] == {
        "imageUrl": photo_url,
        "useVersion3": False,
        "model": "giant",
        "usePostResize": True,
        "resolutionLowerLimit": 256,
    }
    assert [a["role"] for a in done["artifacts"]] == ["depth"]
    assert KEY not in ran.stdout + ran.stderr
    assert [r for r in web.requests if "authorization" in r.headers] == []
