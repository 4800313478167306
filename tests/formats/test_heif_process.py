"""The process that decodes HEIC photos: when it starts, what it may take, and how it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from depthstudio.formats.heif_decoder import MEMORY_BYTES, HeifDecoder
from depthstudio.formats.heif_process import Ended, HeifProcess
from depthstudio.formats.image import write_jpeg
from tests.support.heic import heic

if sys.platform == "linux":
    import resource

PIXELS = np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)
PHOTO = heic(PIXELS)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_a_process_killed_while_it_decodes_says_what_ended_it() -> None:
    process = HeifProcess(MEMORY_BYTES)
    os.kill(process.id, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as executor:
        asked = executor.submit(process.answer, "pixels", PHOTO, 60)
        until(lambda: not process.can_be_asked)
        os.kill(process.id, signal.SIGKILL)
        with pytest.raises(Ended, match="SIGKILL"):
            asked.result()
    assert not process.can_be_asked


@on_linux
def test_the_decoder_takes_no_more_memory_than_it_may_have() -> None:
    decoder = HeifDecoder(memory_bytes=1 << 30)
    with contextlib.closing(decoder):
        decoder.header(PHOTO)
        assert decoder.process_id is not None
        assert resource.prlimit(decoder.process_id, resource.RLIMIT_AS) == (1 << 30, 1 << 30)
        score = Path(f"/proc/{decoder.process_id}/oom_score_adj").read_text()
        assert int(score) == 1000  # ended before the program is


SECRETS = ("FAL_KEY", "OXEN_API_KEY", "TENGR_API_KEY", "HF_TOKEN", "http_proxy", "SSH_AUTH_SOCK")
NEEDED = ("PATH", "PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


@on_linux
def test_the_decoder_is_given_what_it_needs_of_the_environment_and_no_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "canary")
    values = {"PYTHONUTF8": "1", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    for name in NEEDED:
        monkeypatch.setenv(name, values.get(name) or f"{os.environ.get(name, '')}:{tmp_path}")
    process = HeifProcess(MEMORY_BYTES)
    with contextlib.closing(process):
        assert process.answer("header", PHOTO, 60).size_px == (24, 16)
        given = Path(f"/proc/{process.id}/environ").read_bytes()
    names = {entry.partition(b"=")[0].decode() for entry in given.split(b"\0")}
    assert b"canary" not in given
    assert set(NEEDED) <= names
    assert str(tmp_path).encode() in given


READ_AND_VANISH = """
import os, sys
from pathlib import Path
from depthstudio.formats.heif import heif_decoder
from depthstudio.formats.image import read_photo
read_photo(Path(sys.argv[1]))
print(heif_decoder().process_id, "pi_heif" in sys.modules, flush=True)
{ending}
"""


@on_linux
@pytest.mark.parametrize("ending", ["", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_the_decoder_ends_with_the_program_however_that_ends(tmp_path: Path, ending: str) -> None:
    (tmp_path / "photo.heic").write_bytes(PHOTO)
    program = READ_AND_VANISH.format(ending=ending)
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "photo.heic")],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    process_id, has_library = ended.stdout.split()
    assert has_library == "False"
    until(lambda: not is_running(int(process_id)))


READ_JPEG = """
import sys
from pathlib import Path
from depthstudio.formats.image import read_photo
read_photo(Path(sys.argv[1]))
print(*sys.modules)
"""


def test_a_jpeg_brings_nothing_that_heic_needs(tmp_path: Path) -> None:
    write_jpeg(tmp_path / "photo.jpg", PIXELS)
    ended = subprocess.run(
        [sys.executable, "-c", READ_JPEG, str(tmp_path / "photo.jpg")],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(ended.stdout.split())
    assert "depthstudio.formats.heif" in imported
    assert not {"depthstudio.formats.heif_process", "pi_heif"} & imported


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(holds: Callable[[], bool], within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
