"""Nothing at all, very much, and no room for it, with the paid services."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.digest import sha256_file
from depthstudio.core.job import JobState
from depthstudio.formats import media_type
from depthstudio.jobs.order import Order
from depthstudio.providers.transport.part_file import ROOM_LEFT_BYTES
from tests.services.conftest import OpenPeer
from tests.support.command import CHECKOUT, endpoint_words
from tests.support.peers import RestPeer, said
from tests.support.rest_kinds import at_address
from tests.support.shelf_host import Shelf
from tests.support.vendors import ENVIRONMENT, FAL, OXEN, OXEN_AT_ONCE, STORAGE, TENGR, Vendors
from tests.support.videos import write_video
from tests.support.watch import until

asynchronous = pytest.mark.anyio
THREE = pytest.mark.parametrize("one", [OXEN, TENGR, FAL], ids=str)
LARGE_BYTES, PART_BYTES = 200 << 20, 10 << 20
MOST_MEMORY_MB = 220  # it was 100 when this was written, and the file is 200
# The command, and then the most memory it ever had, as the system counts it for this program.
MEASURED = """
import re, sys
from pathlib import Path
from depthstudio.__main__ import main
status = main()
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(status)
"""


@asynchronous
@pytest.mark.parametrize("one", [OXEN, OXEN_AT_ONCE, TENGR, FAL], ids=str)
async def test_nothing_at_an_address_is_the_services_own_failure(
    peer: RestPeer, open_peer: OpenPeer
) -> None:
    kind = media_type.MP4 if peer.asked.is_video else media_type.PNG
    with Shelf() as web:
        source = at_address(web.add("nothing", b"", kind), "nothing", kind)
        async with open_peer() as jobs:
            order = Order(peer.provider_id, dict(peer.values), endpoints=peer.endpoints)
            (status,) = await jobs.ended(await jobs.session.add([source], order))

    assert status.failure
    assert status.failure.type in ("RemoteJobFailed", "ProviderError")
    assert status.failure.hint
    assert len(peer.vendors.of(peer.asked).matching(peer.asked.submit)) == 1


@asynchronous
@THREE
async def test_a_full_disk_is_told_and_with_room_the_paid_file_is_fetched(
    peer: RestPeer, open_peer: OpenPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.disk_usage
    is_full = [True]

    def usage(path: Any) -> Any:
        return real(path)._replace(free=ROOM_LEFT_BYTES + 10) if is_full[0] else real(path)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    async with open_peer() as jobs:
        job = await jobs.add()
        (full,) = await jobs.ended(job)
        is_full[0] = False
        await jobs.session.retry(job.id)
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.DONE)

    assert said(full) == "failed LibraryError"
    assert full.failure
    assert "disk" in full.failure.message
    assert full.failure.hint
    assert peer.accepted() == 1


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted as Linux does")
def test_two_hundred_megabytes_go_through_in_parts_and_not_through_memory(tmp_path: Path) -> None:
    clip = padded(write_video(tmp_path / "Straße &%$.mp4", frames=6))
    with Vendors() as vendors:
        words = [
            "run", str(clip), "--provider", "oxen-video-depth", "--json", "--host-via", STORAGE,
            *endpoint_words(vendors.addresses("oxen", STORAGE)),
        ]  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-c", MEASURED, *words],
            env={**os.environ, **ENVIRONMENT, "DEPTHSTUDIO_HOME": str(tmp_path / "home")},
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        (stored,) = [f for f in vendors.fal.storage.files.values() if f.media_type == "video/mp4"]
        parts = len(vendors.fal.matching(r"^PUT /files/b/.*/multipart/"))
        accepted = len(vendors.oxen.accepted)
    sent = sha256_file(clip)
    clip.unlink()  # nobody looks at it again

    assert ran.returncode == 0, ran.stdout
    assert (parts, accepted) == (-(-len(stored.data) // PART_BYTES), 1)
    assert len(stored.data) > LARGE_BYTES
    assert sha256(stored.data).hexdigest() == sent
    assert int(ran.stderr) / 1024 < MOST_MEMORY_MB


def padded(clip: Path) -> Path:
    """The same video with a box at its end that players skip, which makes it large."""
    with clip.open("ab") as file:
        file.write(LARGE_BYTES.to_bytes(4, "big") + b"free")
        file.truncate(file.tell() + LARGE_BYTES - 8)
    return clip
