"""A thousand jobs over five services that fail at random: none is lost, none is paid twice."""

import base64
import faulthandler
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.support.gradio_jobs import DA3, JOIN, PARTPACKER, SCENE, STREAM, Kind, accepted
from tests.support.gradio_servers import Find, GradioServer
from tests.support.rest_service import NGINX_502, Answer, Fault, Request
from tests.support.vendors import (
    ENVIRONMENT,
    FAL,
    HURRY,
    OXEN,
    TENGR,
    Asked,
    Vendors,
    thing_for,
)

EACH = 200
SEED = 20261121
SHARE_OF_FAULTS = 0.03
LONGEST_S = 1500
P99_LIMIT_MS = 16.0
RESTS = (OXEN, TENGR, FAL)


def chaos(asked: Asked, dice: random.Random) -> Callable[[Request], Fault | None]:
    """Something goes wrong with a few requests in a hundred, whichever they are."""
    soon = Answer.of({"message": "slow down"}, 429, Retry_After="1")
    gateway = Answer(502, NGINX_502, {"Content-Type": "text/html"})
    refused = Answer.of({"message": "not this one", "detail": "not this one"}, 422)

    def strike(request: Request) -> Fault | None:
        if dice.random() >= SHARE_OF_FAULTS or "/events" in request.path:
            return None
        kinds = [("answer", soon), ("answer", gateway), ("drop", Answer())]
        if request.method == "GET":
            kinds.append(("cut", Answer()))
        else:
            kinds += [("answer", refused), ("lose_answer", Answer())]
        kind, answer = dice.choice(kinds)
        return Fault("", kind, answer=answer, after_bytes=40)

    return strike


def make_trouble(server: GradioServer, kind: Kind, dice: random.Random) -> None:
    """The same for a Gradio server: what goes wrong with which request is settled beforehand."""
    last = kind.work[-1]
    full = '{"detail":"Queue is full. Max size is 1 and size is 1."}'
    headers = {"content-type": "application/json"}
    for skip in dice.sample(range(EACH), 2):
        server.wire_fault(JOIN, "answer", skip=skip, status=503, body=full, headers=headers)
    for skip in dice.sample(range(EACH), 6):
        server.wire_fault(JOIN, "lose_answer", skip=skip)
        server.wire_fault(STREAM, "cut", skip=skip, after_events=1, reset=True)
        server.wire_fault(SCENE, "cut", skip=skip, after_bytes=100)
        server.fault(last, "exception", skip=skip, text="out of luck")


def plan_of(vendors: Vendors, servers: dict[Kind, GradioServer], folder: Path) -> dict[str, Any]:
    kinds = [
        {
            "provider": asked.provider_id,
            "values": dict(asked.values),
            "endpoints": vendors.endpoints(asked),
            "host_via": asked.host_via,
            "files": files_for(asked, folder / asked.name),
        }
        for asked in RESTS
    ]
    kinds += [
        {
            "provider": kind.provider_id,
            "values": dict(kind.values),
            "endpoints": {"space": server.url},
            "host_via": "",
            "files": files_for(TENGR, folder / kind.provider_id),
        }
        for kind, server in servers.items()
    ]
    return {"home": str(folder / "home"), "kinds": kinds, "constants": dict(HURRY)}


def files_for(asked: Asked, folder: Path) -> list[str]:
    folder.mkdir()
    return [str(thing_for(asked, folder, number)) for number in range(EACH)]


def contents(vendors: Vendors, asked: Asked) -> Iterable[str]:
    """What each job that was taken on was about, by the hash of its file."""
    if asked is FAL:
        bodies = [entry.body["image_url"] for entry in vendors.fal.queue.entries.values()]
        return [hash_of(base64.b64decode(url.partition(",")[2])) for url in bodies]
    if asked is TENGR:
        urls = [artwork.asked["imageUrl"] for artwork in vendors.tengr.artworks.values()]
    else:
        urls = [row["video_url"] for row in vendors.oxen.rows.values()]
    return [hash_of(file_at(vendors, url)) for url in urls]


def file_at(vendors: Vendors, url: str) -> bytes:
    """What lies at an address in a repository."""
    name = url.rpartition("/")[2]
    for repository in vendors.oxen.repositories.by_name.values():
        for path, content in repository.files.items():
            if path.endswith(name):
                return content
    raise AssertionError(f"nothing lies at {url}")


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.mark.quiet
@pytest.mark.timeout(LONGEST_S + 120)
def test_a_thousand_jobs_end_and_none_is_paid_twice(
    gradio_servers: Find, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulthandler.cancel_dump_traceback_later()  # it is no hang that this takes long
    dice = random.Random(SEED)
    servers = {
        DA3: gradio_servers("da3", "5.49"),
        PARTPACKER: gradio_servers("partpacker", "5.25"),
    }
    with Vendors() as vendors:
        for asked in RESTS:
            vendors.of(asked).chaos = chaos(asked, dice)
        for kind, server in servers.items():
            server.reset()
            make_trouble(server, kind, dice)
        plan = tmp_path / "plan.json"
        plan.write_text(json.dumps(plan_of(vendors, servers, tmp_path)))
        said = run(plan)
        with capsys.disabled():
            tell(said, vendors, servers)
        jobs: list[dict[str, Any]] = said["jobs"]
        assert len(jobs) == EACH * 5
        assert {job["state"] for job in jobs} <= {"done", "failed"}
        assert not [job for job in jobs if job["failure"] == "UnexpectedError"]
        for asked in RESTS:
            most = Counter(contents(vendors, asked)).most_common(1)
            assert most[0][1] == 1, f"{asked} was paid twice: {most}"
        for kind, server in servers.items():
            assert max(accepted(server, kind)) <= EACH
        assert said["p99_ms"] <= P99_LIMIT_MS


def run(plan: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.load_driver", str(plan)],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def tell(said: dict[str, Any], vendors: Vendors, servers: dict[Kind, GradioServer]) -> None:
    """The figures, service by service: what was refused, lost or failed, and what was accepted."""
    lines = [
        f"{len(said['jobs'])} jobs in {said['seconds']:.0f} s, added in {said['added_s']:.0f} s;"
        f" ticks p50 {said['p50_ms']:.1f}, p99 {said['p99_ms']:.1f}, max {said['max_ms']:.0f} ms"
    ]
    counts = {asked.provider_id: vendors.accepted(asked) for asked in RESTS}
    counts |= {kind.provider_id: max(accepted(server, kind)) for kind, server in servers.items()}
    for provider, count in counts.items():
        ends = Counter(
            f"{job['state']} {job['failure'] or ''}".strip()
            for job in said["jobs"]
            if job["provider"] == provider
        )
        lines.append(f"{provider:24s} accepted {count:4d}  {dict(ends)}")
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
